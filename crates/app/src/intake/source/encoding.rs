//! Which encoding a text has, found by its bytes, and the text as UTF-8 while it streams by.

use super::packed::{Packed, broken};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, ISO_8859_2, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1252};
use std::io::{BufRead, Read};

/// How much of the start is kept to guess by.
const SAMPLE: usize = 1 << 20;

/// How many bytes that are not ASCII's neighbors the detector is fed.
const FED: usize = 4 << 20;

/// What is said of a cell with bytes that do not decode.
pub(super) const NOT_TEXT: &str = "holds bytes that are no text in the encoding of the file, or a \u{fffd} where a letter was lost before";

/// What reading the bytes once has found.
pub(super) struct Survey {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// The start of the text, decoded.
    pub sample: String,
    /// Whether the sample is the whole text.
    pub is_whole: bool,
    is_chosen: bool,
    has_mark: bool,
}

impl Survey {
    /// The encoding, where it is not the usual one.
    pub(super) fn notice(&self) -> Option<String> {
        let how = match (self.is_chosen, self.has_mark) {
            (true, _) => "as the mapping says",
            (_, true) => "as its first bytes say",
            _ => "found by its letters: look at names with accents",
        };
        (self.encoding != UTF_8).then(|| format!("the file was read as {}, {how}", self.encoding.name()))
    }

    /// The text from its start.
    pub(super) fn text(&self, packed: &Packed) -> Result<Text, String> {
        Ok(Text {
            raw: packed.reader()?,
            decoder: self.encoding.new_decoder_with_bom_removal(),
            input: vec![0; 1 << 16],
            left: 0..0,
            text: vec![0; 1 << 17],
            ready: 0..0,
            is_last: false,
            is_done: false,
        })
    }
}

/// Reads all bytes once and decides.
pub(super) fn survey(packed: &Packed, chosen: Option<&str>) -> Result<Survey, String> {
    let chosen = match chosen {
        Some(name) => Some(Encoding::for_label(name.trim().as_bytes()).ok_or_else(|| {
            format!("cannot be read as {name:?}, which is no known encoding: try utf-8, utf-16le, windows-1252 or iso-8859-15")
        })?),
        None => None,
    };
    let mut reader = packed.reader()?;
    let mut sample = Vec::new();
    reader.by_ref().take(SAMPLE as u64).read_to_end(&mut sample).map_err(broken)?;
    if sample.starts_with(&[0xff, 0xfe, 0, 0]) || sample.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err("is written as UTF-32, which is hardly used: save it as UTF-8".into());
    }
    let is_whole = sample.len() < SAMPLE;
    let marked = Encoding::for_bom(&sample).map(|(encoding, _)| encoding);
    let encoding = match chosen.or(marked).or_else(|| utf16_without_mark(&sample)) {
        Some(encoding) => encoding,
        None => by_letters(&sample, reader)?,
    };
    let text = encoding.decode_with_bom_removal(&sample).0.into_owned();
    Ok(Survey { encoding, sample: text, is_whole, is_chosen: chosen.is_some(), has_mark: marked.is_some() && chosen.is_none() })
}

/// UTF-16 shows in text of Latin letters as every other byte being zero.
pub(super) fn utf16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    let zeros = |at: usize| sample.chunks_exact(2).filter(|pair| pair[at] == 0 && pair[1 - at] != 0).count();
    let (low, high) = (zeros(1), zeros(0));
    match pairs {
        0 | 1 => None,
        _ if low * 10 > pairs * 4 && high * 50 < pairs => Some(UTF_16LE),
        _ if high * 10 > pairs * 4 && low * 50 < pairs => Some(UTF_16BE),
        _ => None,
    }
}

