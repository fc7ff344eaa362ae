//! The table of wordings. What is marked low was recalled and not read again: counsel looks at it before it is used.
//!
//! The words of federal law are the house's, made from what 12 CFR 1006 asks; those of California, Massachusetts and Colorado are
//! the statutes', as they are remembered. Every Spanish text is our own translation.

use super::{Kind, Wording};
use crate::compliance::states::Confidence::{self, High, Low, Medium};
use crate::decision::day;
use crate::outreach::letter::Language;
use crate::outreach::validation_notice::who_we_are;
use crate::values::channel::Channel::{self, Call, Email, InPerson, Letter, RinglessVoicemail, SocialPrivateMessage, Text};
use std::sync::OnceLock;

const SPOKEN: &[Channel] = &[Call, RinglessVoicemail, InPerson];
const CALLS: &[Channel] = &[Call, RinglessVoicemail];
const WRITTEN: &[Channel] = &[Letter, Email, Text, SocialPrivateMessage];
const EVERY: &[Channel] = &[Call, RinglessVoicemail, InPerson, Letter, Email, Text, SocialPrivateMessage];
const REG_F: i32 = day(2021, 11, 30);

/// One wording in English and in our Spanish; empty where there is none.
struct Row {
    id: &'static str,
    kind: Kind,
    channels: &'static [Channel],
    jurisdiction: &'static str,
    english: &'static str,
    spanish: &'static str,
    in_force_from: i32,
    cite: &'static str,
    confidence: Confidence,
}

const FEDERAL: [Row; 10] = [
    Row {
        id: "us.first",
        kind: Kind::First,
        channels: SPOKEN,
        jurisdiction: "US",
        english: "{collector} is a debt collector. This is an attempt to collect a debt owed to {creditor}, and any information obtained \
                  will be used for that purpose.",
        spanish: "{collector} es un cobrador de deudas. Esto es un intento de cobrar una deuda que se debe a {creditor}, y toda \
                  información que se obtenga se usará para ese fin.",
        in_force_from: REG_F,
        cite: "12 CFR 1006.18(e)(1); 15 USC 1692e(11)",
        confidence: High,
    },
    Row {
        id: "us.first-in-writing",
        kind: Kind::First,
        channels: WRITTEN,
        jurisdiction: "US",
        english: "{collector} is a debt collector. This is an attempt to collect a debt owed to {creditor}, account ending in {number}, \
                  and any information obtained will be used for that purpose.",
        spanish: "{collector} es un cobrador de deudas. Esto es un intento de cobrar una deuda que se debe a {creditor}, cuenta que \
                  termina en {number}, y toda información que se obtenga se usará para ese fin.",
        in_force_from: REG_F,
        cite: "12 CFR 1006.18(e)(1); 15 USC 1692e(11)",
        confidence: High,
    },
    Row {
        id: "us.again-in-writing",
        kind: Kind::FirstWritten,
        channels: WRITTEN,
        jurisdiction: "US",
        english: "{collector} is a debt collector. This is an attempt to collect a debt owed to {creditor}, account ending in {number}, \
                  and any information obtained will be used for that purpose.",
        spanish: "{collector} es un cobrador de deudas. Esto es un intento de cobrar una deuda que se debe a {creditor}, cuenta que \
                  termina en {number}, y toda información que se obtenga se usará para ese fin.",
        in_force_from: REG_F,
        cite: "12 CFR 1006.18(e)(1)",
        confidence: High,
    },
    Row {
        id: "us.notice",
        kind: Kind::ValidationNotice,
        channels: &[Letter],
        jurisdiction: "US",
        english: who_we_are(Language::English),
        spanish: who_we_are(Language::Spanish),
        in_force_from: REG_F,
        cite: "12 CFR 1006.18(e)(1); 12 CFR part 1006, appendix B, model form B-1",
        confidence: High,
    },
    Row {
        id: "us.later",
        kind: Kind::Later,
        channels: EVERY,
        jurisdiction: "US",
        english: "This communication is from a debt collector.",
        spanish: "Esta comunicación proviene de un cobrador de deudas.",
        in_force_from: REG_F,
        cite: "12 CFR 1006.18(e)(2); 15 USC 1692e(11)",
        confidence: High,
    },
    Row {
        id: "us.voice-mail",
        kind: Kind::LimitedContent,
        channels: CALLS,
        jurisdiction: "US",
        english: "Hello, this is {officer} calling from {collector}. Please call me or any of our representatives at {telephone}.",
        spanish: "Hola, le habla {officer} de {collector}. Por favor, llámeme a mí o a cualquiera de nuestros representantes al \
                  {telephone}.",
        in_force_from: REG_F,
        cite: "12 CFR 1006.2(j) and its commentary",
        confidence: High,
    },
    Row {
        id: "us.opt-out.text",
        kind: Kind::ElectronicOptOut,
        channels: &[Text],
        jurisdiction: "US",
        english: "Reply STOP to stop texts to this telephone number.",
        spanish: "Responda STOP para no recibir más mensajes de texto en este número de teléfono.",
        in_force_from: REG_F,
        cite: "12 CFR 1006.6(e)",
        confidence: Medium,
    },
    Row {
        id: "us.opt-out.email",
        kind: Kind::ElectronicOptOut,
        channels: &[Email, SocialPrivateMessage],
        jurisdiction: "US",
        english: "To get no more messages from us at this address, reply with the word STOP.",
        spanish: "Para no recibir más mensajes nuestros en esta dirección, responda con la palabra STOP.",
        in_force_from: REG_F,
        cite: "12 CFR 1006.6(e)",
        confidence: Medium,
    },
    Row {
        id: "us.recorded-message",
        kind: Kind::Prerecorded,
        channels: CALLS,
        jurisdiction: "US",
        english: "This is a recorded message from {collector}. You can call us at {telephone}.",
        spanish: "Este es un mensaje grabado de {collector}. Puede llamarnos al {telephone}.",
        in_force_from: day(1992, 12, 20),
        cite: "47 CFR 64.1200(b)",
        confidence: Low,
    },
    Row {
        id: "us.recording",
        kind: Kind::CallRecording,
        channels: CALLS,
        jurisdiction: "US",
        english: "This call is recorded.",
        spanish: "Esta llamada se graba.",
        in_force_from: day(1986, 10, 21),
        cite: "18 USC 2511(2)(d) asks one party; where the state is not known, as if all were asked",
        confidence: Medium,
    },
];

