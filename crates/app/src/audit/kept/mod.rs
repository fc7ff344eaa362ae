//! Rows and their entries: whatever an act keeps about an account is named, with its hash, in the entry of the act.
//!
//! [`record`] writes such an entry after the rows were written or changed: it reads them back, so that what is hashed is what
//! stands. Where many rows are inserted at once, [`InHand`] says the same of them from their values. [`proof`] compares all rows with all entries again. Rows kept before entries held hashes are counted in
//! `kept_before`, and [`begin`] writes that count into the chain `kept`, which the daily root holds.
//!
//! Always true: an act that keeps, changes or ends one of these rows writes its entry in the same transaction, in the chain of
//! the row's account. One that takes a row away (a batch of history is taken back) names it as gone.

mod facts;
pub mod proof;

use super::store;
use crate::app::{Actor, App, Failure};
use crate::store::row::FromValue;
use crate::store::{FromRow, Row, StoreError, Tx, Value};
use crate::transaction;
use duly_domain::audit::kept::{Cell, Claim};
use duly_domain::values::ids::*;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;
use std::fmt;
use uuid::Uuid;

/// The chain of what was counted before entries held hashes.
pub const KEPT: &str = "kept";

/// Where an entry's particulars name its rows.
pub const HASHES: &str = "hashes";

/// One kind of row: its columns are hashed in this order, the account and the id first.
pub struct Kind {
    /// The word for it.
    pub name: &'static str,
    /// What its ids begin with.
    pub prefix: &'static str,
    /// The names of the columns.
    columns: &'static [&'static str],
    /// How many of the columns never change.
    fixed: usize,
    /// How many of those, the last, came later: where they hold nothing, a row is what it was before they came.
    later: usize,
    by_id: &'static str,
    of_accounts: &'static str,
}

macro_rules! kind {
    ($name:literal, $id:ident, $table:literal, $($fixed:ident)*, $($state:ident)*) => {
        Kind {
            name: $name,
            prefix: $id::PREFIX,
            columns: &["account_id", "id" $(, stringify!($fixed))* $(, stringify!($state))*],
            fixed: 2 + [$(stringify!($fixed)),*].len(),
            later: 0,
            by_id: concat!("select account_id, id", $(", ", stringify!($fixed),)* $(", ", stringify!($state),)* " from ", $table,
                " where id in ($keys)"),
            of_accounts: concat!("select account_id, id", $(", ", stringify!($fixed),)* $(", ", stringify!($state),)* " from ", $table,
                " where account_id > $1 and account_id <= $2 order by account_id, id"),
        }
    };
}

/// The same of what is kept about the agency: its account is nothing.
macro_rules! of_agency {
    ($name:literal, $id:ident, $table:literal, $($fixed:ident)*, $($state:ident)*) => {
        Kind {
            by_id: concat!("select null, id", $(", ", stringify!($fixed),)* $(", ", stringify!($state),)* " from ", $table,
                " where id in ($keys)"),
            of_accounts: concat!("select null, id", $(", ", stringify!($fixed),)* $(", ", stringify!($state),)* " from ", $table,
                " order by id"),
            ..kind!($name, $id, $table, $($fixed)*, $($state)*)
        }
    };
}

