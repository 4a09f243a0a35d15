//! The bytes of a file: all of them, or as much as the host has supplied so far.
//!
//! A reader asks for bytes and goes on with zeros where they are not there; the source notes what
//! was missing. Whoever asked looks at [`Source::lacks`] before it uses what came of it, has the host
//! supply the bytes and asks again. So nothing waits, and no answer is made of bytes that were not there.

mod digest;

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::ops::Range;

use crate::crypto::sha256::Midstate;
use crate::text;
use crate::text::Text;

/// What is asked for at once: a window that begins at a multiple of this.
const WINDOW: u64 = 1 << 20;

/// Bytes that are kept of a file supplied in parts, beyond those in use right now.
const KEPT: u64 = 32 << 20;

/// The bytes of a file. A clone is the same file.
#[derive(Clone)]
pub struct Source(Rc<Held>);

struct Held {
    bytes: Bytes,
    /// What is known of the whole file, once somebody has worked it out.
    digest: Cell<Option<[u8; 32]>>,
    /// The digest of the bytes before this place.
    summed: Cell<(u64, Midstate)>,
    /// What somebody has made of the file so far, to go on with.
    notes: RefCell<Vec<Rc<dyn Any>>>,
}

enum Bytes {
    Whole(Rc<[u8]>),
    Parts(u64, RefCell<Parts>),
}

/// A part that the host supplied.
struct Part {
    bytes: Rc<[u8]>,
    /// When it was used last.
    used: u64,
}

#[derive(Default)]
struct Parts {
    /// By their first byte; they may overlap.
    parts: BTreeMap<u64, Part>,
    held: u64,
    /// Counts every use of a part.
    clock: u64,
    /// Parts used from here on are in use still.
    since: u64,
    /// What was asked for and is not there.
    missing: Option<Range<u64>>,
}

impl Parts {
    /// The part that holds a byte, if one does: of the part, the bytes from there on.
    fn at(&mut self, at: u64) -> Option<(Rc<[u8]>, usize)> {
        let parts = self.parts.range_mut(..=at).rev();
        // Parts are as long as the host likes; few overlap.
        let found = parts.into_iter().find_map(|(start, part)| {
            let within = at - start;
            (within < part.bytes.len() as u64).then_some((part, within as usize))
        });
        let (part, within) = found?;
        self.clock += 1;
        part.used = self.clock;
        Some((part.bytes.clone(), within))
    }

    /// Lets go of parts that were not used for longest, of none that is in use.
    fn tidy(&mut self) {
        while self.held > KEPT {
            let oldest = self.parts.iter().min_by_key(|(_, part)| part.used);
            let Some((start, _)) = oldest.filter(|(_, part)| part.used <= self.since) else {
                break;
            };
            let start = *start;
            if let Some(part) = self.parts.remove(&start) {
                self.held -= part.bytes.len() as u64;
            }
        }
    }
}

impl Source {
    fn new(bytes: Bytes) -> Self {
        Self(Rc::new(Held {
            bytes,
            digest: Cell::new(None),
            summed: Cell::default(),
            notes: RefCell::default(),
        }))
    }

    /// A file of that many bytes, none of which is here yet.
    #[must_use]
    pub fn parts(len: u64) -> Self {
        Self::new(Bytes::Parts(len, RefCell::default()))
    }

    /// How many bytes the file has.
    #[must_use]
    pub fn len(&self) -> u64 {
        match &self.0.bytes {
            Bytes::Whole(bytes) => bytes.len() as u64,
            Bytes::Parts(len, _) => *len,
        }
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of its bytes are here.
    #[must_use]
    pub fn held(&self) -> u64 {
        match &self.0.bytes {
            Bytes::Whole(bytes) => bytes.len() as u64,
            Bytes::Parts(_, parts) => parts.borrow().held,
        }
    }

    /// Whether it is supplied in parts.
    #[must_use]
    pub fn is_parts(&self) -> bool {
        matches!(self.0.bytes, Bytes::Parts(..))
    }

    /// Whether the two are one file in memory.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Whether nobody else holds the file.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        Rc::strong_count(&self.0) == 1
    }

    /// All bytes in one piece. Where they are not here, all are noted as missing.
    #[must_use]
    pub fn whole(&self) -> Option<Rc<[u8]>> {
        let (len, parts) = match &self.0.bytes {
            Bytes::Whole(bytes) => return Some(bytes.clone()),
            Bytes::Parts(len, parts) => (*len, parts),
        };
        let mut parts = parts.borrow_mut();
        let all = parts.parts.get(&0).map(|part| part.bytes.clone());
        let all = all.filter(|bytes| bytes.len() as u64 == len);
        if all.is_none() {
            parts.missing.get_or_insert(0..len);
        }
        all
    }

    /// All bytes of a file that is not supplied in parts.
    #[must_use]
    pub fn whole_here(&self) -> Option<Rc<[u8]>> {
        match &self.0.bytes {
            Bytes::Whole(bytes) => Some(bytes.clone()),
            Bytes::Parts(..) => None,
        }
    }

    /// Gives `f` the bytes from `at` on, without copying them where they lie in one piece. Beyond
    /// the file’s end there are zeros, and zeros stand for what is missing, which is noted.
    pub fn with<R>(&self, at: u64, len: usize, f: impl FnOnce(&[u8]) -> R) -> R {
        let piece = match &self.0.bytes {
            Bytes::Whole(bytes) => {
                let start = usize::try_from(at).ok();
                let end = start.and_then(|s| s.checked_add(len));
                let lies = start.zip(end).and_then(|(s, e)| bytes.get(s..e));
                if let Some(lies) = lies {
                    return f(lies);
                }
                None
            }
            Bytes::Parts(_, parts) => parts.borrow_mut().at(at),
        };
        let lies = piece.as_ref();
        let lies = lies.and_then(|(bytes, within)| bytes.get(*within..within.checked_add(len)?));
        if let Some(lies) = lies {
            return f(lies);
        }
        let mut copy = vec![0; len];
        self.read(at, &mut copy);
        f(&copy)
    }

