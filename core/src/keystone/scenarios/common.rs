//! What the scenarios share: the boot, an enclave and its calls, parameters.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::Turned;
use crate::keystone::faults::Faults;
use crate::keystone::image::Image;
use crate::keystone::op::Op;
use crate::keystone::platform::Platform;
use crate::keystone::sbi;
use crate::keystone::structs::CreateArgs;
use crate::text;
use crate::text::Text;
use crate::trace::param::{choice, words};
use crate::trace::{Channel, Observer, Param, Phase, Secrecy, Secret, Segment};

/// An enclave that a scenario builds.
#[derive(Clone, Debug)]
pub(super) struct Plot {
    /// Its identifier, if all goes well.
    pub(super) eid: u8,
    /// Private memory: address and size.
    pub(super) epm: (u64, u64),
    /// Shared buffer: address and size.
    pub(super) utm: (u64, u64),
    /// The loader's bytes.
    pub(super) loader: Rc<[u8]>,
    /// Pages of the runtime.
    pub(super) runtime_pages: u64,
    /// Pages of the application.
    pub(super) user_pages: u64,
    /// What tells its pages from another's.
    pub(super) tag: u64,
}

/// Stands for a program: the loader’s first instructions, `auipc t0, 0` and a loop.
const LOADER: [u8; 8] = [0x97, 0x02, 0x00, 0x00, 0x6f, 0x00, 0x00, 0x00];

impl Plot {
    /// The n-th enclave: 1 MiB from 0x8100_0000 for the first, 4 MiB further for each other one, and
    /// 16 KiB of shared buffer.
    pub(super) fn nth(n: u8, seed: u64, message: &str) -> Self {
        let mut loader = LOADER.to_vec();
        loader.extend_from_slice(&seed.to_le_bytes());
        loader.extend_from_slice(message.as_bytes());
        let i = u64::from(n);
        Self {
            eid: n,
            epm: (0x8100_0000 + i * 0x40_0000, 1 << 20),
            utm: (0x9000_0000 + i * 0x1_0000, 0x4000),
            loader: loader.into(),
            runtime_pages: 2,
            user_pages: 1,
            tag: 0x11 * (i + 1),
        }
    }

    pub(super) fn runtime(&self) -> u64 {
        self.epm.0 + 4096
    }

    pub(super) fn user(&self) -> u64 {
        self.runtime() + self.runtime_pages * 4096
    }

    pub(super) fn free(&self) -> u64 {
        self.user() + self.user_pages * 4096
    }

    pub(super) fn args(&self) -> CreateArgs {
        CreateArgs {
            epm_paddr: self.epm.0,
            epm_size: self.epm.1,
            utm_paddr: self.utm.0,
            utm_size: self.utm.1,
            runtime_paddr: self.runtime(),
            user_paddr: self.user(),
            free_paddr: self.free(),
            free_requested: 0x10_0000,
        }
    }

    pub(super) fn image(&self) -> Op {
        Op::Image {
            hart: 0,
            image: Image {
                base: self.epm.0,
                loader: self.loader.clone(),
                runtime_pages: self.runtime_pages,
                user_pages: self.user_pages,
                tag: self.tag,
            },
        }
    }

    pub(super) fn create(&self) -> Op {
        let args = self.args();
        Op::Create { hart: 0, args }
    }

    pub(super) fn call(&self, id: u64) -> Op {
        Op::call(id, [u64::from(self.eid), 0, 0])
    }

    pub(super) fn run(&self) -> Op {
        self.call(sbi::RUN)
    }

    pub(super) fn resume(&self) -> Op {
        self.call(sbi::RESUME)
    }

    pub(super) fn destroy(&self) -> Op {
        self.call(sbi::DESTROY)
    }

    /// Copying its files and having it created, told at length.
    pub(super) fn build(&self) -> Vec<Segment<Op>> {
        let n = u64::from(self.eid);
        vec![
            step(
                Phase::Load,
                &format!("load.{n}"),
                text!(
                    "keystone.seg.image",
                    "Fill the memory of enclave {n}",
                    n = n
                ),
                text!(
                    "keystone.cap.image",
                    "Linux takes free memory for the enclave, the driver’s pages or CMA, and the host process has loader, runtime and application copied there. The monitor has no part in it: it will look at the memory only afterwards."
                ),
                self.image(),
            ),
            step(
                Phase::Initialise,
                &format!("create.{n}"),
                text!("keystone.seg.create", "Create enclave {n}", n = n),
                text!(
                    "keystone.cap.create",
                    "One call with eight words: where the private memory lies, where the shared buffer, where the files start. The monitor checks them, takes a PMP entry, closes the memory, zeroes the shared buffer and measures what it finds. Whatever Linux has put there by then is what the measurement tells."
                ),
                self.create(),
            ),
        ]
    }
}

/// One step.
pub(super) fn step(phase: Phase, label: &str, title: Text, caption: Text, op: Op) -> Segment<Op> {
    Segment::one(phase, label, title, caption, op)
}

