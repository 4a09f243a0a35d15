//! What EGETKEY and EREPORT make keys from, laid out as Intel's simulation mode publishes it (model).

use alloc::vec;
use alloc::vec::Vec;

use crate::crypto::cmac::cmac;
use crate::sgx::structs::{
    Attributes, EinitToken, KeyName, KeyPolicy, KeyRequest, Miscselect, Secs, TargetInfo,
};
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Value};

/// CSR_SGXOWNEREPOCH, which the owner of the machine may set (model: the constant of the simulation mode).
pub const OWNER_EPOCH: [u8; 16] = *b"THISISOWNEREPOCH";

/// CR_REPORT_KEYID, random at every start of a real processor (model: the constant of the simulation mode).
pub const REPORT_KEYID: [u8; 32] = {
    let mut id = [0; 32];
    let mut i = 0;
    while i < 16 {
        id[i] = 0xff;
        i += 2;
    }
    id
};

/// The constants that stand for what the fuses hold, by KEYNAME; 0 is in the launch token's file.
const BASES: [[u8; 16]; 5] = [
    super::EINITTOKEN_BASE,
    [
        0xbb, 0xaa, 0xbb, 0xee, 0xff, 0, 0, 0xdd, 0xbb, 0xaa, 0xbb, 0xee, 0xff, 0, 0, 0xdd,
    ],
    *b"PROVISIONSEALKEY",
    [
        0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0,
    ],
    [
        0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
    ],
];

/// How a key comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// What the key is called.
    pub name: Text,
    /// What goes into it, by name, the secret of the machine first.
    pub from: Vec<(Text, Value)>,
    /// What the CMAC covers.
    pub message: Vec<u8>,
    /// The key.
    pub key: [u8; 16],
}

impl Derivation {
    /// The derivation as a step tells it.
    #[must_use]
    pub fn event(&self) -> Event {
        Event::Derive {
            key: self.name.clone(),
            from: self.from.clone(),
            value: Value::from(&self.key[..]),
        }
    }
}

/// A derivation in the making: a message of fixed size under one of the base keys.
struct Maker {
    name: KeyName,
    message: Vec<u8>,
    from: Vec<(Text, Value)>,
}

impl Maker {
    fn new(name: KeyName, size: usize) -> Self {
        let mut new = Self {
            name,
            message: vec![0; size],
            from: Vec::new(),
        };
        let base = new.base();
        new.from.push((
            text!(
                "sgx.key.fuses",
                "the secret in the processor’s fuses (model: a published constant)"
            ),
            Value::from(&base[..]),
        ));
        new.put(0, &name.value().to_le_bytes());
        new
    }

    fn base(&self) -> [u8; 16] {
        BASES
            .get(usize::from(self.name.value()))
            .copied()
            .unwrap_or_default()
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.message.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    /// Bytes that go in, with the name by which the reader is told.
    fn mix(&mut self, at: usize, name: impl Into<Text>, bytes: &[u8]) {
        self.put(at, bytes);
        self.from.push((name.into(), Value::from(bytes)));
    }

    fn finish(self, name: Text) -> Derivation {
        Derivation {
            name,
            key: cmac(&self.base(), &self.message),
            from: self.from,
            message: self.message,
        }
    }
}

fn owner_epoch() -> Text {
    text!("sgx.key.owner-epoch", "the owner’s epoch")
}

/// The report key of the enclave that a TARGETINFO describes, as EREPORT and EGETKEY derive it alike.
#[must_use]
pub fn report_key(target: &TargetInfo, cpusvn: &[u8; 16], keyid: &[u8; 32]) -> Derivation {
    let mut make = Maker::new(KeyName::REPORT, 192);
    make.mix(44, "MRENCLAVE", &target.measurement);
    make.mix(8, "ATTRIBUTES", &attributes_bytes(&target.attributes));
    make.mix(24, "MISCSELECT", &target.miscselect.bits().to_le_bytes());
    make.mix(28, owner_epoch(), &OWNER_EPOCH);
    make.mix(76, "CPUSVN", cpusvn);
    if target.configid != [0; 64] || target.configsvn != 0 {
        make.mix(92, "CONFIGID", &target.configid);
        make.mix(156, "CONFIGSVN", &target.configsvn.to_le_bytes());
    }
    make.mix(158, "KEYID", keyid);
    make.finish(text!("sgx.key.report", "report key of the target"))
}

fn attributes_bytes(attributes: &Attributes) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&attributes.flags.bits().to_le_bytes());
    bytes[8..].copy_from_slice(&attributes.xfrm.bits().to_le_bytes());
    bytes
}

