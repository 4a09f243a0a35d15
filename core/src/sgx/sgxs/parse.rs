//! Reads a stream record by record, checks what one record can say given those before it, and
//! builds the index. Where the file is supplied in parts, reading goes on where it stopped.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;

use super::index::{Index, Sgxs, Stray, Stretch, read};
use super::record::{Kind, Record};
use crate::bytes::{Malformed, hex};
use crate::memory::{CHUNK, Follows, PAGE, Runs, Source};
use crate::sgx::structs::{PageType, SecInfoFlags};
use crate::text;
use crate::text::Text;

/// What is known of a page while the file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Page {
    /// Its number, in the order of EADD.
    number: u64,
    /// Chunks seen, and of these the measured ones, a bit each.
    seen: u16,
    measured: u16,
}

impl Follows for Page {
    type Step = ();

    fn step(&self, next: &Self) -> Option<()> {
        (self.after(&(), 1) == *next).then_some(())
    }

    fn after(&self, (): &(), n: u64) -> Self {
        Self {
            number: self.number + n,
            ..self.clone()
        }
    }

    fn leads(&self, step: &(), n: u64, to: &Self) -> bool {
        self.after(step, n) == *to
    }
}

/// The page added last, while more of it may come.
struct Last {
    page: Page,
    own: Stretch,
    /// Whether only its own chunks followed, in order.
    in_order: bool,
    /// Offsets of the chunks measured since.
    order: Vec<u64>,
}

#[derive(Default)]
struct Parser {
    index: Index,
    /// Pages by number in the enclave, without the last.
    pages: Runs<Page>,
    last: Option<Last>,
    /// Room for the next page's order.
    spare: Vec<u64>,
    /// Offset of the record to be read next.
    at: usize,
}

/// How far a stream has been read: what its source keeps.
enum Reading {
    Parser(Box<Parser>),
    Done(Result<Rc<Index>, Malformed>),
}

impl Sgxs {
    /// Reads a stream that is here whole. The file is checked whole; nothing of it is copied.
    ///
    /// # Errors
    /// A record is malformed or contradicts one before it.
    pub fn parse(bytes: Rc<[u8]>) -> Result<Self, Malformed> {
        let short = || Malformed::says(0, "file", text!("sgxs.unread", "cannot be read"));
        Self::read(&bytes.into())?.ok_or_else(short)
    }

    /// Reads a stream as far as it is here; `None` where more is to be supplied first, which the
    /// source notes. The next call goes on from there.
    ///
    /// # Errors
    /// A record is malformed or contradicts one before it.
    pub fn read(bytes: &Source) -> Result<Option<Self>, Malformed> {
        let reading = bytes.note_of(|| RefCell::new(Reading::Parser(Box::default())));
        let mut reading = reading.borrow_mut();
        if let Reading::Parser(parser) = &mut *reading {
            let read = match parser.go_on(bytes) {
                Ok(false) => return Ok(None),
                Ok(true) => Ok(Rc::new(core::mem::take(parser).end())),
                Err(bad) => Err(bad),
            };
            *reading = Reading::Done(read);
        }
        match &*reading {
            Reading::Done(read) => read.clone().map(|index| {
                Some(Self {
                    bytes: bytes.clone(),
                    index,
                })
            }),
            Reading::Parser(_) => Ok(None),
        }
    }

    /// How many bytes of a stream have been read so far.
    #[must_use]
    pub fn read_so_far(bytes: &Source) -> u64 {
        let reading = bytes.note_of(|| RefCell::new(Reading::Parser(Box::default())));
        match &*reading.borrow() {
            Reading::Parser(parser) => parser.at as u64,
            Reading::Done(_) => bytes.len(),
        }
    }
}

impl Parser {
    /// Reads on; whether the end was reached.
    fn go_on(&mut self, bytes: &Source) -> Result<bool, Malformed> {
        while self.at == 0 || (self.at as u64) < bytes.len() {
            bytes.release();
            // Nothing is taken in before it is sure that the bytes were there.
            let ahead = read(bytes, self.at);
            if bytes.is_lacking() {
                return Ok(false);
            }
            self.take(ahead?)?;
        }
        Ok(true)
    }

    fn take(&mut self, record: Record) -> Result<(), Malformed> {
        let tag = |why| Err(Malformed::says(record.at as u64, "record tag", why));
        match record.kind {
            Kind::Ecreate if record.at == 0 => {
                self.index.ssaframesize = record.ssaframesize;
                self.index.size = record.value;
                self.index.len = 1;
            }
            _ if record.at == 0 => {
                return tag(text!(
                    "sgxs.first",
                    "is {record}; a stream begins with ECREATE",
                    record = record.kind.name()
                ));
            }
            Kind::Ecreate => {
                return tag(text!(
                    "sgxs.second",
                    "is a second ECREATE; a stream describes one enclave"
                ));
            }
            Kind::Eadd => self.page(record)?,
            Kind::Eextend | Kind::Unmeasrd => self.chunk(record)?,
        }
        self.at = record.end();
        Ok(())
    }

    /// The index, when everything was read.
    fn end(mut self) -> Index {
        self.close();
        let stretches = &self.index.stretches;
        if !stretches.is_sorted_by_key(|s| s.offset) {
            let mut order: Vec<u32> = (0..stretches.len() as u32).collect();
            crate::order::sort_by_key(&mut order, |n| stretches[*n as usize].offset);
            self.index.by_offset = Some(order.into());
        }
        let whole = self.pages.stretches(0..u64::MAX);
        let whole = whole.filter(|s| s.first.measured == u16::MAX);
        self.index.fully_measured = whole.map(|s| s.len).sum();
        self.index
    }

