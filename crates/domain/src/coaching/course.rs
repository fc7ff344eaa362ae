//! Courses: what is to be learned, and the certificate that it gives.

use crate::coaching::topic::Topic;
use crate::values::coded::coded;
use jiff::Span;
use jiff::civil::Date;

/// How long a certificate holds, in months.
pub const VALID_MONTHS: i64 = 12;

/// How many questions the final quiz has.
pub const QUESTIONS: usize = 10;

coded! {
    /// A course.
    Course {
        /// Leading calls.
        Calls = "calls", "Calls";
        /// People who need particular care; who passed it counts as trained for it.
        Care = "care", "Special care";
    }
}

impl Course {
    /// Raised whenever what is asked changes: an older certificate then holds no more.
    pub const fn version(self) -> i64 {
        1
    }

    /// The lessons, and what the final quiz asks about.
    pub const fn topics(self) -> &'static [Topic] {
        match self {
            Course::Calls => {
                &[Topic::Frequency, Topic::Hours, Topic::Channels, Topic::People, Topic::Disputes, Topic::States, Topic::Policy]
            }
            Course::Care => &[Topic::People, Topic::Policy],
        }
    }

    /// The scenarios to be passed, by their codes.
    pub const fn scenarios(self) -> &'static [&'static str] {
        match self {
            Course::Calls => &[
                "lost-job",
                "third-party",
                "voicemail",
                "wrong-number",
                "not-verified",
                "cannot-talk",
                "stop-calling",
                "dispute",
                "lawyer",
                "inbound",
            ],
            Course::Care => &["ill", "crying", "angry", "cannot-pay", "died"],
        }
    }

    /// The last day of a certificate issued on a day.
    pub fn expires_on(self, issued_on: Date) -> Date {
        issued_on.saturating_add(Span::new().months(VALID_MONTHS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coaching::practice::find;
    use jiff::civil::date;

    #[test]
    fn a_course_asks_for_what_is_there_and_holds_a_year() {
        for course in Course::ALL {
            assert!(course.topics().len() >= 2 && course.scenarios().len() >= 5);
            for code in course.scenarios() {
                assert!(find(code).is_some(), "{code}");
            }
        }
        assert_eq!(Course::Calls.expires_on(date(2028, 2, 29)), date(2029, 2, 28));
    }
}