    /// Copies bytes from `at` on, as [`with`](Self::with) gives them.
    pub fn read(&self, at: u64, out: &mut [u8]) {
        out.fill(0);
        let len = self.len().saturating_sub(at).min(out.len() as u64) as usize;
        let out = &mut out[..len];
        let parts = match &self.0.bytes {
            Bytes::Whole(bytes) => {
                let start = at as usize;
                if let Some(lies) = bytes.get(start..start + len) {
                    out.copy_from_slice(lies);
                }
                return;
            }
            Bytes::Parts(_, parts) => parts,
        };
        let mut done = 0;
        while done < len {
            let here = at + done as u64;
            let piece = parts.borrow_mut().at(here);
            let Some((bytes, within)) = piece else {
                self.note(here..at + len as u64);
                return;
            };
            let part = (bytes.len() - within).min(len - done);
            out[done..done + part].copy_from_slice(&bytes[within..within + part]);
            done += part;
        }
    }

    fn note(&self, range: Range<u64>) {
        if let Bytes::Parts(len, parts) = &self.0.bytes {
            let mut parts = parts.borrow_mut();
            let window = range.start / WINDOW * WINDOW;
            // A host may have given less of the window than was asked for.
            let start = match parts.at(window) {
                None => window,
                Some(_) => range.start,
            };
            let end = range.end.max(window + WINDOW).min(*len);
            parts.missing.get_or_insert(start..end);
        }
    }

    /// What was asked for and is not here, since this was last asked. Whatever was made of those bytes
    /// must not be used.
    #[must_use]
    pub fn lacks(&self) -> Option<Range<u64>> {
        match &self.0.bytes {
            Bytes::Whole(_) => None,
            Bytes::Parts(_, parts) => parts.borrow_mut().missing.take(),
        }
    }

    /// Whether something is noted as missing.
    #[must_use]
    pub fn is_lacking(&self) -> bool {
        match &self.0.bytes {
            Bytes::Whole(_) => false,
            Bytes::Parts(_, parts) => parts.borrow().missing.is_some(),
        }
    }

    /// Notes that more of an answer is made when the reader is asked again, where the file comes in parts: what
    /// is made of it takes longer than one answer should. Its host comes back once it has supplied a byte.
    pub fn again(&self) {
        if let Bytes::Parts(len, parts) = &self.0.bytes {
            parts.borrow_mut().missing.get_or_insert(0..1.min(*len));
        }
    }

    /// Says that what was read so far is done with, so that it may be let go of.
    pub fn release(&self) {
        if let Bytes::Parts(_, parts) = &self.0.bytes {
            let mut parts = parts.borrow_mut();
            parts.since = parts.clock;
            parts.tidy();
        }
    }

    /// Takes in bytes that the host supplies, in pieces of any size and in any order.
    ///
    /// # Errors
    /// They are not those that were promised: the file ends early or has grown.
    pub fn supply(&self, start: u64, wanted: u64, bytes: &[u8]) -> Result<(), Text> {
        let Bytes::Parts(len, parts) = &self.0.bytes else {
            return Ok(());
        };
        if bytes.len() as u64 != wanted || start.checked_add(wanted).is_none_or(|end| end > *len) {
            return Err(text!(
                "source.changed",
                "The file is not what it was when it was chosen: of the {wanted} bytes from offset {start}, {found} could be read. Choose the file again.",
                wanted = wanted,
                start = crate::bytes::hex::addr(start),
                found = bytes.len()
            ));
        }
        let mut parts = parts.borrow_mut();
        parts.clock += 1;
        let used = parts.clock;
        parts.held += wanted;
        let bytes = Rc::from(bytes);
        if let Some(old) = parts.parts.insert(start, Part { bytes, used }) {
            parts.held -= old.bytes.len() as u64;
            // A longer part that was there stays of use.
            let shorter = parts
                .parts
                .get(&start)
                .is_some_and(|p| p.bytes.len() < old.bytes.len());
            if shorter {
                parts.held = parts.held - wanted + old.bytes.len() as u64;
                parts.parts.insert(start, old);
            }
        }
        parts.tidy();
        Ok(())
    }

    /// The piece in which a byte lies, if it is here, and where in it.
    fn piece(&self, at: u64) -> Option<(Rc<[u8]>, usize)> {
        match &self.0.bytes {
            Bytes::Whole(bytes) => (at < self.len()).then(|| (bytes.clone(), at as usize)),
            Bytes::Parts(_, parts) => parts.borrow_mut().at(at),
        }
    }

    /// What somebody has made of the file so far; the first time `make` begins it.
    pub fn note_of<T: 'static>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        let mut notes = self.0.notes.borrow_mut();
        let known = notes
            .iter()
            .find_map(|note| note.clone().downcast::<T>().ok());
        known.unwrap_or_else(|| {
            let made = Rc::new(make());
            notes.push(made.clone());
            made
        })
    }
}

impl From<Rc<[u8]>> for Source {
    fn from(bytes: Rc<[u8]>) -> Self {
        Self::new(Bytes::Whole(bytes))
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Rc::<[u8]>::from(bytes).into()
    }
}

impl From<&[u8]> for Source {
    fn from(bytes: &[u8]) -> Self {
        Rc::<[u8]>::from(bytes).into()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({} bytes)", self.len())
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0.bytes, &other.0.bytes) {
            (Bytes::Whole(a), Bytes::Whole(b)) => a == b,
            _ => self.is(other),
        }
    }
}

impl Eq for Source {}
