//! What can be done to an SGX machine: leaves as the driver calls them, and what others do around it.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{OnceCell, RefCell};
use core::fmt;

use super::access::Who;
use super::build::Measuring;
use super::content::Content;
use super::dram::Bus;
use super::encls::Registers;
use super::events::Cause;
use super::structs::{Attributes, Miscselect, SecInfoFlags};
use super::work::Work;
use crate::view::Access;

/// One operation.
#[derive(Clone, Debug)]
pub enum Op {
    /// The firmware sets the PRM aside and locks it.
    Boot,
    /// The operating system writes a model-specific register.
    Wrmsr {
        /// The register's number.
        msr: u32,
        /// The value.
        value: u64,
    },
    /// The process reserves linear addresses for an enclave by mapping the driver's device.
    Mmap(Mmap),
    /// The driver creates an enclave: ECREATE.
    Ecreate(Ecreate),
    /// The measurement of an enclave that is not here is taken as given (model).
    Assume {
        /// Which enclave.
        enclave: u8,
        /// What it is taken to measure.
        mrenclave: [u8; 32],
    },
    /// The driver adds a page: EADD.
    Eadd(Eadd),
    /// The driver has 256 bytes measured: EEXTEND.
    Eextend {
        /// Which enclave.
        enclave: u8,
        /// Offset of the chunk in the enclave.
        offset: u64,
        /// Registers other than the driver's own.
        call: Call,
    },
    /// The driver initialises the enclave: EINIT.
    Einit(Einit),
    /// The driver gives an EPC page back: EREMOVE.
    Eremove {
        /// Which page.
        page: Which,
        /// Registers other than the driver's own.
        call: Call,
    },
    /// The driver makes a version array: EPA.
    Epa {
        /// Registers other than the driver's own.
        call: Call,
    },
    /// A leaf with these registers, whatever lies in memory.
    Encls {
        /// EAX.
        leaf: u32,
        /// The operands.
        registers: Registers,
    },
    /// The operating system writes memory.
    Write {
        /// Where: a physical or a linear address.
        at: u64,
        /// What.
        bytes: Rc<[u8]>,
    },
    /// The operating system flips a bit of memory.
    Flip {
        /// Where: a physical or a linear address.
        at: u64,
        /// Which bit, 0 to 7.
        bit: u8,
    },
    /// An unmasked event begins or ceases to wait for the processor.
    Event {
        /// Whether one waits now.
        pending: bool,
    },
    /// Another logical processor begins or ceases to work on an EPC page.
    Hold {
        /// Which page.
        page: Which,
        /// Whether it does now.
        held: bool,
    },
    /// A thread that nobody looks at goes into or out of an enclave (model: only counted).
    Thread {
        /// Which enclave.
        enclave: u8,
        /// Whether it goes in.
        inside: bool,
    },
    /// The code on a logical processor executes ENCLU.
    Enclu(Enclu),
    /// A debugger reads eight bytes of an enclave: EDBGRD.
    Edbgrd {
        /// Which enclave.
        enclave: u8,
        /// Offset in the enclave.
        offset: u64,
        /// Registers other than the driver's own.
        call: Call,
    },
    /// A debugger writes eight bytes of an enclave: EDBGWR.
    Edbgwr {
        /// Which enclave.
        enclave: u8,
        /// Offset in the enclave.
        offset: u64,
        /// The eight bytes.
        value: u64,
        /// Registers other than the driver's own.
        call: Call,
    },
    /// The code on a logical processor computes.
    Set(Set),
    /// Somebody touches an address.
    Access(Touch),
    /// The code on a logical processor executes an instruction, by its place in the table.
    Execute {
        /// Which processor.
        cpu: u8,
        /// Index in [`INSTRUCTIONS`](super::code::INSTRUCTIONS).
        instruction: u8,
    },
    /// An exception or interrupt strikes a logical processor.
    Raise {
        /// Which processor.
        cpu: u8,
        /// What strikes.
        cause: Cause,
    },
    /// The code on a logical processor does something that takes many accesses.
    Work(Work),
    /// Somebody between processor and DRAM does something to a line.
    Bus(Bus),
    /// The operating system sets up a logical processor.
    Schedule(Schedule),
    /// The operating system changes a page-table entry.
    Map {
        /// Whose page tables.
        process: u8,
        /// The linear address.
        at: u64,
        /// The physical address it leads to from now on, whether it may be written, and whether code
        /// may be fetched; `None` takes the entry away.
        to: Option<(u64, bool, bool)>,
    },
}

