//! The words of our answers, in English and in Spanish. They are our own; counsel looks at them before they are used.
//!
//! In braces stand the places that the facts fill; `**` marks bold.

use super::{CaseLetterFacts, CaseLetterKind};
use crate::disputes::case::{CaseKind, CaseOutcome};
use crate::outreach::letter::Language;

/// What our answers say in one language.
pub struct Words {
    titles: [&'static str; 6],
    disputed: &'static str,
    claimed_theft: &'static str,
    asked: &'static str,
    complained: &'static str,
    pub about_part: &'static str,
    verified: &'static str,
    corrected: &'static str,
    ended: &'static [&'static str],
    original: &'static str,
    repeated: &'static str,
    upheld: &'static str,
    partly_upheld: &'static str,
    not_upheld: &'static str,
    still_wrong: &'static str,
    something_new: &'static str,
    complain_elsewhere: &'static str,
    pub same_creditor: &'static str,
    pub found: &'static str,
    pub why: &'static str,
    pub the_debt: &'static str,
    pub creditor: &'static str,
    pub number: &'static str,
    pub original_label: &'static str,
    pub table: &'static str,
    pub owed_then: &'static str,
    pub interest: &'static str,
    pub fees: &'static str,
    pub credits: &'static str,
    pub before: &'static str,
    pub taken_off: &'static str,
    pub owed_now: &'static str,
    pub enclosed: &'static str,
    pub state_heading: &'static str,
    pub reference: &'static str,
}

impl Words {
    /// The words in a language.
    pub const fn of(language: Language) -> &'static Words {
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        }
    }

    /// What the letter is called.
    pub const fn title(&self, kind: CaseLetterKind) -> &'static str {
        self.titles[kind as usize]
    }

    /// What reached us, and when.
    pub const fn opening(&self, facts: &CaseLetterFacts) -> &'static str {
        match facts.case {
            CaseKind::Dispute => self.disputed,
            CaseKind::IdentityTheft => self.claimed_theft,
            CaseKind::OriginalCreditor => self.asked,
            CaseKind::Complaint => self.complained,
        }
    }

    /// What we say to it.
    pub fn told(&self, facts: &CaseLetterFacts) -> Vec<&'static str> {
        match facts.kind {
            CaseLetterKind::Verification => vec![self.verified],
            CaseLetterKind::Correction => vec![self.corrected],
            CaseLetterKind::Ending => self.ended.to_vec(),
            CaseLetterKind::OriginalCreditor => vec![self.original],
            CaseLetterKind::Repeat => vec![self.repeated],
            CaseLetterKind::Complaint => vec![match facts.outcome {
                Some(CaseOutcome::Upheld) => self.upheld,
                Some(CaseOutcome::PartlyUpheld) => self.partly_upheld,
                _ => self.not_upheld,
            }],
        }
    }

    /// What they can still do.
    pub const fn closing(&self, facts: &CaseLetterFacts) -> Option<&'static str> {
        match facts.kind {
            CaseLetterKind::Verification | CaseLetterKind::Correction => Some(self.still_wrong),
            CaseLetterKind::Repeat => Some(self.something_new),
            CaseLetterKind::Complaint => Some(self.complain_elsewhere),
            CaseLetterKind::Ending | CaseLetterKind::OriginalCreditor => None,
        }
    }
}

