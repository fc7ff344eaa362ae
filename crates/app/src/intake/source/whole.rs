//! A file as one piece: its bytes unpacked, or its text, for readers that are no tables.

use super::encoding::{by_letters, utf16_without_mark};
use super::packed::{broken, unreadable};
use encoding_rs::{Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// A file that is read as one piece has no more bytes once it is unpacked.
const LARGEST: u64 = 512 << 20;

/// The bytes of a file, unpacked where it is `.gz` or `.zst`. The error names the file and the way out.
pub fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let named = |says: String| format!("{} {says}", path.display());
    let file = File::open(path).map_err(|error| named(unreadable(error)))?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err(named("is a folder: name a file".into()));
    }
    let bytes = read(BufReader::new(file)).map_err(named)?;
    let unpacked = match bytes.as_slice() {
        [0x1f, 0x8b, ..] => read(MultiGzDecoder::new(bytes.as_slice())).map_err(named)?,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let unpacking = StreamingDecoder::new(bytes.as_slice())
                .map_err(|error| named(format!("is no whole zstandard file: {error}; pack it anew")))?;
            read(unpacking).map_err(named)?
        }
        [b'P', b'K', 3 | 5, 4 | 6, ..] => {
            return Err(named("is a ZIP or a spreadsheet: take the file out of it, or pack it as .gz or .zst".into()));
        }
        _ => bytes,
    };
    match unpacked.as_slice() {
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => Err(named("is packed twice: unpack it once".into())),
        _ => Ok(unpacked),
    }
}

fn read(from: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("has more than {} MB: ask for it in parts", LARGEST >> 20));
    }
    Ok(bytes)
}

/// The text of bytes, and the name of its encoding: as the first bytes show, as the file declares, or found by its letters.
pub fn text_of(bytes: &[u8]) -> (String, &'static str) {
    let shown = Encoding::for_bom(bytes).map(|(encoding, _)| encoding).or_else(|| utf16_without_mark(bytes));
    let is_utf_8 = std::str::from_utf8(bytes).is_ok();
    let encoding = shown.or_else(|| declared(bytes, is_utf_8)).or_else(|| is_utf_8.then_some(UTF_8));
    // Reading from memory does not fail; were it to, the usual encoding names what is no letter of it.
    let encoding = encoding.unwrap_or_else(|| by_letters(bytes, std::io::empty()).unwrap_or(UTF_8));
    (encoding.decode_with_bom_removal(bytes).0.into_owned(), encoding.name())
}

/// The encoding that XML or OFX declares, where it can be true.
fn declared(bytes: &[u8], is_utf_8: bool) -> Option<&'static Encoding> {
    let head: String = bytes.iter().take(400).map(|byte| byte.to_ascii_uppercase() as char).collect();
    let behind = |mark: &str| {
        let rest = head.split_once(mark)?.1.trim_start_matches(['=', ':', '"', '\'', ' ']);
        rest.split(|letter: char| !(letter.is_ascii_alphanumeric() || "-_".contains(letter))).next().map(str::to_string)
    };
    let label = if head.trim_start().starts_with("<?XML") {
        let instruction = head.split_once("?>").map_or("", |(instruction, _)| instruction).to_string();
        if instruction.contains("ENCODING") { behind("ENCODING") } else { None }
    } else if head.contains("OFXHEADER") && !is_utf_8 {
        // A code page by its number.
        behind("CHARSET").map(|page| if page.bytes().all(|byte| byte.is_ascii_digit()) { format!("WINDOWS-{page}") } else { page })
    } else {
        None
    };
    let encoding = Encoding::for_label(label?.as_bytes())?;
    // Sixteen bits would have shown; UTF-8 that is none is found by its letters.
    let is_true = encoding.is_ascii_compatible() && (encoding != UTF_8 || is_utf_8);
    is_true.then_some(encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_they_show_or_declare_themselves() {
        let utf_16: Vec<u8> = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>ä</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf_16.iter().copied()).collect();
        for (bytes, encoding, holds) in [
            (&b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>"[..], "windows-1252", "<a>ä</a>"),
            (b"<?xml version=\"1.0\"?><a>\xc3\xa4</a>", "UTF-8", "<a>ä</a>"),
            (b"\xef\xbb\xbf:20:\xc3\xa4", "UTF-8", ":20:ä"),
            (b"OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><A>\xe4", "windows-1252", "<A>ä"),
            (b"OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><A>\xc3\xa4", "UTF-8", "<A>ä"),
            (&utf_16, "UTF-16LE", "<a>ä</a>"),
            (&marked, "UTF-16LE", "<a>ä</a>"),
        ] {
            let (text, found) = text_of(bytes);
            assert!(found == encoding && text.contains(holds) && !text.starts_with('\u{feff}'), "{found}: {text}");
        }
        // A declaration that is not true is no help.
        assert_ne!(text_of(b"<?xml version='1.0' encoding='utf-8'?><a>Gr\xfc\xdfe aus M\xfcnchen</a>").1, "UTF-8");
    }
}
