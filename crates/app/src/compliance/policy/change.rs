//! What a version of policy would change: for the accounts it reaches, and for the conformance cases.

use crate::app::Failure;
use crate::compliance::cases::shipped::{CasesRun, try_policy};
use crate::compliance::difference::{Change, NumberRow};
use crate::compliance::facts::Known;
use crate::compliance::gate::compare;
use crate::store::Tx;
use duly_domain::compliance::policy::{ContactPolicy, Limits, Version};
use duly_domain::decision::Answer;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::CreditorId;
use jiff::Timestamp;

/// A version that would be in force.
pub struct Instead {
    creditor: Option<CreditorId>,
    version: Version,
}

impl Instead {
    /// A version of the agency's, or of a creditor's.
    pub fn of(creditor: Option<CreditorId>, limits: Limits) -> Instead {
        Instead { creditor, version: Version { number: 0, limits } }
    }

    fn both(&self, known: &Known, at: Timestamp) -> [ContactPolicy; 2] {
        [known.policies.at(at), known.policies.instead(at, self.creditor.is_some(), self.version)]
    }
}

impl Change for Instead {
    fn noun(&self) -> &'static str {
        "policy"
    }

    fn creditor(&self) -> Option<CreditorId> {
        self.creditor
    }

    fn answers(&self, known: &Known, at: Timestamp, channel: Channel) -> [Answer; 2] {
        let [before, after] = self.both(known, at);
        compare(known, at, channel, [&before, &after])
    }

    fn numbers(&self, known: &Known, at: Timestamp) -> Vec<NumberRow> {
        let both = self.both(known, at);
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let off = |is_off: bool| if is_off { "off" } else { "open" }.to_string();
        let row = |what: &str, of: &dyn Fn(&ContactPolicy) -> String| (what.to_string(), of(&both[0]), of(&both[1]));
        vec![
            row("Attempts in 7 days", &|policy| policy.attempts_max_7_days().0.to_string()),
            row("The day opens", &|policy| time(policy.opens_minute().0)),
            row("The day closes", &|policy| time(policy.closes_minute().0)),
            row("Electronic messages in 7 days", &|policy| policy.messages().map_or_else(|| "no limit".into(), |(max, _)| max.to_string())),
            row("Sundays", &|policy| off(policy.off_on_sundays().is_some())),
            row("Federal holidays", &|policy| off(policy.off_on_holidays().is_some())),
        ]
    }

    fn cases(&self) -> CasesRun {
        try_policy(&match self.creditor {
            Some(_) => ContactPolicy { creditor: self.version, ..ContactPolicy::LAW },
            None => ContactPolicy { house: self.version, ..ContactPolicy::LAW },
        })
    }

    async fn fill(&self, _: &mut Tx, _: &mut Known) -> Result<(), Failure> {
        Ok(())
    }
}
