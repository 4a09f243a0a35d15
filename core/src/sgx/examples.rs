//! Artefacts to try the inspector and the comparison with: made when they are asked for, by the code that
//! makes them in runs.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::Creation;
use super::measure::{eadd_record, ecreate_record, eextend_record};
use super::signature::Author;
use super::sigstruct::demo_signer;
use super::structs::{PageType, Report, SecInfo, SecInfoFlags, SigStruct, Tcs};
use crate::artefacts::{Example, Pair};
use crate::crypto::sha256::sha256;
use crate::memory::{CHUNK, PAGE};
use crate::text;
use crate::trace::{Event, Inputs, Settings};

/// What a small enclave is made of.
#[derive(Clone, Copy)]
struct Small {
    /// The byte of the code that says what it adds.
    adds: u8,
    heap_pages: u64,
    /// Permissions of its data page.
    data: SecInfoFlags,
}

const USUAL: Small = Small {
    adds: 1,
    heap_pages: 1,
    data: SecInfoFlags::R.with(SecInfoFlags::W),
};

impl Small {
    /// The stream that measures it: code, data, TCS, two save area frames, heap.
    fn stream(self) -> Rc<[u8]> {
        let (r, rx) = (SecInfoFlags::R, SecInfoFlags::R.with(SecInfoFlags::X));
        let rw = r.with(SecInfoFlags::W);
        let mut out = Vec::from(ecreate_record(1, 16 * PAGE as u64));
        // lea eax, [rdi + n]; mov ebx, ecx; mov eax, 4; enclu
        let mut code = [0; PAGE];
        let text = [
            0x8d, 0x47, self.adds, 0x89, 0xcb, 0xb8, 4, 0, 0, 0, 0x0f, 0x01, 0xd7,
        ];
        code[..text.len()].copy_from_slice(&text);
        let mut words = [0; PAGE];
        words[..11].copy_from_slice(b"hello there");
        let mut tcs = Tcs::default();
        (tcs.ossa, tcs.nssa) = (3 * PAGE as u64, 2);
        (tcs.fslimit, tcs.gslimit) = (0xffff_ffff, 0xffff_ffff);
        let page = |kind, rwx| SecInfoFlags::page(kind, rwx);
        let mut offset = 0;
        let mut add = |flags, content: &[u8]| {
            pages(&mut out, offset, flags, content);
            offset += PAGE as u64;
        };
        add(page(PageType::REG, rx), &code);
        add(page(PageType::REG, self.data), &words);
        add(page(PageType::TCS, SecInfoFlags::NONE), &tcs.encode());
        for _ in 0..2 + self.heap_pages {
            add(page(PageType::REG, rw), &[0; PAGE]);
        }
        Rc::from(out)
    }
}

/// The records of one page, measured whole.
fn pages(out: &mut Vec<u8>, offset: u64, flags: SecInfoFlags, content: &[u8]) {
    out.extend(eadd_record(offset, &SecInfo::new(flags).encode()));
    for (i, chunk) in content.chunks(CHUNK).enumerate() {
        out.extend(eextend_record(offset + (CHUNK * i) as u64));
        out.extend(chunk);
    }
}

/// A SIGSTRUCT by the demo key for the small enclave.
fn sigstruct() -> Rc<[u8]> {
    let usual = Creation::usual();
    let author = Author::of(usual.attributes, usual.miscselect);
    match demo_signer() {
        Ok(key) => author.sign(sha256(&USUAL.stream()), &key),
        Err(_) => Rc::from([]),
    }
}

/// The same with one bit of SIGNATURE flipped.
fn forged() -> Rc<[u8]> {
    let mut bytes = sigstruct().to_vec();
    if let Some(byte) = bytes.get_mut(600) {
        *byte ^= 1;
    }
    debug_assert_eq!(bytes.len(), SigStruct::SIZE);
    Rc::from(bytes)
}

/// The REPORT that an enclave has the processor write for another.
fn report() -> Rc<[u8]> {
    let mut all = super::scenarios::common().scenarios.into_iter();
    let scenario = all.find(|s| s.info().id == "sgx/common");
    let step = scenario.and_then(|scenario| {
        let mut run = scenario.open(&Settings::default(), &Inputs::new()).ok()?;
        let at = run.find("attest.ereport")?;
        run.step(at)
    });
    let events = step.iter().flat_map(|s| s.events.iter());
    let mut passed = events.filter_map(|event| match event {
        Event::Message { bytes, .. } if bytes.len() == Report::SIZE => Some(bytes.clone()),
        _ => None,
    });
    passed.next().unwrap_or_else(|| Rc::from([]))
}

/// What can be looked at.
#[must_use]
pub fn examples() -> Vec<Example> {
    Vec::from([
        Example {
            title: text!("example.sigstruct", "A SIGSTRUCT by the demo key"),
            make: sigstruct,
            is_text: false,
        },
        Example {
            title: text!("example.forged", "The same, one bit of it flipped"),
            make: forged,
            is_text: false,
        },
        Example {
            title: text!("example.report", "A REPORT that EREPORT has written"),
            make: report,
            is_text: false,
        },
        Example {
            title: text!("example.sgxs", "A small enclave as an SGXS stream"),
            make: || USUAL.stream(),
            is_text: false,
        },
        Example {
            title: text!("example.message", "“EINIT returned 16”"),
            make: || Rc::from(&b"EINIT returned 16"[..]),
            is_text: true,
        },
    ])
}

/// What can be compared.
#[must_use]
pub fn pairs() -> Vec<Pair> {
    let names = ["first.sgxs", "second.sgxs"];
    Vec::from([
        Pair {
            title: text!("example.pair.code", "One byte of the code differs"),
            names,
            make: || [USUAL, Small { adds: 2, ..USUAL }].map(Small::stream),
        },
        Pair {
            title: text!("example.pair.heap", "One page more of memory"),
            names,
            make: || {
                let more = Small {
                    heap_pages: 2,
                    ..USUAL
                };
                [USUAL, more].map(Small::stream)
            },
        },
        Pair {
            title: text!("example.pair.rights", "A page may be written in one only"),
            names,
            make: || {
                let read_only = Small {
                    data: SecInfoFlags::R,
                    ..USUAL
                };
                [USUAL, read_only].map(Small::stream)
            },
        },
    ])
}
