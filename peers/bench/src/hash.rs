//! Hashing: the plain crates, our computations that can stop anywhere, and whole leaves around them.

use std::cell::RefCell;
use std::rc::Rc;

use sha2::Digest;
use teescope_core::crypto::sha3::sha3_512;
use teescope_core::crypto::sha256::Midstate;
use teescope_core::sgx::structs::{Attributes, AttributesFlags, Miscselect, SecInfoFlags};
use teescope_core::sgx::{
    Call, Content, Eadd, Ecreate, Machine, Op, Platform, Report, eadd_record, ecreate_record,
    eextend_record,
};
use teescope_core::trace::{Machine as _, Outcome, Sink};

/// Bytes of a page and of what EEXTEND takes.
const PAGE: usize = 4096;
const CHUNK: usize = 256;

thread_local! {
    /// What is hashed.
    static INPUT: RefCell<Rc<[u8]>> = RefCell::new(Rc::from([]));
    /// A machine with an enclave under construction, and the operations that measure its pages.
    static ENCLAVE: RefCell<Option<(Machine, Vec<Op>)>> = const { RefCell::new(None) };
}

/// The first four bytes of a digest as a number, so that Node can compare it with other people's.
fn head(digest: &[u8]) -> u32 {
    digest.iter().take(4).fold(0, |n, b| n << 8 | u32::from(*b))
}

fn with_input(hash: impl FnOnce(&[u8]) -> u32) -> u32 {
    INPUT.with_borrow(|input| hash(input))
}

/// Fills the input: byte i is i·7 + (i >> 8), cut to a byte.
#[unsafe(no_mangle)]
extern "C" fn fill(len: u32) {
    let bytes = (0..len).map(|i| i.wrapping_mul(7).wrapping_add(i >> 8) as u8);
    INPUT.set(bytes.collect());
}

/// SHA-256 of the input by the plain crate.
#[unsafe(no_mangle)]
extern "C" fn plain_sha256() -> u32 {
    with_input(|input| head(&sha2::Sha256::digest(input)))
}

/// SHA-256 of the input, a whole number of blocks, as measurements compute it.
#[unsafe(no_mangle)]
extern "C" fn core_sha256() -> u32 {
    with_input(|input| {
        let mut state = Midstate::new();
        let rest = state.absorb_blocks(input);
        debug_assert!(rest.is_empty());
        head(&state.finish())
    })
}

/// SHA-256 shaped as EEXTEND, a header of 64 bytes and 256 of the input, by the plain crate.
#[unsafe(no_mangle)]
extern "C" fn plain_eextend() -> u32 {
    with_input(|input| {
        let mut state = sha2::Sha256::new();
        for (offset, chunk) in (0..).step_by(CHUNK).zip(input.chunks(CHUNK)) {
            state.update(eextend_record(offset));
            state.update(chunk);
        }
        head(&state.finalize())
    })
}

/// The same as measurements compute it.
#[unsafe(no_mangle)]
extern "C" fn core_eextend() -> u32 {
    with_input(|input| {
        let mut state = Midstate::new();
        for (offset, chunk) in (0..).step_by(CHUNK).zip(input.chunks(CHUNK)) {
            state.absorb(&[eextend_record(offset)]);
            let rest = state.absorb_blocks(chunk);
            debug_assert!(rest.is_empty());
        }
        head(&state.finish())
    })
}

