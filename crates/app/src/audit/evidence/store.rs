//! What a pack holds of the record: which rows of which tables are an account's own, and which of their columns are masked.
//!
//! A person may owe on accounts of several creditors, and what they told us on one binds for all. [`read`] leaves out what was told on
//! an account that the pack is not about, and says how much.
//!
//! Nothing is written here. The columns come from the catalogue of the schema, so that a new one is in the packs from then on.

use crate::store::catalogue::{Kind, Table, list_tables};
use crate::store::state::list_where;
use crate::store::{StoreError, Tx, Value};
use crate::{params, values};
use duly_domain::values::ids::{AccountId, CreditorId};
use duly_domain::values::point::{EmailAddress, MASK, Phone};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashSet;
use uuid::Uuid;

/// One file of rows.
pub struct Source {
    /// The file, without its folder and ending.
    pub file: &'static str,
    /// What it shows.
    pub shows: &'static str,
    table: &'static str,
    /// Which rows; `$1` is the account, `$2` the moment where it is named.
    whose: &'static str,
}

const fn source(file: &'static str, table: &'static str, whose: &'static str, shows: &'static str) -> Source {
    Source { file, shows, table, whose }
}

const OWN: &str = "account_id = $1";
const PEOPLE: &str = "debtor_id in (select debtor_id from account_people where account_id = $1
    union select debtor_id from accounts where id = $1)";
const CONTACTS: &str = "id in (select id from contacts where account_id = $1
    union select contact_id from contact_debts where account_id = $1)";
const DEBTS: &str = "contact_id in (select contact_id from contact_debts where account_id = $1)";
const DECISIONS: &str = "id in (select id from decisions where account_id = $1
    union select c.decision_id from contacts c join contact_debts d on d.contact_id = c.id where d.account_id = $1)";
const CALLS: &str = "id in (select id from calls where account_id = $1
    union select k.id from calls k join contact_debts d on d.contact_id = k.contact_id where d.account_id = $1)";
const STEPS: &str = "call_id in (select id from calls where account_id = $1
    union select k.id from calls k join contact_debts d on d.contact_id = k.contact_id where d.account_id = $1)";
const NOTICES: &str = "id in (select id from notices where account_id = $1
    union select n.id from notices n join accounts a on a.debtor_id = n.debtor_id where a.id = $1)";
const JOINT: &str = "id in (select joint_id from plans where account_id = $1)";
const POLICIES: &str = "creditor_id is null or creditor_id = (select creditor_id from accounts where id = $1)";
/// The moment of the pack is left out: the view that its making is must not be in it, or no second one could be the same.
const VIEWS: &str = "account_id = $1 and seen_at < $2";

