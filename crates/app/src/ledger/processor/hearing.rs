//! `POST /webhooks/processor`: a message of the processor is proved, stored once and applied.
//!
//! Answered with 200 only when it is stored. What stands against applying it now is tried again by the next message of its charge and by
//! `duly processor sync`.

use super::adapter::Message;
use super::applying::apply_event;
use super::store::{self, EventRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::transaction;
use crate::web::Web;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use duly_domain::audit::hex;
use duly_domain::values::ids::ProcessorEventId;
use duly_domain::values::moment::Moment;
use sha2::{Digest, Sha256};

/// The header that carries the signature.
const SIGNATURE: &str = "stripe-signature";

/// The largest message that is read: anybody may knock here.
const MESSAGE_BYTES: usize = 512 * 1024;

/// `POST /webhooks/processor`
pub async fn post_message(State(web): State<Web>, headers: HeaderMap, body: Body) -> Result<Response, Failure> {
    let app = &web.app;
    let Some(processor) = &app.processor else {
        return Ok((StatusCode::NOT_FOUND, "no processor is configured here\n").into_response());
    };
    let Ok(body) = to_bytes(body, MESSAGE_BYTES).await else {
        return Ok((StatusCode::PAYLOAD_TOO_LARGE, "the message is too large\n").into_response());
    };
    let at = app.moment();
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let message = match processor.message(signature, &body, at.at) {
        Ok(message) => message,
        Err(error) => {
            tracing::warn!(%error, "a message to the processor's address was refused");
            return Ok((StatusCode::BAD_REQUEST, format!("{error}\n")).into_response());
        }
    };
    let id = store_message(app, at, &message, &body).await?;
    // It is stored: whatever applying it comes to, it need not be sent again.
    if let Err(failure) = apply_event(app, &Actor::processor(), at, id).await {
        tracing::error!(%failure, event = %id, "a message is stored and could not be applied: duly processor sync tries again");
    }
    Ok((StatusCode::OK, "stored\n").into_response())
}

/// Stores a message, if it is new; under which id it stands.
pub async fn store_message(app: &App, at: Moment, message: &Message, body: &[u8]) -> Result<ProcessorEventId, Failure> {
    let hash = hex(&Sha256::digest(body));
    transaction!(app.db, tx, {
        if let Some(known) = store::find_event(tx, &message.event).await? {
            return Ok(known.id);
        }
        let reading = message.reading.clone().unwrap_or_default();
        let row = EventRow {
            id: ProcessorEventId(new_uuid()),
            event: message.event.clone(),
            kind: message.kind.clone(),
            told_at: message.at,
            ours: reading.ours.map(|id| id.0),
            intent: reading.intent,
            charge: reading.charge,
            amount_minor: reading.amount_minor,
            currency: reading.currency,
            progress: reading.told.progress.map(|progress| progress.code().into()),
            failure: reading.failure,
            taken_at: reading.taken_at,
            refunded_minor: reading.told.refunded_minor,
            dispute: reading.told.dispute.map(|(dispute, _)| dispute.code().into()),
            disputed_minor: reading.told.dispute.map(|(_, minor)| minor),
            received_at: at.at,
            applied_at: None,
            outcome: String::new(),
        };
        store::insert_event(tx, &row, &hash).await?;
        Ok(row.id)
    })
}
