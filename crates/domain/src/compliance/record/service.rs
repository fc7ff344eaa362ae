//! Service in the armed forces, as far as it is on record.

use jiff::civil::Date;

/// One term of military service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The first day, where it is known.
    pub entered: Option<Date>,
    /// The last day; `None` while they serve.
    pub left: Option<Date>,
    /// Whether they asked for the limit on interest.
    pub notice: OrdersNotice,
}

/// The written notice, with the orders, by which a servicemember asks for the limit on interest (50 USC 3937(b)(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrdersNotice {
    /// None came.
    Missing,
    /// It came in time.
    InTime,
    /// It came on this day.
    On(Date),
}