/// ENCLU on a logical processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enclu {
    /// Which processor.
    pub cpu: u8,
    /// EAX, the leaf.
    pub leaf: u32,
    /// Whether the code loads RAX first; else the leaf is what RAX holds.
    pub loads_leaf: bool,
    /// Enclave and offset of a TCS: RBX is loaded with its address and RCX with the trampoline's.
    pub door: Option<(u8, u64)>,
    /// Registers loaded last.
    pub call: Call,
}

/// What the code on a logical processor computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Which processor.
    pub cpu: u8,
    /// Registers by offset in GPRSGX, and their values.
    pub values: Rc<[(usize, u64)]>,
    /// XMM0, as it lies in memory.
    pub xmm0: Option<[u8; 16]>,
}

/// An access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// By whom.
    pub who: Who,
    /// The address: physical below the end of memory for all but code, else linear.
    pub at: u64,
    /// How.
    pub access: Access,
    /// How much, and from or to where.
    pub data: Data,
}

/// What an access moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// So many bytes, read and shown, or zeros written.
    Len(u8),
    /// Eight bytes of a register, by offset in GPRSGX.
    Register(usize),
    /// These bytes are written.
    Bytes(Rc<[u8]>),
}

impl Data {
    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Len(n) => usize::from(*n),
            Self::Register(_) => 8,
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How a logical processor is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Which processor.
    pub cpu: u8,
    /// The process that runs on it from now on.
    pub process: Option<u8>,
    /// XCR0.
    pub xcr0: Option<u64>,
    /// Whether it runs in 64-bit mode.
    pub mode64: Option<bool>,
    /// RFLAGS.TF: single-step.
    pub tf: Option<bool>,
}

/// Registers that replace the ones the driver would pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// RBX.
    pub rbx: Option<u64>,
    /// RCX.
    pub rcx: Option<u64>,
    /// RDX.
    pub rdx: Option<u64>,
}

impl Call {
    /// The registers to pass: these where given, else the driver's.
    #[must_use]
    pub fn over(self, own: Registers) -> Registers {
        Registers {
            rbx: self.rbx.unwrap_or(own.rbx),
            rcx: self.rcx.unwrap_or(own.rcx),
            rdx: self.rdx.unwrap_or(own.rdx),
        }
    }
}

/// A reservation of linear addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mmap {
    /// Which enclave it is for.
    pub enclave: u8,
    /// First linear address.
    pub base: u64,
    /// Bytes.
    pub size: u64,
}

/// What ECREATE is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ecreate {
    /// The number the scenario gives the enclave.
    pub enclave: u8,
    /// The process it lives in.
    pub process: u8,
    /// BASEADDR.
    pub base: u64,
    /// SIZE.
    pub size: u64,
    /// SSAFRAMESIZE, in pages.
    pub ssaframesize: u32,
    /// ATTRIBUTES.
    pub attributes: Attributes,
    /// MISCSELECT.
    pub miscselect: Miscselect,
    /// Registers other than the driver's own.
    pub call: Call,
}

/// What EADD is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eadd {
    /// Which enclave.
    pub enclave: u8,
    /// Offset of the page in the enclave.
    pub offset: u64,
    /// SECINFO.FLAGS.
    pub flags: SecInfoFlags,
    /// The page.
    pub content: Content,
    /// Registers other than the driver's own.
    pub call: Call,
}

