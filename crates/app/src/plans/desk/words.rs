//! The words of the neutral comparison, in English and in Spanish.

use duly_domain::outreach::letter::Language;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::PlanTerms;
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use jiff::civil::Date;

/// All words of one language.
pub struct Words {
    /// Which.
    pub language: Language,
    pub in_full: &'static str,
    pub settled_at_once: &'static str,
    pub settled_in_parts: &'static str,
    pub few_payments: &'static str,
    pub small_payments: &'static str,
    pub date_change: &'static str,
    pub standing_pause: &'static str,
    pub standing_pause_says: &'static str,
    pub pause: &'static str,
    pub pause_says: &'static str,
    pub dispute: &'static str,
    pub dispute_says: &'static str,
    pub dispute_ends: &'static str,
    pub advice: &'static str,
    pub advice_says: &'static str,
    pub advice_ends: &'static str,
    pub when_paid: &'static str,
    pub total: &'static str,
    pub forgiven: &'static str,
    pub reference: &'static str,
    pub amounts_of: &'static str,
}

impl Words {
    /// Those of a language.
    pub const fn of(language: Language) -> &'static Words {
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        }
    }

    /// A day.
    pub fn day(&self, on: Date) -> String {
        match self.language {
            Language::English => written(on),
            Language::Spanish => Language::Spanish.day(on),
        }
    }

    /// What a plan asks for.
    pub fn terms(&self, terms: &PlanTerms) -> String {
        if self.language == Language::English {
            return terms.to_string();
        }
        let (total, down, rest, from) = (terms.total, terms.down, terms.rest(), self.day(terms.first_on));
        let Some(parts) = terms.cut.parts(rest.minor()).filter(|_| rest.minor() > 0) else { return format!("{total} hoy") };
        let money = |minor| Money::of(minor, total.currency());
        let first = match parts.first_minor == parts.each_minor {
            true => String::new(),
            false => format!(", el primero de {},", money(parts.first_minor)),
        };
        let often = match terms.frequency {
            Frequency::Weekly => "cada semana",
            Frequency::EveryTwoWeeks => "cada dos semanas",
            Frequency::TwiceAMonth => "dos veces al mes",
            Frequency::Monthly => "una vez al mes",
        };
        let payments = format!("{} pagos de {}{first} {often} desde el {from}", parts.count, money(parts.each_minor));
        match (down.minor(), parts.count) {
            (0, 1) => format!("{total} a más tardar el {from}"),
            (0, _) => format!("{total}: {payments}"),
            (_, 1) => format!("{total}: {down} hoy y después {rest} a más tardar el {from}"),
            _ => format!("{total}: {down} hoy y después {payments}"),
        }
    }

    /// What a plan asks for, read on another day: what is paid at the agreement is paid on its day.
    pub fn read_later(&self, says: &str, agreed_on: Date) -> String {
        let day = self.day(agreed_on);
        match self.language {
            Language::English => says.replace(" today", &format!(" on {day}")),
            Language::Spanish => says.replace(" hoy", &format!(" el {day}")),
        }
    }

    /// All at once, where the budget leaves less.
    pub fn beyond_budget(&self, balance: Money) -> String {
        match self.language {
            Language::English => format!("{balance} at once, more than the budget leaves"),
            Language::Spanish => format!("{balance} de una vez, más de lo que deja el presupuesto"),
        }
    }

    /// What is due may be paid later.
    pub fn later(&self, until: Date) -> String {
        let until = self.day(until);
        match self.language {
            Language::English => format!("What is due may be paid until {until}"),
            Language::Spanish => format!("Lo que vence puede pagarse hasta el {until}"),
        }
    }

    /// A pause that policy would let be granted.
    pub fn pause_of(&self, months: u32) -> String {
        match self.language {
            Language::English => format!("Nothing is due for up to {months} months, after telling us what happened"),
            Language::Spanish => format!("Nada vence durante {months} meses como máximo, después de contarnos qué pasó"),
        }
    }

    /// By when something ends at the latest.
    pub fn by(&self, on: Date) -> String {
        let on = self.day(on);
        match self.language {
            Language::English => format!("by {on}"),
            Language::Spanish => format!("a más tardar el {on}"),
        }
    }

    /// Of whom and of what the paper is.
    pub fn opening(&self, name: &str, reference: &str, creditor: &str, owed: Money) -> String {
        match self.language {
            Language::English => format!(
                "{name}, account {reference} with {creditor}. Owed today: {owed}. None of these ways is put before another; what is agreed is \
                 written to you."
            ),
            Language::Spanish => format!(
                "{name}, cuenta {reference} con {creditor}. Saldo de hoy: {owed}. Ninguna de estas maneras se pone antes que otra; lo que se \
                 acuerde se le escribe."
            ),
        }
    }

    /// What a way is, and when it ends.
    pub fn ends(&self, says: &str, ends: &str) -> String {
        match self.language {
            Language::English => format!("{says}. It ends: {ends}."),
            Language::Spanish => format!("{says}. Termina: {ends}."),
        }
    }
}

