//! What is written and filed about an account: notes in one's own words, documents with their source and hash.
//!
//! Both only grow. A document is kept by the SHA-256 of its bytes and proved again each time it is handed out.

pub mod pages;
pub mod store;

use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::plans::said;
use crate::store::Tx;
use crate::web::shell::when;
use crate::{accounts, transaction};
use duly_domain::audit::hex;
use duly_domain::values::ids::{AccountId, DocumentId, NoteId};
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Document, Note};

/// Hashes every document's bytes again; what was proved, or the faults.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let mut faults: Vec<String> = Vec::new();
    for (id, account) in store::list_without_body(tx).await? {
        faults.push(format!("the bytes of document {id} of account {account} are gone"));
    }
    let (mut after, mut count) = (String::new(), 0u64);
    loop {
        let page = store::list_bodies(tx, &after).await?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        for (hash, body) in page {
            count += 1;
            if hex(&Sha256::digest(&body)) != hash {
                faults.push(format!("the bytes kept as {hash} are not what was filed"));
            }
        }
    }
    Ok(if faults.is_empty() { Ok(format!("{count} documents hash to their names")) } else { Err(faults.join("; ")) })
}

/// The longest note, in letters.
const LONGEST_NOTE: usize = 8_000;

/// The largest document, in bytes.
pub const LARGEST_DOCUMENT: usize = 25 << 20;

/// Kinds of documents, with their words.
pub const DOCUMENT_KINDS: [(&str, &str); 10] = [
    ("agreement", "Agreement or application"),
    ("statement", "Statement"),
    ("invoice", "Invoice"),
    ("judgment", "Judgment"),
    ("bill_of_sale", "Bill of sale"),
    ("correspondence", "Letter or message received"),
    ("letter_sent", "Letter sent"),
    ("identity", "Proof of identity or authority"),
    ("death_certificate", "Death certificate"),
    ("other", "Other"),
];

/// What is written and filed, the newest first, with its day.
pub struct Papers {
    /// Notes.
    pub notes: Vec<(Note, String)>,
    /// Documents.
    pub documents: Vec<(Document, String)>,
}

/// Reads an account's notes and documents.
pub async fn list(tx: &mut Tx, account: AccountId, zone: &TimeZone) -> Result<Papers, Failure> {
    let day = |at: Timestamp| when(at, Timestamp::UNIX_EPOCH, zone);
    let notes = store::list_notes(tx, account).await?.into_iter().map(|note| (note.clone(), day(note.written_at))).collect();
    let documents = store::list_documents(tx, account).await?.into_iter().map(|one| (one.clone(), day(one.filed_at))).collect();
    Ok(Papers { notes, documents })
}

/// Writes a note.
pub async fn write_note(app: &App, who: &Actor, at: Moment, account: AccountId, body: &str) -> Result<NoteId, Failure> {
    let body = body.trim();
    if body.is_empty() {
        return Err(Failure::wrong("note", "is empty"));
    }
    if body.chars().count() > LONGEST_NOTE {
        return Err(Failure::wrong("note", format!("is longer than {LONGEST_NOTE} letters: file it as a document")));
    }
    if body.contains('\0') {
        return Err(Failure::wrong("note", "holds a NUL character"));
    }
    transaction!(app.db, tx, {
        accounts::store::load_account(tx, account).await?;
        let note = Note { id: NoteId(new_uuid()), body: body.to_string(), by: who.label().into(), by_name: None, written_at: at.at };
        store::insert_note(tx, account, &note, who.id).await?;
        let detail = json!({"note": note.id.to_string(), "sha256": hex(&Sha256::digest(body.as_bytes()))});
        kept::record(tx, who, at.at, account, "note.write", detail, &[note.id.into()]).await?;
        said::look(tx, who, at, account, said::Place::Note(note.id), body).await?;
        Ok(note.id)
    })
}

/// A document to be filed.
#[derive(Clone, Debug)]
pub struct FileDocument {
    /// One of [`DOCUMENT_KINDS`].
    pub kind: String,
    /// Its name as it came.
    pub file_name: String,
    /// What the sender says it is, such as `application/pdf`.
    pub media_type: String,
    /// Who gave it to us.
    pub source: String,
    /// The document.
    pub body: Vec<u8>,
}

/// Files a document; the same one again is the same document.
pub async fn file_document(app: &App, who: &Actor, at: Moment, account: AccountId, ask: &FileDocument) -> Result<DocumentId, Failure> {
    if !DOCUMENT_KINDS.iter().any(|(known, _)| *known == ask.kind) {
        return Err(Failure::wrong("kind", "is not a kind of document"));
    }
    if ask.source.trim().is_empty() {
        return Err(Failure::wrong("source", "is empty: who gave it to us?"));
    }
    if ask.body.is_empty() {
        return Err(Failure::wrong("file", "is empty"));
    }
    if ask.body.len() > LARGEST_DOCUMENT {
        return Err(Failure::wrong("file", format!("is larger than {} MB", LARGEST_DOCUMENT >> 20)));
    }
    let hash = hex(&Sha256::digest(&ask.body));
    transaction!(app.db, tx, {
        accounts::store::load_account(tx, account).await?;
        if let Some(before) = store::find_document(tx, account, &hash).await? {
            return Ok(before);
        }
        let document = Document {
            id: DocumentId(new_uuid()),
            kind: ask.kind.clone(),
            file_name: ask.file_name.clone(),
            media_type: ask.media_type.clone(),
            source: ask.source.trim().to_string(),
            hash: hash.clone(),
            size_bytes: i64::try_from(ask.body.len()).unwrap_or(i64::MAX),
            by: who.label().into(),
            filed_at: at.at,
        };
        store::insert_document(tx, account, &document, &ask.body).await?;
        let detail = json!({"document": document.id.to_string(), "kind": ask.kind, "source": document.source, "sha256": hash});
        kept::record(tx, who, at.at, account, "document.file", detail, &[document.id.into()]).await?;
        Ok(document.id)
    })
}

/// Hands a document out, proved against its hash.
pub async fn read_document(tx: &mut Tx, account: AccountId, id: DocumentId) -> Result<(Document, Vec<u8>), Failure> {
    let (document, body) = store::load_document(tx, account, id).await?;
    if hex(&Sha256::digest(&body)) != document.hash {
        return Err(Failure::Stale("the document is not the one that was filed: its hash differs".into()));
    }
    Ok((document, body))
}
