//! What can be done in a call, and the words for it.

use crate::parties::right_party::{Check, Fit};
use crate::values::coded::coded;
use crate::values::iso_date;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

coded! {
    /// A stage of a call, in the order in which they are offered.
    Stage {
        /// Who is it, and is it the right person?
        Verify = "verify", "Greet and verify";
        /// The words that are due.
        Disclose = "disclose", "Disclose";
        /// Why we call, in one sentence.
        Purpose = "purpose", "Purpose";
        /// What happened, in their words.
        Listen = "listen", "Listen";
        /// What can be done.
        Options = "options", "Options";
        /// What they can pay.
        Afford = "afford", "Afford";
        /// What is agreed.
        Commit = "commit", "Commit";
        /// What was agreed, said back.
        ReadBack = "read_back", "Read back";
        /// What happens next.
        Close = "close", "Close";
    }
}

coded! {
    /// Who, or what, answered.
    Answered {
        /// Whoever was to be reached, as they say.
        Person = "person", "They themselves";
        /// Their husband or wife. The law lets us speak with them as with the person (12 CFR 1006.6(a)(1)); we do not, unless asked to.
        Spouse = "spouse", "Their spouse";
        /// Somebody else.
        Other = "other", "Somebody else";
        /// A machine.
        Voicemail = "voicemail", "Voicemail";
        /// The number is not theirs.
        Wrong = "wrong", "Wrong person";
        /// They will not say who they are.
        Unsure = "unsure", "Not sure";
        /// Nobody.
        Nobody = "nobody", "Nobody";
        /// The line was engaged.
        Busy = "busy", "Busy";
        /// The number reaches nobody at all.
        Dead = "dead", "Not in service";
    }
}

impl Answered {
    /// Who can be at the other end of a call that comes in.
    pub const CALLING: [Answered; 5] = [Answered::Person, Answered::Spouse, Answered::Other, Answered::Unsure, Answered::Wrong];
}

coded! {
    /// Why it is unpaid, as they tell it.
    Reason {
        /// Lost the job, or fewer hours.
        LostIncome = "lost_income", "Lost work or income";
        /// Their own illness, or an injury.
        Ill = "ill", "Illness, own";
        /// Illness or death in the family.
        Family = "family", "Illness or death in the family";
        /// Separation or divorce.
        Separation = "separation", "Separation or divorce";
        /// Too many debts at once.
        Overextended = "overextended", "Too many debts";
        /// A bill nobody could foresee.
        Unforeseen = "unforeseen", "An unforeseen expense";
        /// They forgot, or no bill came.
        Forgot = "forgot", "Forgot, or no bill came";
        /// Waits for money: insurance, wages, a customer.
        Waiting = "waiting", "Waits for money";
        /// Something is wrong with the bill or the goods.
        Wrong = "wrong", "Something is wrong with the bill";
        /// They will not say.
        Unsaid = "unsaid", "Will not say";
    }
}

impl Reason {
    /// Whether it is about somebody's health: kept only where they agree.
    pub const fn is_sensitive(self) -> bool {
        matches!(self, Reason::Ill | Reason::Family)
    }
}

coded! {
    /// Something they say that opens a case or closes a way of reaching them.
    Trigger {
        /// They dispute it, or a part.
        Disputes = "disputes", "Disputes it";
        /// It is not theirs: somebody used their name.
        NotTheirs = "not_theirs", "Not theirs, fraud";
        /// They paid already.
        Paid = "paid", "Already paid";
        /// They cannot pay now.
        CannotAfford = "cannot_afford", "Cannot afford";
        /// They are ill.
        Ill = "ill", "Ill";
        /// They are in bankruptcy.
        Bankrupt = "bankrupt", "Bankrupt";
        /// An attorney speaks for them.
        Lawyer = "lawyer", "Has a lawyer";
        /// They want no more calls.
        StopCalling = "stop_calling", "Stop calling";
        /// They want no calls at work.
        AtWork = "at_work", "At work";
        /// They complain about us.
        Complaint = "complaint", "Complaint";
        /// Whoever we look for has died.
        Died = "died", "Has died";
    }
}