/// States in which every party to a call must know that it is recorded, so far as we know, with the law that says so.
const RECORDING: [(&str, &str, &str); 11] = [
    ("ca.recording", "CA", "Cal. Penal Code 632, 632.7"),
    ("ct.recording", "CT", "C.G.S. 52-570d"),
    ("fl.recording", "FL", "Fla. Stat. 934.03"),
    ("il.recording", "IL", "720 ILCS 5/14-2"),
    ("ma.recording", "MA", "G.L. c. 272 s. 99"),
    ("md.recording", "MD", "Cts. & Jud. Proc. 10-402"),
    ("mt.recording", "MT", "MCA 45-8-213"),
    ("nh.recording", "NH", "RSA 570-A:2"),
    ("nv.recording", "NV", "NRS 200.620"),
    ("pa.recording", "PA", "18 Pa.C.S. 5703, 5704"),
    ("wa.recording", "WA", "RCW 9.73.030"),
];

const OLD_DEBT: &str = "The law limits how long you can be sued on a debt. Because of the age of your debt, we will not sue you for it.";
const OLD_DEBT_ES: &str = "La ley limita el tiempo durante el cual se le puede demandar por una deuda. Debido a la antigüedad de su \
                           deuda, no le demandaremos por ella.";

/// States that ask to be told of a debt too old to sue on: the sentence of California, for want of their own words.
const OLD_DEBTS: [(&str, &str, &[Channel], &str); 7] = [
    ("ca.time-barred", "CA", WRITTEN, "Cal. Civ. Code 1788.14(d), 1788.52(d); without what is said of credit reports"),
    ("ct.time-barred", "CT", WRITTEN, "Conn. Agencies Regs. 36a-809-6 ff."),
    ("me.time-barred", "ME", EVERY, "32 M.R.S. 11013, 11017"),
    ("nm.time-barred", "NM", EVERY, "12.2.12 NMAC"),
    ("tx.time-barred", "TX", EVERY, "Tex. Fin. Code 392.307, debt buyers"),
    ("vt.time-barred", "VT", WRITTEN, "CP 104.05"),
    ("wv.time-barred", "WV", EVERY, "W. Va. Code 46A-2-128"),
];

