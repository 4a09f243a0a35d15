//! Large files of the reader's: they stay in the browser's hands, which gives the parts that are needed.

use std::cell::{Cell, RefCell};

use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use teescope_core::memory::Source;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::Need;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, ReadableStreamByobReader};

use crate::dom;

/// Files up to this size are read whole.
pub(crate) const WHOLE_MOST: f64 = 32.0 * 1024.0 * 1024.0;

/// The most bytes of a file that must be here whole after all.
const AT_ONCE_MOST: u64 = 256 << 20;

/// Bytes read at once at least, so that reading on waits less often.
const AHEAD: u64 = 4 << 20;

/// The longest a slice of work may take, in milliseconds.
const SLICE: f64 = 8.0;

thread_local! {
    static FILES: RefCell<Vec<(Source, File)>> = const { RefCell::new(Vec::new()) };
    /// Where bytes are read into, while nobody does.
    static BUFFER: Cell<Option<ArrayBuffer>> = const { Cell::new(None) };
    /// Grows when what is being read is not wanted any more.
    static TURN: Cell<u32> = const { Cell::new(0) };
}

/// Takes a file that comes in parts.
pub(crate) fn take(file: File) -> Source {
    let source = Source::parts(file.size() as u64);
    FILES.with_borrow_mut(|files| {
        // What nobody else holds any more is put away.
        files.retain(|(known, _)| !known.is_alone());
        files.push((source.clone(), file));
    });
    source
}

/// Stops what is being read.
pub(crate) fn cancel() {
    TURN.set(TURN.get().wrapping_add(1));
}

/// Which reading it is: another one is not wanted any more.
pub(crate) fn turn() -> u32 {
    TURN.get()
}

/// Whether there is a file that comes in parts.
pub(crate) fn any() -> bool {
    FILES.with_borrow(|files| !files.is_empty())
}

/// Whether bytes of any file were asked for that are not here.
pub(crate) fn is_lacking() -> bool {
    FILES.with_borrow(|files| files.iter().any(|(source, _)| source.is_lacking()))
}

/// Supplies what any file lacks.
pub(crate) async fn supply_all() -> Result<(), Text> {
    let all = FILES.with_borrow(Clone::clone);
    for (source, _) in all {
        if let Some(range) = source.lacks() {
            supply(&source, range.start, range.end).await?;
        }
    }
    Ok(())
}

/// Supplies what a run needs.
pub(crate) async fn supply_need(need: &Need) -> Result<(), Text> {
    supply(&need.file, need.start, need.end).await
}

/// Supplies bytes of a file.
async fn supply(source: &Source, start: u64, end: u64) -> Result<(), Text> {
    let file = FILES.with_borrow(|files| {
        let own = files.iter().find(|(known, _)| known.is(source));
        own.map(|(_, file)| file.clone())
    });
    let Some(file) = file else { return Ok(()) };
    if end - start > AT_ONCE_MOST {
        return Err(text!(
            "ui.file.whole",
            "{name} is larger than 256 MiB, and a file of this kind must be read whole. Use the command line for it.",
            name = file.name()
        ));
    }
    let end = end.max(start + AHEAD).min(source.len());
    // A file that was changed or moved cannot be read any more: then there are no bytes.
    let bytes = match file.slice_with_f64_and_f64(start as f64, end as f64) {
        Ok(slice) => read(&slice).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    source.supply(start, end - start, &bytes)
}

/// The most bytes that are read at once.
const PIECE: u32 = 1 << 18;

/// The bytes of a part of a file, by way of one buffer that is used again and again: of buffers that are used
/// once, hundreds of megabytes gather before the browser puts them away, and that all at once.
async fn read(part: &Blob) -> Option<Vec<u8>> {
    let Ok(reader) = ReadableStreamByobReader::new(&part.stream()) else {
        let buffer = JsFuture::from(part.array_buffer()).await.ok()?;
        return Some(Uint8Array::new(&buffer).to_vec());
    };
    let mut bytes = Vec::with_capacity(part.size() as usize);
    let mut buffer = BUFFER.take();
    loop {
        let view = match &buffer {
            Some(buffer) => Uint8Array::new(buffer),
            None => Uint8Array::new_with_length(PIECE),
        };
        let found = JsFuture::from(reader.read_with_array_buffer_view(&view));
        let found = found.await.ok()?;
        let piece = Reflect::get(&found, &"value".into()).ok()?;
        let piece: Uint8Array = piece.dyn_into().ok()?;
        let at = bytes.len();
        bytes.resize(at + piece.length() as usize, 0);
        piece.copy_to(&mut bytes[at..]);
        buffer = Some(piece.buffer());
        if Reflect::get(&found, &"done".into()).ok()?.is_truthy() {
            BUFFER.set(buffer);
            return Some(bytes);
        }
    }
}

/// Bytes that a digest takes in between two looks at the clock.
const STRIDE: u64 = 1 << 20;

/// Reads a file once for its SHA-256, by which links name it, telling how far it has come in percent;
/// `None` if it is not wanted any more. Its beginning is here afterwards.
pub(crate) async fn digest(source: &Source, tell: impl Fn(u64)) -> Result<Option<[u8; 32]>, Text> {
    let own = turn();
    let (mut start, mut told) = (dom::now(), u64::MAX);
    loop {
        let digest = source.digest_on(STRIDE);
        if digest.is_some() {
            supply(source, 0, AHEAD.min(source.len())).await?;
            return Ok(digest);
        }
        let percent = 100 * source.summed() / source.len().max(1);
        if percent != told {
            told = percent;
            tell(percent);
        }
        if dom::now() - start > SLICE {
            dom::turn().await;
            start = dom::now();
        }
        if own != turn() {
            return Ok(None);
        }
        if let Some(range) = source.lacks() {
            supply(source, range.start, range.end).await?;
        }
    }
}
