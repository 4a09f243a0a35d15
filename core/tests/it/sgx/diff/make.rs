//! Enclaves to compare, written record by record, and what each measures: the plain SHA-256 of the records
//! that count.

use sha2::{Digest, Sha256};

/// A page of an enclave.
#[derive(Clone)]
pub(super) struct Page {
    pub(super) offset: u64,
    pub(super) flags: u64,
    /// Which chunks are measured.
    pub(super) measured: u16,
    pub(super) bytes: Vec<u8>,
}

/// In which order operations come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    PageByPage,
    AddsFirst,
    /// Page by page, each from its last chunk to its first.
    Backwards,
}

/// What an author chooses.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) size: u64,
    pub(super) ssaframesize: u32,
    pub(super) code: u64,
    pub(super) heap: u64,
    pub(super) stack: u64,
    pub(super) threads: u64,
    pub(super) frames: u64,
    pub(super) heap_measured: bool,
    /// What stacks are filled with.
    pub(super) fill: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            size: 1 << 20,
            ssaframesize: 1,
            code: 5,
            heap: 8,
            stack: 2,
            threads: 3,
            frames: 2,
            heap_measured: true,
            fill: 0xcccc_cccc,
        }
    }
}

/// An enclave.
#[derive(Clone)]
pub(super) struct Enclave {
    pub(super) size: u64,
    pub(super) ssaframesize: u32,
    pub(super) pages: Vec<Page>,
    pub(super) order: Order,
}

pub(super) const RX: u64 = 0x205;
pub(super) const R: u64 = 0x201;
pub(super) const RW: u64 = 0x203;
pub(super) const RWX: u64 = 0x207;
pub(super) const TCS: u64 = 0x100;

fn noise(seed: u64) -> Vec<u8> {
    (0..4096_u64)
        .map(|i| ((seed * 131 + i * 7 + (i >> 8) + ((i * i) >> 5)) & 255) as u8)
        .collect()
}

fn tcs(ossa: u64, frames: u64, data: u64) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    bytes[16..24].copy_from_slice(&ossa.to_le_bytes());
    bytes[28..32].copy_from_slice(&(frames as u32).to_le_bytes());
    bytes[48..56].copy_from_slice(&data.to_le_bytes());
    bytes[56..64].copy_from_slice(&data.to_le_bytes());
    bytes[64..72].fill(0xff);
    bytes
}

impl Settings {
    /// The enclave: code, constants, data, heap, then for each thread a guard page, a stack, a guard
    /// page, the TCS, its save area and its data.
    pub(super) fn enclave(&self) -> Enclave {
        let mut pages: Vec<Page> = Vec::new();
        let mut at = 0;
        let mut add = |at: &mut u64, flags: u64, measured: bool, bytes: Vec<u8>| {
            pages.push(Page {
                offset: *at,
                flags,
                measured: if measured { 0xffff } else { 0 },
                bytes,
            });
            *at += 4096;
        };
        for n in 0..self.code {
            add(&mut at, RX, true, noise(n));
        }
        add(&mut at, R, true, noise(100));
        add(&mut at, RW, true, noise(101));
        for _ in 0..self.heap {
            add(&mut at, RW, self.heap_measured, vec![0; 4096]);
        }
        for _ in 0..self.threads {
            at += 4096;
            for _ in 0..self.stack {
                let bytes = self.fill.to_le_bytes().repeat(1024);
                add(&mut at, RW, true, bytes);
            }
            at += 4096;
            let save_area = at + 4096;
            let pages = self.frames * u64::from(self.ssaframesize);
            let data = save_area + pages * 4096;
            add(&mut at, TCS, true, tcs(save_area, self.frames, data));
            for _ in 0..pages {
                add(&mut at, RW, true, vec![0; 4096]);
            }
            add(&mut at, RW, true, noise(102));
        }
        Enclave {
            size: self.size,
            ssaframesize: self.ssaframesize,
            pages,
            order: Order::PageByPage,
        }
    }
}

fn record(tag: &[u8], word: u64, more: u64) -> Vec<u8> {
    let mut out = vec![0; 64];
    out[..tag.len()].copy_from_slice(tag);
    out[8..16].copy_from_slice(&word.to_le_bytes());
    out[16..24].copy_from_slice(&more.to_le_bytes());
    out
}

impl Enclave {
    /// Every record; whether it is measured.
    fn records(&self) -> Vec<(bool, Vec<u8>)> {
        let mut create = record(b"ECREATE", 0, 0);
        create[8..12].copy_from_slice(&self.ssaframesize.to_le_bytes());
        create[12..20].copy_from_slice(&self.size.to_le_bytes());
        let mut all = vec![(true, create)];
        let add = |page: &Page| (true, record(b"EADD", page.offset, page.flags));
        let chunks = |page: &Page, back: bool| {
            let mut out: Vec<(bool, Vec<u8>)> = (0..16)
                .map(|k| {
                    let counts = page.measured >> k & 1 == 1;
                    let tag: &[u8] = if counts { b"EEXTEND" } else { b"UNMEASRD" };
                    let mut chunk = record(tag, page.offset + 256 * k, 0);
                    chunk.extend(&page.bytes[256 * k as usize..][..256]);
                    (counts, chunk)
                })
                .collect();
            if back {
                out.reverse();
            }
            out
        };
        for page in &self.pages {
            all.push(add(page));
            if self.order != Order::AddsFirst {
                all.extend(chunks(page, self.order == Order::Backwards));
            }
        }
        if self.order == Order::AddsFirst {
            for page in &self.pages {
                all.extend(chunks(page, false));
            }
        }
        all
    }

    /// The file.
    pub(super) fn stream(&self) -> Vec<u8> {
        self.records().into_iter().flat_map(|(_, r)| r).collect()
    }

    /// MRENCLAVE, from the records of this file alone. A TCS as EADD leaves it is what is written.
    pub(super) fn mrenclave(&self) -> String {
        let mut hash = Sha256::new();
        for (_, record) in self.records().iter().filter(|(counts, _)| *counts) {
            hash.update(record);
        }
        let digest: [u8; 32] = hash.finalize().into();
        teescope_core::bytes::hex::encode(&digest)
    }

    /// Another enclave, with something changed.
    pub(super) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = self.clone();
        change(&mut other);
        other
    }
}