const STATES: [Row; 4] = [
    Row {
        id: "ny.time-barred",
        kind: Kind::TimeBarred,
        channels: EVERY,
        jurisdiction: "NY",
        english: "We believe that the legal time limit (statute of limitations) for suing you on this debt may have expired. To sue on a \
                  debt after that time is a violation of the Fair Debt Collection Practices Act, 15 USC 1692 and following. If you are \
                  sued, you may be able to stop the suit by telling the court that the time has expired. You do not have to admit that \
                  you owe this debt, promise to pay it, or give up the time limit.",
        spanish: "Creemos que el plazo legal (prescripción) para demandarle por esta deuda puede haber vencido. Demandar por una deuda \
                  después de ese plazo viola la Ley de Prácticas Justas en el Cobro de Deudas, 15 USC 1692 y siguientes. Si le demandan, \
                  es posible que pueda detener la demanda diciendo al tribunal que el plazo ha vencido. Usted no tiene que admitir que \
                  debe esta deuda, prometer pagarla ni renunciar al plazo.",
        in_force_from: day(2015, 3, 3),
        cite: "23 NYCRR 1.3(b)(1)-(4), before a payment is taken; (5) left out as CPLR 214-i made it untrue (DFS letter of April 7, 2022)",
        confidence: Medium,
    },
    Row {
        id: "ma.rights",
        kind: Kind::StateNotice,
        channels: &[Letter],
        jurisdiction: "MA",
        english: "NOTICE OF IMPORTANT RIGHTS. You have the right to make a written or oral request that telephone calls regarding your \
                  debt not be made to you at your place of employment. Any such oral request will be valid for only ten days unless you \
                  provide written confirmation of the request postmarked or delivered within seven days of such request. You may \
                  terminate this request by writing to the debt collector.",
        spanish: "",
        in_force_from: day(2012, 3, 2),
        cite: "940 CMR 7.08; 209 CMR 18",
        confidence: Low,
    },
    Row {
        id: "co.rights",
        kind: Kind::StateNotice,
        channels: &[Letter, Email],
        jurisdiction: "CO",
        english: "A consumer has the right to request in writing that a debt collector or collection agency cease further communication \
                  with the consumer. A written request to cease communication will not prohibit the debt collector or collection agency \
                  from taking any other action authorized by law to collect the debt.",
        spanish: "",
        in_force_from: day(2017, 8, 9),
        cite: "C.R.S. 5-16-105, 5-16-109; the site it asks for is not known here",
        confidence: Low,
    },
    Row {
        id: "ca.rights",
        kind: Kind::StateNotice,
        channels: &[Letter, Email],
        jurisdiction: "CA",
        english: "The state Rosenthal Fair Debt Collection Practices Act and the federal Fair Debt Collection Practices Act require that, \
                  except under unusual circumstances, collectors may not contact you before 8 a.m. or after 9 p.m. They may not harass \
                  you by using threats of violence or arrest or by using obscene language. Collectors may not use false or misleading \
                  statements or call you at work if they know or have reason to know that you may not receive personal calls at work. \
                  For the most part, collectors may not tell another person, other than your attorney or spouse, about your debt. \
                  Collectors may contact another person to confirm your location or enforce a judgment. For more information about debt \
                  collection activities, you may contact the Federal Trade Commission at 1-877-FTC-HELP or www.ftc.gov.",
        spanish: "",
        in_force_from: day(2004, 7, 1),
        cite: "Cal. Civ. Code 1812.700",
        confidence: Low,
    },
];

/// Every wording, federal ones first, each in English before its translation.
pub fn all() -> &'static [Wording] {
    static ALL: OnceLock<Vec<Wording>> = OnceLock::new();
    ALL.get_or_init(|| {
        let recording = RECORDING.map(|(id, jurisdiction, cite)| Row {
            id,
            kind: Kind::CallRecording,
            channels: CALLS,
            jurisdiction,
            english: "This call is recorded.",
            spanish: "Esta llamada se graba.",
            in_force_from: day(2000, 1, 1),
            cite,
            confidence: Low,
        });
        let old_debts = OLD_DEBTS.map(|(id, jurisdiction, channels, cite)| Row {
            id,
            kind: Kind::TimeBarred,
            channels,
            jurisdiction,
            english: OLD_DEBT,
            spanish: OLD_DEBT_ES,
            in_force_from: day(2014, 1, 1),
            cite,
            confidence: Low,
        });
        FEDERAL.into_iter().chain(recording).chain(STATES).chain(old_debts).flat_map(wordings).collect()
    })
}

fn wordings(row: Row) -> impl Iterator<Item = Wording> {
    let Row { id, kind, channels, jurisdiction, english, spanish, in_force_from, cite, confidence } = row;
    let texts = [(Language::English, english), (Language::Spanish, spanish)];
    texts.into_iter().filter(|(_, words)| !words.is_empty()).map(move |(language, words)| Wording {
        id,
        kind,
        channels,
        jurisdiction,
        language,
        words,
        version: 1,
        in_force_from,
        cite,
        confidence,
        is_our_translation: language == Language::Spanish,
    })
}
