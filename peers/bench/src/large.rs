//! Enclaves too large to be held: the file is made on the fly, part by part, as a host would read it.

use std::cell::RefCell;
use std::rc::Rc;

use teescope_core::bytes::hex;
use teescope_core::memory::Source;
use teescope_core::tees;
use teescope_core::trace::{
    Input, Inputs, Need, Place, Progress, Session, Settings, Supplied, Supply,
};

use crate::hash::{PAGE_BYTES, page_records};

/// What a host reads at once at least.
const AHEAD: u64 = 4 << 20;

struct Large {
    pages: u64,
    source: Source,
    run: Option<Box<dyn Session>>,
}

thread_local! {
    static LARGE: RefCell<Option<Large>> = const { RefCell::new(None) };
}

fn input(source: &Source) -> Inputs {
    let bytes = source.clone();
    let file = Input {
        name: "made.sgxs".into(),
        bytes,
    };
    Inputs::from([("stream".into(), file)])
}

/// Bytes of the file from `start` to `end`: ECREATE, then pages of one length.
fn part(pages: u64, start: u64, end: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity((end - start) as usize + PAGE_BYTES);
    let head = crate::hash::head_record(pages);
    let first = start.saturating_sub(64) / PAGE_BYTES as u64;
    let mut at = 64 + first * PAGE_BYTES as u64;
    if start < 64 {
        out.extend(head);
        at = 0;
    }
    let mut page = first;
    let base = at;
    while base + (out.len() as u64) < end {
        page_records(page, &mut out);
        page += 1;
    }
    out.drain(..(start - base) as usize);
    out.truncate((end - start) as usize);
    out
}

fn supply(pages: u64, need: &Need) {
    let end = need.end.max(need.start + AHEAD).min(need.file.len());
    let bytes = part(pages, need.start, end);
    assert!(
        need.file
            .supply(need.start, end - need.start, &bytes)
            .is_ok()
    );
}

/// Begins with an enclave of so many pages, all measured: its file's length.
#[unsafe(no_mangle)]
extern "C" fn large(pages: u32) -> u32 {
    let pages = u64::from(pages);
    let source = Source::parts(64 + pages * PAGE_BYTES as u64);
    let len = source.len() as u32;
    LARGE.set(Some(Large {
        pages,
        source,
        run: None,
    }));
    len
}

/// Goes on for a while: naming the file by its digest, reading it, the first pass. How far it has come,
/// in steps; 0 while the file is read, `u32::MAX` when everything is done.
#[unsafe(no_mangle)]
extern "C" fn large_on(steps: u32) -> u32 {
    LARGE.with_borrow_mut(|large| {
        let Some(large) = large else { return u32::MAX };
        let Large { pages, source, run } = large;
        let Some(run) = run else {
            let inputs = input(source);
            if let Some(digest) = source.digest() {
                let mut settings = Settings::default();
                let name = format!("sha256-{}", hex::encode(&digest));
                settings.params.insert("stream".into(), name);
                *run = tees::open("sgx/from-file", &settings, &inputs).ok();
            }
            if let Some(range) = source.lacks() {
                let (start, end) = (range.start, range.end);
                let need = Need {
                    source: "stream".into(),
                    file: source.clone(),
                    start,
                    end,
                };
                supply(*pages, &need);
            }
            return 0;
        };
        match run.work(u64::from(steps)) {
            Progress::Working { done, .. } => done as u32,
            Progress::Need(need) => {
                supply(*pages, &need);
                1
            }
            Progress::Ready => u32::MAX,
        }
    })
}

/// Bytes of the file that are here.
#[unsafe(no_mangle)]
extern "C" fn large_held() -> u32 {
    LARGE.with_borrow(|large| large.as_ref().map_or(0, |l| l.source.held() as u32))
}

/// Makes the state at a position.
#[unsafe(no_mangle)]
extern "C" fn large_seek(position: u32) -> u32 {
    LARGE.with_borrow_mut(|large| {
        let Some(Large { pages, run, .. }) = large else {
            return 0;
        };
        let pages = *pages;
        let host: Supply = Rc::new(move |need: &Need| supply(pages, need));
        let Some(own) = run.take() else { return 0 };
        let mut asked = Supplied::new(own, host);
        let name = asked.place_name(u64::from(position), &Place::new("epc", 0, 1));
        let stops = asked.stops().len() as u32;
        std::hint::black_box(name);
        *run = Some(asked.into_run());
        1 + stops
    })
}
