//! Acts about a debt that are no contact, asked of the gate by one word each: report it, pass it on, charge it, draw on it, sue on it,
//! delete what was kept of it.
//!
//! An [`Act`] says what is wanted and what only the asker can know; [`gather_act`] adds what is on record, [`decide_act`] asks the
//! catalogue of its kind. [`ActFacts`] is kept with the answer, so that [`decide_act`] can be asked the same again years later.
//!
//! Always true: an act and its facts are of one kind; what the asker does not say is taken as it binds us most.

use super::facts::{
    DebitFacts, DeletionFacts, DepositFacts, FeeFacts, FurnishFacts, InterestFacts, JudgmentFacts, KeptRecord, SuitFacts, TransferFacts,
    Transferee, Venue, gather_debit, gather_deletion, gather_deposit, gather_fee, gather_furnish, gather_interest, gather_judgment,
    gather_suit, gather_transfer,
};
use super::limitation::Agreement;
use super::record::{Key, Record};
use super::{decide, rules};
use crate::decision::Decision;
use crate::values::iso_date;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One act that somebody wants to do about a debt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// Report the debt to a bureau.
    Furnish {
        /// To which.
        bureau: String,
        /// A dispute is shown in the report.
        shows_dispute: bool,
        /// When the delinquency began that led to collection, where the report states it.
        #[serde(with = "iso_date::maybe")]
        delinquency_began: Option<Date>,
    },
    /// Sell it, place it, give it back.
    Transfer {
        /// To whom, in law.
        to: Transferee,
        /// To whom, by name.
        name: String,
        /// A dispute is told with it.
        shows_dispute: bool,
    },
    /// Add a fee.
    Fee {
        /// What for.
        what: String,
        /// How much, in minor units, where it is named.
        amount_minor: Option<i64>,
        /// The agreement that made the debt expressly provides for it.
        is_in_agreement: bool,
        /// The law permits it.
        is_permitted_by_law: bool,
    },
    /// Charge interest.
    Interest {
        /// The rate of a year, in hundredths of a percent.
        rate_basis_points: i64,
        /// The agreement provides for it.
        is_in_agreement: bool,
        /// The law permits it.
        is_permitted_by_law: bool,
    },
    /// Deposit an instrument that bears a later date than its acceptance.
    Deposit {
        /// The day we accepted it.
        #[serde(with = "iso_date")]
        accepted_on: Date,
        /// The date it bears.
        #[serde(with = "iso_date")]
        instrument_dated: Date,
        /// The day the written notice of the deposit went out.
        #[serde(with = "iso_date::maybe")]
        notice_sent_on: Option<Date>,
        /// It was asked for in order to threaten or start a prosecution.
        is_to_threaten_prosecution: bool,
    },
    /// One debit of a series authorized ahead, or a single one.
    Debit {
        /// It stands alone: they agreed to this debit and no series.
        #[serde(default, skip_serializing_if = "is_not")]
        is_single: bool,
        /// They signed a writing for it, or authenticated one in a similar way.
        is_authorized_in_writing: bool,
        /// They took it back.
        is_revoked: bool,
        /// They were given a copy.
        copy_given: bool,
        /// How much, in minor units, where it is said.
        amount_minor: Option<i64>,
        /// The last or agreed amount, in minor units, where it is said.
        usual_minor: Option<i64>,
        /// The range within which they chose to have no notice, in minor units.
        agreed_range_minor: Option<(i64, i64)>,
        /// The day the written notice of amount and date went out.
        #[serde(with = "iso_date::maybe")]
        notice_sent_on: Option<Date>,
    },
    /// Delete what was kept.
    Delete {
        /// What.
        kept: KeptRecord,
        /// The day of the last activity, where it is later than what is on record.
        #[serde(with = "iso_date::maybe")]
        last_activity_on: Option<Date>,
    },
    /// Bring a suit, or threaten one: the law treats both alike.
    Suit {
        /// Where, by what ties the court to the debt.
        venue: Option<Venue>,
        /// A claim filed in a bankruptcy, which is no suit.
        is_proof_of_claim: bool,
        /// When the time to sue began, where the asker holds evidence of it.
        #[serde(with = "iso_date::maybe")]
        accrued_on: Option<Date>,
        /// The kind of agreement, where the asker knows it.
        agreement: Option<Agreement>,
    },
    /// Ask for judgment by default.
    Judgment {
        /// An affidavit is filed that says whether they are in military service, or that it could not be found out.
        has_military_affidavit: bool,
    },
}

/// What is not said is not kept: what was asked before the field came reads the same.
const fn is_not(yes: &bool) -> bool {
    !*yes
}