/// What is kept about accounts: the columns that never change, then those that may.
///
/// Whose contact, wish, circumstance or notice it is may change when two records of one person are made one or parted again.
#[rustfmt::skip]
pub static KINDS: [Kind; 41] = [
    kind!("approval", ApprovalId, "approvals",
        call_id kind terms limits words asked_by_id asked_at,
        lapses_at state answer_terms answer_words answered_by_id answered_at good_until promise_id noted_at),
    kind!("budget", BudgetId, "budgets",
        lines left_minor at_hand_minor currency share_bp pay_every pay_on made_by made_at,),
    kind!("case", CaseId, "cases",
        kind ground channel words disputed_minor currency received_on notice_id hold_id opened_by opened_at,
        debtor_id in_writing state outcome root_cause found closed_by closed_at),
    kind!("case step", CaseStepId, "case_steps",
        case_id kind happened_on words document_id recorded_by recorded_at,),
    kind!("call", CallId, "calls", contact_id language guide began_at, ended_at wrapped_at),
    kind!("call step", CallStepId, "call_steps", call_id seq done done_at,),
    kind!("call score", CallScoreId, "call_scores", call_id officer_id scorecard marks basis_points failed_by made_at,),
    kind!("charge", ChargeId, "charges",
        entry_id kind bucket amount_minor currency to_on words decision_id approval_id charged_by charged_at, reversed_on),
    kind!("circumstance", CircumstanceId, "circumstances",
        kind since_on source note recorded_by recorded_at,
        debtor_id ended_at ended_because),
    kind!("comparison", ComparisonId, "comparisons",
        debtor_id version letter_id decision_id made_on made_by made_at,
        contact_id),
    kind!("confirmation", ConfirmationId, "confirmations",
        debtor_id confirmed about letter_id decision_id made_on made_by made_at,
        contact_id),
    kind!("contact", ContactId, "contacts",
        point_id decision_id channel direction purpose place officer_id released_by contacted_at expires_at,
        debtor_id state result outcome note recorded_at),
    kind!("cost advance", CostAdvanceId, "cost_advances",
        amount_minor currency laid_out_on reference words takes_back_id recorded_by recorded_at,),
    kind!("debit", DebitId, "debits",
        authorization_id kind amount_minor currency wanted_on installment_id promise_id first_id first_on try_no made_by made_at,
        notice_sent_on state because effective_on file_id trace sent_routing sent_sealed sent_account decision_id payment return_code
        decided_at),
    kind!("debit authorization", DebitAuthorizationId, "debit_authorizations",
        holder class is_recurring usual_minor low_minor high_minor currency words evidence agreed_on made_by made_at,
        routing number_sealed last_four bank_account copy_given_on state because state_on),
    kind!("decision", DecisionId, "decisions",
        debtor_id channel purpose answer rules because facts rule_set next_allowed_at asked_by decided_at act_kind act,).later(2),
    kind!("direct payment", DirectPaymentId, "direct_payments",
        entry_id amount_minor currency paid_on reference recorded_by recorded_at,),
    kind!("disclosure", DisclosureId, "contact_disclosures",
        contact_id letter_id disclosure kind version language words was_given recorded_by recorded_at,),
    kind!("document", DocumentId, "documents", kind file_name media_type source hash size_bytes filed_by filed_at,),
    kind!("furnishing", FurnishingId, "furnishings",
        as_of status balance_dollars delinquent_since dispute is_settled decision_id told_by told_at corrects_id because people,).later(3),
    kind!("hardship pause", HardshipPauseId, "hardship_pauses",
        reason words from_on until_on hold_id approval_id granted_by granted_at,
        ended_on ended_by ended_because ended_at),
    kind!("hold", HoldId, "holds", reason scope from_on until_on created_by created_at, ended_at),
    kind!("installment", InstallmentId, "plan_installments",
        plan_id number wanted_on due_on amount_minor currency, promise_id),
    kind!("interest terms", InterestTermsId, "interest_terms",
        source rate_ppm day_count from_on words decision_id set_by set_at,
        until_on stopped_by stopped_because stopped_at),
    kind!("joint plan", JointPlanId, "joint_plans",
        total_minor down_minor currency frequency first_on last_on payments agreed_on agreed_by agreed_at revises_id revision,),
    kind!("letter", LetterId, "letters",
        run_id kind language reference addressee content document_id hash pages file_name mailing_on period_ends_on printed_at case_id,
        state mailed_on notice_id).later(1),
    kind!("limitation entry", LimitationEntryId, "limitation_entries",
        kind value from_on until_on source document_id recorded_by recorded_at,
        withdrawn_at withdrawn_because),
    kind!("flag on a note", NoteFlagId, "note_flags",
        note_id contact_id granted words written_by author_id flagged_at,
        outcome outcome_words looked_by looked_at),
    kind!("note", NoteId, "notes", body written_by author_id written_at,),
    kind!("notice", NoticeId, "notices",
        kind happened_at days in_writing is_duplicative submitted_on sent_on stated_end_on chapter channel address reference words
        recorded_by created_at disputed_minor currency,
        debtor_id).later(2),
    kind!("payment", PaymentId, "payments",
        entry_id amount_minor unapplied_minor currency effective_on posted_by created_at,
        reference state reversed_on),
    kind!("plan", PlanId, "plans",
        budget_id approval_id policy_id kind total_minor down_minor balance_minor share_bp currency frequency first_on agreed_on last_on
        worth_minor all_kept_ppm kept_ppm kept_from agreed_by agreed_at revises_id revision joint_id,
        state decided_at).later(3),
    kind!("processor charge", ProcessorChargeId, "processor_charges",
        method_id amount_minor currency words is_single decision_id asked_by asked_at,
        intent charge progress failure refunded_minor dispute disputed_minor state payment posted_minor times_posted),
    kind!("processor method", ProcessorMethodId, "processor_methods",
        token customer kind kind_there brand last_four expires words is_in_writing copy_given added_by added_at,
        revoked_by revoked_because revoked_at),
    kind!("promise", PromiseId, "promises",
        amount_minor currency taken_on due_on grace_days taken_by taken_at,
        state arrived_minor decided_at),
    kind!("re-age", ReAgeId, "re_ages",
        plan_id payments_kept aged_from_before aged_from_on words made_by made_at,
        taken_back_by taken_back_because taken_back_at),
    kind!("recap", RecapId, "recaps",
        call_id channel language content letter_id decision_id made_by made_at,
        contact_id sent_at),
    kind!("refund", RefundId, "refunds",
        entry_id amount_minor currency refunded_on reference refunded_by created_at,
        state),
    kind!("status evidence", StatusEvidenceId, "status_evidence",
        status act notice_id circumstance_id preference_id happened_on source words document_id care_kinds consented_by consented_on
        consented_how served_from served_until orders_on recorded_by recorded_at,),
    kind!("wish", PreferenceId, "preferences",
        kind days from_minute to_minute place channel address words source told_at copy_of_id,
        debtor_id ended_at),
    kind!("write-off", WriteOffId, "write_offs",
        entry_id amount_minor currency because words approval_id plan_id follows_id written_off_by written_off_at,
        reversed_on),
];

