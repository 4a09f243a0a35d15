//! The common program ends: it gets a key to store things under, leaves, and is taken apart.

use super::proof::{KEY, REQUEST, leaf, write};
use crate::sgx::op::{Call, Op, Which};
use crate::sgx::platform::Platform;
use crate::sgx::scenarios::acts;
use crate::sgx::scenarios::enclave::Enclave;
use crate::sgx::scenarios::stage::Stage;
use crate::sgx::structs::{Attributes, KeyName, KeyPolicy, KeyRequest, Miscselect};
use crate::text;
use crate::text::Text;
use crate::trace::{Phase, Planned, Segment};

/// Masks of the SDK's sealing library: which attributes and MISCSELECT bits count.
const ATTRIBUTES: u64 = 0xff00_0000_0000_000b;
const MISC: u32 = 0xf000_0000;

pub(super) fn seal(stage: &mut Stage, base: u64) {
    let request = KeyRequest {
        keyname: KeyName::SEAL,
        keypolicy: KeyPolicy::MRSIGNER,
        isvsvn: 1,
        cpusvn: Platform::client().cpusvn,
        attributemask: Attributes::new(ATTRIBUTES, 0),
        keyid: [0x5e; 32],
        miscmask: Miscselect::from_bits(MISC),
        ..KeyRequest::default()
    };
    stage.step(
        Phase::Store,
        "store.keyrequest",
        text!("sgx.common.seal-request", "Ask for a seal key"),
        text!(
            "sgx.common.seal-request.cap",
            "What is to outlive the enclave has to leave it encrypted. KEYREQUEST with KEYNAME = 4, SEAL, and the policy MRSIGNER: later versions of the enclave by the same author will get the same key."
        ),
        write(0, base + REQUEST, &request.encode()[..128]),
    );
    stage.step(
        Phase::Store,
        "store.egetkey",
        text!("sgx.common.seal-key", "Get the seal key"),
        text!(
            "sgx.common.seal-key.cap",
            "Derived on the spot from the secret in the processor, the author’s identity and the versions asked for; it is kept nowhere. On another machine, or for another author, another key comes out. (Model: how it is derived is not published.)"
        ),
        leaf(0, 1, base + REQUEST, base + KEY, None),
    );
}

pub(super) fn leave(stage: &mut Stage) {
    stage.step(
        Phase::Destroy,
        "destroy.wipe",
        text!("sgx.common.wipe", "Wipe the registers"),
        text!(
            "sgx.common.wipe.cap",
            "The last thing the code does: nothing of the secret goes out with it."
        ),
        acts::wiped(0),
    );
    stage.step(
        Phase::Destroy,
        "destroy.eexit",
        text!("sgx.common.eexit", "Leave for good"),
        text!(
            "sgx.common.eexit.cap",
            "The thread is outside. The enclave is still there, with the secret in its heap, until the operating system takes its pages back; or until the power goes."
        ),
        acts::leave(0),
    );
}

pub(super) fn destroy(stage: &mut Stage, enclave: &Enclave) {
    let remove = |page| Op::Eremove {
        page,
        call: Call::default(),
    };
    stage.stretch(Segment::many(
        Phase::Destroy,
        "destroy.pages",
        text!("sgx.common.pages", "Remove every page"),
        text!(
            "sgx.common.pages.cap",
            "The driver gives the pages back one by one. The EPCM entry becomes free. The manual does not say that the contents are cleared: in DRAM the ciphertext stays until something else is written there. But nobody can read it as plain bytes, for a free page belongs to no enclave, and whoever gets it next overwrites it first."
        ),
        enclave.end() / 4096,
        move |i| Planned {
            op: remove(Which::Offset {
                enclave: 0,
                offset: i * 4096,
            }),
            label: alloc::format!("p{i}"),
            caption: Text::none(),
        },
    ));
    stage.step(
        Phase::Destroy,
        "destroy.secs",
        text!("sgx.common.secs", "Remove the SECS"),
        text!(
            "sgx.common.secs.cap",
            "With the SECS the enclave’s identity is gone, and no key of it can be asked for any more."
        ),
        remove(Which::Secs { enclave: 0 }),
    );
}
