//! What `regulation/rules.md` asks beside the rules: whom the law reaches, its exceptions, what a notice holds.
//!
//! None of these stands in the way of an act by itself. Each decides whether a rule applies, or is obeyed in how the program is made;
//! the handbook says where.

/// Something the law says that is obeyed without a rule of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The id of `regulation/rules.md`.
    pub id: &'static str,
    /// Where it stands.
    pub cite: &'static str,
    /// What it says, in plain words.
    pub says: &'static str,
    /// How it is obeyed.
    pub obeyed: &'static str,
    /// Why no conformance case asks about it, where none does: then nothing of it is decided by the facts of one account.
    pub no_case: Option<&'static str>,
}

/// Every one of them, in the order of `regulation/rules.md`.
pub static READINGS: [Reading; 11] = [
    Reading {
        id: "scope.debt-collector",
        cite: "15 USC 1692a(5), (6)",
        says: "The federal debt collection law binds those who collect for others or buy debts, on debts of persons for personal, family \
               or household purposes.",
        obeyed: "Each creditor's role and each account's purpose are on record. Rules `regf.*` and `fdcpa.*` are not asked about a \
                 creditor in its own name or a business debt, unless the creditor's setting binds us to them on all its debts.",
        no_case: None,
    },
    Reading {
        id: "scope.consumer-definition",
        cite: "12 CFR 1006.6(a), 1006.2(e)",
        says: "For contacts, a spouse, a minor's parent, a guardian and whoever acts for an estate count as the consumer.",
        obeyed: "By their role on the account. Calls are counted for each person by themselves.",
        no_case: None,
    },
    Reading {
        id: "scope.particular-debt",
        cite: "12 CFR 1006.14(b)(4)",
        says: "Every debt counts for itself; student loans that were serviced under one number when we got them are one debt.",
        obeyed: "A call is kept with every debt it is about and counts for each; the number of the servicer at placement joins debts.",
        no_case: None,
    },
    Reading {
        id: "regf.call-frequency.exclusions",
        cite: "12 CFR 1006.14(b)(3)",
        says: "Calls by the person's own prior consent, calls that did not connect, and calls to lawyers, bureaus and creditors do not count.",
        obeyed: "By the outcome that was recorded, the person's role, and consent with its day, its debts and its end of seven days at most.",
        no_case: None,
    },
    Reading {
        id: "regf.time.consumer-initiated",
        cite: "comment 6(b)(1)-2",
        says: "Whoever begins a contact at an inconvenient time or place may be answered once, then, by the same medium.",
        obeyed: "An answer names the contact it answers; hours, designated times and places are lifted for one.",
        no_case: None,
    },
    Reading {
        id: "regf.validation.content",
        cite: "12 CFR 1006.34(c), (d); Model Form B-1",
        says: "A validation notice holds every element the law lists, and an itemization that adds up.",
        obeyed: "A notice that lacks an element, or does not balance to the cent, is not made; the refusal names what is missing.",
        no_case: None,
    },
    Reading {
        id: "regf.dispute.duplicative",
        cite: "12 CFR 1006.38(a)(1), (d)(2)(ii)",
        says: "A dispute that repeats one already answered, with nothing new, may be answered with the reason.",
        obeyed: "The stop holds until that answer went out, as with any written dispute.",
        no_case: None,
    },
    Reading {
        id: "state.sol",
        cite: "regulation/states.csv",
        says: "The time to sue follows from the state, the kind of agreement, the law that was chosen and what stopped or renewed it.",
        obeyed: "Reckoned line by line from what is entered with evidence; the shorter of two laws counts; a payment restarts nothing; what \
                 is not known counts as run out.",
        no_case: None,
    },
    Reading {
        id: "fdcpa.mail",
        cite: "15 USC 1692f(7), (8)",
        says: "No postcards, and nothing on the envelope but the address and a neutral name.",
        obeyed: "There is no medium for postcards: a letter is made for a sealed envelope, and no envelope is printed.",
        no_case: Some(
            "No fact on record could break it: no act of the program makes a postcard or prints an envelope, so there is nothing to refuse. \
             What carries it out is the medium itself: the gate knows letters alone, and a letter is a folded page whose address shows in \
             a window; what is printed outside is the print shop's, whose contract must say so.",
        ),
    },
    Reading {
        id: "fdcpa.conduct",
        cite: "15 USC 1692d, 1692e",
        says: "No threats, no abuse, no false words about who we are or what may happen.",
        obeyed: "The words that we print and give out stand in tables with their source. What somebody writes freely is not read for it.",
        no_case: Some(
            "It is about what is said, and the record holds no tone of voice: no fact of an account tells a threat from a statement. What \
             carries it out: fixed words with their source, the rule regf.validation.overshadowing for threats in the period, the rule \
             regf.time-barred.suit for threats to sue, and complaints with their root cause.",
        ),
    },
    Reading {
        id: "ecoa.discrimination",
        cite: "12 CFR 1002.2(m), 1002.4(a)",
        says: "Nobody is treated differently in collection for who they are.",
        obeyed: "What a place on the worklist follows from holds amounts, days, promises and payments, and nothing about the person.",
        no_case: Some(
            "No act about one account shows it: unequal treatment is seen across many. What carries it out is what is absent: neither the \
             worklist's facts nor a policy's numbers hold age, sex, race, origin, religion, marriage or public assistance, so nothing could \
             treat by them. What is known of someone's health or age adds care or stops, and takes nothing from them.",
        ),
    },
];

#[cfg(test)]
mod tests {
    use super::READINGS;
    use crate::compliance::rules::cards;

    const LAW: &str = include_str!("../../../../regulation/rules.md");
    const FAMILIES: [&str; 11] = ["scope", "regf", "fdcpa", "fcra", "tcpa", "rege", "bankruptcy", "scra", "ecoa", "policy", "state"];

    /// The ids in backticks that name one thing.
    fn named() -> Vec<&'static str> {
        let mut ids: Vec<&str> = LAW.split('`').skip(1).step_by(2).collect();
        ids.retain(|id| !id.contains('*') && id.split_once('.').is_some_and(|(family, _)| FAMILIES.contains(&family)));
        // The text of a statute speaks of a file here.
        ids.retain(|id| *id != "states.csv");
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    #[test]
    fn every_id_of_the_law_is_a_rule_or_a_reading() {
        let named = named();
        assert!(named.len() > 55, "{}", named.len());
        for id in &named {
            let is_rule = cards().iter().any(|card| card.id == *id);
            let is_reading = READINGS.iter().any(|reading| reading.id == *id);
            assert!(is_rule != is_reading, "{id}: a rule {is_rule}, a reading {is_reading}");
        }
        for reading in &READINGS {
            assert!(named.contains(&reading.id), "{}: the law does not name it", reading.id);
        }
    }
}
