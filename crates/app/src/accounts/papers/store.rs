//! The tables `notes`, `documents` and `document_bodies`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{AccountId, DocumentId, NoteId, UserId};
use jiff::Timestamp;

const NOTES: &str = "
    select n.id, n.body, n.written_by, u.name, n.written_at from notes n left join users u on u.id = n.author_id
     where n.account_id = $1 order by n.written_at desc, n.id desc limit 100";
const INSERT_NOTE: &str = "insert into notes (id, account_id, body, written_by, author_id, written_at)";
const DELETE_NOTE: &str = "delete from notes where id = $1";
const DOCUMENTS: &str = "
    select id, kind, file_name, media_type, source, hash, size_bytes, filed_by, filed_at from documents
     where account_id = $1 order by filed_at desc, id desc limit 200";
const DOCUMENT: &str = "
    select id, kind, file_name, media_type, source, hash, size_bytes, filed_by, filed_at from documents where account_id = $1 and id = $2";
const BY_HASH: &str = "select id from documents where account_id = $1 and hash = $2 order by id limit 1";
const BODY: &str = "select body from document_bodies where hash = $1";
const BODIES: &str = "select hash, body from document_bodies where hash > $1 order by hash limit 20";
const WITHOUT_BODY: &str = "
    select d.id, d.account_id from documents d
     where not exists (select 1 from document_bodies b where b.hash = d.hash) order by d.id limit 20";
const HAS_BODY: &str = "select count(*) from document_bodies where hash = $1";
const INSERT_DOCUMENT: &str = "
    insert into documents (id, account_id, kind, file_name, media_type, source, hash, size_bytes, filed_by, filed_at)";
const INSERT_BODY: &str = "insert into document_bodies (hash, body)";

rows! {
    /// One note.
    pub struct Note {
        pub id: NoteId,
        pub body: String,
        pub by: String,
        pub by_name: Option<String>,
        pub written_at: Timestamp,
    }

    /// One document, without its bytes.
    pub struct Document {
        pub id: DocumentId,
        pub kind: String,
        pub file_name: String,
        pub media_type: String,
        pub source: String,
        pub hash: String,
        pub size_bytes: i64,
        pub by: String,
        pub filed_at: Timestamp,
    }
}

pub async fn list_notes(tx: &mut Tx, account: AccountId) -> Result<Vec<Note>, StoreError> {
    tx.all(NOTES, params![account]).await
}

pub async fn insert_note(tx: &mut Tx, account: AccountId, note: &Note, author: Option<UserId>) -> Result<(), StoreError> {
    let values = params![note.id, account, &note.body, &note.by, author, note.written_at];
    tx.insert_many(INSERT_NOTE, &[values.to_vec()]).await.map(drop)
}

/// A note that a file of history told.
pub async fn delete_note(tx: &mut Tx, id: NoteId) -> Result<(), StoreError> {
    tx.run(DELETE_NOTE, params![id]).await.map(drop)
}

pub async fn list_documents(tx: &mut Tx, account: AccountId) -> Result<Vec<Document>, StoreError> {
    tx.all(DOCUMENTS, params![account]).await
}

pub async fn find_document(tx: &mut Tx, account: AccountId, hash: &str) -> Result<Option<DocumentId>, StoreError> {
    Ok(tx.one::<(DocumentId,)>(BY_HASH, params![account, hash]).await?.map(|(id,)| id))
}

pub async fn load_document(tx: &mut Tx, account: AccountId, id: DocumentId) -> Result<(Document, Vec<u8>), Failure> {
    let document: Option<Document> = tx.one(DOCUMENT, params![account, id]).await?;
    let document = document.ok_or_else(|| Failure::NotFound(format!("document {id} on this account")))?;
    let body = find_body(tx, &document.hash).await?.ok_or_else(|| Failure::NotFound(format!("body of document {id}")))?;
    Ok((document, body))
}

/// The bytes that are kept under a hash.
pub async fn find_body(tx: &mut Tx, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(tx.one::<(Vec<u8>,)>(BODY, params![hash]).await?.map(|(body,)| body))
}

/// Keeps bytes under their hash, once.
pub async fn keep_body(tx: &mut Tx, hash: &str, body: &[u8]) -> Result<(), StoreError> {
    if tx.number(HAS_BODY, params![hash]).await? == 0 {
        tx.insert_many(INSERT_BODY, &[params![hash, body.to_vec()].to_vec()]).await?;
    }
    Ok(())
}

/// Documents whose bytes are gone.
pub async fn list_without_body(tx: &mut Tx) -> Result<Vec<(DocumentId, AccountId)>, StoreError> {
    tx.all(WITHOUT_BODY, &[]).await
}

/// The next bytes that are kept, each behind its hash.
pub async fn list_bodies(tx: &mut Tx, after: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    tx.all(BODIES, params![after]).await
}

/// Keeps a document; its bytes once, however many accounts it is filed with.
pub async fn insert_document(tx: &mut Tx, account: AccountId, document: &Document, body: &[u8]) -> Result<(), StoreError> {
    keep_body(tx, &document.hash, body).await?;
    let Document { id, kind, file_name, media_type, source, hash, size_bytes, by, filed_at } = document.clone();
    let values = params![id, account, kind, file_name, media_type, source, hash, size_bytes, by, filed_at];
    tx.insert_many(INSERT_DOCUMENT, &[values.to_vec()]).await.map(drop)
}
