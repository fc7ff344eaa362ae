//! What of the rows binds write-offs.

use super::{LimitCase, LimitTable};
use crate::identity::Role;
use crate::ledger::write_off::WriteOffLimits;

impl LimitTable {
    /// What binds a write-off.
    pub fn write_offs(&self, case: &LimitCase<'_>) -> WriteOffLimits {
        let most = |case: &LimitCase<'_>| self.bound(case, |limits| limits.write_off_max_minor, i64::min);
        WriteOffLimits { alone: most(case), small: most(&LimitCase { role: Role::Officer, ..*case }) }
    }

    /// After how many days without movement the night writes a small balance off; nothing where no row says that it does.
    pub fn write_off_after(&self, case: &LimitCase<'_>) -> Option<u32> {
        self.bound(&LimitCase { role: Role::Officer, ..*case }, |limits| limits.write_off_after_days, u32::max).map(|(days, _)| days)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GrantLimits, LimitRow, LimitScope};
    use super::*;
    use crate::decision::{Answer, Whose};
    use crate::ledger::write_off::{WriteOffReason, decide_write_off};
    use crate::values::ids::CreditorId;
    use crate::values::money::Money;
    use uuid::Uuid;

    fn asked(limits: &WriteOffLimits, because: WriteOffReason, minor: i64, is_granted: bool) -> (Answer, Vec<&'static str>) {
        let decision = decide_write_off(Money::usd(minor), because, limits, is_granted);
        (decision.answer, decision.because.iter().map(|reason| reason.rule.id).collect())
    }

    #[test]
    fn a_little_is_written_off_alone_and_more_is_asked_for() {
        use Answer::{NeedsSupervisor, No, Yes};
        use WriteOffReason::{Settled, SmallBalance, Uncollectible};
        let case = |role| LimitCase { creditor: CreditorId(Uuid::nil()), product: "consumer", days_past_due: 100, role };
        let house = LimitTable::house();
        let (officer, supervisor) = (house.write_offs(&case(Role::Officer)), house.write_offs(&case(Role::Supervisor)));
        let (large, small) = ("ledger.limit.write-off", "ledger.write-off.small-balance");
        //   who          why            minor   granted  answer           because
        for (limits, because, minor, granted, answer, rules) in [
            (&officer, SmallBalance, 500, false, Yes, vec![]),
            (&officer, SmallBalance, 501, false, No, vec![small, large]),
            (&officer, SmallBalance, 501, true, No, vec![small]),
            (&officer, Uncollectible, 500, false, Yes, vec![]),
            (&officer, Uncollectible, 501, false, NeedsSupervisor, vec![large]),
            (&officer, Settled, 90_000, true, Yes, vec![]),
            (&supervisor, SmallBalance, 501, false, No, vec![small]),
            (&supervisor, Uncollectible, 50_000, false, Yes, vec![]),
            (&supervisor, Uncollectible, 50_001, false, NeedsSupervisor, vec![large]),
            (&supervisor, Uncollectible, 0, true, No, vec!["ledger.write-off.nothing"]),
        ] {
            assert_eq!(asked(limits, because, minor, granted), (answer, rules), "{because} {minor}");
        }
    }

    #[test]
    fn a_creditor_names_its_own_tolerance() {
        let creditor = CreditorId(Uuid::from_u128(1));
        let scope = |role| LimitScope { creditor: Some(creditor), role: Some(role), ..LimitScope::default() };
        let limits = GrantLimits { write_off_max_minor: Some(2_500), ..GrantLimits::default() };
        let table = LimitTable::with([LimitRow { scope: scope(Role::Officer), limits }]).expect("rows");
        let case = |creditor, role| LimitCase { creditor, product: "consumer", days_past_due: 100, role };
        let own = table.write_offs(&case(creditor, Role::Officer));
        assert_eq!(own, WriteOffLimits { alone: Some((2_500, Whose::Creditor)), small: Some((2_500, Whose::Creditor)) });
        let of_supervisor = table.write_offs(&case(creditor, Role::Supervisor));
        assert_eq!(of_supervisor, WriteOffLimits { alone: Some((50_000, Whose::House)), small: Some((2_500, Whose::Creditor)) });
        let elsewhere = table.write_offs(&case(CreditorId(Uuid::nil()), Role::Officer));
        assert_eq!(elsewhere.small, Some((500, Whose::House)));
        let wrong = LimitTable::with([LimitRow {
            scope: scope(Role::Officer),
            limits: GrantLimits { write_off_max_minor: Some(-1), ..GrantLimits::default() },
        }]);
        assert_eq!(wrong.expect_err("a problem")[0].field, "write_off");
    }
}
