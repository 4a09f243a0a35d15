//! Finds the English sentences that stand in Rust source, by reading it as tokens.

use std::path::{Path, PathBuf};

/// A sentence as the code has it.
pub(crate) struct Sentence {
    /// The key under which the other languages list it.
    pub(crate) key: String,
    /// The English template.
    pub(crate) en: String,
    /// File and line, for messages.
    pub(crate) place: String,
    /// Its rank among all sentences, by file and line.
    pub(crate) rank: usize,
}

/// Every sentence in the `.rs` files below a folder, in the order of file names and lines.
pub(crate) fn folder(folder: &Path) -> Result<Vec<Sentence>, String> {
    let mut files = Vec::new();
    rust_files(folder, &mut files)?;
    files.sort();
    let mut out = Vec::new();
    for path in files {
        let source = std::fs::read_to_string(&path)
            .map_err(|e| format!("{} cannot be read: {e}.", path.display()))?;
        let name = path.strip_prefix(folder).unwrap_or(&path);
        sentences(&source, &name.display().to_string(), &mut out);
    }
    Ok(out)
}

fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|e| format!("{} cannot be listed: {e}.", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, out)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
    Ok(())
}

/// A token, as far as telling sentences from other code needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name or keyword.
    Name(String),
    /// A string literal with its escapes undone.
    Str(String),
    /// A number, in decimal.
    Number(u64),
    /// Any other single character.
    Mark(char),
}

use Token::{Mark, Name, Number, Str};

/// Tokens with their lines; comments, characters, lifetimes and byte strings are left out.
pub(crate) fn tokens(source: &str) -> Vec<(Token, usize)> {
    let mut reader = Reader {
        chars: source.chars().collect(),
        at: 0,
        line: 1,
    };
    let mut out = Vec::new();
    while reader.at < reader.chars.len() {
        let line = reader.line;
        if let Some(token) = reader.next_token() {
            out.push((token, line));
        }
    }
    out
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn take(&mut self) -> char {
        let c = self.peek(0);
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        c
    }

    fn next_token(&mut self) -> Option<Token> {
        let c = self.peek(0);
        match c {
            '/' if self.peek(1) == '/' => {
                while self.at < self.chars.len() && self.peek(0) != '\n' {
                    self.take();
                }
                None
            }
            '/' if self.peek(1) == '*' => {
                self.block_comment();
                None
            }
            '"' => {
                self.take();
                Some(Str(self.string()))
            }
            '\'' => {
                self.quote();
                None
            }
            '0'..='9' => self.number(),
            _ if c.is_alphabetic() || c == '_' => self.name(),
            _ => {
                self.take();
                (!c.is_whitespace()).then_some(Mark(c))
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.take();
                    continue;
                }
            }
            self.take();
            self.take();
            if depth == 0 {
                return;
            }
        }
    }

    /// The rest of a string after its opening quote.
    fn string(&mut self) -> String {
        let mut out = String::new();
        while self.at < self.chars.len() {
            match self.take() {
                '"' => break,
                '\\' => self.escape(&mut out),
                c => out.push(c),
            }
        }
        out
    }

    fn escape(&mut self, out: &mut String) {
        match self.take() {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            '0' => out.push('\0'),
            'x' => {
                let digits: String = [self.take(), self.take()].iter().collect();
                out.extend(
                    u32::from_str_radix(&digits, 16)
                        .ok()
                        .and_then(char::from_u32),
                );
            }
            'u' => {
                self.take();
                let mut digits = String::new();
                while self.at < self.chars.len() && self.peek(0) != '}' {
                    digits.push(self.take());
                }
                self.take();
                let digits = digits.replace('_', "");
                out.extend(
                    u32::from_str_radix(&digits, 16)
                        .ok()
                        .and_then(char::from_u32),
                );
            }
            // A backslash at the end of a line joins it with the next, without what indents it.
            '\n' => {
                while self.at < self.chars.len() && self.peek(0).is_whitespace() {
                    self.take();
                }
            }
            c => out.push(c),
        }
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        self.take();
        if self.peek(0) == '\\' {
            self.take();
            self.take();
            while self.at < self.chars.len() && self.take() != '\'' {}
        } else if self.peek(1) == '\'' {
            self.take();
            self.take();
        }
    }

    fn number(&mut self) -> Option<Token> {
        let mut digits = String::new();
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            digits.push(self.take());
        }
        let digits = digits.replace('_', "");
        let number = match digits.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => digits.parse(),
        };
        number.ok().map(Number)
    }

    /// A name, or a string whose kind a name in front tells: `r"…"`, `r#"…"#`, `b"…"`, `br"…"`, `c"…"`.
    fn name(&mut self) -> Option<Token> {
        let mut name = String::new();
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            name.push(self.take());
        }
        let raw = name.ends_with('r') && matches!(name.as_str(), "r" | "br" | "cr");
        let bytes = matches!(name.as_str(), "b" | "br" | "c" | "cr");
        let hashes = (0..).take_while(|i| self.peek(*i) == '#').count();
        if raw && self.peek(hashes) == '"' {
            let text = self.raw_string(hashes);
            return (!bytes).then_some(Str(text));
        }
        if bytes && self.peek(0) == '"' {
            self.take();
            self.string();
            return None;
        }
        if name == "b" && self.peek(0) == '\'' {
            self.quote();
            return None;
        }
        Some(Name(name))
    }

    fn raw_string(&mut self, hashes: usize) -> String {
        self.at += hashes + 1;
        let mut out = String::new();
        while self.at < self.chars.len() {
            if self.peek(0) == '"' && (1..=hashes).all(|i| self.peek(i) == '#') {
                self.at += hashes + 1;
                break;
            }
            out.push(self.take());
        }
        out
    }
}

