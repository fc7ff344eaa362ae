//! The statement of a locked remittance as PDF and as a workbook, and the pay file: all follow from what is locked, byte for byte.
//!
//! A folder for one remittance is written whole or not at all: the statement in both forms, what is to be paid, and a manifest with the
//! hash of each.

use super::store::{LineRow, RemittanceRow, list_lines, load_remittance};
use super::{figures_of, mode_of};
use crate::app::{App, Failure};
use crate::outreach::pdf;
use crate::reporting::workbook::{self, Cell, Sheet};
use crate::store::StoreError;
use crate::store::archive::{keep, sync, unwritable};
use duly_domain::audit::hex;
use duly_domain::ledger::rates::Mode;
use duly_domain::ledger::remittance::LineKind;
use duly_domain::outreach::letter::{AmountRow, Amounts, Block, Content, Language, Letter, Part, Sign};
use duly_domain::values::ids::RemittanceId;
use duly_domain::values::moment::written;
use duly_domain::values::money::{Currency, Money};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// A locked remittance with its lines.
pub struct Statement {
    row: RemittanceRow,
    lines: Vec<LineRow>,
    of: Currency,
    locked_on: Date,
}

impl Statement {
    /// Reads what is locked; nothing else has a statement.
    pub async fn read(app: &App, id: RemittanceId) -> Result<Statement, Failure> {
        let mut tx = app.db.read().await?;
        let row = load_remittance(&mut tx, id).await?;
        let Some(locked_at) = row.decided_at.filter(|_| row.state == "locked") else {
            return Err(Failure::Stale(format!("remittance {} is {}: a statement is of what is locked", row.number, row.state)));
        };
        let lines = list_lines(&mut tx, id).await?;
        tx.rollback().await;
        let of = crate::ledger::store::currency(&row.currency)?;
        Ok(Statement { row, lines, of, locked_on: app.moment_at(locked_at).business_day })
    }

    /// What its files are called, without the ending.
    pub fn name(&self) -> String {
        let plain: String =
            self.row.creditor_name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
        format!("{}-remittance-{:04}", words.join("-"), self.row.number)
    }

    fn money(&self, minor: i64) -> Money {
        Money::of(minor, self.of)
    }

    fn title(&self) -> String {
        match self.row.corrects {
            Some(_) => format!("Correcting statement {}", self.row.number),
            None => format!("Remittance statement {}", self.row.number),
        }
    }

    /// Whom it is to, and who sends it.
    fn head(&self) -> (String, Vec<String>) {
        let mut lines = self.row.head.lines().map(String::from);
        let creditor = lines.next().unwrap_or_else(|| self.row.creditor_name.clone());
        (creditor, lines.collect())
    }

    /// What it comes to, line by line: the words, the amount, whether it is a sum.
    pub fn summary(&self) -> Vec<(String, Money, bool)> {
        summary(&self.row, self.of)
    }

    /// The statement as PDF, tagged.
    pub fn pdf(&self) -> Result<Vec<u8>, Failure> {
        let (creditor, ours) = self.head();
        let sender = ours.first().cloned().unwrap_or_default();
        let amounts = |summary: &str, rows: Vec<AmountRow>| {
            let head = Some(["".to_string(), self.of.code().to_string()]);
            Block::of(Content::Amounts(Amounts { summary: summary.into(), head, rows }))
        };
        let signed = |label: String, money: Money, is_total: bool| {
            let sign = if money.minor() < 0 { Sign::Minus } else { Sign::None };
            AmountRow { label, amount: Some((sign, Money::of(money.minor().abs(), self.of))), is_total }
        };
        let mut body = vec![
            Block::heading(1, self.title()),
            Block::paragraph(format!(
                "{} to {}. {}.",
                written(self.row.from_on),
                written(self.row.to_on),
                sentence(&mode_of(&self.row).to_string())
            )),
            amounts(
                "What the statement comes to",
                self.summary().into_iter().map(|(label, money, is_sum)| signed(label, money, is_sum)).collect(),
            ),
        ];
        for kind in [LineKind::Trust, LineKind::Direct, LineKind::Returned, LineKind::Correction] {
            let lines: Vec<&LineRow> = self.lines.iter().filter(|line| line.kind == kind.code()).collect();
            if lines.is_empty() {
                continue;
            }
            body.push(Block::heading(2, heading(kind)));
            let mut rows = Vec::with_capacity(lines.len() * 2 + 1);
            for line in &lines {
                let fee = self.money(line.fee_minor);
                let label = format!("{}, {}. Fee {}{} ({})", line.reference, written(line.paid_on), minus(fee), fee.figures(), line.why);
                rows.push(signed(label, self.money(line.amount_minor), false));
            }
            let fees = self.money(lines.iter().map(|line| line.fee_minor).sum());
            let label = format!("{} in all. Fees {}{}", lines.len(), minus(fees), fees.figures());
            rows.push(signed(label, self.money(lines.iter().map(|line| line.amount_minor).sum()), true));
            body.push(amounts(heading(kind), rows));
        }
        body.push(Block::paragraph("Fees are rounded for each payment, half a cent away from zero. What comes back later is taken back in a later statement, with the fee that was charged for it."));
        let part = Part {
            language: Language::English,
            head: if ours.is_empty() { vec![self.title()] } else { ours },
            marks: vec![Language::English.day(self.locked_on), format!("Statement {}", self.row.number)],
            addressee: vec![creditor],
            body,
            foot: self.title(),
        };
        let letter = Letter { title: self.title(), dated_on: self.locked_on, sender, parts: vec![part] };
        pdf::print(&letter).map(|done| done.bytes).map_err(|error| Failure::File(format!("the statement cannot be printed: {error}")))
    }

