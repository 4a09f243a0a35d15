//! The operating system's part: it picks EPC pages, lays operands into memory and calls ENCLS.
//!
//! Nothing here is trusted. The processor checks every operand anew, and a hostile driver is
//! simply one that passes others.

use alloc::rc::Rc;

use super::encls::{self, Registers};
use super::machine::{DIRECT_MAP, EpcPage, Handle, Machine};
use super::op::{Eadd, Ecreate, Einit, SigSource, Which};
use super::signature;
use super::structs::{PageInfo, PageType, SecInfo, SecInfoFlags, Secs};
use crate::arch::x86::Pte;
use crate::memory::{Linear, PAGE, Page, Physical};
use crate::rules;
use crate::text;
use crate::trace::{Event, Place, Recorder, Status, Stop, Value};

/// Where the driver keeps its operands in ordinary memory.
pub mod buffers {
    use crate::memory::Physical;

    /// SIGSTRUCT.
    pub const SIGSTRUCT: Physical = Physical(0x0100_0000);
    /// EINITTOKEN.
    pub const TOKEN: Physical = Physical(0x0100_1000);
    /// PAGEINFO.
    pub const PAGEINFO: Physical = Physical(0x0100_2000);
    /// SECINFO.
    pub const SECINFO: Physical = Physical(0x0100_2040);
    /// The page to be copied.
    pub const SOURCE: Physical = Physical(0x0100_3000);
}

const BOOKS: &str = "Linux, arch/x86/kernel/cpu/sgx: the driver's own books";

rules! {
    ENCLAVE_KNOWN = "DRIVER.enclave-known": "The driver has an enclave of that number", BOOKS;
    PAGE_KNOWN = "DRIVER.page-known": "The driver has an EPC page for that offset", BOOKS;
    EPC_NUMBER = "DRIVER.epc-number": "The EPC has a page of that number", BOOKS;
    EPC_LEFT = "DRIVER.epc-left": "An EPC page is free", "Linux, arch/x86/kernel/cpu/sgx: without one the driver would evict a page first (EWB)";
}

/// The driver's answers to the process, as errno.
const EINVAL: Status = Status {
    code: 22,
    name: "EINVAL",
};
const ENOMEM: Status = Status {
    code: 12,
    name: "ENOMEM",
};

/// The address at which the kernel sees a buffer.
#[must_use]
pub fn kernel(at: Physical) -> u64 {
    DIRECT_MAP + at.0
}

impl Machine {
    /// Lays bytes into the driver's buffer, unless they lie there already.
    fn lay<R: Recorder>(&mut self, recorder: &mut R, at: Physical, bytes: &[u8]) {
        if self.ram.holds(at, bytes) {
            return;
        }
        recorder.write(Place::new("ram", at.0, bytes.len() as u64), || {
            (
                super::words::short_bytes(&self.ram.bytes(at, bytes.len())),
                super::words::short_bytes(bytes),
            )
        });
        self.ram.write(at, bytes);
    }

    pub(super) fn handle<R: Recorder>(
        &self,
        recorder: &mut R,
        enclave: u8,
    ) -> Result<Handle, Stop> {
        let handle = self.driver.enclaves.get(&enclave).cloned();
        recorder.require(&ENCLAVE_KNOWN, handle.is_some(), EINVAL)?;
        handle.ok_or_else(|| EINVAL.into())
    }

    /// The EPC page the driver would use next: one given back, else the first never used.
    fn free_page<R: Recorder>(&self, recorder: &mut R) -> Result<EpcPage, Stop> {
        let next = Some(self.driver.next).filter(|n| *n < self.platform.epc_pages);
        let page = self.driver.freed.first().copied().or(next);
        recorder.require(&EPC_LEFT, page.is_some(), ENOMEM)?;
        page.map(EpcPage).ok_or_else(|| ENOMEM.into())
    }

    fn book(&mut self, page: EpcPage) {
        if !self.driver.freed.remove_mut(&page.0) {
            self.driver.next = self.driver.next.max(page.0 + 1);
        }
    }

    /// ioctl SGX_IOC_ENCLAVE_CREATE.
    pub(super) fn create<R: Recorder>(
        &mut self,
        op: &Ecreate,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let page = self.free_page(recorder)?;
        let secs = Secs {
            size: op.size,
            baseaddr: op.base,
            ssaframesize: op.ssaframesize,
            miscselect: op.miscselect,
            attributes: op.attributes,
            ..Secs::default()
        };
        let pageinfo = PageInfo {
            linaddr: 0,
            srcpge: kernel(buffers::SOURCE),
            secinfo_or_pcmd: kernel(buffers::SECINFO),
            secs: 0,
        };
        let secinfo = SecInfo::new(SecInfoFlags::page(PageType::SECS, SecInfoFlags::NONE));
        self.process = op.process;
        self.lay(recorder, buffers::SOURCE, &secs.encode());
        self.lay(recorder, buffers::SECINFO, &secinfo.encode());
        self.lay(recorder, buffers::PAGEINFO, &pageinfo.encode());
        let own = Registers {
            rbx: kernel(buffers::PAGEINFO),
            rcx: self.epc_linear(page).0,
            rdx: 0,
        };
        let registers = op.call.over(own);
        encls::encls(self, 0, registers, recorder)?;
        let page = self.in_epc(Linear(registers.rcx)).unwrap_or(page);
        self.book(page);
        let handle = Handle {
            process: op.process,
            secs: page,
            base: Linear(op.base),
            size: op.size,
        };
        self.driver.enclaves.insert_mut(op.enclave, handle);
        Ok(())
    }

