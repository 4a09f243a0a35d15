//! Whatever somebody drops or pastes: decoded, recognised, taken apart; what nobody knows is shown all the same.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::bytes::inspection::Kind;
use crate::bytes::pasted::{self, Reading, Writing};
use crate::bytes::{Inspection, Part, dump_text};
use crate::text;
use crate::text::{Catalogue, Text};
use crate::trace::{Place, Recognised};
use crate::view::{Bytes, Field, Tone};

/// Bytes that a panel shows at once.
pub const WINDOW: usize = 16 * 1024;

/// What somebody gave, and everything that can be told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The bytes, decoded if a text was given.
    pub bytes: Rc<[u8]>,
    /// In which writing the bytes were given and how many there are: “hex: 1,808 bytes”.
    pub from: Text,
    /// Whether somebody knows them.
    pub known: bool,
    /// What they are, byte by byte.
    pub seen: Inspection,
    /// The scenario that takes them, if there is one.
    pub opens: Option<Recognised>,
}

/// Looks at bytes, or at a text that spells some.
#[must_use]
pub fn look(given: &Rc<[u8]>) -> Looked {
    look_as(given, 0)
}

/// The same; where the bytes could be several things, as the one of that number among
/// [`Inspection::readings`].
#[must_use]
pub fn look_as(given: &Rc<[u8]>, which: usize) -> Looked {
    if let Some(seen) = super::inspect_as(given, which) {
        return Looked {
            bytes: given.clone(),
            from: text!(
                "look.as-is",
                "{n} bytes, taken as they are",
                n = given.len()
            ),
            known: true,
            opens: super::taken(given),
            seen,
        };
    }
    match core::str::from_utf8(given) {
        Ok(text) => match super::explain(text) {
            Some(seen) => explained(seen),
            None => of_text(given, text, which),
        },
        Err(_) => unknown(given, &[]),
    }
}

/// What was said of a message: there are no bytes to be shown.
fn explained(seen: Inspection) -> Looked {
    Looked {
        bytes: Rc::from([]),
        from: text!("look.message", "an error number or name"),
        known: true,
        opens: None,
        seen,
    }
}

/// Looks at a text in every writing that it can be read in.
fn of_text(given: &Rc<[u8]>, text: &str, which: usize) -> Looked {
    let readings = pasted::readings(text);
    for (i, reading) in readings.iter().enumerate() {
        let Ok(bytes) = &reading.bytes else {
            break;
        };
        if let Some(mut seen) = super::inspect_as(bytes, which) {
            seen.notes.extend(others(&readings, i));
            return Looked {
                bytes: Rc::from(&bytes[..]),
                from: from(reading, bytes.len()),
                known: true,
                opens: super::taken(bytes),
                seen,
            };
        }
    }
    unknown(given, &readings)
}

fn from(reading: &Reading, bytes: usize) -> Text {
    text!(
        "look.from",
        "{writing}: {n} bytes",
        writing = reading.writing.text(),
        n = bytes
    )
}

/// That a text can be read in other writings too.
fn others(readings: &[Reading], taken: usize) -> Vec<Text> {
    let own = readings.get(taken).map(|r| &r.bytes);
    let other = readings.iter().enumerate();
    let other = other.filter(|(_, r)| Some(&r.bytes) != own);
    // Whatever is hex is base64 too; to say so each time would say nothing.
    let hex = readings.get(taken).map(|r| &r.writing) == Some(&Writing::Hex);
    let other = other.filter(|(_, r)| !(hex && r.writing == Writing::Base64));
    let other = other.filter_map(|(_, reading)| {
        let bytes = reading.bytes.as_ref().ok()?;
        Some(text!(
            "look.also",
            "The text could also be read as {reading}.",
            reading = from(reading, bytes.len())
        ))
    });
    other.collect()
}