    /// Files the page added last.
    fn close(&mut self) {
        let Some(Last {
            page,
            mut own,
            in_order,
            mut order,
        }) = self.last.take()
        else {
            return;
        };
        self.pages.insert_mut(own.offset / PAGE as u64, page);
        let all = &mut self.index.stretches;
        if !in_order {
            own.order = Some((self.index.order.len(), order.len()));
            self.index.order.extend(&order);
        }
        order.clear();
        self.spare = order;
        if in_order
            && let Some(last) = all.last_mut()
            && last.order.is_none()
            && (last.flags, last.present, last.measured) == (own.flags, own.present, own.measured)
            && last.offset + last.count * PAGE as u64 == own.offset
            && last.at + last.count * last.stride() == own.at
        {
            last.count += 1;
            return;
        }
        all.push(own);
    }

    fn page(&mut self, record: Record) -> Result<(), Malformed> {
        let at = record.at as u64 + 8;
        let wrong = |why: Text| Err(Malformed::says(at, "EADD.offset", why));
        let offset = record.offset;
        let shown = || hex::addr(offset);
        if !offset.is_multiple_of(PAGE as u64) {
            return wrong(text!(
                "sgxs.page-unaligned",
                "is {at}, not a multiple of 4,096",
                at = shown()
            ));
        }
        if offset >= self.index.size {
            let size = hex::addr(self.index.size);
            return wrong(text!(
                "sgxs.page-outside",
                "is {at}, outside an enclave of {size} bytes",
                at = shown(),
                size = size
            ));
        }
        let last = self.last.as_ref().map(|l| l.own.offset);
        if last == Some(offset) || self.pages.contains(offset / PAGE as u64) {
            return wrong(text!(
                "sgxs.page-again",
                "is {at}, where a page was added already",
                at = shown()
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
        self.close();
        self.last = Some(Last {
            page: Page {
                number: self.index.pages,
                seen: 0,
                measured: 0,
            },
            own: Stretch {
                page: self.index.pages,
                count: 1,
                step: self.index.len,
                at: record.at as u64,
                offset,
                flags: record.value,
                present: 0,
                measured: 0,
                order: None,
            },
            in_order: true,
            order: core::mem::take(&mut self.spare),
        });
        self.index.pages += 1;
        self.index.len += 1;
        Ok(())
    }

    fn chunk(&mut self, record: Record) -> Result<(), Malformed> {
        let field = match record.kind {
            Kind::Eextend => "EEXTEND.offset",
            _ => "UNMEASRD.offset",
        };
        let at = record.at as u64 + 8;
        let wrong = |why: Text| Malformed::says(at, field, why);
        let shown = || hex::addr(record.offset);
        if !record.offset.is_multiple_of(CHUNK as u64) {
            return Err(wrong(text!(
                "sgxs.chunk-unaligned",
                "is {at}, not a multiple of 256",
                at = shown()
            )));
        }
        let base = record.offset & !(PAGE as u64 - 1);
        let own = self.last.as_ref().filter(|l| l.own.offset == base);
        let page = match own {
            Some(last) => Some(last.page.clone()),
            None => self.pages.get(base / PAGE as u64),
        };
        let Some(mut page) = page else {
            return Err(wrong(text!(
                "sgxs.chunk-alone",
                "is {at}, on a page that no EADD before it added",
                at = shown()
            )));
        };
        let number = ((record.offset - base) / CHUNK as u64) as usize;
        let bit = 1_u16 << number;
        if page.seen & bit != 0 {
            return Err(wrong(text!(
                "sgxs.chunk-again",
                "is {at}, a chunk that was there already",
                at = shown()
            )));
        }
        page.seen |= bit;
        let measured = record.kind == Kind::Eextend;
        if measured {
            page.measured |= bit;
            self.index.len += 1;
        }
        if let Some(last) = &mut self.last {
            if measured {
                last.order.push(record.offset);
            }
            // In order: its own, and none with a higher number before it.
            last.in_order &= last.own.offset == base && last.own.present < bit;
            if last.in_order {
                last.own.present |= bit;
                last.own.measured |= page.measured & bit;
                last.page = page;
                return Ok(());
            }
        }
        self.stray(base, &page, number, record);
        match &mut self.last {
            Some(last) if last.own.offset == base => last.page = page,
            _ => self.pages.insert_mut(base / PAGE as u64, page),
        }
        Ok(())
    }

    /// Notes a chunk that is not in order behind its page’s EADD. Such a page is described whole apart.
    fn stray(&mut self, base: u64, page: &Page, chunk: usize, record: Record) {
        let Index {
            strays, stretches, ..
        } = &mut self.index;
        let stray = strays.entry(base).or_insert_with(|| {
            let nth = stretches.partition_point(|s| s.page <= page.number);
            let own = nth.checked_sub(1).and_then(|n| stretches.get(n));
            Box::new(match (&self.last, own) {
                (Some(last), _) if last.own.offset == base => last.own.chunks(0),
                (_, Some(own)) => own.chunks(page.number - own.page),
                _ => Stray::default(),
            })
        });
        stray.put(chunk, record);
    }
}

impl Stray {
    fn put(&mut self, chunk: usize, record: Record) {
        if let Some(place) = self.chunks.get_mut(chunk) {
            *place = Some(record.data() as u64);
        }
        if record.kind == Kind::Eextend {
            self.measured |= 1 << chunk;
        }
    }
}
