//! The catalogue of the schema: every table with its columns, its key, and the tables it refers to, as the engine tells it.
//!
//! What leaves or enters as a whole goes by this list, so that a new migration needs no line here. Two tables stay behind:
//! the journal of the schema, which each database writes for itself, and the sessions, which are worth stealing and
//! nothing else.

use super::row::Value;
use super::{StoreError, Tx};
use duly_domain::audit::hex;
use jiff::civil::Date;
use serde_json::Value as Json;
use std::fmt::Write;
use uuid::Uuid;

/// Tables that are not carried along.
pub const LEFT_OUT: [&str; 2] = ["schema_steps", "sessions"];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An id.
    Uuid,
    /// Bytes.
    Bytes,
    /// A civil date.
    Date,
    /// A whole number.
    Int,
    /// Text.
    Text,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order of name.
    pub columns: Vec<Column>,
    /// The columns of its primary key, in the key's order, as places in `columns`.
    pub key: Vec<usize>,
    /// Columns that name another row of the same table, as places in `columns`. Where it is named by several, that which is not of the
    /// key: what is of it names the row's own part of the table, where the key's last column tells which row comes later.
    pub inward: Vec<usize>,
    refers: Vec<String>,
}

const SQLITE_COLUMNS: &str = "
    select m.name, c.name, lower(c.type), c.pk from sqlite_master m join pragma_table_info(m.name) c
     where m.type = 'table' and m.name not like 'sqlite_%' order by m.name, c.name";
const SQLITE_REFERENCES: &str = "
    select m.name, f.\"from\", f.\"table\" from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'";
const POSTGRES_COLUMNS: &str = "
    select r.relname, a.attname, cast(format_type(a.atttypid, null) as text),
           cast(coalesce(array_position(k.conkey, a.attnum), 0) as bigint)
      from pg_class r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
      left join pg_constraint k on k.conrelid = r.oid and k.contype = 'p'
     where r.relkind = 'r' and r.relnamespace = cast(current_schema() as regnamespace)";
const POSTGRES_REFERENCES: &str = "
    select r.relname, a.attname, t.relname from pg_constraint f
      join pg_class r on r.oid = f.conrelid join pg_class t on t.oid = f.confrelid
      join pg_attribute a on a.attrelid = f.conrelid and a.attnum = any(f.conkey)
     where f.contype = 'f' and r.relnamespace = cast(current_schema() as regnamespace)";

/// Every table that is carried along, each after those it refers to.
pub async fn list_tables(tx: &mut Tx) -> Result<Vec<Table>, StoreError> {
    let (columns, references) = match tx.engine() {
        "sqlite" => (SQLITE_COLUMNS, SQLITE_REFERENCES),
        _ => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
    };
    let mut rows: Vec<(String, String, String, i64)> = tx.all(columns, &[]).await?;
    let references: Vec<(String, String, String)> = tx.all(references, &[]).await?;
    rows.retain(|(table, ..)| !LEFT_OUT.contains(&table.as_str()));
    rows.sort();
    let mut tables: Vec<Table> = Vec::new();
    let mut keys: Vec<Vec<(i64, usize)>> = Vec::new();
    for (name, column, kind, key) in rows {
        if tables.last().is_none_or(|table| table.name != name) {
            tables.push(Table { name: name.clone(), columns: Vec::new(), key: Vec::new(), inward: Vec::new(), refers: Vec::new() });
            keys.push(Vec::new());
        }
        let (Some(table), Some(parts)) = (tables.last_mut(), keys.last_mut()) else { continue };
        let kind = kind_of(&kind).ok_or_else(|| StoreError::Column(format!("{name}.{column}")))?;
        if key > 0 {
            parts.push((key, table.columns.len()));
        }
        if key == 0 && references.iter().any(|(from, by, to)| *from == name && *by == column && *to == name) {
            table.inward.push(table.columns.len());
        }
        table.columns.push(Column { name: column, kind });
    }
    for (table, mut parts) in tables.iter_mut().zip(keys) {
        parts.sort_unstable();
        table.key = parts.into_iter().map(|(_, place)| place).collect();
        if table.key.is_empty() {
            return Err(StoreError::Column(format!("the key of {}", table.name)));
        }
        table.refers = references
            .iter()
            .filter(|(from, _, to)| *from == table.name && to != from && !LEFT_OUT.contains(&to.as_str()))
            .map(|(_, _, to)| to.clone())
            .collect();
        table.refers.sort();
    }
    in_order(tables)
}

/// Puts tables after those they refer to.
fn in_order(mut waiting: Vec<Table>) -> Result<Vec<Table>, StoreError> {
    let mut ordered: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let is_ready = |table: &Table| table.refers.iter().all(|to| ordered.iter().any(|before| before.name == *to));
        let Some(next) = waiting.iter().position(is_ready) else {
            return Err(StoreError::Column(format!("the references of {}, which go in a circle,", waiting[0].name)));
        };
        ordered.push(waiting.remove(next));
    }
    Ok(ordered)
}