/// Bytes that nobody knows, in the likeliest writing, with what was tried.
fn unknown(given: &Rc<[u8]>, readings: &[Reading]) -> Looked {
    let first = readings.first().filter(|r| r.bytes.is_ok());
    let (bytes, from) = match first.map(|r| (r, &r.bytes)) {
        Some((reading, Ok(bytes))) => (Rc::from(&bytes[..]), from(reading, bytes.len())),
        _ => (
            given.clone(),
            text!(
                "look.as-is",
                "{n} bytes, taken as they are",
                n = given.len()
            ),
        ),
    };
    let why = text!(
        "look.unknown",
        "No machine here knows these bytes. What would be known: {known}.",
        known = super::KNOWN
    );
    let mut seen = Inspection::new(text!("look.unknown.what", "Unknown"), why);
    seen.notes = readings.iter().map(tried).collect();
    if bytes.is_empty() {
        seen.why = text!("look.empty", "There is not a single byte in it.");
    } else {
        seen.parts = vec![Part {
            kind: Kind::Letters,
            ..Part::new(
                text!("inspect.unexplained", "unexplained"),
                0,
                bytes.len(),
                Text::none(),
            )
        }];
    }
    Looked {
        bytes,
        from,
        known: false,
        seen,
        opens: None,
    }
}

/// What became of a reading that led nowhere.
fn tried(reading: &Reading) -> Text {
    let writing = reading.writing.text();
    match &reading.bytes {
        Ok(bytes) => text!(
            "look.tried",
            "Read as {writing}: {n} bytes that nobody here knows.",
            writing = writing,
            n = bytes.len()
        ),
        Err(bad) => text!(
            "look.tried-in-vain",
            "Read as {writing}: {why}",
            writing = writing,
            why = bad.text()
        ),
    }
}

impl Looked {
    /// The bytes as a panel, from one on: at most [`WINDOW`] of them, with the fields that lie there.
    #[must_use]
    pub fn panel(&self, start: usize) -> Bytes {
        let start = start.min(self.bytes.len());
        let end = (start + WINDOW).min(self.bytes.len());
        let parts = self.seen.parts.iter();
        let fields = parts.filter_map(|part| field(part, start, end));
        Bytes {
            id: "inspected",
            title: text!("look.bytes", "Byte for byte"),
            note: Text::none(),
            place: Place::new("file", start as u64, (end - start) as u64),
            data: Rc::from(&self.bytes[start..end]),
            fields: fields.collect(),
        }
    }

    /// Everything that is told, as text: what the page saves and the command line prints.
    #[must_use]
    pub fn text(&self, catalogue: &Catalogue) -> String {
        let say = |text: &Text| text.render(catalogue);
        let seen = &self.seen;
        let mut out = format!("{}: {}\n", say(&seen.what), say(&seen.why));
        out.push_str(&format!("{}\n", say(&self.from)));
        out.push_str(&dump_text(&seen.lines(&self.bytes, catalogue)));
        for reading in seen.readings.iter().filter(|r| r.what != seen.what) {
            let says = text!(
                "look.could-be",
                "It could also be {what}: {why}.",
                what = reading.what.clone(),
                why = reading.why.clone()
            );
            out.push_str(&format!("{}\n", say(&says)));
        }
        for (name, value) in &seen.follows {
            out.push_str(&format!("{name}: {value}\n"));
        }
        for note in &seen.notes {
            out.push_str(&format!("{}\n", say(note)));
        }
        for check in &seen.checks {
            let verdict = if check.held { "held" } else { "FAILED" };
            out.push_str(&format!("{verdict} {}: {}\n", check.id, say(&check.says)));
        }
        for wrong in &seen.wrong {
            out.push_str(&format!("WRONG: {}\n", say(wrong)));
        }
        out
    }
}

/// A part as a field of a panel that shows the bytes from `start` to `end`.
fn field(part: &Part, start: usize, end: usize) -> Option<Field> {
    let (from, to) = (part.at.max(start), (part.at + part.len).min(end));
    // A field without a byte is shown where it would begin.
    let empty = part.len == 0 && (start..=end).contains(&part.at);
    (from < to || empty).then(|| Field {
        name: part.name.clone(),
        offset: from - start,
        size: to.saturating_sub(from),
        value: part.value.clone(),
        meaning: part.meaning.clone(),
        reserved: part.kind == Kind::Reserved,
        tone: match part.kind {
            Kind::Unknown => Tone::Warn,
            _ => Tone::Plain,
        },
    })
}
