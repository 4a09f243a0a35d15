//! Who signs: the demo author, or the reader's own key.

use alloc::rc::Rc;

use super::Turned;
use crate::bytes::hex;
use crate::crypto::rsa3072::PrivateKey;
use crate::crypto::sha256::sha256;
use crate::sgx::op::{Op, SigSource};
use crate::sgx::os::LEPUBKEYHASH0;
use crate::sgx::signature::Author;
use crate::sgx::sigstruct::demo_signer;
use crate::sgx::structs::{Attributes, Miscselect, SigStruct};
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Param, ParamKind, Phase, Planned, Segment};

/// An author with a key.
#[derive(Clone)]
pub(super) struct Signer {
    /// What the author decides.
    pub(super) author: Author,
    key: Rc<PrivateKey>,
}

impl Signer {
    /// The demo author of an enclave with these settings.
    pub(super) fn demo(attributes: Attributes, miscselect: Miscselect) -> Result<Self, BadInput> {
        let key = demo_signer().map_err(|e| bad_key(alloc::format!("{e}").into()))?;
        Ok(Self {
            author: Author::of(attributes, miscselect),
            key: Rc::new(key),
        })
    }

    /// The same author with the reader's key, if a file was given.
    pub(super) fn with_key(mut self, turned: &Turned<'_>) -> Result<Self, BadInput> {
        let Some(file) = turned
            .inputs
            .get("key")
            .filter(|_| !turned.text("key").is_empty())
        else {
            if turned.text("key").is_empty() {
                return Ok(self);
            }
            return Err(BadInput {
                key: "key".into(),
                missing_file: true,
                why: text!(
                    "key.missing",
                    "This run was signed with a key that is not here. Choose the same key file, or leave the parameter “key” empty for the demo key."
                ),
            });
        };
        let named = turned
            .text("key")
            .strip_prefix("sha256-")
            .unwrap_or_default();
        let bytes = file.whole("key")?;
        if hex::encode(&sha256(&bytes)) != named {
            return Err(bad_key(text!(
                "key.other",
                "the file is not the one the link names."
            )));
        }
        let pem = core::str::from_utf8(&bytes)
            .map_err(|_| bad_key(text!("key.no-pem", "it is no PEM text.")))?;
        let key = PrivateKey::from_pem(pem).map_err(|e| bad_key(alloc::format!("{e}").into()))?;
        self.key = Rc::new(key);
        Ok(self)
    }

    /// The SIGSTRUCT over a measurement.
    pub(super) fn sign(&self, measurement: [u8; 32]) -> Rc<[u8]> {
        self.author.sign(measurement, &self.key)
    }

    /// The SIGSTRUCT that an author prepared, over a measurement.
    pub(super) fn sign_prepared(&self, prepared: &SigStruct, measurement: [u8; 32]) -> Rc<[u8]> {
        let mut sig = prepared.clone();
        sig.enclavehash = measurement;
        if sig.date.0 == 0 {
            sig.date = self.author.date;
        }
        self.sign_as_it_is(&sig.encode())
    }

    /// The SIGSTRUCT over a measurement with something changed before signing.
    pub(super) fn sign_changed(
        &self,
        measurement: [u8; 32],
        change: fn(&mut SigStruct),
    ) -> Rc<[u8]> {
        let mut sig = self.author.unsigned(measurement);
        change(&mut sig);
        match sig.sign(&self.key) {
            Ok(sig) => Rc::from(&sig.encode()[..]),
            Err(_) => Rc::from([0; SigStruct::SIZE]),
        }
    }

    /// A SIGSTRUCT signed as it is: its constants are put right, reserved bytes become zero, all other
    /// fields stay.
    pub(super) fn sign_as_it_is(&self, bytes: &[u8]) -> Rc<[u8]> {
        let whole = bytes.try_into().unwrap_or(&[0; SigStruct::SIZE]);
        match SigStruct::from_bytes(whole).sign(&self.key) {
            Ok(sig) => Rc::from(&sig.encode()[..]),
            Err(_) => Rc::from(bytes),
        }
    }

    /// MRSIGNER of this author.
    pub(super) fn mrsigner(&self) -> [u8; 32] {
        sha256(&self.key.modulus())
    }
}

fn bad_key(why: Text) -> BadInput {
    BadInput {
        key: "key".into(),
        missing_file: false,
        why: text!(
            "key.bad",
            "The key cannot be used: {why} EINIT wants RSA with 3,072 bits and exponent 3; openssl genrsa -3 3072 makes such a key.",
            why = why
        ),
    }
}

/// The parameter that takes the reader's key.
pub(super) fn key_param() -> Param {
    Param {
        key: "key",
        title: text!("param.key", "Signing key (PEM)"),
        help: text!(
            "param.key.help",
            "RSA-3072 with exponent 3. It stays on this machine; a link names it by digest only. Empty: the demo key."
        ),
        kind: ParamKind::File {
            what: text!("param.key.what", "a private key in PEM"),
            optional: true,
        },
        default: alloc::string::String::new(),
    }
}

/// The driver writes the author's MRSIGNER into the launch control registers, as Linux does.
pub(super) fn launch(label: &str, mrsigner: [u8; 32]) -> Segment<Op> {
    Segment::many(
        Phase::Initialise,
        label,
        text!("seg.launch", "Let this author launch"),
        text!(
            "cap.launch",
            "With flexible launch control the driver writes the author’s MRSIGNER into IA32_SGXLEPUBKEYHASH0 to 3 just before EINIT. So whoever controls the operating system decides who may launch, and no token from Intel is needed."
        ),
        4,
        move |i| {
            let at = 8 * i as usize;
            let mut word = [0; 8];
            word.copy_from_slice(&mrsigner[at..at + 8]);
            let value = u64::from_le_bytes(word);
            Planned {
                op: Op::Wrmsr {
                    msr: LEPUBKEYHASH0 + i as u32,
                    value,
                },
                label: alloc::format!("hash{i}"),
                caption: Text::none(),
            }
        },
    )
}

/// EINIT as the last step of building.
pub(super) fn einit(
    enclave: &super::enclave::Enclave,
    sigstruct: SigSource,
    caption: Text,
) -> Segment<Op> {
    let op = enclave.einit(sigstruct);
    let label = enclave.label("init.einit");
    Segment::one(
        Phase::Initialise,
        &label,
        text!("seg.einit", "Initialise"),
        caption,
        op,
    )
}

/// What EINIT does when all is well.
pub(super) fn caption_einit() -> Text {
    text!(
        "cap.einit",
        "The processor checks the author’s signature, closes the measurement and compares it with what the author signed, then the attributes under the author’s masks, then who may launch. Only if all agree does the enclave exist for EENTER."
    )
}

/// The firmware's step.
pub(super) fn boot() -> Segment<Op> {
    Segment::one(
        Phase::Boot,
        "boot.prmrr",
        text!("seg.boot", "Set memory aside"),
        text!(
            "cap.boot",
            "At power-on the firmware sets the processor reserved memory aside and locks it. The memory controller turns everybody else away from it from now on: operating system, hypervisor, devices, and the firmware itself."
        ),
        Op::Boot,
    )
}
