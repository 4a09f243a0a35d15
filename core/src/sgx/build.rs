//! An enclave from a file: which operations build it, on which processor, and what it measures.

use alloc::rc::Rc;

use super::content::Content;
use super::image::{Image, Item};
use super::machine::Machine;
use super::op::{Call, Eadd, Ecreate, Op};
use super::platform::Platform;
use super::structs::{Attributes, AttributesFlags, Miscselect, SigStruct};
use crate::arch::x86;
use crate::crypto::sha256::Midstate;
use crate::memory::Source;
use crate::trace::{Machine as _, Outcome, Rule, Sink, Status};

/// How an enclave from a file is created: what the image leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Creation {
    /// ATTRIBUTES.
    pub attributes: Attributes,
    /// MISCSELECT.
    pub miscselect: Miscselect,
}

impl Creation {
    /// What loaders choose where nobody says otherwise: 64-bit mode, x87 and SSE.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            attributes: Attributes::new(AttributesFlags::MODE64BIT.bits(), 3),
            miscselect: Miscselect::NONE,
        }
    }

    /// What a SIGSTRUCT asks for, as far as the processor has it.
    #[must_use]
    pub fn of(sig: &SigStruct, platform: &Platform) -> Self {
        let flags = sig.attributes.flags.bits() & platform.attributes.bits();
        let xfrm = sig.attributes.xfrm.bits() | 3;
        let legal = x86::is_legal_xfrm(xfrm) && xfrm & !platform.xfrm == 0;
        let misc = sig.miscselect.bits() & platform.miscselect.bits();
        Self {
            attributes: Attributes::new(flags, if legal { xfrm } else { 3 }),
            miscselect: Miscselect::from_bits(misc),
        }
    }

    /// What the SIGSTRUCT inside an image asks for, signed or prepared to be.
    #[must_use]
    pub fn of_image(image: &dyn Image) -> Option<Self> {
        let sig = match image.sigstruct() {
            Some((_, bytes)) => SigStruct::from_bytes(bytes.first_chunk()?),
            None => prepared(image)?,
        };
        Some(Self::of(&sig, &Platform::client()))
    }

    /// A first linear address that ECREATE takes for an enclave of that size in this mode.
    #[must_use]
    pub fn base(&self, size: u64) -> u64 {
        if self.attributes.flags.contains(AttributesFlags::MODE64BIT) {
            super::op_text::BASE
        } else {
            size.clamp(0x1000_0000, 0x4000_0000)
        }
    }
}

/// The SIGSTRUCT of an image that its author has prepared but not signed.
#[must_use]
pub(in crate::sgx) fn prepared(image: &dyn Image) -> Option<SigStruct> {
    let (_, bytes) = image.draft()?;
    let sig = SigStruct::from_bytes(bytes.first_chunk()?);
    sig.is_prepared().then_some(sig)
}

/// An image and how its enclave is created.
#[derive(Clone, Debug)]
pub struct Build {
    /// The image.
    pub image: Rc<dyn Image>,
    /// What it leaves open.
    pub creation: Creation,
}

/// Enclaves of more than a client’s processor takes are for servers, whose CPUID.12H gives this limit.
const SERVER_SIZE_64: u8 = 56;

/// An operation of an image that the machine does not carry out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Which operation, from 0, which is ECREATE.
    pub index: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// The rule that did not hold.
    pub rule: Option<&'static Rule>,
}

impl Build {
    /// The image, created as is usual: as its own SIGSTRUCT asks, where it has one.
    #[must_use]
    pub fn usual(image: Rc<dyn Image>) -> Self {
        let creation = Creation::of_image(&*image).unwrap_or_else(Creation::usual);
        Self { image, creation }
    }

    /// A processor with an EPC that holds the enclave whole, and says whether that is more than it
    /// would usually have: giving pages up to disk is not part of building.
    #[must_use]
    pub fn platform(&self) -> (Platform, bool) {
        let mut platform = Platform::client();
        if self.image.size() >> platform.max_size_64 != 0 {
            platform.max_size_64 = SERVER_SIZE_64;
        }
        let needs = self.image.pages() + 1;
        if needs <= platform.epc_pages {
            return (platform, false);
        }
        (platform.with_epc_pages(needs), true)
    }

    /// The i-th operation, as the driver calls it.
    #[must_use]
    pub fn op(&self, i: u64) -> Option<Op> {
        self.image.get(i).map(|item| self.op_of(item))
    }