static ENGLISH: Words = Words {
    language: Language::English,
    in_full: "Pay in full",
    settled_at_once: "Settle, paid at once",
    settled_in_parts: "Settle in parts",
    few_payments: "Plan with few payments",
    small_payments: "Plan with small payments",
    date_change: "Another due date",
    standing_pause: "The pause in hardship that stands",
    standing_pause_says: "Nothing is due, no interest runs, and nobody contacts them",
    pause: "A pause in hardship",
    pause_says: "Nothing is due meanwhile",
    dispute: "Dispute it",
    dispute_says: "Say what is wrong with it; what is disputed is not asked for until we answer",
    dispute_ends: "when we answer",
    advice: "Free debt advice",
    advice_says: "A nonprofit counselor looks at all debts together; it costs nothing",
    advice_ends: "as agreed there",
    when_paid: "when it is paid",
    total: "Paid in all",
    forgiven: "Not asked for",
    reference: "Reference",
    amounts_of: "Amounts of",
};

static SPANISH: Words = Words {
    language: Language::Spanish,
    in_full: "Pagar todo",
    settled_at_once: "Liquidar con un solo pago",
    settled_in_parts: "Liquidar en partes",
    few_payments: "Plan con pocos pagos",
    small_payments: "Plan con pagos pequeños",
    date_change: "Otra fecha de vencimiento",
    standing_pause: "La pausa por dificultades que está en vigor",
    standing_pause_says: "Nada vence, no corren intereses y nadie le contacta",
    pause: "Una pausa por dificultades",
    pause_says: "Mientras tanto nada vence",
    dispute: "Disputarla",
    dispute_says: "Díganos qué está mal; lo que se disputa no se pide hasta que respondamos",
    dispute_ends: "cuando respondamos",
    advice: "Asesoría gratuita sobre deudas",
    advice_says: "Un asesor sin fines de lucro mira todas las deudas juntas; no cuesta nada",
    advice_ends: "como se acuerde allí",
    when_paid: "cuando se pague",
    total: "Se paga en total",
    forgiven: "No se pide",
    reference: "Referencia",
    amounts_of: "Montos de",
};

#[cfg(test)]
mod tests {
    use super::*;
    use duly_domain::plans::schedule::Cut;
    use jiff::civil::date;

    #[test]
    fn what_a_plan_asks_for_is_said_in_both_languages() {
        let terms = |down, count, frequency| PlanTerms {
            total: Money::usd(40_000),
            down: Money::usd(down),
            cut: Cut::Count(count),
            first_on: date(2026, 3, 16),
            frequency,
        };
        let spanish = Words::of(Language::Spanish);
        for (terms, says) in [
            (terms(0, 1, Frequency::Monthly), "USD 400.00 a más tardar el 16 de marzo de 2026"),
            (terms(40_000, 0, Frequency::Monthly), "USD 400.00 hoy"),
            (terms(0, 4, Frequency::Monthly), "USD 400.00: 4 pagos de USD 100.00 una vez al mes desde el 16 de marzo de 2026"),
            (
                terms(10_000, 2, Frequency::EveryTwoWeeks),
                "USD 400.00: USD 100.00 hoy y después 2 pagos de USD 150.00 cada dos semanas desde el 16 de marzo de 2026",
            ),
            (terms(10_000, 1, Frequency::Monthly), "USD 400.00: USD 100.00 hoy y después USD 300.00 a más tardar el 16 de marzo de 2026"),
        ] {
            assert_eq!(spanish.terms(&terms), says);
            let english = Words::of(Language::English);
            assert_eq!(english.terms(&terms), terms.to_string());
            for (words, today, day) in [(english, "today", "on Fri 6 Mar 2026"), (spanish, "hoy", "el 6 de marzo de 2026")] {
                let (now, later) = (words.terms(&terms), words.read_later(&words.terms(&terms), date(2026, 3, 6)));
                assert_eq!(later.contains(day), now.contains(today), "{later}");
                assert!(!later.contains(today), "{later}");
            }
        }
    }
}
