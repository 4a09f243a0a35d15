//! What the scenarios about a running enclave share: a small enclave, its secret, and steps on it.

use alloc::vec;
use alloc::vec::Vec;

use super::acts::{enter, leave, set, store, trampoline, wiped};
use super::author::{Signer, boot, caption_einit, einit, launch};
use super::enclave::{Enclave, code_page, flags};
use super::{Turned, params};
use crate::sgx::content::Content;
use crate::sgx::machine::Machine;
use crate::sgx::op::Op;
use crate::sgx::platform::Platform;
use crate::sgx::processor::{ENCLU_BYTES, HOST_CODE};
use crate::sgx::structs::{Attributes, AttributesFlags, Miscselect, Tcs, TcsFlags};
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Channel, Observer, Param, Phase, Plan, Secrecy, Secret, Segment};

/// Offsets in the enclave of these scenarios.
pub(super) const TCS: u64 = 0x1000;
pub(super) const SSA: u64 = 0x2000;
pub(super) const HEAP: u64 = 0x4000;
/// Where the host goes on after ENCLU.
pub(super) const AFTER_ENCLU: u64 = HOST_CODE + ENCLU_BYTES;
/// Where the enclave has its stack: the end of its first heap page.
pub(super) const STACK: u64 = HEAP + 0xff0;
/// The first linear address.
pub(super) const BASE: u64 = crate::sgx::op_text::BASE;

/// How the enclave is built.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) number: u8,
    pub(super) prefix: &'static str,
    pub(super) base: u64,
    pub(super) attributes: AttributesFlags,
    pub(super) miscselect: Miscselect,
    pub(super) nssa: u32,
    pub(super) notify: bool,
    /// Whether the code page is measured.
    pub(super) measured: bool,
}

impl Default for Kind {
    fn default() -> Self {
        Self {
            number: 0,
            prefix: "",
            base: BASE,
            attributes: AttributesFlags::MODE64BIT,
            miscselect: Miscselect::NONE,
            nssa: 2,
            notify: false,
            measured: false,
        }
    }
}

impl Kind {
    /// Code, a TCS with two frames, two heap pages.
    pub(super) fn enclave(self, seed: u64) -> Enclave {
        let mut enclave = Enclave {
            number: self.number,
            prefix: self.prefix,
            process: 0,
            base: self.base,
            size: 0,
            ssaframesize: 1,
            attributes: Attributes::new(self.attributes.bits(), 3),
            miscselect: self.miscselect,
            pages: Vec::new(),
        };
        let caption = || {
            text!(
                "stage.load",
                "A small enclave, measured as little as possible: this story is about what comes afterwards."
            )
        };
        let code = code_page(seed, "");
        let tcs = Tcs {
            ossa: SSA,
            nssa: self.nssa,
            ofsbasgx: HEAP,
            ogsbasgx: HEAP,
            fslimit: u32::MAX,
            gslimit: u32::MAX,
            flags: TcsFlags::NONE.set(TcsFlags::AEXNOTIFY, self.notify),
            ..Tcs::default()
        };
        let tcs = Content::Bytes(alloc::rc::Rc::from(&tcs.encode()[..72]));
        let heap = text!("page.heap", "heap");
        for (label, title, page) in [
            (
                "code",
                text!("page.one-code", "code page"),
                (1, flags::CODE, code, self.measured),
            ),
            ("tcs", "TCS".into(), (1, flags::TCS, tcs, false)),
            (
                "ssa",
                text!("page.ssa", "state save area, two frames"),
                (2, flags::DATA, Content::Zero, false),
            ),
            ("heap", heap, (2, flags::DATA, Content::Zero, false)),
        ] {
            enclave.push(label, title, caption(), page);
        }
        enclave
    }
}

/// A plan in the making.
pub(super) struct Stage {
    segments: Vec<Segment<Op>>,
}

impl Stage {
    /// The enclaves are built and initialised.
    pub(super) fn with(turned: &Turned<'_>, kinds: &[Kind]) -> Result<Self, BadInput> {
        let enclaves: Vec<Enclave> = kinds.iter().map(|k| k.enclave(turned.seed)).collect();
        Self::built(&enclaves)
    }

    /// Nothing yet.
    pub(super) fn empty() -> Self {
        Self {
            segments: Vec::new(),
        }
    }

    fn built(enclaves: &[Enclave]) -> Result<Self, BadInput> {
        let mut segments = vec![boot()];
        for (i, enclave) in enclaves.iter().enumerate() {
            let signer = Signer::demo(enclave.attributes, enclave.miscselect)?;
            segments.extend(enclave.create());
            segments.extend(enclave.load());
            if i == 0 {
                segments.push(launch("init.launch", signer.mrsigner()));
            }
            segments.push(einit(enclave, enclave.signed(signer), caption_einit()));
        }
        Ok(Self { segments })
    }

    /// One enclave, with more pages, is built and initialised.
    pub(super) fn with_pages(
        turned: &Turned<'_>,
        kind: Kind,
        more: fn(&mut Enclave, u64),
    ) -> Result<Self, BadInput> {
        let mut enclave = kind.enclave(turned.seed);
        more(&mut enclave, turned.seed);
        Self::built(&[enclave])
    }

    /// A step.
    pub(super) fn step(&mut self, phase: Phase, label: &str, title: Text, caption: Text, op: Op) {
        let segment = Segment::one(phase, label, title, caption, op);
        self.segments.push(segment);
    }