fn kind_of(declared: &str) -> Option<Kind> {
    Some(match declared {
        "uuid" => Kind::Uuid,
        "bytea" => Kind::Bytes,
        "date" => Kind::Date,
        "bigint" => Kind::Int,
        "text" => Kind::Text,
        _ => return None,
    })
}

impl Table {
    /// What a view shows, as if it were a table whose key is its id. Columns are named in order of name; nothing of it is carried along.
    pub fn of_view(name: &str, columns: &[(&str, Kind)]) -> Table {
        let columns: Vec<Column> = columns.iter().map(|(name, kind)| Column { name: name.to_string(), kind: *kind }).collect();
        let key = columns.iter().position(|column| column.name == "id").into_iter().collect();
        Table { name: name.into(), columns, key, inward: Vec::new(), refers: Vec::new() }
    }

    /// The file it is written to.
    pub fn file(&self) -> String {
        format!("{}.jsonl", self.name)
    }

    /// One row as a line of JSON: columns in order of name, bytes in hexadecimal, ids and dates as text.
    pub fn line(&self, row: &[Value]) -> String {
        let mut line = String::with_capacity(row.len() * 24);
        for (column, value) in self.columns.iter().zip(row) {
            line.push(if line.is_empty() { '{' } else { ',' });
            let name = &column.name;
            let written = match value {
                Value::Null => write!(line, "\"{name}\":null"),
                Value::Int(int) => write!(line, "\"{name}\":{int}"),
                Value::Text(text) => write!(line, "\"{name}\":{}", Json::from(text.as_ref())),
                Value::Bytes(bytes) => write!(line, "\"{name}\":\"{}\"", hex(bytes)),
                Value::Uuid(uuid) => write!(line, "\"{name}\":\"{uuid}\""),
                Value::Date(date) => write!(line, "\"{name}\":\"{date}\""),
            };
            written.expect("writing to a string cannot fail");
        }
        line.push_str("}\n");
        line
    }

    /// Reads a line back; `None` if it is not a row of this table.
    pub fn read(&self, line: &str) -> Option<Vec<Value>> {
        let Json::Object(mut fields) = serde_json::from_str(line).ok()? else { return None };
        let row: Option<Vec<Value>> = self.columns.iter().map(|column| column.kind.read(fields.remove(&column.name)?)).collect();
        row.filter(|_| fields.is_empty())
    }
}

impl Kind {
    /// A value as this kind: SQLite keeps ids as bytes and dates as text.
    pub fn take(self, value: Value) -> Option<Value> {
        match (self, value) {
            (_, Value::Null) => Some(Value::Null),
            (Kind::Uuid, Value::Bytes(bytes)) => Uuid::from_slice(&bytes).ok().map(Value::Uuid),
            (Kind::Date, Value::Text(text)) => text.parse::<Date>().ok().map(Value::Date),
            (Kind::Uuid, value @ Value::Uuid(_))
            | (Kind::Date, value @ Value::Date(_))
            | (Kind::Bytes, value @ Value::Bytes(_))
            | (Kind::Int, value @ Value::Int(_))
            | (Kind::Text, value @ Value::Text(_)) => Some(value),
            _ => None,
        }
    }

    fn read(self, json: Json) -> Option<Value> {
        match (self, json) {
            (_, Json::Null) => Some(Value::Null),
            (Kind::Int, Json::Number(number)) => number.as_i64().map(Value::Int),
            (Kind::Text, Json::String(text)) => Some(Value::from(text)),
            (Kind::Uuid, Json::String(text)) => Uuid::try_parse(&text).ok().map(Value::Uuid),
            (Kind::Date, Json::String(text)) => text.parse().ok().map(Value::Date),
            (Kind::Bytes, Json::String(text)) => bytes(&text).map(Value::Bytes),
            _ => None,
        }
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let kinds = [("a", Kind::Uuid), ("b", Kind::Bytes), ("c", Kind::Date), ("d", Kind::Int), ("e", Kind::Text), ("f", Kind::Text)];
        let columns = kinds.map(|(name, kind)| Column { name: name.into(), kind }).to_vec();
        let table = Table { name: "t".into(), columns, key: vec![0], inward: Vec::new(), refers: Vec::new() };
        let row = vec![
            Value::Uuid(Uuid::from_u128(7)),
            Value::Bytes(vec![0, 255, 16]),
            Value::Date(jiff::civil::date(2026, 3, 2)),
            Value::Int(i64::MIN),
            Value::Text("a \"b\"\n\u{1}\u{2028}é•".into()),
            Value::Null,
        ];
        let line = table.line(&row);
        assert_eq!(line.lines().count(), 1, "one row is one line: {line}");
        assert_eq!(table.read(line.trim_end()), Some(row));
        for wrong in ["", "{}", "[]", &line.replace("\"d\":", "\"x\":"), &line.replace("00ff10", "00ff1"), &line.replace('}', ",\"g\":1}")]
        {
            assert_eq!(table.read(wrong), None, "{wrong}");
        }
    }
}
