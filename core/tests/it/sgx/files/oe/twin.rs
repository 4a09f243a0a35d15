//! Lays the description of an image out naively: the program in flat bytes, written over as the published loaders of
//! each version do it, then page by page, and hashes that.

use sha2::{Digest, Sha256};

use super::writer::{CALLS, How, Oe, PAGES, VARS, sigstruct, word};

const PAGE: u64 = 4096;

/// A page: offset, SECINFO.FLAGS, whether it is measured, contents.
pub(in crate::sgx) type Page = (u64, u64, bool, Vec<u8>);

fn up(n: u64, to: u64) -> u64 {
    n.div_ceil(to) * to
}

impl Oe {
    fn image_size(&self) -> u64 {
        let last = self.segments.last().expect("a segment");
        up(last.vaddr + last.memsz, PAGE)
    }

    /// Thread-local variables in pages.
    pub(in crate::sgx) fn tls_pages(&self) -> u64 {
        up(
            self.tls
                .iter()
                .map(|(_, size, align)| up(*size, *align))
                .sum(),
            PAGE,
        ) / PAGE
    }

    /// The relocation pages.
    fn reloc_pages(&self, how: &How) -> Vec<u8> {
        let symbols = self.dynamic_symbols(how);
        let mut all = self.relocs.clone();
        if how.plt && !all.is_empty() {
            all.extend(&self.plt);
        }
        for (_, kind, symbol, addend) in &mut all {
            if *kind == 18 {
                *addend = symbols[*symbol as usize - 1].2;
            }
        }
        let mut out = Self::table(&all);
        out.resize(up(out.len() as u64, PAGE) as usize, 0);
        out
    }

    /// The table of functions of 0.4.
    fn call_pages(&self, how: &How) -> Vec<u8> {
        if !how.ecalls {
            return vec![];
        }
        let inside = |at: u64| at >= CALLS && at + 4 <= CALLS + 0x100;
        let functions = self
            .calls
            .iter()
            .filter(|(at, function)| *function && inside(*at));
        let functions: Vec<u64> = functions.map(|(at, _)| *at).collect();
        let mut out = 0x927c_cf78_a3de_9f9d_u64.to_le_bytes().to_vec();
        out.extend((functions.len() as u64).to_le_bytes());
        functions.iter().for_each(|at| out.extend(at.to_le_bytes()));
        out.resize(up(out.len() as u64, PAGE) as usize, 0);
        out
    }

    /// Where the last page ends, and the power of two from there on, before any shift.
    pub(in crate::sgx) fn ends(&self, how: &How) -> (u64, u64) {
        let tls = if how.tls.1 { self.tls_pages() } else { 1 };
        let tables = (self.reloc_pages(how).len() + self.call_pages(how).len()) as u64;
        let thread = 1 + self.stack + 1 + 4 + tls + 1;
        let end = self.image_size() + tables + (self.heap + self.threads * thread) * PAGE;
        (end, end.next_power_of_two())
    }