/// The key that a KEYREQUEST names, for the enclave of that SECS; family and extended product identifiers
/// are given beside it.
#[must_use]
pub fn requested_key(
    request: &KeyRequest,
    secs: &Secs,
    ids: &[[u8; 16]; 2],
    cpusvn: &[u8; 16],
) -> Derivation {
    match request.keyname {
        KeyName::REPORT => {
            let own = TargetInfo {
                measurement: secs.mrenclave,
                attributes: secs.attributes,
                miscselect: secs.miscselect,
                configid: secs.configid,
                configsvn: secs.configsvn,
                ..TargetInfo::default()
            };
            report_key(&own, cpusvn, &request.keyid)
        }
        KeyName::EINITTOKEN => launch_key(request, secs),
        name => masked_key(name, request, secs, ids),
    }
}

/// SECS.ATTRIBUTES under the request's mask; INIT and DEBUG always count.
fn masked(request: &KeyRequest, secs: &Secs) -> Attributes {
    let mask = request.attributemask;
    Attributes::new(
        secs.attributes.flags.bits() & (mask.flags.bits() | 3),
        secs.attributes.xfrm.bits() & mask.xfrm.bits(),
    )
}

/// The launch token key, as EINIT derives it for the launch enclave that a token names.
fn launch_key(request: &KeyRequest, secs: &Secs) -> Derivation {
    let token = EinitToken {
        cpusvnle: request.cpusvn,
        isvprodidle: secs.isvprodid,
        isvsvnle: request.isvsvn,
        maskedattributesle: masked(request, secs),
        maskedmiscselectle: Miscselect::from_bits(secs.miscselect.bits() & request.miscmask.bits()),
        keyid: request.keyid,
        ..EinitToken::default()
    };
    let mut make = Maker::new(KeyName::EINITTOKEN, 0);
    make.mix(0, "CPUSVN", &request.cpusvn);
    make.mix(0, "ISVPRODID", &secs.isvprodid.to_le_bytes());
    make.mix(0, "ISVSVN", &request.isvsvn.to_le_bytes());
    make.mix(0, "ATTRIBUTES", &attributes_bytes(&masked(request, secs)));
    make.mix(0, "KEYID", &request.keyid);
    Derivation {
        key: super::token_key(&token),
        ..make.finish(text!("sgx.key.launch", "launch token key"))
    }
}

/// The keys that are sealed with, and those of provisioning.
fn masked_key(
    name: KeyName,
    request: &KeyRequest,
    secs: &Secs,
    [family, extended]: &[[u8; 16]; 2],
) -> Derivation {
    let mut make = Maker::new(name, 280);
    let (seal, provision) = (name == KeyName::SEAL, name == KeyName::PROVISION);
    let policy = match seal {
        true => request.keypolicy,
        // The signer is always in the provisioning keys, the measurement never.
        false => request
            .keypolicy
            .without(KeyPolicy::MRENCLAVE)
            .with(KeyPolicy::MRSIGNER),
    };
    let is = |flag| policy.contains(flag);
    make.put(2, &policy.bits().to_le_bytes());
    if is(KeyPolicy::MRENCLAVE) {
        make.mix(182, "MRENCLAVE", &secs.mrenclave);
    }
    if is(KeyPolicy::MRSIGNER) {
        make.mix(214, "MRSIGNER", &secs.mrsigner);
    }
    make.mix(8, "ATTRIBUTES", &attributes_bytes(&masked(request, secs)));
    make.mix(
        24,
        "ATTRIBUTEMASK",
        &attributes_bytes(&request.attributemask),
    );
    let misc = request.miscmask.bits();
    make.mix(
        40,
        "MISCSELECT",
        &(secs.miscselect.bits() & misc).to_le_bytes(),
    );
    make.put(44, &(!misc).to_le_bytes());
    if seal {
        make.mix(48, owner_epoch(), &OWNER_EPOCH);
    }
    make.mix(64, "CPUSVN", &request.cpusvn);
    make.mix(80, "ISVSVN", &request.isvsvn.to_le_bytes());
    if !is(KeyPolicy::NOISVPRODID) {
        make.mix(82, "ISVPRODID", &secs.isvprodid.to_le_bytes());
    }
    if is(KeyPolicy::ISVFAMILYID) {
        make.mix(84, "ISVFAMILYID", family);
    }
    if is(KeyPolicy::ISVEXTPRODID) {
        make.mix(100, "ISVEXTPRODID", extended);
    }
    if is(KeyPolicy::CONFIGID) {
        make.mix(116, "CONFIGID", &secs.configid);
        make.mix(180, "CONFIGSVN", &request.configsvn.to_le_bytes());
    }
    if seal {
        make.mix(246, "KEYID", &request.keyid);
    }
    make.finish(match (seal, provision) {
        (true, _) => text!("sgx.key.seal", "seal key"),
        (_, true) => text!("sgx.key.provision", "provisioning key"),
        _ => text!("sgx.key.provision-seal", "provisioning seal key"),
    })
}