    /// The statement as a workbook: what it comes to, and every payment.
    pub fn xlsx(&self) -> Result<Vec<u8>, Failure> {
        let text = |text: &str| Cell::Text(text.into());
        let head = |text: &str| Cell::Head(text.into());
        let mut summary = vec![
            vec![head(&self.title())],
            vec![text("Client"), text(&self.row.creditor_name)],
            vec![text("From"), Cell::Day(self.row.from_on)],
            vec![text("To"), Cell::Day(self.row.to_on)],
            vec![text("Fees"), text(&mode_of(&self.row).to_string())],
            vec![text("Currency"), text(self.of.code())],
            Vec::new(),
        ];
        for (label, money, is_sum) in self.summary() {
            summary.push(vec![if is_sum { head(&label) } else { text(&label) }, Cell::Amount(money)]);
        }
        let columns = ["Line", "What", "Reference", "Paid on", "Amount", "Costs recovered", "Fee", "Net", "Why", "Payment"];
        let mut rows = vec![columns.map(head).to_vec()];
        for line in &self.lines {
            let kind = LineKind::parse(&line.kind).map(|kind| kind.to_string()).unwrap_or_default();
            let net = line.amount_minor.checked_sub(line.costs_minor).and_then(|net| net.checked_sub(line.fee_minor));
            let net = net.ok_or_else(|| StoreError::Column(format!("line {} of remittance {}", line.line_no, self.row.id)))?;
            rows.push(vec![
                text(&line.line_no.to_string()),
                text(&kind),
                text(&line.reference),
                Cell::Day(line.paid_on),
                Cell::Amount(self.money(line.amount_minor)),
                Cell::Amount(self.money(line.costs_minor)),
                Cell::Amount(self.money(line.fee_minor)),
                Cell::Amount(self.money(net)),
                text(&line.why),
                text(&line.entry.to_string()),
            ]);
        }
        let widths = vec![6, 16, 20, 12, 14, 16, 14, 14, 60, 40];
        workbook::write(&[
            Sheet { name: "Statement".into(), widths: vec![44, 18], rows: summary },
            Sheet { name: "Payments".into(), widths, rows },
        ])
    }

    /// What is to be paid, one row; nothing where nothing is.
    pub fn pay_file(&self) -> Result<Vec<u8>, Failure> {
        pay_file(std::slice::from_ref(&self.row))
    }