    /// Every page of the file as this version adds it, and SIZE.
    pub(in crate::sgx) fn pages(
        &self,
        how: &How,
        file: &[u8],
        places: &[usize],
    ) -> (Vec<Page>, u64) {
        let size = self.image_size();
        let mut memory = vec![0; size as usize];
        for (seg, at) in self.segments.iter().zip(places) {
            let from = seg.vaddr as usize;
            let len = seg.bytes.len();
            memory[from..from + len].copy_from_slice(&file[*at..at + len]);
        }
        let (relocs, calls) = (self.reloc_pages(how), self.call_pages(how));
        let (end, rounded) = self.ends(how);
        if how.headless {
            memory[40..48].fill(0);
            memory[60..64].fill(0);
        }
        let tls = if how.tls.0 { self.tls_pages() } else { 1 };
        let heap_at = size + (relocs.len() + calls.len()) as u64;
        let var = |name: &str| {
            self.vars
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, at)| *at)
        };
        if how.ecalls {
            let base = size / PAGE;
            let (r, c) = (relocs.len() as u64 / PAGE, calls.len() as u64 / PAGE);
            let own = var(PAGES[7]).expect("a variable");
            let values = [
                base,
                r,
                base + r,
                c,
                base + r + c,
                self.heap,
                end / PAGE,
                own,
            ];
            for (name, value) in PAGES.into_iter().zip(values) {
                word(&mut memory, var(name).expect("a variable"), value);
            }
        } else {
            let info = self.oeinfo + how.props as u64 - 8 - 1808 - 48;
            let told = if how.rounded { rounded } else { end };
            let values = [
                self.oeinfo,
                how.props as u64,
                size,
                relocs.len() as u64,
                heap_at,
                told,
            ];
            for (n, value) in values.into_iter().enumerate() {
                word(&mut memory, info + 8 * n as u64, value);
            }
            let [(taddr, tsize, talign), (_, bsize, balign)] = self.tls;
            let own = var("_enclave_rva").expect("a variable");
            let always = [own, size, relocs.len() as u64];
            let values = always.map(Some).into_iter().chain([
                (tsize > 0).then_some(taddr),
                (tsize > 0).then_some(tsize),
                (tsize > 0).then_some(talign),
                (bsize > 0).then_some(bsize),
                (bsize > 0).then_some(balign),
                how.tls.0.then_some((4 + tls) * PAGE),
            ]);
            for (name, value) in VARS.into_iter().zip(values) {
                if let (Some(at), Some(value)) = (var(name), value) {
                    word(&mut memory, at, value);
                }
            }
            let sig = self.oeinfo as usize + how.props - 8 - 1808;
            memory[sig..sig + 1808].fill(0);
        }
        let shift = self.start.filter(|_| how.zero_base).unwrap_or(0);
        let whole = if shift > 0 {
            (end + shift).next_power_of_two()
        } else {
            rounded
        };
        let mut all = vec![];
        for seg in &self.segments {
            let mut at = seg.vaddr / PAGE * PAGE;
            let flags = 0x200
                | u64::from(seg.flags & 4 != 0)
                | u64::from(seg.flags & 2)
                | u64::from(seg.flags & 1) << 2;
            while at < seg.vaddr + seg.memsz {
                let from = at as usize;
                all.push((at, flags, true, memory[from..from + 4096].to_vec()));
                at += PAGE;
            }
        }
        let mut at = size;
        for page in relocs.chunks(4096).chain(calls.chunks(4096)) {
            all.push((at, 0x201, true, page.to_vec()));
            at += PAGE;
        }
        for _ in 0..self.heap {
            all.push((at, 0x203, false, vec![0; 4096]));
            at += PAGE;
        }
        for _ in 0..self.threads {
            at += PAGE;
            for _ in 0..self.stack {
                all.push((at, 0x203, true, vec![0xcc; 4096]));
                at += PAGE;
            }
            at += PAGE;
            let mut tcs = vec![0; 4096];
            let base = shift + at;
            let to =
                |(pages, more): (u64, bool)| base + (pages + if more { tls } else { 0 }) * PAGE;
            word(&mut tcs, 16, base + PAGE);
            tcs[28] = 2;
            word(&mut tcs, 32, shift + self.entry);
            word(&mut tcs, 48, to(how.fs));
            word(&mut tcs, 56, to(how.gs));
            tcs[64..72].fill(0xff);
            all.push((at, 0x100, true, tcs));
            at += PAGE;
            for n in 0..2 + 1 + tls + 1 {
                if n != 2 {
                    all.push((at, 0x203, true, vec![0; 4096]));
                }
                at += PAGE;
            }
        }
        all.iter_mut().for_each(|page| page.0 += shift);
        (all, whole)
    }

    /// The MRENCLAVE of the image, which does not depend on the SIGSTRUCT in it.
    pub(in crate::sgx) fn mrenclave(&self, how: &How) -> [u8; 32] {
        let (file, places) = self.write(how, &[0; 1808]);
        let (pages, size) = self.pages(how, &file, &places);
        let mut hash = Sha256::new();
        let mut record = |tag: &[u8], rest: &[u8]| {
            let mut bytes = [0; 64];
            bytes[..tag.len()].copy_from_slice(tag);
            bytes[8..8 + rest.len()].copy_from_slice(rest);
            hash.update(bytes);
        };
        record(
            b"ECREATE",
            &[&1_u32.to_le_bytes()[..], &size.to_le_bytes()].concat(),
        );
        let mut flat = vec![];
        for (offset, flags, measured, content) in &pages {
            let mut bytes = [0; 64];
            bytes[..4].copy_from_slice(b"EADD");
            bytes[8..16].copy_from_slice(&offset.to_le_bytes());
            bytes[16..24].copy_from_slice(&flags.to_le_bytes());
            flat.extend(bytes);
            for (n, chunk) in content.chunks(256).enumerate().filter(|_| *measured) {
                let mut bytes = [0; 64];
                bytes[..7].copy_from_slice(b"EEXTEND");
                bytes[8..16].copy_from_slice(&(offset + 256 * n as u64).to_le_bytes());
                flat.extend(bytes);
                flat.extend(chunk);
            }
        }
        hash.update(&flat);
        hash.finalize().into()
    }

    /// The file signed for what it measures, but with no signature.
    pub(in crate::sgx) fn signed(&self, how: &How) -> Vec<u8> {
        self.write(how, &sigstruct(self.mrenclave(how))).0
    }
}
