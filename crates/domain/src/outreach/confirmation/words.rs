//! The words of confirmations, our own in both languages.

use super::{ConfirmationFacts, Confirmed, Ending};
use crate::outreach::letter::Language;

/// All words of one language; `{…}` are the places that facts fill.
pub(super) struct Words {
    titles: [&'static str; Confirmed::ALL.len()],
    openings: [&'static str; Confirmed::ALL.len()],
    endings: [&'static [&'static str]; Ending::ALL.len()],
    plan: &'static [&'static str],
    settling_plan: &'static [&'static str],
    pause: &'static [&'static str],
    paid: &'static [&'static str],
    settled: &'static [&'static str],
    pub(super) payments: &'static str,
    pub(super) total: &'static str,
    pub(super) if_wrong: &'static str,
    pub(super) state_heading: &'static str,
    pub(super) reference: &'static str,
}

impl Words {
    pub(super) const fn of(language: Language) -> &'static Words {
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        }
    }

    pub(super) const fn title(&self, confirmed: Confirmed) -> &'static str {
        self.titles[confirmed as usize]
    }

    pub(super) const fn opening(&self, facts: &ConfirmationFacts) -> &'static str {
        self.openings[facts.confirmed as usize]
    }

    /// What it says behind the opening, and the payments of a plan.
    pub(super) fn told(&self, facts: &ConfirmationFacts) -> &'static [&'static str] {
        match facts.confirmed {
            Confirmed::PlanAgreed if facts.is_settlement => self.settling_plan,
            Confirmed::PlanAgreed => self.plan,
            Confirmed::PauseGranted => self.pause,
            Confirmed::PaidInFull => self.paid,
            Confirmed::Settled => self.settled,
            Confirmed::CollectionEnded => facts.ending.map_or(&[], |ending| self.endings[ending as usize]),
        }
    }
}

static ENGLISH: Words = Words {
    titles: [
        "Your payment plan",
        "A pause while you cannot pay",
        "Your account is paid in full",
        "Your account is settled",
        "We no longer collect your account",
    ],
    openings: [
        "This is what we agreed about your account with {creditor}, number ending in {number}. Please keep this letter.",
        "You told us that you cannot pay your account with {creditor}, number ending in {number}, for now. This is what we agreed. Please \
         keep this letter.",
        "Your account with {creditor}, number ending in {number}, is paid in full. The balance is **{owed}**. Thank you. Please keep this \
         letter with your records.",
        "You have paid what was agreed to settle your account with {creditor}, number ending in {number}: **{paid}** in all. Thank you. \
         Please keep this letter with your records.",
        "We no longer collect your account with {creditor}, number ending in {number}. We do not ask you for payment any more.",
    ],
    endings: [
        &["{creditor} has taken the account back. Please turn to {creditor} with anything about it."],
        &["We have returned the account to {creditor}. Please turn to {creditor} with anything about it."],
        &["{creditor} has sold the account. Whoever owns it now has to tell you so, with a name and an address, before collecting it."],
        &[
            "We have ended our work on it. That does not mean that {creditor} has forgiven the debt: please turn to {creditor} with anything \
           about it.",
        ],
        &["It was sent to us by mistake. You need not do anything, and we are sorry for the trouble."],
        &["So little was left of it, {owed}, that the account was closed without it. You need not pay it. It was not paid: this letter \
             does not say that the account is paid in full."],
    ],
    plan: &["You may pay more, or sooner, at any time. If something comes in between, call us before the day at {phone}, and we look for \
         another way together."],
    settling_plan: &[
        "When all these payments have arrived on time, the account is settled: what is left of the balance is not collected any more.",
        "You may pay sooner at any time. If something comes in between, call us before the day at {phone}, and we look for another way \
         together.",
    ],
    pause: &[
        "From {from} until {until} nothing is due. We add no interest and no fees for these days, we do not call or write to ask for \
         payment, and we tell credit reporting companies nothing new about the account.",
        "On {until} we look at it again together. If things change sooner, or if you need longer, call us at {phone}.",
    ],
    paid: &["You owe nothing more on this account. Where we have told credit reporting companies of it, we tell them that it is paid."],
    settled: &[
        "It is accepted in place of the whole balance: you owe nothing more on this account, and what is left is not collected any more. \
         Where we have told credit reporting companies of it, we tell them that it is settled.",
        "If 600 dollars or more of a debt are canceled, the creditor may have to report that to the Internal Revenue Service on Form \
         1099-C and send you a copy.",
    ],
    payments: "What is to be paid, and when",
    total: "All payments",
    if_wrong: "If anything in this letter is not right, call us at {phone} or write to the address above and name our reference \
               {reference}.",
    state_heading: "Your state",
    reference: "Reference {reference}",
};

