//! Writes a manifest and a libpal from a description, and measures the same description naively: a flat list of
//! pages as the signing tool goes through its areas, hashed directly. Nothing of the reader here is used.

use sha2::{Digest, Sha256};

/// A segment of libpal; it lies in the file at an offset that is equal modulo a page.
#[derive(Clone, Debug)]
pub(super) struct Seg {
    pub vaddr: u64,
    pub bytes: Vec<u8>,
    pub memsz: u64,
    pub flags: u32,
}

/// A page as it is added.
struct Added {
    addr: u64,
    flags: u64,
    content: Vec<u8>,
    measured: bool,
}

/// An enclave, and the releases that it is made for.
#[derive(Clone, Debug)]
pub(in crate::sgx) struct Gramine {
    pub(super) text: String,
    pub(super) size: u64,
    pub(super) threads: u64,
    /// Whether it lies at 0.
    pub(super) at_zero: bool,
    /// Whether free memory is left out.
    pub(super) edmm: bool,
    /// Whether the thread data holds libpal’s address.
    pub(super) libpal_addr: bool,
    pub(super) segments: Vec<Seg>,
    pub(super) entry: u64,
}

const R: u64 = 1;
const W: u64 = 2;
const X: u64 = 4;
const TCS: u64 = 0x100;
const REG: u64 = 0x200;

impl Gramine {
    /// A small enclave for the newest releases.
    pub(in crate::sgx) fn small() -> Self {
        let code: Vec<u8> = (0..0x1234_u32).map(|i| (i * 7) as u8).collect();
        let data: Vec<u8> = (0..0x321_u32).map(|i| (i * 13 + 5) as u8).collect();
        let seg = |vaddr, bytes: Vec<u8>, memsz, flags| Seg {
            vaddr,
            bytes,
            memsz,
            flags,
        };
        let mut made = Self {
            text: String::new(),
            size: 0x40_0000,
            threads: 2,
            at_zero: true,
            edmm: false,
            libpal_addr: false,
            segments: vec![seg(0, code, 0x1234, 5), seg(0x3c40, data, 0x2345, 6)],
            entry: 0x1010,
        };
        made.name();
        made.write_text("0x400000", "");
        made
    }

    /// Writes libpal’s name to address 0x30, where the table for the dynamic linker has it.
    pub(super) fn name(&mut self) {
        self.segments[0].bytes[0x30..0x3a].copy_from_slice(b"libpal.so\0");
    }

    /// The manifest as the tool of 1.4 and later writes it.
    pub(super) fn write_text(&mut self, size: &str, more: &str) {
        let (threads, edmm) = (self.threads, self.edmm);
        self.text = format!(
            "[loader]\nentrypoint = \"file:/usr/lib/gramine/libsysdb.so\"\n\n[loader.env]\nA = \"[sgx]\"\n\n\
             [libos]\nentrypoint = \"/app\"\n\n[sgx]\nenclave_size = \"{size}\"\nmax_threads = {threads}\n\
             edmm_enable = {edmm}\ndebug = false\nisvprodid = 3\nisvsvn = 4\n{more}\n\
             [[sgx.trusted_files]]\nuri = \"file:/app\"\nsha256 = \"{:064}\"\n",
            0
        );
    }

    /// The manifest as the tool of 1.0 to 1.3 writes it.
    pub(super) fn write_old_text(&mut self, size: &str) {
        let (threads, zero) = (self.threads, self.at_zero);
        self.text = format!(
            "loader.entrypoint = \"file:/lib/libsysdb.so\" # kept\nlibos.entrypoint = \"/app\"\n\
             sgx.enclave_size = '{size}'\nsgx.thread_num = {threads}\nsgx.nonpie_binary = {zero}\n\
             sgx.trusted_files = [ \"file:/a\", {{ uri = \"file:/b\", sha256 = \"00\" }}, ]\n"
        );
    }

