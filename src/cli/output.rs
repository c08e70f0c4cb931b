//! Printing: rows on stdout in the format that was asked for, everything else on stderr.

use std::io::{self, IsTerminal, StdoutLock, Write};

use clap::{Args, ValueEnum};
use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{ContentArrangement, Table};
use serde_json::{Map, Value};

use crate::evidence::csv_cell;

/// In what form rows are printed.
#[derive(Args, Clone, Copy)]
pub(super) struct Format {
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = Kind::Table)]
    format: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Table,
    Json,
    Jsonl,
    Csv,
}

impl Format {
    /// Whether a person reads it, who wants words and no data.
    pub(super) fn is_table(self) -> bool {
        self.format == Kind::Table
    }
}

/// Rows with named columns.
pub(super) struct Rows {
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

impl Rows {
    pub(super) fn new(columns: &'static [&'static str]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// A row in the order of the columns.
    pub(super) fn push<const N: usize>(&mut self, row: [Value; N]) {
        self.rows.push(row.into());
    }

    /// Writes the rows to stdout.
    ///
    /// # Errors
    /// Those of stdout; a reader that has gone (`| head`) is none.
    pub(super) fn print(&self, format: Format) -> io::Result<()> {
        write(|out| match format.format {
            Kind::Table => writeln!(out, "{}", self.table()),
            Kind::Json => serde_json::to_writer_pretty(&mut *out, &self.objects())
                .map_err(io::Error::from)
                .and_then(|()| writeln!(out)),
            Kind::Jsonl => self.objects().iter().try_for_each(|row| writeln!(out, "{row}")),
            Kind::Csv => self.csv(out),
        })
    }

    fn objects(&self) -> Vec<Value> {
        let object = |row: &Vec<Value>| -> Map<String, Value> {
            self.columns.iter().map(|&name| name.to_owned()).zip(row.iter().cloned()).collect()
        };
        self.rows.iter().map(|row| Value::Object(object(row))).collect()
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_preset(UTF8_BORDERS_ONLY);
        if io::stdout().is_terminal() {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        table.set_header(self.columns.iter().map(|name| name.to_uppercase().replace('_', " ")));
        for row in &self.rows {
            table.add_row(row.iter().map(|value| shown(&plain(value))));
        }
        table
    }

    /// RFC 4180. A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    fn csv(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}\r", self.columns.join(","))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|value| csv_cell(&plain(value))).collect();
            writeln!(out, "{}\r", cells.join(","))?;
        }
        Ok(())
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Text as it may go to a terminal: what would move its cursor, colour it or turn the direction of writing is spelled out.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                shown.extend(character.escape_unicode());
            }
            control if control.is_control() => shown.extend(control.escape_default()),
            other => shown.push(other),
        }
    }
    shown
}

/// A line on stdout: the answer to what was asked.
///
/// # Errors
/// Those of stdout; a reader that has gone (`| head`) is none.
pub(super) fn line(text: &str) -> io::Result<()> {
    write(|out| writeln!(out, "{text}"))
}

/// Writes to stdout whatever `put` puts there.
///
/// # Errors
/// Those of stdout; a reader that has gone (`| head`) is none.
pub(super) fn write(put: impl FnOnce(&mut StdoutLock<'static>) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match put(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// A line on stderr, for the person who watches; if nobody does, that is no fault.
pub(super) fn note(text: &str) {
    let lines: Vec<String> = text.split('\n').map(shown).collect();
    let _ = writeln!(io::stderr().lock(), "{}", lines.join("\n"));
}

/// What is odd and stops nothing, each on a line of stderr.
pub(super) fn warn(warnings: &[String]) {
    for warning in warnings {
        note(&format!("warning: {warning}"));
    }
}

/// Draws over the line on a terminal's stderr; nothing clears it.
pub(super) fn redraw(text: &str) {
    let mut out = io::stderr().lock();
    let _ = write!(out, "\r\u{1b}[2K{}", shown(text)).and_then(|()| out.flush());
}

/// An error with everything behind it, on stderr and on one line: some causes come in several.
pub(super) fn error(error: &anyhow::Error) {
    let mut text = String::from("error: ");
    let mut last = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // A transparent error says what its cause says.
        if cause != last {
            text += if last.is_empty() { "" } else { ": " };
            text += &cause;
        }
        last = cause;
    }
    note(&text.split_whitespace().collect::<Vec<_>>().join(" "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_cannot_be_a_formula() {
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv_cell("=1+1"), "'=1+1");
        assert_eq!(csv_cell("plain"), "plain");
    }

    #[test]
    fn a_terminal_gets_no_control_characters_and_no_turned_text() {
        let planted = "a\u{1b}[2J\r\n\t\u{9b}1m\u{202e}b\u{7f} é 鍵";
        assert_eq!(shown(planted), r"a\u{1b}[2J\r\n\t\u{9b}1m\u{202e}b\u{7f} é 鍵");
    }
}