/// What EINIT is given.
#[derive(Clone, Debug)]
pub struct Einit {
    /// Which enclave.
    pub enclave: u8,
    /// SIGSTRUCT.
    pub sigstruct: SigSource,
    /// EINITTOKEN; an absent one is all zero, so VALID is 0.
    pub token: Option<Rc<[u8]>>,
    /// Registers other than the driver's own.
    pub call: Call,
}

/// Where a SIGSTRUCT comes from.
#[derive(Clone)]
pub enum SigSource {
    /// These bytes.
    Bytes(Rc<[u8]>),
    /// Made when first needed, the same for the whole run: what the author signed in advance.
    Made(Rc<Made>),
    /// Signed on the spot with the demo key over what has been measured so far.
    Now,
}

/// A SIGSTRUCT that is made when first needed.
pub struct Made {
    bytes: OnceCell<Rc<[u8]>>,
    make: Make,
}

/// How a SIGSTRUCT is made.
enum Make {
    AtOnce(Box<dyn Fn() -> Rc<[u8]>>),
    /// Over what an enclave measures, which takes time: signed by this.
    Over(Box<RefCell<Measuring>>, Box<dyn Fn([u8; 32]) -> Rc<[u8]>>),
}

impl Made {
    /// Bytes that `make` gives when first needed.
    pub fn new(make: impl Fn() -> Rc<[u8]> + 'static) -> Self {
        Self {
            bytes: OnceCell::new(),
            make: Make::AtOnce(Box::new(make)),
        }
    }

    /// What `sign` makes of the measurement of an enclave; of zeros, if it cannot be built.
    pub fn over(measuring: Measuring, sign: impl Fn([u8; 32]) -> Rc<[u8]> + 'static) -> Self {
        Self {
            bytes: OnceCell::new(),
            make: Make::Over(Box::new(RefCell::new(measuring)), Box::new(sign)),
        }
    }

    /// Takes the enclave’s measurement from a run that came to it, so that it is not measured again.
    pub(super) fn foresee(&self, mrenclave: impl FnOnce() -> [u8; 32]) {
        if let Make::Over(_, sign) = &self.make {
            self.bytes.get_or_init(|| sign(mrenclave()));
        }
    }

    /// Works on it by up to so many operations; whether it is made.
    pub(super) fn work(&self, steps: u64) -> bool {
        let Make::Over(measuring, sign) = &self.make else {
            return true;
        };
        if self.bytes.get().is_some() {
            return true;
        }
        // What cannot be built cannot be measured; the steps before have said why.
        let measured = match measuring.borrow_mut().work(steps) {
            Ok(None) => return false,
            Ok(Some(midstate)) => midstate.finish(),
            Err(_) => [0; 32],
        };
        self.bytes.get_or_init(|| sign(measured));
        true
    }

    /// The bytes; where bytes of a file are missing, zeros, which nobody must use.
    pub fn bytes(&self) -> Rc<[u8]> {
        match &self.make {
            Make::AtOnce(make) => self.bytes.get_or_init(make).clone(),
            Make::Over(..) => {
                self.work(u64::MAX);
                let made = self.bytes.get().cloned();
                made.unwrap_or_else(|| Rc::from([0; 1808]))
            }
        }
    }
}

impl fmt::Debug for SigSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes(_) => "Bytes",
            Self::Made(_) => "Made",
            Self::Now => "Now",
        })
    }
}

/// A page by whoever knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The page at an offset of an enclave, as the driver booked it.
    Offset {
        /// Which enclave.
        enclave: u8,
        /// Its offset.
        offset: u64,
    },
    /// The SECS of an enclave.
    Secs {
        /// Which enclave.
        enclave: u8,
    },
    /// An EPC page by number.
    Epc(u64),
}
