//! The only printer. Results go to stdout, all else to stderr; names from entries and files lose what a terminal would obey.

use crate::error::{Error, Result, describe_io};
use crate::hint::Naming;
use crate::secret::SecretText;
use crate::words::{is_obeyed, printable};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use unicode_width::UnicodeWidthStr;
use zeroize::Zeroizing;

pub struct Output {
    color: bool,
    quiet: bool,
    linear: bool,
    /// How messages name commands; as they stand in the texts where it is not known.
    naming: Option<Naming>,
    /// The first error of stdout; after it nothing is written there.
    broken: Option<io::Error>,
}

/// How a cell looks where colours are on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Plain,
    Bold,
    Dim,
}

/// A cell of a table.
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub fn plain(text: impl AsRef<str>) -> Cell {
        Cell { text: printable(text.as_ref()), style: Style::Plain }
    }

    pub fn bold(text: impl AsRef<str>) -> Cell {
        Cell { style: Style::Bold, ..Cell::plain(text) }
    }

    pub fn dim(text: impl AsRef<str>) -> Cell {
        Cell { style: Style::Dim, ..Cell::plain(text) }
    }
}

impl Output {
    pub fn new(color: bool, quiet: bool) -> Self {
        Output { color, quiet, linear: false, naming: None, broken: None }
    }

    /// With a table as plain lines that can be read out, without columns.
    pub fn linear(self, linear: bool) -> Self {
        Output { linear, ..self }
    }

    /// With the options of this invocation in every command that a message names.
    pub fn naming_commands(self, naming: Naming) -> Self {
        Output { naming: Some(naming), ..self }
    }

    pub fn is_linear(&self) -> bool {
        self.linear
    }

    pub fn is_terminal() -> bool {
        io::stdout().is_terminal()
    }

    /// Columns and rows of the terminal that stdout is, if it is one. One that does not know has the usual 80 and 24.
    pub fn size() -> Option<(usize, usize)> {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        match (size.ws_col, size.ws_row) {
            (0, _) | (_, 0) => Some((80, 24)),
            (columns, rows) => Some((columns.into(), rows.into())),
        }
    }

    pub fn color(&self) -> bool {
        self.color
    }

    /// Clears the last lines of the terminal, where it understands colours and so this too.
    pub fn wipe(&mut self, lines: usize) {
        if self.color {
            self.text(&format!("\u{1b}[{lines}A\r\u{1b}[J"));
        }
    }

    /// Text as it is, to stdout.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// A line to stdout, made safe.
    pub fn line(&mut self, text: &str) {
        self.text(&format!("{}\n", printable(text)));
    }

    /// A secret on a line of its own, to stdout.
    pub fn secret(&mut self, text: &SecretText) {
        let line = Zeroizing::new(format!("{}\n", text.expose()));
        self.bytes(line.as_bytes());
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            let mut stdout = io::stdout().lock();
            self.broken = stdout.write_all(bytes).and_then(|()| stdout.flush()).err();
        }
    }

    /// Whether nobody reads stdout any more.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// A value as JSON, to stdout.
    pub fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_string_pretty(value).map(Zeroizing::new) {
            Ok(text) => {
                // JSON need not escape all that a terminal obeys. Between its strings only line feeds are such.
                let mut safe = Zeroizing::new(String::with_capacity(text.len()));
                for letter in text.chars() {
                    match is_obeyed(letter) && letter != '\n' {
                        true => safe.push_str(&format!("\\u{:04x}", u32::from(letter))),
                        false => safe.push(letter),
                    }
                }
                self.bytes(safe.as_bytes());
                self.bytes(b"\n");
            }
            Err(error) => self.broken = Some(error.into()),
        }
    }

    /// Rows with their columns aligned, by the width that the terminal gives each character; each a list of what it holds where
    /// the output is linear.
    pub fn table(&mut self, rows: &[Vec<Cell>]) {
        if self.linear {
            let lines = rows.iter().map(|row| {
                let said: Vec<&str> = row.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty()).collect();
                format!("{}\n", said.join(", "))
            });
            let text = Zeroizing::new(lines.collect::<String>());
            return self.bytes(text.as_bytes());
        }
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.text.width()).max().unwrap_or(0))
            .collect();
        let mut text = Zeroizing::new(String::new());
        for row in rows {
            let used = row.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
            for (at, cell) in row[..used].iter().enumerate() {
                let (on, off) = match (self.color, cell.style) {
                    (true, Style::Bold) => ("\u{1b}[1m", "\u{1b}[0m"),
                    (true, Style::Dim) => ("\u{1b}[2m", "\u{1b}[0m"),
                    _ => ("", ""),
                };
                text.push_str(on);
                text.push_str(&cell.text);
                text.push_str(off);
                if at + 1 < used {
                    text.push_str(&" ".repeat(widths[at] - cell.text.width() + 2));
                }
            }
            text.push('\n');
        }
        self.bytes(text.as_bytes());
    }

    /// What was done, to stderr, unless quiet.
    pub fn say(&mut self, text: &str) {
        if !self.quiet {
            complain(&format!("{}\n", self.lines(text)));
        }
    }

    /// What must be known, to stderr.
    pub fn warn(&mut self, text: &str) {
        complain(&format!("warning: {}\n", self.lines(text)));
    }

    /// Prints the error, if any, and gives the exit status. A reader that went away is no failure.
    pub fn finish(self, result: Result<()>) -> u8 {
        let result = result.and(match &self.broken {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::failed(format!("can't write the output: {}", describe_io(error))))
            }
            _ => Ok(()),
        });
        let Err(error) = result else { return 0 };
        self.tell(&error);
        error.kind.exit_code()
    }

    /// Made safe line by line, with the commands in it as they have to be given.
    fn lines(&self, text: &str) -> String {
        match &self.naming {
            Some(naming) => lines(&naming.complete(text)),
            None => lines(text),
        }
    }

    /// An error and what to do about it, to stderr.
    pub fn tell(&self, error: &Error) {
        let hint = error.hint.as_ref().map_or(String::new(), |hint| format!("hint: {}\n", self.lines(hint)));
        complain(&format!("countersign: {}\n{hint}", lines(&error.what)));
    }
}

/// Made safe line by line.
fn lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// To stderr; where that fails there is nobody left to tell.
fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// A number of things: `1 entry`, `3 entries`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