/// The boot in three steps.
pub(super) fn boot() -> Vec<Segment<Op>> {
    vec![
        step(
            Phase::Boot,
            "boot.rom",
            text!("keystone.seg.bootrom", "The boot ROM measures the firmware"),
            text!(
                "keystone.cap.bootrom",
                "The first code a hart runs cannot be changed. It hashes the firmware with SHA3-512, makes a key pair for the monitor from the device’s secret and this hash, signs both with the device’s key, and leaves all of it at the end of the monitor’s memory."
            ),
            Op::Bootrom,
        ),
        step(
            Phase::Boot,
            "boot.opensbi",
            text!("keystone.seg.opensbi", "OpenSBI finds the PMP"),
            text!(
                "keystone.cap.opensbi",
                "OpenSBI, the ordinary firmware, writes ones to every pmpaddr to see which bits there are, then closes the timer’s registers and its own memory to supervisor mode. The third entry opens everything else."
            ),
            Op::Opensbi,
        ),
        step(
            Phase::Boot,
            "boot.monitor",
            text!("keystone.seg.monitor", "The security monitor takes over"),
            text!(
                "keystone.cap.monitor",
                "The monitor, part of the firmware, clears the entries and writes two: number 0, which decides before all others, closes its own memory; the last one, which decides only where no other does, opens all of memory to the operating system. Between them is room for enclaves."
            ),
            Op::Monitor,
        ),
    ]
}

/// A hart takes the interrupt that the others were sent.
pub(super) fn answer(label: &str, hart: u8) -> Segment<Op> {
    step(
        Phase::Initialise,
        label,
        text!(
            "keystone.seg.ipi",
            "Hart {hart} answers",
            hart = u64::from(hart)
        ),
        text!(
            "keystone.cap.ipi",
            "PMP registers belong to one hart, and no hart can write another’s. So the monitor interrupts the others and waits: each writes its own registers. Only then does the call go on."
        ),
        Op::Ipi { hart },
    )
}

/// Which monitor: with upstream's faults or without.
pub(super) fn monitor() -> Param {
    choice(
        "monitor",
        text!("keystone.param.monitor", "Monitor"),
        text!(
            "keystone.param.monitor.help",
            "Upstream has known faults; as intended it has none of them."
        ),
        &[
            (
                "upstream",
                text!("keystone.param.upstream", "as upstream has it"),
            ),
            (
                "intended",
                text!("keystone.param.intended", "as it was meant"),
            ),
        ],
    )
}

/// What the enclave's loader carries.
pub(super) fn message() -> Param {
    words(
        "message",
        text!("keystone.param.message", "Words in the loader’s page"),
        text!(
            "keystone.param.message.help",
            "They are measured: other words, another measurement."
        ),
        "hello",
    )
}

/// Which board.
pub(super) fn board() -> Param {
    choice(
        "platform",
        text!("keystone.param.platform", "Platform"),
        text!(
            "keystone.param.platform.help",
            "How many PMP entries the monitor has, and how large it is."
        ),
        &[
            (
                "generic",
                text!("keystone.param.generic", "generic (QEMU): 8 entries, 2 MiB"),
            ),
            (
                "cva6",
                text!("keystone.param.cva6", "CVA6: 8 entries, 1 MiB"),
            ),
            (
                "mpfs",
                text!("keystone.param.mpfs", "PolarFire SoC: 16 entries, 2 MiB"),
            ),
        ],
    )
}

impl Turned<'_> {
    /// The platform that `platform` and `monitor` name, as far as the scenario has them.
    pub(super) fn keystone_platform(&self) -> Platform {
        let platform = match self.text("platform") {
            "cva6" => Platform::cva6(),
            "mpfs" => Platform::mpfs(),
            _ => Platform::generic(),
        };
        let faults = match self.text("monitor") {
            "intended" => Faults::NONE,
            _ => Faults::UPSTREAM,
        };
        Platform { faults, ..platform }
    }

    /// The generic platform with one upstream fault, or with it mended; the others stay.
    pub(super) fn with_fault(&self, fault: Faults) -> Platform {
        let faults = match self.text("monitor") {
            "intended" => Faults::UPSTREAM.without(fault),
            _ => Faults::UPSTREAM,
        };
        Platform {
            faults,
            ..Platform::generic()
        }
    }
}

/// A load of some bytes by whatever runs on hart 0.
pub(super) fn load(at: u64, len: u64) -> Op {
    Op::Load { hart: 0, at, len }
}

/// A store by whatever runs on hart 0.
pub(super) fn store(at: u64, bytes: &[u8]) -> Op {
    Op::Store {
        hart: 0,
        at,
        bytes: Rc::from(bytes),
    }
}

/// The enclave leaves for an edge call.
pub(super) fn stop() -> Op {
    Op::call(sbi::STOP, [sbi::stop_enclave::EDGE_CALL, 0, 0])
}

/// The enclave is done.
pub(super) fn exit(value: u64) -> Op {
    Op::call(sbi::EXIT, [value, 0, 0])
}

/// A label with a number.
pub(super) fn numbered(label: &str, n: u64) -> alloc::string::String {
    [label, ".", &n.to_string()].concat()
}

/// What is secret where nothing but a device and a probe on DRAM can read it: they find it in plain.
pub(super) fn in_plain(key: &'static str, values: [&'static str; 2]) -> Secrecy {
    let channel = |observer, at, says, cite| Channel {
        observer,
        at,
        says,
        cite,
    };
    let dma = || {
        text!(
            "keystone.hostile.by-dma",
            "A device reads the enclave’s memory: no IOPMP stands in the way."
        )
    };
    let bus = || {
        text!(
            "keystone.hostile.by-bus",
            "Memory is not encrypted: a probe reads it in plain."
        )
    };
    const PMP: &str = "RISC-V Privileged Architecture, PMP: checks apply to accesses of a hart";
    const PLAIN: &str = "Keystone does not encrypt memory";
    Secrecy {
        secret: Secret::Param(key, values),
        channels: vec![
            channel(Observer::Device, "ACCESS.dma-sees-no-pmp", dma(), PMP),
            channel(Observer::Device, "structure", dma(), PMP),
            channel(Observer::Bus, "ACCESS.dram-in-plain", bus(), PLAIN),
            channel(Observer::Bus, "structure", bus(), PLAIN),
        ],
    }
}