    /// One page of ioctl SGX_IOC_ENCLAVE_ADD_PAGES.
    pub(super) fn add<R: Recorder>(&mut self, op: &Eadd, recorder: &mut R) -> Result<(), Stop> {
        let handle = self.handle(recorder, op.enclave)?;
        let page = self.free_page(recorder)?;
        let linaddr = handle.base.0.wrapping_add(op.offset);
        let pageinfo = PageInfo {
            linaddr,
            srcpge: kernel(buffers::SOURCE),
            secinfo_or_pcmd: kernel(buffers::SECINFO),
            secs: self.epc_linear(handle.secs).0,
        };
        self.put_source(recorder, op.content.page());
        self.lay(recorder, buffers::SECINFO, &SecInfo::new(op.flags).encode());
        self.lay(recorder, buffers::PAGEINFO, &pageinfo.encode());
        let own = Registers {
            rbx: kernel(buffers::PAGEINFO),
            rcx: self.epc_linear(page).0,
            rdx: 0,
        };
        let registers = op.call.over(own);
        encls::encls(self, 1, registers, recorder)?;
        let page = self.in_epc(Linear(registers.rcx)).unwrap_or(page);
        self.book(page);
        self.driver.pages.note(op.enclave, op.offset & !0xfff, page);
        self.map(recorder, handle.process, Linear(linaddr), page, op.flags);
        Ok(())
    }

    fn put_source<R: Recorder>(&mut self, recorder: &mut R, page: Page) {
        let before = self.ram.page(buffers::SOURCE);
        recorder.write(Place::new("ram", buffers::SOURCE.0, PAGE as u64), || {
            let words = super::words::page_digest;
            (Value::Words(words(before)), Value::Words(words(&page)))
        });
        self.ram.put(buffers::SOURCE, page);
    }

    /// Points the process's page table at an EPC page.
    fn map<R: Recorder>(
        &mut self,
        recorder: &mut R,
        process: u8,
        at: Linear,
        page: EpcPage,
        flags: SecInfoFlags,
    ) {
        let pte = Pte {
            frame: self.epc_physical(page),
            writable: flags.contains(SecInfoFlags::W) || flags.page_type() == PageType::TCS,
            executable: flags.contains(SecInfoFlags::X),
        };
        let before = self.tables.set(process, at, Some(pte));
        recorder.write(Place::new("pte", pte_index(process, at), 1), || {
            (super::words::pte(before), super::words::pte(Some(pte)))
        });
    }

    /// The measuring half of ioctl SGX_IOC_ENCLAVE_ADD_PAGES.
    pub(super) fn extend<R: Recorder>(
        &mut self,
        enclave: u8,
        offset: u64,
        call: super::op::Call,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let Some(handle) = self.driver.enclaves.get(&enclave) else {
            return recorder.require(&ENCLAVE_KNOWN, false, EINVAL);
        };
        let Some(page) = self.driver.pages.get(enclave, offset & !0xfff) else {
            return recorder.require(&PAGE_KNOWN, false, EINVAL);
        };
        let own = Registers {
            rbx: self.epc_linear(handle.secs).0,
            rcx: self.epc_linear(page).0 + (offset & 0xfff),
            rdx: 0,
        };
        encls::encls(self, 6, call.over(own), recorder)
    }

    /// ioctl SGX_IOC_ENCLAVE_INIT.
    pub(super) fn init<R: Recorder>(&mut self, op: &Einit, recorder: &mut R) -> Result<(), Stop> {
        let handle = self.handle(recorder, op.enclave)?;
        let bytes = match &op.sigstruct {
            SigSource::Bytes(bytes) => bytes.clone(),
            SigSource::Made(made) => made.bytes(),
            SigSource::Now => self.sign_now(handle.secs),
        };
        recorder.tell(|| Event::Message {
            from: text!("who.process", "process"),
            to: text!("who.driver", "driver"),
            what: "SIGSTRUCT".into(),
            bytes: bytes.clone(),
        });
        let mut whole = [0; 1808];
        let len = bytes.len().min(whole.len());
        whole[..len].copy_from_slice(&bytes[..len]);
        self.lay(recorder, buffers::SIGSTRUCT, &whole);
        let mut token = [0; 304];
        if let Some(given) = &op.token {
            let len = given.len().min(token.len());
            token[..len].copy_from_slice(&given[..len]);
        }
        self.lay(recorder, buffers::TOKEN, &token);
        let own = Registers {
            rbx: kernel(buffers::SIGSTRUCT),
            rcx: self.epc_linear(handle.secs).0,
            rdx: kernel(buffers::TOKEN),
        };
        encls::encls(self, 2, op.call.over(own), recorder)
    }