/// What is kept about the agency and no account: named in the entries of its chain.
#[rustfmt::skip]
static OF_AGENCY: [Kind; 23] = [
    of_agency!("policy", PolicyId, "policies",
        creditor_id number attempts_max_7_days opens_minute closes_minute electronic_max_7_days is_off_on_sundays is_off_on_holidays
        from_on reason difference proposed_by proposed_at,
        state begins_at difference_decided decided_by decided_at),
    of_agency!("amendment", AmendmentId, "amendments",
        number pack column_code says source confidence from_on to_on difference proposed_by proposed_at,
        state begins_on begins_at ends_at difference_decided decided_by decided_at),
    of_agency!("license", LicenseId, "licenses",
        place kind number from_on until_on file_name hash recorded_by recorded_at,
        withdrawn_at withdrawn_because withdrawn_by),
    of_agency!("bank statement", StatementId, "bank_statements",
        bank_account form file_hash place number currency opening_minor opening_on closing_minor closing_on adds_up bookings taken_by
        taken_at,
        bookings_taken told_minor known_minor),
    of_agency!("bank entry", ReceiptId, "bank_entries",
        statement_id line mark part booked_on value_on amount_minor currency reference bank_reference counterparty words is_reversal
        return_reason,
        state account_id payment grounds times_posted note decided_by decided_at),
    of_agency!("bank clearing", BankClearingId, "bank_clearings",
        bank_entry_id kind file_id effective_on batch debit_id amount_minor currency cleared_by cleared_at,
        taken_back_by taken_back_at),
    of_agency!("part of a bank entry", BankPartId, "bank_parts", bank_entry_id posting_no account_id payment amount_minor currency,),
    of_agency!("debit file", DebitFileId, "debit_files",
        created_on created_minute modifier bank bank_name sender company_no made_by made_at,
        last_no entries debits_minor currency entry_hash hash closed_at placed_at),
    of_agency!("debit return", DebitReturnId, "debit_returns",
        mark file_hash line kind code trace amount_minor currency words died_on taken_by taken_at,
        debit_id account_id done),
    of_agency!("guide", GuideId, "guides",
        language number body from_on reason proposed_by proposed_at,
        state begins_at decided_by decided_at),
    of_agency!("offer policy", OfferPolicyId, "offer_policies",
        creditor_id number terms from_on set_by approved_by set_at,),
    of_agency!("proposed terms", TermsProposalId, "terms_proposals",
        about creditor_id body from_on reason proposed_by proposed_at,
        state made decided_words decided_by decided_at),
    of_agency!("rate plan", RatePlanId, "rate_plans",
        creditor_id number terms from_on reason proposed_by proposed_at,
        state decided_by decided_at),
    of_agency!("remittance", RemittanceId, "remittances",
        creditor_id number from_on to_on currency mode corrects_id head lines_hash line_count collected_minor direct_minor came_back_minor
        fees_minor costs_minor returned_before_minor billed_before_minor kept_minor paid_minor invoiced_minor returned_after_minor
        billed_after_minor prepared_by prepared_at prepared_on,
        state decided_by decided_at),
    of_agency!("trust posting", TrustPostingId, "trust_postings",
        creditor_id kind booked_on remittance_id account_id entry_id bank_entry_id clears_id takes_back_id reference words currency
        trust_bank_minor client_payable_minor agency_minor on_its_way_minor returned_minor billed_minor claims_minor recorded_by
        recorded_at,),
    of_agency!("trust proof", TrustProofId, "trust_proofs",
        on_day currency bank_minor book_minor clients_minor agency_minor on_its_way_minor unapplied_minor unidentified_minor
        not_booked_minor below_zero is_whole proved_by proved_at coming_minor late_minor,).later(2),
    of_agency!("furnishing file", FurnishingFileId, "furnishing_files",
        kind as_of reporter bureau because looked_at accounts people dollars told left_out named hash written_by written_at,),
    of_agency!("grant limits", LimitsId, "grant_limits", number terms from_on set_by approved_by set_at,),
    of_agency!("draw", DrawId, "review_draws",
        officer_id week_on seed calls population random_most risk_most drawn_by drawn_at,),
    of_agency!("review", ReviewId, "reviews", call_id officer_id purpose draw_id reasons scorecard asked_by asked_at,),
    of_agency!("review score", ReviewScoreId, "review_scores", review_id seat scorer_id marks words given_at,),
    of_agency!("disputed score", ScoreDisputeId, "score_disputes",
        review_id item wanted reason disputed_at, mark because decided_by_id decided_at),
    of_agency!("coaching goal", GoalId, "coaching_goals",
        officer_id item goal review_id practice due_on recheck_on set_by_id set_at, outcome outcome_words closed_by_id closed_at),
];