const ENGLISH: Words = Words {
    titles: [
        "Our answer to your dispute",
        "We have corrected our records",
        "We have ended the collection of this debt",
        "The original creditor of this debt",
        "Your dispute repeats one that we have answered",
        "Our answer to your complaint",
    ],
    disputed: "We have your dispute of {received} about the debt described below.",
    claimed_theft: "We have your report of {received} that somebody else made the debt described below in your name.",
    asked: "On {received} we received your request for the name and address of the original creditor of the debt described below.",
    complained: "We have your complaint of {received}. Thank you for telling us.",
    about_part: "You dispute {part} of it.",
    verified: "We asked {creditor} for its records and looked at them. They show the debt as it is described in this letter. **Copies \
               are enclosed as verification of the debt.**",
    corrected: "We looked into it. **Our records were wrong, and we have corrected them.** From now on we go by what this letter says.",
    ended: &[
        "**We do not collect this debt any more.** We have closed the account and will not ask you for payment of it again.",
        "You need not do anything.",
    ],
    original: "The original creditor is:",
    repeated: "We have looked at it. **It is substantially the same as the dispute that we answered on {answered}**, when we sent you \
               verification of the debt, and it brings nothing new that we would have to look into.",
    upheld: "We looked into it. **You are right, and we are sorry.**",
    partly_upheld: "We looked into it. **You are right in part, and for that part we are sorry.**",
    not_upheld: "We looked into it, and did not find that we did anything wrong.",
    still_wrong: "If you think that something here is still wrong, write to us at the address above and say what. Send copies of whatever \
                  shows it.",
    something_new: "Please see our answer of {answered}. If you have something new, send it to the address above, and we will look into it.",
    complain_elsewhere: "If you are not content with this, write to us again, or to the Consumer Financial Protection Bureau at \
                         www.consumerfinance.gov/complaint.",
    same_creditor: "It is also the creditor to whom the debt is owed now.",
    found: "What we found",
    why: "Why we think so",
    the_debt: "The debt",
    creditor: "Creditor: {creditor}",
    number: "Account number ending in {number}",
    original_label: "Original creditor:",
    table: "The amount of the debt",
    owed_then: "As of {itemized_on}, you owed:",
    interest: "Interest since:",
    fees: "Fees since:",
    credits: "Paid or credited since:",
    before: "Amount before the correction:",
    taken_off: "Taken off:",
    owed_now: "Total amount of the debt now:",
    enclosed: "Enclosed",
    state_heading: "Notice required by your state",
    reference: "Reference: {reference}",
};

const SPANISH: Words = Words {
    titles: [
        "Nuestra respuesta a su disputa",
        "Hemos corregido nuestros registros",
        "Hemos terminado el cobro de esta deuda",
        "El acreedor original de esta deuda",
        "Su disputa repite una que ya contestamos",
        "Nuestra respuesta a su queja",
    ],
    disputed: "Recibimos su disputa del {received} sobre la deuda que se describe abajo.",
    claimed_theft: "Recibimos su aviso del {received} de que otra persona contrajo en su nombre la deuda que se describe abajo.",
    asked: "El {received} recibimos su solicitud del nombre y la dirección del acreedor original de la deuda que se describe abajo.",
    complained: "Recibimos su queja del {received}. Gracias por decírnoslo.",
    about_part: "Usted disputa {part} de ella.",
    verified: "Pedimos a {creditor} sus registros y los revisamos. Muestran la deuda tal como se describe en esta carta. **Se adjuntan \
               copias como verificación de la deuda.**",
    corrected: "Lo revisamos. **Nuestros registros estaban equivocados y los hemos corregido.** De ahora en adelante vale lo que dice esta \
                carta.",
    ended: &[
        "**Ya no cobramos esta deuda.** Hemos cerrado la cuenta y no volveremos a pedirle que la pague.",
        "Usted no tiene que hacer nada.",
    ],
    original: "El acreedor original es:",
    repeated: "La revisamos. **Es en lo esencial la misma disputa que contestamos el {answered}**, cuando le enviamos la verificación de la \
               deuda, y no trae nada nuevo que tengamos que revisar.",
    upheld: "La revisamos. **Usted tiene razón, y le pedimos disculpas.**",
    partly_upheld: "La revisamos. **Usted tiene razón en parte, y por esa parte le pedimos disculpas.**",
    not_upheld: "La revisamos y no encontramos que hayamos hecho algo mal.",
    still_wrong: "Si cree que algo aquí sigue equivocado, escríbanos a la dirección de arriba y díganos qué. Envíe copias de lo que lo \
                  demuestre.",
    something_new: "Vea por favor nuestra respuesta del {answered}. Si tiene algo nuevo, envíelo a la dirección de arriba y lo revisaremos.",
    complain_elsewhere: "Si no está conforme, escríbanos otra vez, o a la Oficina para la Protección Financiera del Consumidor en \
                         www.consumerfinance.gov/complaint.",
    same_creditor: "Es también el acreedor a quien se debe ahora la deuda.",
    found: "Lo que encontramos (en inglés)",
    why: "Por qué lo creemos (en inglés)",
    the_debt: "La deuda",
    creditor: "Acreedor: {creditor}",
    number: "Número de cuenta que termina en {number}",
    original_label: "Acreedor original:",
    table: "El monto de la deuda",
    owed_then: "Al {itemized_on}, usted debía:",
    interest: "Intereses desde entonces:",
    fees: "Cargos desde entonces:",
    credits: "Pagado o acreditado desde entonces:",
    before: "Monto antes de la corrección:",
    taken_off: "Se descontó:",
    owed_now: "Monto total de la deuda ahora:",
    enclosed: "Se adjunta",
    state_heading: "Aviso que exige su estado",
    reference: "Referencia: {reference}",
};
