//! Reads a stream record by record, checks what one record can say given those before it, and
//! builds the index.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::index::{Mark, PageAt, Sgxs, Stray};
use super::record::{Kind, Record};
use crate::bytes::{Malformed, hex};
use crate::memory::{CHUNK, CHUNKS, PAGE};
use crate::sgx::structs::{PageType, SecInfoFlags};
use crate::text;
use crate::text::Text;

/// How many chunk records may follow a place from which the index starts to count.
const REACH: usize = CHUNKS;

/// What is known of a page while the file is read.
struct Page {
    /// Its number, in the order of EADD.
    number: usize,
    /// Chunks seen, and of these the measured ones, a bit each.
    seen: u16,
    measured: u16,
}

struct Parser {
    file: Sgxs,
    pages: BTreeMap<u64, Page>,
    /// Offset in the enclave of the page added last, as long as only its own chunks followed.
    last: Option<u64>,
    /// Chunk records since the last place in the index.
    since: usize,
}

impl Sgxs {
    /// Reads a stream. The file is checked whole; nothing of it is copied.
    ///
    /// # Errors
    /// A record is malformed or contradicts one before it.
    pub fn parse(bytes: Rc<[u8]>) -> Result<Self, Malformed> {
        let first = Record::read(&bytes, 0)?;
        if first.kind != Kind::Ecreate {
            let why = text!(
                "sgxs.first",
                "is {record}; a stream begins with ECREATE",
                record = first.kind.name()
            );
            return Err(Malformed::says(0, "record tag", why));
        }
        let mut parser = Parser {
            file: Self {
                bytes: bytes.clone(),
                ssaframesize: first.ssaframesize,
                size: first.value,
                pages: Vec::new(),
                marks: Vec::new(),
                strays: BTreeMap::new(),
                len: 1,
                fully_measured: 0,
            },
            pages: BTreeMap::new(),
            last: None,
            since: 0,
        };
        let mut at = first.end();
        while at < bytes.len() {
            let record = Record::read(&bytes, at)?;
            match record.kind {
                Kind::Ecreate => {
                    let why = text!(
                        "sgxs.second",
                        "is a second ECREATE; a stream describes one enclave"
                    );
                    return Err(Malformed::says(at as u64, "record tag", why));
                }
                Kind::Eadd => parser.page(record)?,
                Kind::Eextend | Kind::Unmeasrd => parser.chunk(record)?,
            }
            at = record.end();
        }
        let whole = parser.pages.values().filter(|p| p.measured == u16::MAX);
        parser.file.fully_measured = whole.count() as u64;
        Ok(parser.file)
    }
}

impl Parser {
    fn page(&mut self, record: Record) -> Result<(), Malformed> {
        let at = record.at as u64 + 8;
        let wrong = |why: Text| Err(Malformed::says(at, "EADD.offset", why));
        let offset = record.offset;
        let shown = hex::addr(offset);
        if !offset.is_multiple_of(PAGE as u64) {
            return wrong(text!(
                "sgxs.page-unaligned",
                "is {at}, not a multiple of 4,096",
                at = shown
            ));
        }
        if offset >= self.file.size {
            let size = hex::addr(self.file.size);
            return wrong(text!(
                "sgxs.page-outside",
                "is {at}, outside an enclave of {size} bytes",
                at = shown,
                size = size
            ));
        }
        if self.pages.contains_key(&offset) {
            return wrong(text!(
                "sgxs.page-again",
                "is {at}, where a page was added already",
                at = shown
            ));
        }
        let flags = SecInfoFlags::from_bits(record.value);
        if flags.page_type() == PageType::TCS && flags.intersects(SecInfoFlags::RWX) {
            return Err(Malformed::says(
                record.at as u64 + 16,
                "EADD.SECINFO.FLAGS",
                text!(
                    "sgxs.tcs-rights",
                    "gives a TCS permissions, which EADD takes away before it measures; a stream holds what is measured"
                ),
            ));
        }
        let page = Page {
            number: self.file.pages.len(),
            seen: 0,
            measured: 0,
        };
        self.pages.insert(offset, page);
        self.file.pages.push(PageAt {
            at: record.at,
            step: self.file.len,
        });
        self.file.len += 1;
        self.last = Some(offset);
        self.since = 0;
        Ok(())
    }

    fn chunk(&mut self, record: Record) -> Result<(), Malformed> {
        let field = match record.kind {
            Kind::Eextend => "EEXTEND.offset",
            _ => "UNMEASRD.offset",
        };
        let at = record.at as u64 + 8;
        let wrong = |why: Text| Malformed::says(at, field, why);
        let shown = hex::addr(record.offset);
        if !record.offset.is_multiple_of(CHUNK as u64) {
            return Err(wrong(text!(
                "sgxs.chunk-unaligned",
                "is {at}, not a multiple of 256",
                at = shown
            )));
        }
        let base = record.offset & !(PAGE as u64 - 1);
        let Some(page) = self.pages.get_mut(&base) else {
            return Err(wrong(text!(
                "sgxs.chunk-alone",
                "is {at}, on a page that no EADD before it added",
                at = shown
            )));
        };
        let number = ((record.offset - base) / CHUNK as u64) as usize;
        let bit = 1_u16 << number;
        if page.seen & bit != 0 {
            return Err(wrong(text!(
                "sgxs.chunk-again",
                "is {at}, a chunk that was there already",
                at = shown
            )));
        }
        page.seen |= bit;
        if record.kind == Kind::Eextend {
            page.measured |= bit;
        }
        let nth = page.number;
        self.since += 1;
        if self.since > REACH {
            self.file.marks.push(Mark {
                at: record.at,
                step: self.file.len,
            });
            self.since = 1;
        }
        if self.last != Some(base) {
            self.last = None;
            self.stray(base, nth, number, record);
        }
        if record.kind == Kind::Eextend {
            self.file.len += 1;
        }
        Ok(())
    }

    /// Notes a chunk that does not follow its page's EADD. Such a page is described whole apart.
    fn stray(&mut self, base: u64, page: usize, chunk: usize, record: Record) {
        let file = &mut self.file;
        if !file.strays.contains_key(&base) {
            let own = file.own_chunks(page);
            file.strays.insert(base, Box::new(own));
        }
        if let Some(stray) = file.strays.get_mut(&base) {
            stray.put(chunk, record);
        }
    }
}

impl Stray {
    pub(super) fn put(&mut self, chunk: usize, record: Record) {
        if let Some(place) = self.chunks.get_mut(chunk) {
            *place = Some(record.data());
        }
        if record.kind == Kind::Eextend {
            self.measured |= 1 << chunk;
        }
    }
}