coded! {
    /// What was put before them, side by side.
    Choice {
        /// All of it.
        InFull = "in_full", "Pay in full";
        /// A part on a day.
        Promise = "promise", "Pay a part on a day";
        /// Time to think or to find out.
        Time = "time", "Time to decide";
        /// Dispute it.
        Dispute = "dispute", "Dispute it";
        /// Stand still for a while.
        Hardship = "hardship", "Hardship pause";
        /// Advice that costs nothing, from somebody else.
        Advice = "advice", "Free debt advice";
    }
}

coded! {
    /// How they want to hear from us next.
    Means {
        /// A call.
        Call = "call", "Call";
        /// A letter.
        Letter = "letter", "Letter";
        /// An e-mail.
        Email = "email", "E-mail";
        /// They reach us.
        Theirs = "theirs", "They call us";
        /// No contact is agreed.
        None = "none", "Nothing agreed";
    }
}

/// One thing that was done in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Somebody answered, or nobody.
    Answered {
        /// Who.
        who: Answered,
    },
    /// A check was made; what was said is not kept.
    Checked {
        /// Which.
        check: Check,
        /// What it came to.
        fit: Fit,
    },
    /// Somebody else told where the person can be reached, or would not.
    Located {
        /// Whether anything was told.
        told: bool,
    },
    /// The message was left, word for word.
    MessageLeft,
    /// The words that were due were said, by their ids.
    Disclosed {
        /// Which.
        words: Vec<String>,
    },
    /// Why we call was said.
    Purpose,
    /// Why it is unpaid.
    Told {
        /// The reason.
        reason: Reason,
        /// Since when, as they say it.
        since: String,
        /// In their words.
        words: String,
        /// Whether they agree that what is sensitive is kept.
        agreed: bool,
    },
    /// They said something that opens a case, or closes a way.
    Opened {
        /// What.
        trigger: Trigger,
    },
    /// What can be done was put before them.
    Offered {
        /// What.
        choices: Vec<Choice>,
    },
    /// What they can pay a month, in minor units.
    Budget {
        /// What comes in.
        income_minor: i64,
        /// What they live on.
        essentials_minor: i64,
        /// Rent arrears, taxes, support: what comes first.
        priority_minor: i64,
    },
    /// They promised an amount by a day.
    Promised {
        /// How much, in minor units.
        amount_minor: i64,
        /// In which currency, by its code.
        currency: String,
        /// By when.
        #[serde(with = "iso_date")]
        due_on: Date,
    },
    /// They will not pay.
    Refused,
    /// What was agreed was said back.
    ReadBack {
        /// Whether they said that it is so.
        confirmed: bool,
    },
    /// What happens next was agreed.
    Agreed {
        /// On which day.
        #[serde(with = "iso_date")]
        on: Date,
        /// At which minute of the day, by their clock, where one was named.
        minute: Option<u16>,
        /// How.
        by: Means,
    },
    /// They cannot talk now.
    BadTime,
}

impl Step {
    /// The stage to which it belongs.
    pub const fn stage(&self) -> Stage {
        match self {
            Step::Answered { .. } | Step::Checked { .. } | Step::Located { .. } | Step::MessageLeft => Stage::Verify,
            Step::Disclosed { .. } => Stage::Disclose,
            Step::Purpose => Stage::Purpose,
            Step::Told { .. } | Step::Opened { .. } => Stage::Listen,
            Step::Offered { .. } => Stage::Options,
            Step::Budget { .. } => Stage::Afford,
            Step::Promised { .. } | Step::Refused => Stage::Commit,
            Step::ReadBack { .. } => Stage::ReadBack,
            Step::Agreed { .. } | Step::BadTime => Stage::Close,
        }
    }
}