    /// A SIGSTRUCT over what the enclave measures now and its present attributes, by the demo key.
    fn sign_now(&self, secs: EpcPage) -> Rc<[u8]> {
        let Some(state) = self.secs.get(&secs) else {
            return Rc::from([0; 1808]);
        };
        signature::demo(&state.finished(), &state.fields)
    }

    /// A debugger's read or write, through the driver: EDBGRD (4) or EDBGWR (5).
    pub(super) fn debug<R: Recorder>(
        &mut self,
        leaf: u32,
        enclave: u8,
        offset: u64,
        (value, call): (u64, super::op::Call),
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let page = self.which(Which::Offset { enclave, offset }, recorder)?;
        let own = Registers {
            rbx: value,
            rcx: self.epc_linear(page).0 + (offset & 0xfff),
            rdx: 0,
        };
        encls::encls(self, leaf, call.over(own), recorder)
    }

    /// Releases an EPC page.
    pub(super) fn remove<R: Recorder>(
        &mut self,
        which: Which,
        call: super::op::Call,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let page = self.which(which, recorder)?;
        let own = Registers {
            rbx: 0,
            rcx: self.epc_linear(page).0,
            rdx: 0,
        };
        let registers = call.over(own);
        let was_valid = self.epcm(page).is_some();
        encls::encls(self, 3, registers, recorder)?;
        if registers.rcx == own.rcx && was_valid {
            self.driver.freed.insert_mut(page.0);
            self.forget(which, page, recorder);
        }
        Ok(())
    }

    /// Strikes a page out of the driver's books and the process's page table.
    fn forget<R: Recorder>(&mut self, which: Which, page: EpcPage, recorder: &mut R) {
        match which {
            Which::Secs { enclave } => {
                self.driver.enclaves.remove_mut(&enclave);
            }
            Which::Offset { enclave, offset } => {
                self.driver.pages.strike(enclave, offset & !0xfff);
                let Some(handle) = self.driver.enclaves.get(&enclave).cloned() else {
                    return;
                };
                let at = Linear(handle.base.0.wrapping_add(offset & !0xfff));
                let before = self.tables.set(handle.process, at, None);
                recorder.write(Place::new("pte", pte_index(handle.process, at), 1), || {
                    (super::words::pte(before), Value::None)
                });
            }
            Which::Epc(_) => {
                if let Some((enclave, offset)) = self.driver.pages.find(page) {
                    self.forget(Which::Offset { enclave, offset }, page, recorder);
                }
                let enclaves = &self.driver.enclaves;
                let own = enclaves.iter().find(|(_, h)| h.secs == page);
                let own = own.map(|(number, _)| *number);
                if let Some(enclave) = own {
                    self.driver.enclaves.remove_mut(&enclave);
                }
            }
        }
    }

    /// Makes a version array.
    pub(super) fn version_array<R: Recorder>(
        &mut self,
        call: super::op::Call,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let page = self.free_page(recorder)?;
        let own = Registers {
            rbx: u64::from(PageType::VA.value()),
            rcx: self.epc_linear(page).0,
            rdx: 0,
        };
        let registers = call.over(own);
        encls::encls(self, 10, registers, recorder)?;
        self.book(self.in_epc(Linear(registers.rcx)).unwrap_or(page));
        Ok(())
    }

    /// The EPC page somebody means.
    pub(super) fn which<R: Recorder>(
        &self,
        which: Which,
        recorder: &mut R,
    ) -> Result<EpcPage, Stop> {
        match which {
            Which::Epc(n) => {
                recorder.require(&EPC_NUMBER, n < self.platform.epc_pages, EINVAL)?;
                Ok(EpcPage(n))
            }
            Which::Secs { enclave } => self.handle(recorder, enclave).map(|h| h.secs),
            Which::Offset { enclave, offset } => {
                let page = self.driver.pages.get(enclave, offset & !0xfff);
                recorder.require(&PAGE_KNOWN, page.is_some(), EINVAL)?;
                page.ok_or_else(|| EINVAL.into())
            }
        }
    }
}

/// The place of a page-table entry: process in the top byte, linear page below.
#[must_use]
pub fn pte_index(process: u8, at: Linear) -> u64 {
    u64::from(process) << 56 | (at.0 / PAGE as u64) & ((1 << 56) - 1)
}