/// Adds the sentences of one file: `text!("key", "…")`, `Text::said("key", "…")`, the rows of
/// `rules!` and those of `layout!`. Code that exists only in tests is passed over, and so is an empty key.
pub(crate) fn sentences(source: &str, file: &str, out: &mut Vec<Sentence>) {
    let tokens = tokens(source);
    let mut at = 0;
    let mut add = |key: &str, en: &str, line: usize| {
        if !key.is_empty() {
            let rank = out.len();
            out.push(Sentence {
                rank,
                key: key.into(),
                en: en.into(),
                place: format!("{file}:{line}"),
            });
        }
    };
    while at < tokens.len() {
        let here: Vec<&Token> = tokens[at..].iter().take(7).map(|(t, _)| t).collect();
        let line = tokens[at].1;
        match here.as_slice() {
            [
                Name(text),
                Mark('!'),
                Mark(_),
                Str(key),
                Mark(','),
                Str(en),
                ..,
            ] if text == "text" => {
                add(key, en, line);
            }
            [Name(said), Mark('('), Str(key), Mark(','), Str(en), ..] if said == "said" => {
                add(key, en, line);
            }
            [
                Name(_),
                Mark('='),
                Str(key),
                Mark(':'),
                Str(en),
                Mark(','),
                ..,
            ] => add(key, en, line),
            [
                Mark('#'),
                Mark('['),
                Name(cfg),
                Mark('('),
                Name(test),
                Mark(')'),
                Mark(']'),
            ] if cfg == "cfg" && test == "test" => {
                at = after_item(&tokens, at + 7);
                continue;
            }
            [Name(layout), Mark('!'), Mark('{'), ..] if layout == "layout" => {
                let end = after_item(&tokens, at + 2);
                rows(&tokens[at..end], &mut add);
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// Adds the meanings in the rows of one `layout!`, under the keys that the macro makes of them:
/// the structure's and the field's name, or one key for all reserved rows.
fn rows(tokens: &[(Token, usize)], add: &mut impl FnMut(&str, &str, usize)) {
    let mut strings = tokens.iter().filter_map(|(t, _)| match t {
        Str(s) => Some(s),
        _ => None,
    });
    let Some(title) = strings.next() else {
        return;
    };
    for (at, row) in tokens.windows(4).enumerate() {
        let [(Number(_), line), (Number(_), _), (Str(name), _), (next, _)] = row else {
            continue;
        };
        let meaning = tokens[at + 3..].iter().find_map(|(t, _)| match t {
            Str(s) => Some(s.as_str()),
            _ => None,
        });
        let key = match next {
            Mark(',') => "layout.reserved".to_string(),
            _ => format!("{title}.{name}"),
        };
        add(&key, meaning.unwrap_or_default(), *line);
    }
}

/// The index after the item that starts here: after its braces, or after its semicolon.
fn after_item(tokens: &[(Token, usize)], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, (token, _)) in tokens.iter().enumerate().skip(start) {
        match token {
            Mark('{' | '(' | '[') => depth += 1,
            Mark('}' | ')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(token, Mark('}' | ';')) {
            return at + 1;
        }
    }
    tokens.len()
}