/// Everything a pack holds of an account, in the order of its contents.
pub const SOURCES: [Source; 45] = [
    source("account", "accounts", "id = $1", "the account as it stands"),
    source("people", "account_people", OWN, "who stands on the account, in which role"),
    source(
        "persons",
        "debtors",
        "id in (select debtor_id from account_people where account_id = $1
        union select debtor_id from accounts where id = $1)",
        "the people themselves",
    ),
    source("points", "contact_points", PEOPLE, "their numbers and addresses"),
    source("wishes", "preferences", PEOPLE, "what they asked of us, and what they took back"),
    source("circumstances", "circumstances", PEOPLE, "circumstances that call for care"),
    source("itemization", "itemizations", OWN, "the amounts of the itemization date"),
    source("contacts", "contacts", CONTACTS, "every contact about this debt, reserved and recorded"),
    source("contact-debts", "contact_debts", DEBTS, "which debts each contact was about"),
    source("decisions", "decisions", DECISIONS, "every answer of the gate, with the facts it was given and its reasons"),
    source("disclosures", "contact_disclosures", OWN, "words that were due, and whether they were given"),
    source("notices", "notices", NOTICES, "what was told to us, and notices we gave"),
    source("letters", "letters", OWN, "letters printed, mailed or taken back"),
    source("confirmations", "confirmations", OWN, "what those letters confirmed: plans, pauses, ends"),
    source("comparisons", "comparisons", OWN, "ways to deal with it that were sent by letter, each once"),
    source("cases", "cases", OWN, "disputes, requests, claims and complaints with their outcome"),
    source("case-steps", "case_steps", OWN, "each step of those cases"),
    source("payments", "payments", OWN, "payments, and those that were reversed"),
    source("refunds", "refunds", OWN, "what was paid back"),
    source("direct-payments", "direct_payments", OWN, "what was paid to the creditor itself"),
    source("entries", "entries", OWN, "the ledger's entries with what each moved, a column for each place"),
    source("calls", "calls", CALLS, "calls led at the desk, with the guide that led them"),
    source("call-steps", "call_steps", STEPS, "each thing that was done in those calls; what was typed for a check is kept nowhere"),
    source("recaps", "recaps", STEPS, "what was agreed in those calls, word for word as it was written for them"),
    source("interest-terms", "interest_terms", OWN, "by what terms interest ran, and until when"),
    source("charges", "charges", OWN, "interest, fees and waivers, each with its entry and what let it be made"),
    source("write-offs", "write_offs", OWN, "what was left and written off unpaid, and what of it was taken back"),
    source("pauses", "hardship_pauses", OWN, "pauses in hardship"),
    source("promises", "promises", OWN, "promises to pay, kept or not"),
    source("budgets", "budgets", OWN, "what they said they can pay"),
    source("plans", "plans", OWN, "plans and settlements that were agreed, and what became of them"),
    source("joint-plans", "joint_plans", JOINT, "what was agreed for this and other accounts of the person together"),
    source("installments", "plan_installments", OWN, "the payments of those plans day by day, each with its promise"),
    source("re-ages", "re_ages", OWN, "when the account was brought current, and from which day its age counts"),
    source("approvals", "approvals", OWN, "what officers asked to grant beyond their limits, and the answers"),
    source("statuses", "status_evidence", OWN, "statuses with their evidence"),
    source("limitation", "limitation_entries", OWN, "what the time to sue is counted from"),
    source("holds", "holds", OWN, "when we had to stand still, and why"),
    source("notes", "notes", OWN, "notes"),
    source("documents", "documents", OWN, "documents, each with the hash of its bytes"),
    source("offer-policies", "offer_policies", POLICIES, "what the agency and the creditor let be offered"),
    source("policies", "policies", POLICIES, "policies of the agency and the creditor, stricter than the law"),
    source(
        "amendments",
        "amendments",
        "exists (select 1 from accounts where id = $1)",
        "what the agency says the law is since the program was shipped",
    ),
    source("history", "history_rows", OWN, "what files told of the time before us"),
    source("views", "views", VIEWS, "who saw the account before this pack was made"),
];

/// Made on one account and about others as well: such a row is shown wherever it belongs, without what was said on that account.
const ABOUT_SEVERAL: [&str; 2] = ["contacts", "decisions"];

/// Columns that only serve the search.
const SEARCHED: [&str; 5] = ["search_name", "name_key", "family_key", "sound_key", "last_four"];

const OF_CREDITOR: &str = "
    select id from accounts where creditor_id = $1 and placed_on >= $2 and placed_on <= $3 order by id limit $4";

/// Lines of one file.
pub struct Lines {
    /// A JSON document for each row.
    pub text: String,
    /// How many.
    pub rows: usize,
    /// How many are left out: they were told on another account.
    pub left_out: usize,
    /// How many of those shown are without their note and account: they were made on another account.
    pub cut: usize,
    /// The rows of which nothing, or not all, may be told.
    pub untold: Vec<Uuid>,
}

/// The tables, read once for all accounts of a pack.
pub async fn tables(tx: &mut Tx) -> Result<Vec<Table>, StoreError> {
    let mut tables = list_tables(tx).await?;
    tables.push(payments());
    Ok(tables)
}

