//! The words of model form B-1 (12 CFR part 1006, appendix B), in English and in Spanish.
//!
//! The form is a work of the United States government. The English words are the form's own; where it leaves room, the plain
//! variant stands. The Spanish is a full translation of them. In braces stand the places that the facts fill; `**` marks bold.

use crate::outreach::letter::Language;

/// What the form says in one language.
pub struct Words {
    pub title: &'static str,
    pub date: &'static str,
    pub reference: &'static str,
    pub phone: &'static str,
    pub who_we_are: &'static str,
    pub our_information: &'static str,
    pub you_had: &'static str,
    pub table: &'static str,
    pub owed_then: &'static str,
    pub between: &'static str,
    pub interest: &'static str,
    pub fees: &'static str,
    pub credits: &'static str,
    pub owed_now: &'static str,
    pub how_to_dispute: &'static str,
    pub call_or_write: &'static str,
    pub if_you_write: &'static str,
    pub what_else: &'static str,
    pub ask_original_creditor: &'static str,
    pub cfpb: &'static str,
    pub payment_options: &'static str,
    pub see_reverse: &'static str,
    pub state_heading: &'static str,
    pub mail_to: &'static str,
    pub how_to_respond: &'static str,
    pub check_all: &'static str,
    pub i_dispute: &'static str,
    pub not_my_debt: &'static str,
    pub amount_is_wrong: &'static str,
    pub other: &'static str,
    pub send_original_creditor: &'static str,
    pub i_enclosed: &'static str,
}

/// The form's line that offers it in Spanish (12 CFR 1006.34(d)(3)(vi)(A)).
pub const SPANISH_REQUEST: &str = "Póngase en contacto con nosotros para solicitar una copia de este formulario en español.";
/// Its box to check for that (12 CFR 1006.34(d)(3)(vi)(B)).
pub const SPANISH_FORM: &str = "Quiero este formulario en español.";

impl Words {
    /// The words in a language.
    pub const fn of(language: Language) -> &'static Words {
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        }
    }
}

const ENGLISH: Words = Words {
    title: "Notice about a debt",
    date: "{today}",
    reference: "Reference: {reference}",
    phone: "{phone}, {hours}",
    who_we_are: "{collector} is a debt collector. We are trying to collect a debt that you owe to {creditor}. We will use any \
                 information you give us to help collect the debt.",
    our_information: "Our information shows:",
    you_had: "You had an account from {creditor_then} with an account number ending in {number}.",
    table: "What you owed on the itemization date, what was added and taken off since, and what you owe now",
    owed_then: "As of {itemized_on}, you owed:",
    between: "Between {itemized_on} and today:",
    interest: "You were charged this amount in interest:",
    fees: "You were charged this amount in fees:",
    credits: "You paid or were credited this amount toward the debt:",
    owed_now: "Total amount of the debt now:",
    how_to_dispute: "How can you dispute the debt?",
    call_or_write: "**Call or write to us by {by}, to dispute all or part of the debt.** If you do not, we will assume that our \
                    information is correct.",
    if_you_write: "**If you write to us by {by},** we must stop collection on any amount you dispute until we send you information \
                   that shows you owe the debt. You may use the form below or write to us without the form. You may also include \
                   supporting documents.",
    what_else: "What else can you do?",
    ask_original_creditor: "**Write to ask for the name and address of the original creditor,** if different from the current \
                            creditor. If you write by {by}, we must stop collection until we send you that information. You may \
                            use the form below or write to us without the form.",
    cfpb: "**Go to www.cfpb.gov/debt-collection** to learn more about your rights under federal law. For instance, you have the \
           right to stop or limit how we contact you.",
    payment_options: "**Contact us about your payment options.**",
    see_reverse: "Notice: See reverse side for important information.",
    state_heading: "Important information",
    mail_to: "Mail this form to:",
    how_to_respond: "How do you want to respond?",
    check_all: "Check all that apply:",
    i_dispute: "I want to dispute the debt because I think:",
    not_my_debt: "This is not my debt.",
    amount_is_wrong: "The amount is wrong.",
    other: "Other (please describe on reverse or attach additional information).",
    send_original_creditor: "I want you to send me the name and address of the original creditor.",
    i_enclosed: "I enclosed this amount: $ ____________ Make your check payable to {collector}. Include the reference number \
                 {reference}.",
};

const SPANISH: Words = Words {
    title: "Aviso sobre una deuda",
    date: "{today}",
    reference: "Referencia: {reference}",
    phone: "{phone}, {hours}",
    who_we_are: "{collector} es un cobrador de deudas. Estamos tratando de cobrar una deuda que usted debe a {creditor}. Usaremos \
                 toda información que usted nos dé para ayudar a cobrar la deuda.",
    our_information: "Nuestra información muestra que:",
    you_had: "Usted tenía una cuenta de {creditor_then} con un número de cuenta que termina en {number}.",
    table: "Lo que usted debía en la fecha de detalle, lo que se añadió y se descontó desde entonces, y lo que debe ahora",
    owed_then: "Al {itemized_on}, usted debía:",
    between: "Entre el {itemized_on} y hoy:",
    interest: "Se le cobró esta cantidad en intereses:",
    fees: "Se le cobró esta cantidad en cargos:",
    credits: "Usted pagó o se le acreditó esta cantidad a la deuda:",
    owed_now: "Cantidad total de la deuda ahora:",
    how_to_dispute: "¿Cómo puede usted disputar la deuda?",
    call_or_write: "**Llámenos o escríbanos a más tardar el {by} para disputar toda la deuda o una parte de ella.** Si no lo hace, \
                    supondremos que nuestra información es correcta.",
    if_you_write: "**Si nos escribe a más tardar el {by},** debemos suspender el cobro de cualquier cantidad que usted dispute hasta \
                   que le enviemos información que demuestre que usted debe la deuda. Puede usar el formulario de abajo o \
                   escribirnos sin el formulario. También puede incluir documentos de respaldo.",
    what_else: "¿Qué más puede hacer?",
    ask_original_creditor: "**Escríbanos para pedir el nombre y la dirección del acreedor original,** si es diferente del acreedor \
                            actual. Si escribe a más tardar el {by}, debemos suspender el cobro hasta que le enviemos esa \
                            información. Puede usar el formulario de abajo o escribirnos sin el formulario.",
    cfpb: "**Visite www.cfpb.gov/debt-collection** para conocer mejor sus derechos bajo la ley federal. Por ejemplo, usted tiene \
           derecho a detener o limitar la forma en que nos comunicamos con usted.",
    payment_options: "**Comuníquese con nosotros para conocer sus opciones de pago.**",
    see_reverse: "Aviso: Vea al reverso información importante.",
    state_heading: "Información importante",
    mail_to: "Envíe este formulario por correo a:",
    how_to_respond: "¿Cómo quiere responder?",
    check_all: "Marque todo lo que corresponda:",
    i_dispute: "Quiero disputar la deuda porque creo que:",
    not_my_debt: "Esta no es mi deuda.",
    amount_is_wrong: "La cantidad es incorrecta.",
    other: "Otro (descríbalo al reverso o adjunte información adicional).",
    send_original_creditor: "Quiero que me envíen el nombre y la dirección del acreedor original.",
    i_enclosed: "Incluyo esta cantidad: $ ____________ Haga su cheque a nombre de {collector}. Incluya el número de referencia \
                 {reference}.",
};