    pub(in crate::sgx) fn manifest(&self) -> Vec<u8> {
        self.text.clone().into_bytes()
    }

    /// Where in the file each segment lies, and where the rest begins.
    fn places(&self) -> (Vec<u64>, u64) {
        let mut at = 64 + 56 * (self.segments.len() as u64 + 1);
        let mut places = vec![];
        for seg in &self.segments {
            at += (seg.vaddr.wrapping_sub(at)) % 4096;
            places.push(at);
            at += seg.bytes.len() as u64;
        }
        (places, at)
    }

    /// libpal as a library that is called `libpal.so`.
    pub(in crate::sgx) fn libpal(&self) -> Vec<u8> {
        let (places, end) = self.places();
        let mut out = vec![0; end as usize];
        for (seg, at) in self.segments.iter().zip(&places) {
            out[*at as usize..][..seg.bytes.len()].copy_from_slice(&seg.bytes);
        }
        let word = |n: u64| n.to_le_bytes();
        let dynamic: Vec<u8> = [word(5), word(0x10), word(14), word(0x20), [0; 8], [0; 8]].concat();
        let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
        for n in [self.entry, 64, 0] {
            head.extend(word(n));
        }
        head.extend([0; 4]);
        for half in [64_u16, 56, self.segments.len() as u16 + 1, 64, 0, 0] {
            head.extend(half.to_le_bytes());
        }
        for (seg, at) in self.segments.iter().zip(&places) {
            head.extend(1_u32.to_le_bytes());
            head.extend(seg.flags.to_le_bytes());
            let filesz = seg.bytes.len() as u64;
            for n in [*at, seg.vaddr, seg.vaddr, filesz, seg.memsz, 0x1000] {
                head.extend(word(n));
            }
        }
        head.extend([2, 0, 0, 0, 4, 0, 0, 0]);
        for n in [end, 0, 0, 48, 48, 8] {
            head.extend(word(n));
        }
        out[..head.len()].copy_from_slice(&head);
        out.extend(dynamic);
        out
    }