    /// A captioned stretch of steps.
    pub(super) fn stretch(&mut self, segment: Segment<Op>) {
        self.segments.push(segment);
    }

    /// The plan.
    pub(super) fn plan(self) -> (Machine, Plan<Op>) {
        self.plan_on(Platform::client())
    }

    /// The plan on some processor.
    pub(super) fn plan_on(self, platform: Platform) -> (Machine, Plan<Op>) {
        (Machine::new(platform), Plan::new(self.segments))
    }

    /// A thread of processor `cpu` enters an enclave.
    pub(super) fn enter(&mut self, label: &str, cpu: u8, enclave: u8) {
        self.step(
            Phase::Enter,
            label,
            text!("stage.enter", "Enter"),
            text!(
                "stage.enter.cap",
                "ENCLU with EAX = 2: EENTER. It is the only way in, called by the process itself in ring 3, without the driver; and it leads to one place: the entry point in the TCS. The processor notes the host’s stack pointer and where to go on an interrupt, the AEP. It flushes the translations it holds, so that every page is judged anew."
            ),
            enter(cpu, enclave),
        );
    }

    /// The enclave’s first deed: a stack of its own.
    pub(super) fn own_stack(&mut self, label: &str, cpu: u8, base: u64) {
        self.step(
            Phase::Use,
            label,
            text!("stage.stack", "Take a stack of its own"),
            text!(
                "stage.stack.cap",
                "RSP and RBP still hold what the host left in them. Code that pushed now would write its secrets into the host’s memory, so the first instructions load a stack inside the enclave."
            ),
            set(cpu, &[("RSP", base + STACK), ("RBP", base + STACK)]),
        );
    }

    /// The secret appears in a register, as if it had been unsealed or received.
    pub(super) fn obtain(&mut self, label: &str, cpu: u8, secret: u64) {
        self.step(
            Phase::Use,
            label,
            text!("stage.obtain", "Obtain the secret"),
            text!(
                "stage.obtain.cap",
                "The code inside comes by its secret: it unseals a key, or receives one over a channel that ends in the enclave. It was never in the file, for everybody may read that."
            ),
            set(cpu, &[("RDX", secret)]),
        );
    }

    /// The secret is stored in the heap.
    pub(super) fn keep(&mut self, label: &str, cpu: u8, at: u64) {
        self.step(
            Phase::Use,
            label,
            text!("stage.keep", "Keep it in the heap"),
            text!(
                "stage.keep.cap",
                "An ordinary store. The page tables lead to an EPC page, and the EPCM confirms that it is this enclave’s, at this address, and writable."
            ),
            store(cpu, at, "RDX"),
        );
    }

    /// The registers are wiped.
    pub(super) fn wipe(&mut self, label: &str, cpu: u8) {
        self.step(
            Phase::Use,
            label,
            text!("stage.wipe", "Wipe the registers"),
            text!(
                "stage.wipe.cap",
                "EEXIT clears nothing. Whatever must not be seen outside has to be wiped first, vector registers too."
            ),
            wiped(cpu),
        );
    }

    /// The thread leaves.
    pub(super) fn exit(&mut self, label: &str, cpu: u8) {
        self.step(
            Phase::Use,
            label,
            text!("stage.exit", "Leave"),
            text!(
                "stage.exit.cap",
                "ENCLU with EAX = 4 is EEXIT: it jumps to the address in RBX, outside. The TCS is idle again, and the translations of the enclave’s pages are flushed. All other registers go along as they are."
            ),
            leave(cpu),
        );
    }

    /// The trampoline: one ENCLU with what the exit left in the registers.
    pub(super) fn resume(&mut self, label: &str, cpu: u8) {
        self.step(
            Phase::Resume,
            label,
            text!("stage.resume", "Through the trampoline"),
            text!(
                "stage.resume.cap",
                "The operating system returns to the AEP, where one instruction waits: ENCLU. RAX already holds 3, the leaf ERESUME, RBX the TCS and RCX the AEP. The processor restores everything from the save area and the thread goes on as if nothing had happened."
            ),
            trampoline(cpu),
        );
    }
}

/// The secret as a parameter.
pub(super) fn secret(max: u64, default: u64) -> Param {
    params::number(
        "secret",
        text!("param.secret", "The secret"),
        text!(
            "param.secret.help",
            "What the enclave keeps. Change it and look through the observers’ eyes: only what is a declared channel may change."
        ),
        (0, max),
        default,
    )
}

/// Two secrets of 64 bits to try.
pub(super) const TWO: Secret =
    Secret::Param("secret", ["0x1122334455667788", "0xa5a5a5a5a5a5a5a5"]);

/// A scenario's secrecy: what a probe on DRAM learns shows in an access and in these panels; then others.
pub(super) fn secrecy(secret: Secret, bus: &[&'static str], others: Vec<Channel>) -> Secrecy {
    let cipher = |at| Channel {
        observer: Observer::Bus,
        at,
        says: text!(
            "channel.ciphertext",
            "A probe on DRAM reads ciphertext. Without the key it tells only that a block is another one than before, or the same."
        ),
        cite: "IEEE 1619, XTS-AES: equal blocks at one place give equal ciphertext",
    };
    let mut channels: Vec<Channel> = ["ACCESS.dram-ciphertext"].into_iter().map(cipher).collect();
    channels.extend(bus.iter().copied().map(cipher));
    channels.extend(others);
    Secrecy { secret, channels }
}

/// A number of 64 bits that a reader is likely to recognise.
pub(super) const SECRET: u64 = 0x5ec2_e75e_c2e7_5ec2;
