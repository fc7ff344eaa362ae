//! Anything at all, and samples bent in any way: nothing panics, and whatever is refused says why and where.

use super::{Keep, read};
use proptest::prelude::*;

const SAMPLES: [&str; 4] = [
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id><IBAN>DE0</IBAN></Id>\
     <Ccy>EUR</Ccy></Acct><Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
     <Dt><Dt>2026-03-02</Dt></Dt></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">3.50</Amt>\
     <CdtDbtInd>CRDT</CdtDbtInd></Bal><Ntry><Amt Ccy=\"EUR\">2.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
     <BookgDt><Dt>2026-03-02</Dt></BookgDt><NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs>\
     <Amt Ccy=\"EUR\">1.00</Amt></TxDtls><TxDtls><Amt Ccy=\"EUR\">1.50</Amt></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
    "{1:F01KNABNL2HAXXX0000000000}{2:I940KNABNL2HXXXXN3020}{4:\n:20:R\n:25:DE0\n:28C:1/1\n:60F:C260302EUR1,00\n\
     :61:2603020302CR2,50NTRFE1//B1\nmore\n:86:166?00TRANSFER?20EREF+E1?21SVWZ+rent?30BANKDEFF?31DE1?32NAME\n\
     :61:2603020302RD1,NTRFNONREF\n:86:/EREF/E2/NAME/Somebody/REMI/words/\n:62F:C260302EUR4,50\n-}",
    "01,A,B,260302,0800,1,80,1,2/\n02,B,A,1,260301,2400,USD,2/\n03,123,USD,010,100,,,015,350,,/\n\
     16,165,250,V,260302,,B1,E1,TEXT, WITH COMMAS/AND STROKES\n88,DBNM:SOMEBODY\n49,700,4/\n98,700,1,6/\n99,700,1,8/\n",
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD\
     <BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302120000[-5:EST]<TRNAMT>2.50\
     <FITID>F1<NAME>A &amp; B</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>3.50<DTASOF>20260302</LEDGERBAL></STMTRS></STMTTRNRS>\
     </BANKMSGSRSV1></OFX>",
];

#[test]
fn the_samples_themselves_are_read_without_a_word() {
    for (sample, minor) in SAMPLES.iter().zip([250, 350, 250, 250]) {
        let file = read(sample, Keep::All).unwrap();
        let problems: Vec<String> = file.problems.iter().map(ToString::to_string).collect();
        let sum: i64 = file.entries().filter_map(|(_, entry)| entry.amount).map(|amount| amount.minor).sum();
        assert_eq!((problems, sum), (Vec::new(), minor), "{}", file.form.name());
        let adds_up = file.statements[0].adds_up;
        assert!(adds_up == Some(true) || file.form == super::Form::Ofx && adds_up.is_none(), "{}", file.form.name());
    }
}

#[test]
fn without_its_fields_an_entry_is_the_same() {
    for sample in SAMPLES {
        let (mut whole, money) = (read(sample, Keep::All).unwrap(), read(sample, Keep::Money).unwrap());
        let entries = whole.statements.iter_mut().flat_map(|statement| &mut statement.entries);
        let fields: usize = entries.map(|entry| std::mem::take(&mut entry.fields).len()).sum();
        assert!(fields > 0 && whole == money, "{}", whole.form.name());
    }
}

/// Read or refused: whatever cannot be used is named, and an entry without an amount or a day has its problem.
fn explains(text: &str) -> Result<(), TestCaseError> {
    match read(text, Keep::All) {
        Err(says) => prop_assert!(!says.is_empty()),
        Ok(file) => {
            for problem in &file.problems {
                prop_assert!(!problem.says.is_empty() && !problem.place.is_empty(), "{:?}", problem);
            }
            let lacks = file.entries().any(|(_, entry)| entry.amount.is_none());
            // BAI2 alone has entries that tell no amount.
            prop_assert!(!lacks || file.refuses() || file.form == super::Form::Bai2, "{}", text);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}", form in 0usize..4) {
        explains(&text)?;
        explains(&format!("{}{text}", &SAMPLES[form][..20]))?;
    }

    #[test]
    fn a_sample_cut_short_is_never_taken_for_whole(form in 0usize..4, share in 0usize..1000) {
        let sample = SAMPLES[form];
        let end = sample.len() * share / 1000;
        let cut: String = sample.chars().take(end).collect();
        explains(&cut)?;
        // Up to the middle something that must be there is missing.
        if share < 500 {
            prop_assert!(read(&cut, Keep::All).map_or(true, |file| file.refuses() || file.entries().count() == 0), "{}", cut);
        }
    }

    #[test]
    fn a_bent_sample_explains_itself(form in 0usize..4, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<char>(), 0u8..4), 1..12)) {
        let mut chars: Vec<char> = SAMPLES[form].chars().collect();
        for (at, with, how) in changes {
            let at = at.index(chars.len());
            match how {
                0 => chars[at] = with,
                1 => chars.insert(at, with),
                2 if chars.len() > 1 => { chars.remove(at); }
                // A digit for a digit, which is where totals are proved.
                _ => chars[at] = char::from(b'0' + (with as u32 % 10) as u8),
            }
        }
        explains(&chars.into_iter().collect::<String>())?;
    }
}