/// A row that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptRow {
    prefix: &'static str,
    /// Its id, bare.
    pub id: Uuid,
}

/// As an entry names it.
impl fmt::Display for KeptRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.prefix, self.id.simple())
    }
}

macro_rules! kept_rows {
    ($($id:ident)*) => {$(
        impl From<$id> for KeptRow {
            fn from(id: $id) -> KeptRow {
                KeptRow { prefix: $id::PREFIX, id: id.0 }
            }
        }
    )*};
}

kept_rows! { CallId CallStepId ComparisonId ConfirmationId CaseId CaseStepId CircumstanceId LetterId LicenseId ContactId DecisionId DocumentId HoldId NoteId NoteFlagId NoticeId PaymentId PolicyId AmendmentId PromiseId RefundId PreferenceId StatusEvidenceId LimitationEntryId DisclosureId GuideId CallScoreId DrawId ReviewId ReviewScoreId ScoreDisputeId GoalId ApprovalId RecapId FurnishingId FurnishingFileId BudgetId OfferPolicyId PlanId JointPlanId InstallmentId StatementId ReceiptId BankPartId RatePlanId RemittanceId DirectPaymentId CostAdvanceId TrustPostingId TrustProofId InterestTermsId ChargeId WriteOffId TermsProposalId HardshipPauseId ReAgeId LimitsId DebitAuthorizationId DebitId DebitFileId DebitReturnId BankClearingId ProcessorMethodId ProcessorChargeId }

