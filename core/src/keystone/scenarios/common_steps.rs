//! What the enclave of `keystone/common` does, from its first entry to its end.

use alloc::vec;
use alloc::vec::Vec;

use super::common::{answer, exit, load, step, stop, store};
use super::common_program::host;
use crate::keystone::host::Call;
use crate::keystone::op::Op;
use crate::keystone::sbi;
use crate::text;
use crate::text::Text;
use crate::trace::{Phase, Segment};

/// Whose life it is.
pub(super) struct Life<'a> {
    /// The driver’s number of the enclave.
    pub(super) ueid: u64,
    /// Where its shared buffer starts.
    pub(super) buffer: u64,
    /// Where its free memory starts.
    pub(super) free: u64,
    /// Where it keeps its secret.
    pub(super) secret_at: u64,
    /// The secret.
    pub(super) secret: &'a [u8],
}

/// What the enclave wants attested: a verifier’s challenge.
const NONCE: &[u8] = b"nonce of the verifier";

/// The name under which it asks for a sealing key.
const IDENTIFIER: &[u8] = b"settings";

/// From the first entry to the end.
pub(super) fn life(life: &Life<'_>) -> Vec<Segment<Op>> {
    let mut all = vec![step(
        Phase::Enter,
        "enter",
        text!("kcommon.enter", "It runs"),
        text!(
            "kcommon.enter.cap",
            "The monitor opens the enclave’s memory on this hart, closes Linux’s, and exchanges the registers. The other hart goes on with Linux."
        ),
        host(Call::Run { ueid: life.ueid }),
    )];
    all.extend(uses(life));
    all.extend(interrupted(life));
    all.extend(calls_out(life));
    all.extend(proves(life));
    all.extend(stores(life));
    all.extend(ends(life));
    all
}

fn holds(life: &Life<'_>, label: &str, title: Text, caption: Text) -> Segment<Op> {
    let op = store(life.secret_at, life.secret);
    step(Phase::Use, label, title, caption, op)
}

fn takes(life: &Life<'_>, label: &str, title: Text, caption: Text) -> Segment<Op> {
    let op = load(life.secret_at, life.secret.len().max(1) as u64);
    step(Phase::Use, label, title, caption, op)
}

fn uses(life: &Life<'_>) -> [Segment<Op>; 2] {
    [
        holds(
            life,
            "secret.keep",
            text!("kcommon.keep", "It gets a secret and keeps it"),
            text!(
                "kcommon.keep.cap",
                "In its private memory. It may have made it itself, or decrypted what somebody sent."
            ),
        ),
        takes(
            life,
            "secret.use",
            text!("kcommon.use", "It uses the secret"),
            text!(
                "kcommon.use.cap",
                "Its PMP entry grants it everything. Who else could read this place now?"
            ),
        ),
    ]
}

fn interrupted(life: &Life<'_>) -> [Segment<Op>; 4] {
    [
        step(
            Phase::Interrupt,
            "timer",
            text!("kcommon.timer", "The timer strikes"),
            text!(
                "kcommon.timer.cap",
                "The interrupt comes to the monitor, not to Linux. It puts the enclave’s registers away, brings Linux’s back and closes the memory. Look at the registers as Linux: they are its own."
            ),
            Op::Timer { hart: 0 },
        ),
        step(
            Phase::Interrupt,
            "linux.look",
            text!("kcommon.look", "Linux tries to look"),
            text!(
                "kcommon.look.cap",
                "It has the hart, and not the memory: a load access fault."
            ),
            load(life.secret_at, 16),
        ),
        step(
            Phase::Resume,
            "resume",
            text!("kcommon.resume", "Linux lets it go on"),
            text!(
                "kcommon.resume.cap",
                "When it likes, or never. The enclave’s registers and memory are as they were."
            ),
            host(Call::Resume { ueid: life.ueid }),
        ),
        holds(
            life,
            "secret.again",
            text!("kcommon.again", "It stores the same secret there again"),
            text!(
                "kcommon.again.cap",
                "What would somebody see who watches the memory bus?"
            ),
        ),
    ]
}

fn calls_out(life: &Life<'_>) -> [Segment<Op>; 3] {
    [
        step(
            Phase::Use,
            "call.out",
            text!("kcommon.call", "It calls out"),
            text!(
                "kcommon.call.cap",
                "An edge call: what it asks for lies in the shared buffer, for everybody to read, and the enclave leaves by itself."
            ),
            stop(),
        ),
        step(
            Phase::Use,
            "call.back",
            text!("kcommon.back", "The host has answered"),
            text!(
                "kcommon.back.cap",
                "To the monitor it is resumed as after an interrupt. Nothing in the answer is to be trusted."
            ),
            host(Call::Resume { ueid: life.ueid }),
        ),
        takes(
            life,
            "secret.still",
            text!("kcommon.still", "It uses the secret once more"),
            text!("kcommon.still.cap", "It is still there, and still closed."),
        ),
    ]
}

fn proves(life: &Life<'_>) -> [Segment<Op>; 2] {
    let (report, len) = (life.buffer + 0x400, NONCE.len() as u64);
    [
        step(
            Phase::Attest,
            "attest.nonce",
            text!("kcommon.nonce", "It takes a verifier’s challenge"),
            text!(
                "kcommon.nonce.cap",
                "What it wants signed beside its measurement, so that an old report will not do."
            ),
            store(life.free, NONCE),
        ),
        step(
            Phase::Attest,
            "attest.report",
            text!("kcommon.report", "It asks for a report"),
            text!(
                "kcommon.report.cap",
                "The monitor signs the enclave’s measurement and the challenge; the device signed the monitor at boot. It lies in the shared buffer, for Linux to send: a verifier who knows the device’s public key can check both signatures."
            ),
            Op::call(sbi::ATTEST, [report, life.free, len]),
        ),
    ]
}

fn stores(life: &Life<'_>) -> [Segment<Op>; 2] {
    let (at, key) = (life.free + 0x100, life.free + 0x200);
    let len = IDENTIFIER.len() as u64;
    [
        step(
            Phase::Store,
            "store.identifier",
            text!("kcommon.identifier", "It wants to keep something for later"),
            text!(
                "kcommon.identifier.cap",
                "It writes down a name for the key under which it will encrypt it."
            ),
            store(at, IDENTIFIER),
        ),
        step(
            Phase::Store,
            "store.key",
            text!("kcommon.key", "It asks for a sealing key"),
            text!(
                "kcommon.key.cap",
                "The monitor makes it from its own key, the measurement and the name. Only an enclave with the same measurement gets it again."
            ),
            Op::call(sbi::SEALING_KEY, [key, at, len]),
        ),
    ]
}

fn ends(life: &Life<'_>) -> [Segment<Op>; 3] {
    let mut last = answer("destroy.ipi", 1);
    last.phase = Phase::Destroy;
    [
        step(
            Phase::Destroy,
            "exit",
            text!("kcommon.exit", "It is done"),
            text!(
                "kcommon.exit.cap",
                "It leaves for the last time. Its memory is still closed, and still holds the secret."
            ),
            exit(0),
        ),
        step(
            Phase::Destroy,
            "destroy",
            text!("kcommon.destroy", "Linux has it destroyed"),
            text!(
                "kcommon.destroy.cap",
                "The monitor fills the private memory with zeros before it opens it to anybody."
            ),
            host(Call::Destroy { ueid: life.ueid }),
        ),
        last,
    ]
}