/// The kinds of acts, in the order screens list them: code, the word, the question.
pub const KINDS: [(&str, &str, &str); 9] = [
    ("furnish", "Report to a bureau", "report this debt to a credit bureau"),
    ("transfer", "Sell, place or give back", "sell, place or give back this debt"),
    ("fee", "Add a fee", "add a fee to this debt"),
    ("interest", "Charge interest", "charge interest on this debt"),
    ("deposit", "Deposit a postdated check", "deposit this postdated check"),
    ("debit", "Draw a preauthorized debit", "draw this debit"),
    ("delete", "Delete a record", "delete this record"),
    ("suit", "Sue, or threaten to", "sue on this debt, or say that we may"),
    ("judgment", "Ask for default judgment", "ask for judgment by default"),
];

impl Act {
    /// The code in commands and the database.
    pub const fn code(&self) -> &'static str {
        match self {
            Act::Furnish { .. } => "furnish",
            Act::Transfer { .. } => "transfer",
            Act::Fee { .. } => "fee",
            Act::Interest { .. } => "interest",
            Act::Deposit { .. } => "deposit",
            Act::Debit { .. } => "debit",
            Act::Delete { .. } => "delete",
            Act::Suit { .. } => "suit",
            Act::Judgment { .. } => "judgment",
        }
    }
}

/// The word for a kind of act, by its code.
pub fn word(code: &str) -> &str {
    KINDS.iter().find(|(known, ..)| *known == code).map_or(code, |(_, word, _)| word)
}

/// What an act was decided on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "of", content = "known", rename_all = "snake_case")]
pub enum ActFacts {
    /// Of a report.
    Furnish(FurnishFacts),
    /// Of a transfer.
    Transfer(TransferFacts),
    /// Of a fee.
    Fee(FeeFacts),
    /// Of interest.
    Interest(InterestFacts),
    /// Of a deposit.
    Deposit(DepositFacts),
    /// Of a debit.
    Debit(DebitFacts),
    /// Of a deletion.
    Delete(DeletionFacts),
    /// Of a suit.
    Suit(SuitFacts),
    /// Of a request for judgment.
    Judgment(JudgmentFacts),
}

/// Reads from the record what the rules may know about an act on these debts, against a person.
pub fn gather_act(record: &Record, at: Timestamp, person: Key, debts: &[Key], act: &Act) -> ActFacts {
    match act {
        Act::Furnish { shows_dispute, delinquency_began, .. } => {
            let record = with_told(record, debts, |debt| debt.delinquency_began = delinquency_began.or(debt.delinquency_began));
            ActFacts::Furnish(gather_furnish(&record, at, debts, *shows_dispute))
        }
        Act::Transfer { to, shows_dispute, .. } => ActFacts::Transfer(gather_transfer(record, at, debts, *to, !shows_dispute)),
        Act::Fee { is_in_agreement, is_permitted_by_law, .. } => {
            ActFacts::Fee(gather_fee(record, at, debts, *is_in_agreement, *is_permitted_by_law))
        }
        Act::Interest { rate_basis_points, is_in_agreement, is_permitted_by_law } => {
            let is_unauthorized = !is_in_agreement && !is_permitted_by_law;
            ActFacts::Interest(gather_interest(record, at, debts, *rate_basis_points, is_unauthorized))
        }
        Act::Deposit { accepted_on, instrument_dated, notice_sent_on, is_to_threaten_prosecution } => ActFacts::Deposit(DepositFacts {
            is_to_threaten_prosecution: *is_to_threaten_prosecution,
            ..gather_deposit(record, at, debts, *accepted_on, *instrument_dated, *notice_sent_on)
        }),
        Act::Debit {
            is_single,
            is_authorized_in_writing,
            is_revoked,
            copy_given,
            amount_minor,
            usual_minor,
            agreed_range_minor,
            notice_sent_on,
        } => ActFacts::Debit(DebitFacts {
            is_single: *is_single,
            is_authorized_in_writing: *is_authorized_in_writing,
            is_revoked: *is_revoked,
            lacks_copy: !copy_given,
            varies_from: amount_minor.zip(*usual_minor),
            agreed_range_minor: *agreed_range_minor,
            notice_sent_on: *notice_sent_on,
            ..gather_debit(record, at, debts)
        }),
        Act::Delete { kept, last_activity_on } => ActFacts::Delete(gather_deletion(record, at, debts, *kept, *last_activity_on)),
        Act::Suit { venue, is_proof_of_claim, accrued_on, agreement } => {
            let record = with_told(record, debts, |debt| {
                debt.accrued_on = accrued_on.or(debt.accrued_on);
                debt.agreement = agreement.unwrap_or(debt.agreement);
            });
            ActFacts::Suit(SuitFacts { venue: *venue, ..gather_suit(&record, at, person, debts, *is_proof_of_claim) })
        }
        Act::Judgment { has_military_affidavit } => ActFacts::Judgment(gather_judgment(record, at, debts, *has_military_affidavit)),
    }
}