/// The columns of a row as they come.
struct Columns(Vec<Value>);

impl FromRow for Columns {
    fn from_row(row: Row) -> Result<Columns, StoreError> {
        Ok(Columns(row.0))
    }
}

/// A row as it stands: its account, its id, and what is to be said of it.
struct Standing {
    account: Option<AccountId>,
    id: Uuid,
    claim: Claim,
}

impl Kind {
    /// With so many columns at the end of those that never change that came later.
    const fn later(self, later: usize) -> Kind {
        Kind { later, ..self }
    }

    fn read(&self, Columns(values): Columns) -> Result<Standing, StoreError> {
        let wrong = || StoreError::Column(format!("{}.id", self.name));
        let claim = self.claim(values.iter()).ok_or_else(wrong)?;
        let mut values = values.into_iter();
        let account = values.next().and_then(Option::<AccountId>::from_value).ok_or_else(wrong)?;
        let id = values.next().and_then(Uuid::from_value).ok_or_else(wrong)?;
        Ok(Standing { account, id, claim })
    }

    /// What is to be said of a row with these values in the order of the columns.
    fn claim<'v>(&self, values: impl Iterator<Item = &'v Value>) -> Option<Claim> {
        let mut cells = Vec::with_capacity(self.columns.len());
        cells.extend(values.map(cell));
        let (mut fixed, state) = cells.split_at_checked(self.fixed)?;
        for _ in 0..self.later {
            match fixed.split_last() {
                Some((Cell::Nothing, before)) => fixed = before,
                _ => break,
            }
        }
        Some(Claim::of(self.name, fixed, state))
    }
}

