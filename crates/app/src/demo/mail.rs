//! The sample agency's mail: what its states want said, notices that are due, and answers to cases, printed and handed over.

use super::life::Dice;
use crate::accounts::papers::{FileDocument, file_document};
use crate::app::{Actor, App, Failure};
use crate::disputes::store::ListedCase;
use crate::outreach::letters::answers::{AnswerCase, print_answer};
use crate::outreach::letters::{PrintNotices, print_notices, record_mailed, store};
use crate::outreach::words::states::{EnterWords, enter};
use duly_domain::disputes::case::{CaseKind, CaseOutcome};
use duly_domain::outreach::case_letter::CaseLetterKind;
use duly_domain::outreach::letter::Language;
use duly_domain::values::ids::{AccountId, DocumentId};

/// What the states of the sample's people want in letters, in words of the sample alone; for others the program has words of its own.
const STATE_WORDS: [(&str, &str); 4] = [
    ("HI", "Sample Agency is registered as a collection agency in Hawaii."),
    (
        "IL",
        "Sample Agency is licensed under the Collection Agency Act. If you are a victim of identity theft, tell us, and we will look into it.",
    ),
    ("OR", "If this debt was bought, you may ask us for the documents that show it."),
    ("WI", "This collection agency is licensed by the Division of Banking, P.O. Box 7876, Madison, WI 53707."),
];

/// Enters the words of the states.
pub async fn settle_words(app: &App) -> Result<(), Failure> {
    for (state, words) in STATE_WORDS {
        let source = "Made up for the sample: have counsel write yours".to_string();
        let ask = EnterWords { state: state.into(), language: Language::English, words: words.into(), source };
        enter(app, &Actor::command(), app.moment(), &ask).await?;
    }
    Ok(())
}

/// The back office's half hour: it prints what is due and takes it to the mail. Now and then the day is too short.
pub async fn send_notices(past: &App, who: &Actor, dice: &mut Dice) -> Result<(), Failure> {
    if dice.of(5) == 0 {
        return Ok(());
    }
    let ask = PrintNotices { folder: None, mailing_on: None, accounts: Vec::new() };
    print_notices(past, who, past.moment(), &ask).await?;
    let waiting = store::list_waiting(&mut past.db.read().await?, 100).await?;
    for run in waiting {
        record_mailed(past, who, past.moment(), run.id, None).await?;
    }
    Ok(())
}

/// What a creditor sends when it is asked for evidence.
pub async fn file_evidence(past: &App, who: &Actor, account: AccountId) -> Result<DocumentId, Failure> {
    let paper = FileDocument {
        kind: "statement".into(),
        file_name: "last-statement.txt".into(),
        media_type: "text/plain".into(),
        source: "the creditor".into(),
        body: format!("Last statement, as the creditor keeps it. Made up for the sample.\nOur key: {account}\n").into_bytes(),
    };
    file_document(past, who, past.moment(), account, &paper).await
}

/// Answers a case by letter, with what came; whether it went out.
pub async fn answer(past: &App, who: &Actor, case: &ListedCase, kind: CaseKind, evidence: Option<DocumentId>) -> Result<bool, Failure> {
    let (letter, outcome, found) = match kind {
        CaseKind::Dispute | CaseKind::IdentityTheft => {
            (CaseLetterKind::Verification, None, "The agreement bears the signature on file; the balance agrees with the statements.")
        }
        CaseKind::OriginalCreditor => (CaseLetterKind::OriginalCreditor, None, ""),
        CaseKind::Complaint => {
            (CaseLetterKind::Complaint, Some(CaseOutcome::PartlyUpheld), "The receipt was filed under another account; it is mended.")
        }
    };
    let ask = AnswerCase {
        case: case.id,
        kind: letter,
        outcome,
        found: found.into(),
        enclosures: evidence.into_iter().collect(),
        original_creditor: [case.creditor.as_str(), "20 Market Square", "Columbus, OH 43215"].map(String::from).to_vec(),
        correction: None,
        mailing_on: None,
        folder: None,
    };
    match print_answer(past, who, past.moment(), &ask).await {
        Ok(printing) if printing.held.is_empty() => {}
        // What the gate holds back, or what lacks an address, lies until somebody finds another way.
        Ok(_) | Err(Failure::Wrong(_)) => return Ok(false),
        Err(failure) => return Err(failure),
    }
    let letters = store::list_of_case(&mut past.db.read().await?, case.id).await?;
    for letter in letters.into_iter().filter(|letter| letter.state == "printed") {
        record_mailed(past, who, past.moment(), letter.run, None).await?;
    }
    Ok(true)
}