    /// What is added, in order.
    fn pages(&self) -> Vec<Added> {
        let base = if self.at_zero { 0 } else { self.size };
        let heap_min = if self.at_zero { 0x10000 } else { base };
        let n = self.threads;
        let mut text = self.manifest();
        text.push(0);
        let span = self
            .segments
            .iter()
            .map(|s| (s.vaddr + s.memsz).next_multiple_of(4096))
            .max();
        let span = span.expect("a segment");
        // Every area takes what is left below the one before.
        let mut top = base + self.size;
        let mut area = |size: u64| {
            top -= size.next_multiple_of(4096);
            top
        };
        let manifest = area(text.len() as u64);
        let ssa = area(n * 2 * 0x4000);
        let tcs = area(n * 4096);
        let tls = area(n * 4096);
        let stacks: Vec<u64> = (0..n).map(|_| area(0x40000)).collect();
        let signals: Vec<u64> = (0..n).map(|_| area(0x10000)).collect();
        let pal = area(span);
        let mut all = vec![];
        let mut put = |addr: u64, flags: u64, content: &[u8], size: u64, measured: bool| {
            for at in (0..size).step_by(4096) {
                let from = content.len().min(at as usize);
                let mut page = content[from..content.len().min(from + 4096)].to_vec();
                page.resize(4096, 0);
                all.push(Added {
                    addr: addr + at,
                    flags,
                    content: page,
                    measured,
                });
            }
        };
        put(manifest, R | REG, &text, text.len() as u64, true);
        put(ssa, R | W | REG, &[], n * 0x8000, true);
        for t in 0..n {
            let mut page = vec![0; 4096];
            let mut set =
                |at: usize, bytes: &[u8]| page[at..at + bytes.len()].copy_from_slice(bytes);
            set(16, &(ssa + t * 0x8000 - base).to_le_bytes());
            set(28, &2_u32.to_le_bytes());
            set(32, &(pal + self.entry - base).to_le_bytes());
            set(56, &(tls + t * 4096 - base).to_le_bytes());
            set(64, &0xfff_u32.to_le_bytes());
            set(68, &0xfff_u32.to_le_bytes());
            put(tcs + t * 4096, TCS, &page, 4096, true);
        }
        for t in 0..n {
            let state = ssa + t * 0x8000;
            let (stack, signal) = (stacks[t as usize], signals[t as usize]);
            // self, canary, the library OS’s 32 words, then the loader’s own words.
            let mut words = vec![tls + t * 4096, 0xbad_bad_bad_bad];
            words.extend([0; 32]);
            words.push(self.size);
            if self.libpal_addr {
                words.push(pal);
            }
            words.extend([tcs + t * 4096 - base, stack + 0x40000]);
            words.extend([0, signal, signal + 0x10000, 0, state, state + 0x4000 - 184]);
            // exit_target, fsbase, pre_ocall_stack, ustack_top, ustack, thread, ocall_exit_called,
            // thread_started, ready_for_exceptions
            words.extend([0; 9]);
            words.extend([text.len() as u64, heap_min, pal]);
            let page: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
            put(tls + t * 4096, R | W | REG, &page, 4096, true);
        }
        for stack in &stacks {
            put(*stack, R | W | REG, &[], 0x40000, true);
        }
        for signal in &signals {
            put(*signal, R | W | REG, &[], 0x10000, true);
        }
        for seg in &self.segments {
            let rwx = [(4, R), (2, W), (1, X)]
                .map(|(bit, flag)| if seg.flags & bit == 0 { 0 } else { flag });
            let skip = seg.vaddr % 4096;
            let mut content = vec![0; skip as usize];
            content.extend(&seg.bytes);
            put(
                pal + seg.vaddr - skip,
                REG | rwx.iter().sum::<u64>(),
                &content,
                skip + seg.memsz,
                true,
            );
        }
        if !self.edmm {
            put(heap_min, R | W | X | REG, &[], pal - heap_min, false);
        }
        all.iter_mut().for_each(|page| page.addr -= base);
        all
    }

    /// What hardware measures.
    pub(in crate::sgx) fn mrenclave(&self) -> [u8; 32] {
        let mut sum = Sha256::new();
        let record = |tag: &[u8], rest: &[u8]| {
            let mut record = [0; 64];
            record[..tag.len()].copy_from_slice(tag);
            record[8..8 + rest.len()].copy_from_slice(rest);
            record
        };
        let size = self.size.to_le_bytes();
        sum.update(record(
            b"ECREATE",
            &[&4_u32.to_le_bytes()[..], &size].concat(),
        ));
        for page in self.pages() {
            let place = page.addr.to_le_bytes();
            sum.update(record(b"EADD", &[place, page.flags.to_le_bytes()].concat()));
            for (n, chunk) in page
                .content
                .chunks(256)
                .enumerate()
                .filter(|_| page.measured)
            {
                sum.update(record(
                    b"EEXTEND",
                    &(page.addr + n as u64 * 256).to_le_bytes(),
                ));
                sum.update(chunk);
            }
        }
        sum.finalize().into()
    }

    /// A SIGSTRUCT over it, whose signature is not one.
    pub(in crate::sgx) fn sigstruct(&self) -> Vec<u8> {
        let mut sig = vec![0; 1808];
        let head = [6, 0xe1, 0x10000, 0_u32].map(u32::to_le_bytes).concat();
        sig[..16].copy_from_slice(&head);
        let head = [0x101, 0x60, 0x60, 1_u32].map(u32::to_le_bytes).concat();
        sig[24..40].copy_from_slice(&head);
        // ATTRIBUTES and their mask: 64-bit mode, x87 and SSE.
        for at in [928, 944] {
            sig[at] = 4;
            sig[at + 8] = 3;
        }
        sig[960..992].copy_from_slice(&self.mrenclave());
        sig
    }
}