/// An enclave that holds the input, a whole number of pages, none of them measured yet.
#[unsafe(no_mangle)]
extern "C" fn build() {
    let mut ops = Vec::new();
    let input = INPUT.with_borrow(Rc::clone);
    let platform = Platform::client().with_epc_pages((input.len() / PAGE) as u64 + 64);
    let mut machine = Machine::new(platform);
    let call = Call::default();
    let create = Op::Ecreate(Ecreate {
        enclave: 0,
        process: 0,
        base: 1 << 36,
        size: input.len().next_power_of_two() as u64,
        ssaframesize: 1,
        attributes: Attributes::new(AttributesFlags::MODE64BIT.bits(), 3),
        miscselect: Miscselect::NONE,
        call,
    });
    assert_eq!(machine.apply(&create, &mut Sink::Nothing), Outcome::Done);
    for (offset, page) in (0..).step_by(PAGE).zip(input.chunks(PAGE)) {
        let add = Op::Eadd(Eadd {
            enclave: 0,
            offset,
            flags: SecInfoFlags::from_bits(0x203),
            content: Content::Bytes(Rc::from(page)),
            call,
        });
        assert_eq!(machine.apply(&add, &mut Sink::Nothing), Outcome::Done);
        ops.extend((0..16).map(|n| Op::Eextend {
            enclave: 0,
            offset: offset + n * CHUNK as u64,
            call,
        }));
    }
    ENCLAVE.set(Some((machine, ops)));
}

/// Measures all pages of the enclave by EEXTEND: telling nothing (0), the places written, as the first
/// pass of a run does (1), or everything, as the step that is looked at does (2). How many succeeded.
#[unsafe(no_mangle)]
extern "C" fn leaf_eextend(kept: u32) -> u32 {
    ENCLAVE.with_borrow_mut(|enclave| {
        let Some((machine, ops)) = enclave else {
            return 0;
        };
        let (mut places, mut events) = (0_u64, Vec::new());
        let mut done = 0;
        for op in ops {
            let mut take = |_| places += 1;
            let mut sink = match kept {
                0 => Sink::Nothing,
                1 => Sink::Places(&mut take),
                _ => {
                    events.clear();
                    Sink::Events(&mut events)
                }
            };
            done += u32::from(machine.apply(op, &mut sink).is_done());
        }
        std::hint::black_box((places, events));
        done
    })
}

/// Makes the input the stream of an enclave of so many pages, all of it measured.
#[unsafe(no_mangle)]
extern "C" fn stream(pages: u32) -> u32 {
    let stream = fully_measured(u64::from(pages));
    let len = stream.len() as u32;
    INPUT.set(stream.into());
    len
}

/// MRENCLAVE of the stream in the input, by the leaves themselves.
#[unsafe(no_mangle)]
extern "C" fn measure() -> u32 {
    let stream = INPUT.with_borrow(Rc::clone);
    let report = Report::of(&stream).ok();
    report.and_then(|r| r.mrenclave).map_or(0, |m| head(&m))
}

/// SHA3-512 of the input by the plain crate.
#[unsafe(no_mangle)]
extern "C" fn plain_sha3_512() -> u32 {
    // Of another generation of the traits than `sha2`.
    with_input(|input| head(&<sha3::Sha3_512 as sha3::Digest>::digest(input)))
}

/// SHA3-512 of the input as measurements compute it.
#[unsafe(no_mangle)]
extern "C" fn core_sha3_512() -> u32 {
    with_input(|input| head(&sha3_512(input)))
}

/// Bytes of a fully measured page in a stream.
pub(crate) const PAGE_BYTES: usize = 64 + 16 * (64 + CHUNK);

/// What opens the stream of an enclave of so many pages.
pub(crate) fn head_record(pages: u64) -> [u8; 64] {
    ecreate_record(1, (pages * PAGE as u64).next_power_of_two())
}

/// The records of a fully measured page.
pub(crate) fn page_records(page: u64, out: &mut Vec<u8>) {
    let mut secinfo = [0; 64];
    secinfo[..2].copy_from_slice(&[3, 2]);
    let offset = page * PAGE as u64;
    out.extend(eadd_record(offset, &secinfo));
    for chunk in 0..16 {
        out.extend(eextend_record(offset + chunk * CHUNK as u64));
        out.extend((0..CHUNK as u64).map(|i| (page + chunk + i) as u8));
    }
}

/// The stream of a fully measured enclave.
pub(crate) fn fully_measured(pages: u64) -> Vec<u8> {
    let mut out = head_record(pages).to_vec();
    (0..pages).for_each(|page| page_records(page, &mut out));
    out
}