    /// Writes the folder of this remittance into another; the same again is left as it is.
    pub fn write_into(&self, inside: &Path) -> Result<PathBuf, Failure> {
        std::fs::create_dir_all(inside).map_err(|error| unwritable(inside, &error))?;
        let name = self.name();
        let (place, part) = (inside.join(&name), inside.join(format!(".{name}.part")));
        let failed = |error: &std::io::Error| unwritable(&place, error);
        let files =
            [(format!("{name}.pdf"), self.pdf()?), (format!("{name}.xlsx"), self.xlsx()?), (format!("{name}-pay.csv"), self.pay_file()?)];
        let manifest = self.manifest(&files)?;
        if place.exists() {
            let before = std::fs::read(place.join(MANIFEST)).map_err(|error| failed(&error))?;
            return match before == manifest {
                true => Ok(place),
                false => Err(Failure::File(format!("{} is there and holds something else: name another folder", place.display()))),
            };
        }
        if part.exists() {
            std::fs::remove_dir_all(&part).map_err(|error| failed(&error))?;
        }
        std::fs::create_dir(&part).map_err(|error| failed(&error))?;
        for (name, bytes) in &files {
            keep(&part.join(name), bytes).map_err(|error| failed(&error))?;
        }
        keep(&part.join(MANIFEST), &manifest).map_err(|error| failed(&error))?;
        sync(&part).map_err(|error| failed(&error))?;
        std::fs::rename(&part, &place).map_err(|error| failed(&error))?;
        sync(inside).map_err(|error| failed(&error))?;
        Ok(place)
    }

    fn manifest(&self, files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Failure> {
        let rows = files.iter().map(|(name, bytes)| {
            let hash = hex(&Sha256::digest(bytes));
            [
                name.clone(),
                hash,
                self.row.id.to_string(),
                self.row.creditor_name.clone(),
                self.row.from_on.to_string(),
                self.row.to_on.to_string(),
            ]
        });
        csv_of(["file", "sha256", "remittance", "creditor", "from", "to"], rows)
    }
}

/// The list of what is in the folder.
const MANIFEST: &str = "manifest.csv";

/// What of locked remittances is to be paid, one row each, as CSV.
pub fn pay_file(rows: &[RemittanceRow]) -> Result<Vec<u8>, Failure> {
    let paid = rows.iter().filter(|row| row.state == "locked" && row.paid_minor > 0);
    let rows = paid.map(|row| {
        let amount = Currency::parse(&row.currency).map(|of| Money::of(row.paid_minor, of).decimal()).unwrap_or_default();
        let reference = format!("REM {} {}", row.number, row.to_on);
        [row.id.to_string(), row.creditor_name.clone(), amount, row.currency.clone(), reference]
    });
    csv_of(["remittance", "payee", "amount", "currency", "reference"], rows)
}

fn csv_of<const COLUMNS: usize>(head: [&str; COLUMNS], rows: impl Iterator<Item = [String; COLUMNS]>) -> Result<Vec<u8>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::File(format!("the list cannot be written: {error}"));
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(head).map_err(|error| wrong(&error))?;
    for row in rows {
        out.write_record(row).map_err(|error| wrong(&error))?;
    }
    out.into_inner().map_err(|error| wrong(&error))
}

/// What a remittance comes to, line by line: the words, the amount, whether it is a sum.
pub fn summary(row: &RemittanceRow, of: Currency) -> Vec<(String, Money, bool)> {
    let figures = figures_of(row);
    let mode = mode_of(row);
    let mut lines: Vec<(&str, i64, bool)> = vec![("Collected by us", figures.collected, false)];
    let mut some = |words, minor| lines.extend((minor != 0).then_some((words, minor, false)));
    some("Paid to you directly", figures.direct);
    some("Came back after it was remitted", figures.came_back);
    some("Owed before: payments that came back", figures.before.returned);
    some(if mode == Mode::Net { "Owed before: fees" } else { "Invoiced before and not paid" }, figures.before.billed);
    some("Fees", figures.fees);
    some("Costs recovered", figures.costs);
    some("Kept from what was collected", figures.kept);
    lines.push(("Remitted to you", figures.paid, true));
    let mut some = |words, minor| lines.extend((minor != 0).then_some((words, minor, true)));
    some("Invoiced to you", figures.invoiced);
    some("Carried forward: payments that came back", figures.after.returned);
    some(if mode == Mode::Net { "Carried forward: fees" } else { "Invoiced and not paid" }, figures.after.billed);
    lines.into_iter().map(|(words, minor, is_sum)| (words.to_string(), Money::of(minor, of), is_sum)).collect()
}

fn heading(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Trust => "Collected by us",
        LineKind::Direct => "Paid to you directly",
        LineKind::Returned => "Came back",
        LineKind::Correction => "Fees put right",
    }
}

fn minus(money: Money) -> &'static str {
    if money.minor() < 0 { "-" } else { "" }
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