static SPANISH: Words = Words {
    titles: [
        "Su plan de pagos",
        "Una pausa mientras no puede pagar",
        "Su cuenta está pagada por completo",
        "Su cuenta está liquidada",
        "Ya no cobramos su cuenta",
    ],
    openings: [
        "Esto es lo que acordamos sobre su cuenta con {creditor}, número que termina en {number}. Guarde esta carta.",
        "Usted nos dijo que por ahora no puede pagar su cuenta con {creditor}, número que termina en {number}. Esto es lo que acordamos. \
         Guarde esta carta.",
        "Su cuenta con {creditor}, número que termina en {number}, está pagada por completo. El saldo es **{owed}**. Gracias. Guarde esta \
         carta con sus documentos.",
        "Usted pagó lo acordado para liquidar su cuenta con {creditor}, número que termina en {number}: **{paid}** en total. Gracias. \
         Guarde esta carta con sus documentos.",
        "Ya no cobramos su cuenta con {creditor}, número que termina en {number}. No le pedimos más pagos.",
    ],
    endings: [
        &["{creditor} ha retirado la cuenta. Para cualquier asunto sobre ella, diríjase a {creditor}."],
        &["Hemos devuelto la cuenta a {creditor}. Para cualquier asunto sobre ella, diríjase a {creditor}."],
        &["{creditor} ha vendido la cuenta. Quien la posee ahora tiene que decírselo, con nombre y dirección, antes de cobrarla."],
        &["Hemos terminado nuestro trabajo en ella. Eso no significa que {creditor} haya perdonado la deuda: para cualquier asunto sobre \
           ella, diríjase a {creditor}."],
        &["Nos fue enviada por error. Usted no tiene que hacer nada, y lamentamos la molestia."],
        &["Quedaba tan poco de ella, {owed}, que la cuenta se cerró sin ese resto. Usted no tiene que pagarlo. No fue pagado: esta \
             carta no dice que la cuenta esté pagada por completo."],
    ],
    plan: &[
        "Puede pagar más, o antes, en cualquier momento. Si algo se interpone, llámenos antes del día al {phone} y buscamos juntos otra \
         manera.",
    ],
    settling_plan: &[
        "Cuando todos estos pagos hayan llegado a tiempo, la cuenta queda liquidada: lo que reste del saldo ya no se cobra.",
        "Puede pagar antes en cualquier momento. Si algo se interpone, llámenos antes del día al {phone} y buscamos juntos otra manera.",
    ],
    pause: &[
        "Desde el {from} hasta el {until} no vence nada. Por esos días no sumamos intereses ni cargos, no llamamos ni escribimos para \
         pedir pagos, y no informamos nada nuevo sobre la cuenta a las agencias de crédito.",
        "El {until} lo revisamos de nuevo juntos. Si algo cambia antes, o si necesita más tiempo, llámenos al {phone}.",
    ],
    paid: &["Usted ya no debe nada en esta cuenta. Donde la hayamos informado a agencias de crédito, les informamos que está pagada."],
    settled: &[
        "Se acepta en lugar del saldo completo: usted ya no debe nada en esta cuenta, y lo que resta ya no se cobra. Donde la hayamos \
         informado a agencias de crédito, les informamos que está liquidada.",
        "Si se cancelan 600 dólares o más de una deuda, puede que el acreedor tenga que informarlo al Servicio de Impuestos Internos en \
         el formulario 1099-C y enviarle una copia.",
    ],
    payments: "Lo que se paga, y cuándo",
    total: "Todos los pagos",
    if_wrong: "Si algo de esta carta no es correcto, llámenos al {phone} o escriba a la dirección de arriba e indique nuestra referencia \
               {reference}.",
    state_heading: "Su estado",
    reference: "Referencia {reference}",
};
