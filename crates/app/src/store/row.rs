//! Our types to and from columns.
//!
//! | ours | SQLite | PostgreSQL |
//! |---|---|---|
//! | ids | 16-byte blob | `uuid` |
//! | instants | microseconds, integer | `bigint` |
//! | dates | ISO text | `date` |
//! | minor units, counts, yes or no (1, 0) | integer | `bigint` |

use super::StoreError;
use duly_domain::values::ids::*;
use jiff::Timestamp;
use jiff::civil::Date;
use std::borrow::Cow;
use uuid::Uuid;

/// One value of a column or parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(Cow<'static, str>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An id.
    Uuid(Uuid),
    /// A civil date.
    Date(Date),
}

impl Value {
    /// A word of the program's own, such as a state or a code: nothing is copied.
    pub fn word(word: &'static str) -> Value {
        Value::Text(Cow::Borrowed(word))
    }
}

/// The values of one row that is written: an array where their number is known, so that many rows lie in one piece.
pub trait Values: AsRef<[Value]> + Sync {}

impl<R: AsRef<[Value]> + Sync> Values for R {}

/// One row of an answer.
#[derive(Clone, Debug)]
pub struct Row(pub Vec<Value>);

/// A row behind the key by which it was asked for.
#[derive(Clone, Debug)]
pub struct Keyed<K, T>(pub K, pub T);

impl<K: FromValue, T: FromRow> FromRow for Keyed<K, T> {
    fn from_row(mut row: Row) -> Result<Keyed<K, T>, StoreError> {
        if row.0.is_empty() {
            return Err(StoreError::Column("key".into()));
        }
        let key = K::from_value(row.0.remove(0)).ok_or_else(|| StoreError::Column("key".into()))?;
        Ok(Keyed(key, T::from_row(row)?))
    }
}

/// Something a row can be read as.
pub trait FromRow: Sized {
    /// Reads the columns in order.
    fn from_row(row: Row) -> Result<Self, StoreError>;
}

/// Something a column can be read as.
pub trait FromValue: Sized {
    /// Reads the value; `None` if it is of another kind.
    fn from_value(value: Value) -> Option<Self>;
}

/// The columns of a row, read one after the other.
pub struct Columns {
    of: &'static str,
    values: std::vec::IntoIter<Value>,
}

impl Row {
    /// Reads the columns for a type of this name.
    pub fn columns(self, of: &'static str) -> Columns {
        Columns { of, values: self.0.into_iter() }
    }
}

impl Columns {
    /// Reads the next column into a field of this name.
    pub fn next<T: FromColumns>(&mut self, field: &'static str) -> Result<T, StoreError> {
        T::take(&mut self.values).ok_or_else(|| StoreError::Column(format!("{}.{field}", self.of)))
    }
}

/// Something that the next columns can be read as: one of them, or several of a kind.
pub trait FromColumns: Sized {
    /// Reads as many columns as it needs; `None` if one is missing or of another kind.
    fn take(values: &mut std::vec::IntoIter<Value>) -> Option<Self>;
}

impl<T: FromValue> FromColumns for T {
    fn take(values: &mut std::vec::IntoIter<Value>) -> Option<T> {
        values.next().and_then(T::from_value)
    }
}

impl<T: FromValue + Copy + Default, const N: usize> FromColumns for [T; N] {
    fn take(values: &mut std::vec::IntoIter<Value>) -> Option<[T; N]> {
        let mut several = [T::default(); N];
        for one in &mut several {
            *one = T::take(values)?;
        }
        Some(several)
    }
}

macro_rules! tuple_rows {
    ($($($name:ident)+;)*) => {$(
        impl<$($name: FromValue),+> FromRow for ($($name,)+) {
            fn from_row(row: Row) -> Result<Self, StoreError> {
                let mut columns = row.columns("tuple");
                Ok(($({ let value: $name = columns.next(stringify!($name))?; value },)+))
            }
        }
    )*};
}

tuple_rows! { A; A B; A B C; A B C D; A B C D E; A B C D E F; }

impl FromValue for Value {
    fn from_value(value: Value) -> Option<Value> {
        Some(value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Option<T>> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Option<i64> {
        if let Value::Int(int) = value { Some(int) } else { None }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Option<bool> {
        i64::from_value(value).map(|int| int != 0)
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Option<String> {
        if let Value::Text(text) = value { Some(text.into_owned()) } else { None }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Option<Vec<u8>> {
        if let Value::Bytes(bytes) = value { Some(bytes) } else { None }
    }
}

impl FromValue for Uuid {
    fn from_value(value: Value) -> Option<Uuid> {
        match value {
            Value::Uuid(uuid) => Some(uuid),
            Value::Bytes(bytes) => Uuid::from_slice(&bytes).ok(),
            _ => None,
        }
    }
}

impl FromValue for Date {
    fn from_value(value: Value) -> Option<Date> {
        match value {
            Value::Date(date) => Some(date),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Option<Timestamp> {
        i64::from_value(value).and_then(|micros| Timestamp::from_microsecond(micros).ok())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(Cow::Owned(value.to_string()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(Cow::Owned(value))
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Value {
        Value::Text(Cow::Owned(value.clone()))
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Value {
        Value::Bytes(value)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Value {
        Value::Bytes(bytes.to_vec())
    }
}

impl From<&[u8; 32]> for Value {
    fn from(value: &[u8; 32]) -> Value {
        Value::Bytes(value.to_vec())
    }
}

impl From<Uuid> for Value {
    fn from(value: Uuid) -> Value {
        Value::Uuid(value)
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Value {
        Value::Date(value)
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Value {
        Value::Int(value.as_microsecond())
    }
}

macro_rules! id_columns {
    ($($id:ident)*) => {$(
        impl FromValue for $id {
            fn from_value(value: Value) -> Option<$id> {
                Uuid::from_value(value).map($id)
            }
        }

        impl From<$id> for Value {
            fn from(id: $id) -> Value {
                Value::Uuid(id.0)
            }
        }
    )*};
}

id_columns! {
    UserId DeskId TeamId MoveId CreditorId DebtorId PointId PreferenceId AccountId BatchId HoldId NoticeId EntryId PaymentId PromiseId ContactId
    DecisionId AuditId CircumstanceId MergeId NoteId NoteFlagId DocumentId RefundId LetterId CaseId CaseStepId PolicyId AmendmentId LetterRunId LicenseId LimitationEntryId StatusEvidenceId DisclosureId CallId CallStepId GuideId CallScoreId DrawId ReviewId ReviewScoreId ScoreDisputeId GoalId PauseId MoodNoteId PracticeId QuizId AssignmentId CertificateId NeedId ApprovalId RecapId ConfirmationId ComparisonId FurnishingId FurnishingFileId BudgetId OfferPolicyId PlanId JointPlanId InstallmentId StatementId ReceiptId BankPartId RatePlanId RemittanceId DirectPaymentId CostAdvanceId TrustPostingId TrustProofId InterestTermsId ChargeId WriteOffId TermsProposalId HardshipPauseId ReAgeId LimitsId DebitAuthorizationId DebitId DebitFileId DebitReturnId BankClearingId ProcessorMethodId ProcessorChargeId ProcessorEventId
}