/// A payment is its own entry; the view shows it as a payment.
fn payments() -> Table {
    let columns = [
        ("account_id", Kind::Uuid),
        ("amount_minor", Kind::Int),
        ("created_at", Kind::Int),
        ("currency", Kind::Text),
        ("effective_on", Kind::Date),
        ("entry_id", Kind::Uuid),
        ("id", Kind::Uuid),
        ("posted_by", Kind::Text),
        ("reference", Kind::Text),
        ("reversed_on", Kind::Date),
        ("state", Kind::Text),
        ("unapplied_minor", Kind::Int),
    ];
    Table::of_view("payments", &columns)
}

/// The accounts of a creditor that were placed in some days, in order of their ids.
pub async fn list_of_creditor(tx: &mut Tx, id: CreditorId, from: Date, to: Date, most: i64) -> Result<Vec<AccountId>, StoreError> {
    let rows: Vec<(AccountId,)> = tx.all(OF_CREDITOR, params![id, from, to, most]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Reads the rows of one file about an account, in a pack about some accounts.
pub async fn read(
    tx: &mut Tx,
    tables: &[Table],
    source: &Source,
    account: AccountId,
    of_pack: &HashSet<AccountId>,
    before: Timestamp,
    is_plain: bool,
) -> Result<Lines, StoreError> {
    let table = tables.iter().find(|table| table.name == source.table);
    let table = table.ok_or_else(|| StoreError::Column(format!("the table {}", source.table)))?;
    let params = values![account, before];
    let params = if source.whose.contains("$2") { &params[..] } else { &params[..1] };
    let mut shown = table.clone();
    shown.columns.retain(|column| is_shown(&column.name));
    let place = |name: &str| table.columns.iter().position(|column| column.name == name);
    let (of_account, of_row, note) = (place("account_id"), place("id"), place("note"));
    let mut lines = Lines { text: String::new(), rows: 0, left_out: 0, cut: 0, untold: Vec::new() };
    for mut row in list_where(tx, table, source.whose, params).await? {
        let told_on = of_account.and_then(|place| uuid_of(&row[place])).map(AccountId);
        if told_on.is_some_and(|account| !of_pack.contains(&account)) {
            lines.untold.extend(of_row.and_then(|place| uuid_of(&row[place])));
            if !ABOUT_SEVERAL.contains(&source.table) {
                lines.left_out += 1;
                continue;
            }
            lines.cut += 1;
            for place in [of_account, note].into_iter().flatten() {
                row[place] = Value::Null;
            }
        }
        let kind = place("kind").or_else(|| place("channel")).and_then(|place| text_of(&row[place])).unwrap_or_default().to_string();
        let cells = table.columns.iter().zip(row).filter(|(column, _)| is_shown(&column.name));
        let cells: Vec<Value> =
            cells.map(|(column, value)| if is_plain { value } else { masked(source.table, &column.name, &kind, value) }).collect();
        lines.text.push_str(&shown.line(&cells));
        lines.rows += 1;
    }
    Ok(lines)
}

fn uuid_of(value: &Value) -> Option<Uuid> {
    if let Value::Uuid(id) = value { Some(*id) } else { None }
}

fn is_shown(column: &str) -> bool {
    !SEARCHED.contains(&column)
}

fn text_of(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

/// A value as those see it who neither dial nor write.
fn masked(table: &str, column: &str, kind: &str, value: Value) -> Value {
    // A letter has their address in it; a text has neither that nor a number of theirs.
    let is_letter = (table, column, kind) == ("recaps", "content", "letter");
    let is_hidden = is_letter
        || matches!(
            (table, column),
            ("contact_points", "value")
                | ("notices" | "preferences", "address")
                | ("letters", "addressee" | "content")
                | ("debtors", "date_of_birth")
        );
    if !is_hidden || value == Value::Null {
        return value;
    }
    let text = text_of(&value).unwrap_or_default();
    let shown = match kind {
        "phone" if table == "contact_points" => Phone::parse(text).ok().map(|phone| phone.masked()),
        "email" if table == "contact_points" => EmailAddress::parse(text).ok().map(|email| email.masked()),
        _ => None,
    };
    Value::from(shown.unwrap_or_else(|| MASK.to_string()))
}