/// Rows of one kind that are inserted and not changed any more in the same act: what is to be said of them follows from what is
/// in hand, and is what reading them back would say.
pub struct InHand(&'static Kind);

impl InHand {
    /// Rows of a kind with these columns, the account and the id first; `None` if they are not the kind's, in its order.
    pub fn of(prefix: &str, columns: &[&str]) -> Option<InHand> {
        KINDS.iter().find(|kind| kind.prefix == prefix && kind.columns == columns).map(InHand)
    }

    /// What is to be said of a row with these values of all its columns.
    pub fn claim<const COLUMNS: usize>(&self, values: &[Cell<'_>; COLUMNS]) -> Claim {
        let (fixed, state) = values.split_at(self.0.fixed);
        Claim::of(self.0.name, fixed, state)
    }
}

/// A value as it is hashed, the same from either engine.
fn cell(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Nothing,
        Value::Int(number) => Cell::Number(*number),
        Value::Text(text) => Cell::Text(Cow::Borrowed(text)),
        Value::Date(day) => Cell::Day(*day),
        Value::Uuid(id) => Cell::Bytes(id.as_bytes()),
        // SQLite keeps ids as bytes; no other bytes stand in these tables.
        Value::Bytes(bytes) => Cell::Bytes(bytes),
    }
}

/// Writes an entry at the end of an account's chain that names these rows of the account as they stand now, or as gone.
pub async fn record(
    tx: &mut Tx,
    who: &Actor,
    at: Timestamp,
    account: AccountId,
    act: &str,
    mut detail: Json,
    rows: &[KeptRow],
) -> Result<(), Failure> {
    if !rows.is_empty() {
        detail[HASHES] = Json::Object(hashes(tx, rows).await?);
    }
    super::record(tx, who, at, Some(account), act, &detail).await
}

/// Writes an entry at the end of the agency's chain that names these rows as they stand now.
pub async fn record_of_agency(
    tx: &mut Tx,
    who: &Actor,
    at: Timestamp,
    act: &str,
    mut detail: Json,
    rows: &[KeptRow],
) -> Result<(), Failure> {
    detail[HASHES] = Json::Object(hashes(tx, rows).await?);
    super::record(tx, who, at, None, act, &detail).await
}

/// What is to be said of rows: a statement for each kind among them. Of a row that is not there is said that it is gone.
pub(super) async fn hashes(tx: &mut Tx, rows: &[KeptRow]) -> Result<Map<String, Json>, Failure> {
    let gone = json!(Claim::gone().to_string());
    let mut hashes: Map<String, Json> = rows.iter().map(|row| (row.to_string(), gone.clone())).collect();
    for kind in KINDS.iter().chain(&OF_AGENCY) {
        let keys: Vec<Value> = rows.iter().filter(|row| row.prefix == kind.prefix).map(|row| Value::Uuid(row.id)).collect();
        if keys.is_empty() {
            continue;
        }
        for columns in tx.all_in(kind.by_id, &keys).await? {
            let row = kind.read(columns)?;
            let name = KeptRow { prefix: kind.prefix, id: row.id }.to_string();
            hashes.insert(name, json!(row.claim.to_string()));
        }
    }
    Ok(hashes)
}

/// How a row that never changes stands to the entry that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It is what the entry says.
    AsSaid,
    /// It is not.
    Altered,
    /// The entry was written before entries held hashes.
    NotCovered,
}

/// Compares one row that never changes with the entry that names it.
pub async fn compare(tx: &mut Tx, row: KeptRow, entry: &store::AuditRow) -> Result<Stands, Failure> {
    let detail: Json = serde_json::from_str(&entry.detail).unwrap_or_default();
    let name = row.to_string();
    let Some(said) = detail[HASHES].get(&name) else { return Ok(Stands::NotCovered) };
    Ok(if hashes(tx, &[row]).await?.get(&name) == Some(said) { Stands::AsSaid } else { Stands::Altered })
}

/// Writes down how much of each kind was kept before entries held its hashes: once, and again when kinds were added. What was
/// written of a kind stays; a record that began with them has nothing to write.
pub async fn begin(app: &App) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let before = store::list_kept_before(tx).await?;
        let said = said_before(tx).await?;
        let in_json = in_json(&before);
        let is_told = |kind: &str| said.get(kind).is_some();
        if before.iter().all(|row| is_told(&row.kind))
            || before.iter().any(|row| is_told(&row.kind) && said[&row.kind] != in_json[&row.kind])
        {
            return Ok(());
        }
        super::record_in(tx, &Actor::command(), app.moment().at, KEPT, "kept.begin", &in_json).await
    })
}

/// What the newest entry says was kept before; nothing where there is none.
async fn said_before(tx: &mut Tx) -> Result<Json, Failure> {
    let said = store::list_of_chain(tx, KEPT, 1).await?.into_iter().next();
    Ok(said.and_then(|entry| serde_json::from_str(&entry.detail).ok()).unwrap_or_else(|| json!({})))
}

/// What was kept before, as its entry says it.
fn in_json(before: &[store::KeptBefore]) -> Json {
    let kinds = before.iter().map(|row| (row.kind.clone(), json!({"rows": row.row_count, "newest": row.newest.simple().to_string()})));
    Json::Object(kinds.collect())
}