/// The record with what the asker tells of these debts beside it.
fn with_told(record: &Record, debts: &[Key], tell: impl Fn(&mut super::record::Debt)) -> Record {
    let mut record = record.clone();
    record.debts.iter_mut().filter(|debt| debts.contains(&debt.key)).for_each(tell);
    record
}

/// Decides an act by the rules of its kind.
pub fn decide_act(facts: &ActFacts) -> Decision {
    match facts {
        ActFacts::Furnish(facts) => decide(&rules::FURNISH, facts, &()),
        ActFacts::Transfer(facts) => decide(&rules::TRANSFER, facts, &()),
        ActFacts::Fee(facts) => decide(&rules::FEE, facts, &()),
        ActFacts::Interest(facts) => decide(&rules::INTEREST, facts, &()),
        ActFacts::Deposit(facts) => decide(&rules::DEPOSIT, facts, &()),
        ActFacts::Debit(facts) => decide(&rules::DEBIT, facts, &()),
        ActFacts::Delete(facts) => decide(&rules::DELETION, facts, &()),
        ActFacts::Suit(facts) => decide(&rules::SUIT, facts, &()),
        ActFacts::Judgment(facts) => decide(&rules::JUDGMENT, facts, &()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, consumer_in};
    use jiff::civil::date;

    fn asked(record: &Record, act: &Act) -> Vec<&'static str> {
        let at = "2026-05-06T11:00:00-04:00".parse().unwrap();
        decide_act(&gather_act(record, at, CONSUMER, &[DEBT], act)).because.iter().map(|reason| reason.rule.id).collect()
    }

    #[test]
    fn each_kind_asks_its_own_rules_and_what_is_told_counts() {
        let record = consumer_in(&["America/New_York"]);
        let fee =
            |is_in_agreement| Act::Fee { what: "Postage".into(), amount_minor: Some(500), is_in_agreement, is_permitted_by_law: false };
        let furnish = |began| Act::Furnish { bureau: "Any".into(), shows_dispute: false, delinquency_began: Some(began) };
        let judgment = |has_military_affidavit| Act::Judgment { has_military_affidavit };
        let sold = |to| Act::Transfer { to, name: "Somebody".into(), shows_dispute: true };
        let mut paid = record.clone();
        paid.debts[0].is_paid = true;
        //   on which record   act                                         refused by
        for (record, act, refused) in [
            (&record, fee(true), vec![]),
            (&record, fee(false), vec!["fdcpa.amount.authorised"]),
            (&record, furnish(date(2025, 1, 1)), vec!["regf.credit-report.precondition"]),
            (&record, furnish(date(2015, 1, 1)), vec!["regf.credit-report.precondition", "fcra.obsolete"]),
            (&record, judgment(true), vec![]),
            (&record, judgment(false), vec!["scra.default-judgment-affidavit"]),
            (&record, sold(Transferee::Buyer), vec![]),
            (&paid, sold(Transferee::Buyer), vec!["regf.transfer.prohibited"]),
            (&paid, sold(Transferee::Owner), vec![]),
        ] {
            assert_eq!(asked(record, &act), refused, "{act:?}");
        }
    }

    #[test]
    fn the_asker_may_tell_what_is_not_on_file_about_the_time_to_sue() {
        let mut record = consumer_in(&["America/New_York"]);
        record.consumer.state = Some("NJ");
        let suit = |accrued_on| Act::Suit {
            venue: Some(Venue::ConsumerLivesThere),
            is_proof_of_claim: false,
            accrued_on,
            agreement: Some(Agreement::Written),
        };
        assert_eq!(asked(&record, &suit(None)), ["regf.time-barred.suit"], "what is not known counts as run out");
        assert!(asked(&record, &suit(Some(date(2024, 3, 10)))).is_empty());
        assert_eq!(asked(&record, &suit(Some(date(2010, 3, 10)))), ["regf.time-barred.suit"]);
    }

    #[test]
    fn every_code_has_its_word() {
        let mut codes: Vec<&str> = KINDS.iter().map(|(code, ..)| *code).collect();
        codes.dedup();
        assert_eq!(codes.len(), KINDS.len());
        assert!(codes.contains(&Act::Judgment { has_military_affidavit: true }.code()));
        assert_eq!((word("fee"), word("nonsense")), ("Add a fee", "nonsense"));
    }
}