/// UTF-8 if the whole text is (but for a stray byte); otherwise what its letters look like.
pub(super) fn by_letters(sample: &[u8], mut rest: impl Read) -> Result<&'static Encoding, String> {
    let mut letters = Letters { wrong: 0, right: 0, fed: 0, detector: EncodingDetector::new(Iso2022JpDetection::Allow) };
    let mut chunk = sample.to_vec();
    let mut carry = Vec::new();
    while !chunk.is_empty() {
        letters.take(&mut carry, &chunk);
        chunk.resize(1 << 18, 0);
        let read = read_full(&mut rest, &mut chunk).map_err(broken)?;
        chunk.truncate(read);
    }
    // What is cut off at the very end of the file is one wrong letter.
    letters.wrong += u64::from(!carry.is_empty());
    if letters.wrong == 0 || letters.right >= letters.wrong * 10 {
        return Ok(UTF_8);
    }
    letters.detector.feed(b"", true);
    let found = letters.detector.guess(None, Utf8Detection::Deny);
    let is_latin_9 = (found == WINDOWS_1252 && is_latin_9(sample, &[0xa6, 0xa8, 0xb4, 0xb8, 0xbc, 0xbd, 0xbe]))
        // Of these, the Latin of Central Europe has letters everywhere but for œ.
        || ([ISO_8859_2, WINDOWS_1250].contains(&found) && is_latin_9(sample, &[0xbd]));
    Ok(if is_latin_9 { ISO_8859_15 } else { found })
}

/// Whether bytes look like ISO-8859-15: where its relatives have fractions and signs it has letters (Œ, Š, Ž, Ÿ), which stand
/// within words; and nothing stands where only windows-1252 has anything.
fn is_latin_9(sample: &[u8], moved: &[u8]) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0xc0);
    let within = |at: usize| is_letter(sample.get(at + 1)) || at.checked_sub(1).is_some_and(|before| is_letter(sample.get(before)));
    !sample.iter().any(|byte| (0x80..=0x9f).contains(byte)) && (0..sample.len()).any(|at| moved.contains(&sample[at]) && within(at))
}

struct Letters {
    wrong: u64,
    right: u64,
    fed: usize,
    detector: EncodingDetector,
}

impl Letters {
    /// Counts letters beyond ASCII that are right and wrong in UTF-8; what is cut at the chunk's end is carried over.
    fn take(&mut self, carry: &mut Vec<u8>, chunk: &[u8]) {
        if carry.is_empty() && chunk.is_ascii() && !chunk.contains(&0x1b) {
            return;
        }
        if self.fed < FED {
            self.fed += chunk.len();
            self.detector.feed(chunk, false);
        }
        carry.extend_from_slice(chunk);
        let all = std::mem::take(carry);
        let mut left = all.as_slice();
        loop {
            let (good, error) = match std::str::from_utf8(left) {
                Ok(_) => (left, None),
                Err(error) => (&left[..error.valid_up_to()], Some(error)),
            };
            self.right += good.iter().filter(|byte| **byte >= 0xc0).count() as u64;
            let Some(error) = error else { return };
            match error.error_len() {
                None => {
                    *carry = left[good.len()..].to_vec();
                    return;
                }
                Some(length) => {
                    self.wrong += 1;
                    left = &left[good.len() + length..];
                }
            }
        }
    }
}

fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Text streaming by as UTF-8; what does not decode becomes U+FFFD, which no cell passes with.
pub(super) struct Text {
    raw: Box<dyn Read + Send>,
    decoder: Decoder,
    input: Vec<u8>,
    left: std::ops::Range<usize>,
    text: Vec<u8>,
    ready: std::ops::Range<usize>,
    is_last: bool,
    is_done: bool,
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Text {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        while self.ready.is_empty() && !self.is_done {
            if self.left.is_empty() && !self.is_last {
                let read = self.raw.read(&mut self.input)?;
                self.left = 0..read;
                self.is_last = read == 0;
            }
            let (result, read, written, _) = self.decoder.decode_to_utf8(&self.input[self.left.clone()], &mut self.text, self.is_last);
            self.left.start += read;
            self.ready = 0..written;
            self.is_done = self.is_last && result == encoding_rs::CoderResult::InputEmpty;
        }
        Ok(&self.text[self.ready.clone()])
    }

    fn consume(&mut self, count: usize) {
        self.ready.start = (self.ready.start + count).min(self.ready.end);
    }
}