    /// An operation of an image, as the driver calls it.
    #[must_use]
    pub fn op_of(&self, item: Item) -> Op {
        match item {
            Item::Ecreate { ssaframesize, size } => Op::Ecreate(Ecreate {
                enclave: 0,
                process: 0,
                base: self.creation.base(size),
                size,
                ssaframesize,
                attributes: self.creation.attributes,
                miscselect: self.creation.miscselect,
                call: Call::default(),
            }),
            Item::Eadd(offset, flags, page) => Op::Eadd(Eadd {
                enclave: 0,
                offset,
                flags,
                content: Content::File(page),
                call: Call::default(),
            }),
            Item::Eextend(chunk) => Op::Eextend {
                enclave: 0,
                offset: chunk.offset,
                call: Call::default(),
            },
        }
    }

    /// Makes `op` the i-th operation; whether there is one. Chunk after chunk differs by the offset only.
    fn next(&self, i: u64, op: &mut Option<Op>) -> bool {
        if let Some(Op::Eextend { offset, .. }) = op
            && let Some(Item::Eextend(chunk)) = self.image.get(i)
        {
            *offset = chunk.offset;
            return true;
        }
        *op = self.op(i);
        op.is_some()
    }

    /// Builds the enclave with the leaves themselves, keeping nothing, and gives its measurement. The
    /// file must be here whole; [`Measuring`] takes one in parts.
    ///
    /// # Errors
    /// A leaf refuses an operation of the image, or bytes that it needs are not here.
    pub fn measure(&self) -> Result<Midstate, Stopped> {
        let mut measuring = Measuring::new(self.clone());
        let missing = Status {
            code: 0,
            name: "missing bytes",
        };
        measuring.work(u64::MAX)?.ok_or(Stopped {
            index: measuring.done,
            outcome: Outcome::Refused(missing),
            rule: None,
        })
    }
}

/// A measurement on its way.
pub struct Measuring {
    build: Build,
    machine: Machine,
    /// Operations carried out.
    done: u64,
}

/// Operations that are carried out again at most where bytes are missing.
const SURE: u64 = 32;

impl Measuring {
    /// A measurement of which nothing is done.
    #[must_use]
    pub fn new(build: Build) -> Self {
        let machine = Machine::new(build.platform().0);
        Self {
            build,
            machine,
            done: 0,
        }
    }

    /// How many operations are carried out, and of how many.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.done, self.build.image.len())
    }

    /// Goes on by up to so many operations; gives the measurement at the end. `None` also where bytes of
    /// the file are missing, which its source notes.
    ///
    /// # Errors
    /// A leaf refuses an operation of the image.
    pub fn work(&mut self, steps: u64) -> Result<Option<Midstate>, Stopped> {
        let source = self.build.image.source().filter(|s| s.is_parts()).cloned();
        let end = self.done.saturating_add(steps).min(self.build.image.len());
        // Where a step lacked bytes, each one after it is made sure of until it is past.
        let mut sure = (source.is_some()).then(|| (self.done, self.machine.clone()));
        let mut careful = true;
        let mut next = None;
        while self.done < end && self.build.next(self.done, &mut next) {
            let Some(op) = &next else {
                break;
            };
            let outcome = self.machine.apply(op, &mut Sink::Nothing);
            let lacking = source.as_ref().is_some_and(Source::is_lacking);
            if let Some((done, machine)) = sure.take_if(|_| lacking) {
                (self.done, self.machine) = (done, machine);
                return Ok(None);
            }
            if outcome != Outcome::Done {
                return Err(stopped(self.machine.clone(), op, self.done, outcome));
            }
            self.done += 1;
            careful &= !self.done.is_multiple_of(SURE);
            if let Some(source) = &source
                && (careful || self.done.is_multiple_of(SURE))
            {
                source.release();
                sure = Some((self.done, self.machine.clone()));
            }
        }
        if self.done < self.build.image.len() {
            return Ok(None);
        }
        let secs = self.machine.driver.enclaves.get(&0);
        let secs = secs.and_then(|handle| self.machine.secs.get(&handle.secs));
        Ok(Some(secs.map_or_else(Midstate::new, |s| s.measurement)))
    }
}

/// Carries out once more what was refused, to learn by which rule: a refusal changes nothing that
/// a rule looks at.
pub(super) fn stopped(mut machine: Machine, op: &Op, index: u64, outcome: Outcome) -> Stopped {
    let mut events = alloc::vec::Vec::new();
    machine.apply(op, &mut Sink::Events(&mut events));
    let rule = events.iter().rev().find_map(|e| match e {
        crate::trace::Event::Check {
            rule, held: false, ..
        } => Some(*rule),
        _ => None,
    });
    Stopped {
        index,
        outcome,
        rule,
    }
}
