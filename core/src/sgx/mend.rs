//! What would mend a refusal of EINIT in the workshop: settings of the SECS, of launch control, or signed
//! fields, each as parameters of that scenario.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::build::Creation;
use super::encls::einit;
use super::machine::{Machine, SecsState};
use super::op::{Einit, SigSource};
use super::platform::Platform;
use super::structs::{AttributesFlags, SigStruct};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Onward, Rule, WhatIf};

/// The rules that do not hold when EINIT is given this, in its order, whatever it would report.
pub(super) fn failing(machine: &Machine, op: &Einit) -> Vec<&'static Rule> {
    let mut onward = Onward::default();
    let mut machine = machine.clone();
    // How it ends has no meaning: what fails is what was told.
    let _ = machine.init(op, &mut onward);
    let failed = onward.events.iter().filter_map(|event| match event {
        Event::Check {
            rule, held: false, ..
        } => Some(*rule),
        _ => None,
    });
    failed.collect()
}

/// What would mend each rule that does not hold.
pub(super) fn mends(machine: &Machine, op: &Einit) -> Vec<WhatIf> {
    let bytes = match &op.sigstruct {
        SigSource::Bytes(bytes) => bytes.clone(),
        SigSource::Made(made) => made.bytes(),
        SigSource::Now => return Vec::new(),
    };
    let secs = machine.enclave(op.enclave);
    let secs = secs.and_then(|handle| machine.secs.get(&handle.secs));
    let (Some(secs), Ok(whole)) = (secs, <&[u8; SigStruct::SIZE]>::try_from(&bytes[..])) else {
        return Vec::new();
    };
    let sig = SigStruct::from_bytes(whole);
    let mut all: Vec<WhatIf> = Vec::new();
    for rule in failing(machine, op) {
        for (says, set) in of(rule, &sig, secs) {
            if all.iter().any(|offer| offer.set == set) {
                continue;
            }
            all.push(WhatIf {
                says: text!(
                    "mend.for",
                    "{says} (mends {rule})",
                    says = says,
                    rule = rule.id
                ),
                edits: Vec::new(),
                set,
            });
        }
    }
    all
}

/// A change: what it is, and the parameters that make it.
type Mend = (Text, Vec<(String, String)>);

fn set<const N: usize>(pairs: [(&str, String); N]) -> Vec<(String, String)> {
    pairs.map(|(key, value)| (key.to_string(), value)).to_vec()
}

fn again() -> (&'static str, String) {
    ("sign", "again".into())
}

/// A number as a parameter takes it.
fn number(value: u64, bytes: usize) -> String {
    format!("{value:0width$x}", width = 2 * bytes)
}

/// What would mend one rule.
fn of(rule: &Rule, sig: &SigStruct, secs: &SecsState) -> Vec<Mend> {
    let is = |other: &Rule| rule.id == other.id;
    if is(&einit::VENDOR_RULE) {
        let vendor = ("sig-vendor", number(0, 4));
        let says = text!("mend.vendor", "sign it with VENDOR 0");
        return vec![(says, set([vendor, again()]))];
    }
    if is(&einit::KSS_IDS) {
        return kss(sig);
    }
    if is(&einit::MEASUREMENT) {
        return measurement(sig, secs);
    }
    if is(&einit::TOKEN_KEY_SIGNER) {
        let without = text!("mend.token-key", "create it without EINITTOKEN_KEY");
        return vec![(without, set([("tokenkey", "no".into())])), flexible(false)];
    }
    if is(&einit::ATTRIBUTES_MATCH) {
        return attributes(sig, secs);
    }
    if is(&einit::MISCSELECT_MATCH) {
        return miscselect(sig, secs);
    }
    if is(&einit::SIGNER_IS_LAUNCH) {
        return vec![flexible(false)];
    }
    if rule.id.starts_with("EINIT.token-") {
        return vec![flexible(true)];
    }
    let of_file = [
        &einit::HEADER_RULE,
        &einit::HEADER2_RULE,
        &einit::EXPONENT_RULE,
        &einit::SIGSTRUCT_RESERVED,
        &einit::SIGNATURE_VALID,
        &einit::QUOTIENTS,
    ];
    if of_file.into_iter().any(is) {
        let says = text!(
            "mend.sign",
            "sign it again, with your key if you chose one, else with the demo key"
        );
        // What was set aside in these two is taken back with it.
        let own = [
            ("sig-header", String::new()),
            ("sig-exponent", String::new()),
        ];
        let [header, exponent] = own;
        return vec![(says, set([again(), header, exponent]))];
    }
    Vec::new()
}

/// The registers are written for this signer; with `token`, the token is left out too.
fn flexible(token: bool) -> Mend {
    let launch = ("launch", "flexible".to_string());
    match token {
        false => (
            text!(
                "mend.flexible",
                "let the driver write the signer’s hash into IA32_SGXLEPUBKEYHASH"
            ),
            set([launch]),
        ),
        true => (
            text!(
                "mend.no-token",
                "leave the token out and let the driver write the signer’s hash"
            ),
            set([launch, ("token", String::new())]),
        ),
    }
}

/// KSS, where the author’s mask allows it, or signs it too; or a signature without identifiers.
fn kss(sig: &SigStruct) -> Vec<Mend> {
    let bit = AttributesFlags::KSS;
    let flags = sig.attributes.flags;
    let bound = sig.attributemask.flags.contains(bit) && !flags.contains(bit);
    let with = ("kss", "yes".to_string());
    let own = match bound {
        false => (text!("mend.kss", "create it with KSS"), set([with])),
        true => (
            text!("mend.kss-signed", "create it with KSS, and sign that too"),
            set([
                with,
                ("sig-flags", number(flags.with(bit).bits(), 8)),
                again(),
            ]),
        ),
    };
    let zero = || number(0, 16);
    let without = (
        text!("mend.no-ids", "sign it without the two identifiers"),
        set([
            ("sig-isvfamilyid", zero()),
            ("sig-isvextprodid", zero()),
            again(),
        ]),
    );
    vec![own, without]
}

fn measurement(sig: &SigStruct, secs: &SecsState) -> Vec<Mend> {
    vec![
        (
            text!(
                "mend.measured",
                "assume that the enclave measures to what was signed"
            ),
            set([("mrenclave", hex::encode(&sig.enclavehash))]),
        ),
        (
            text!("mend.hash", "sign what the enclave is taken to measure"),
            set([("sig-enclavehash", hex::encode(&secs.finished())), again()]),
        ),
    ]
}

fn attributes(sig: &SigStruct, secs: &SecsState) -> Vec<Mend> {
    let own = secs.fields.attributes;
    let mask = sig.attributemask;
    let mut all = Vec::new();
    let asked = Creation::of(sig, &Platform::client()).attributes;
    if asked.masked(mask) == sig.attributes.masked(mask) {
        let auto = |key| (key, "auto".to_string());
        let says = text!(
            "mend.as-signed",
            "create it with the attributes that were signed"
        );
        let keys = ["debug", "provisionkey", "tokenkey", "kss", "xfrm"];
        all.push((says, set(keys.map(auto))));
    }
    let (flags, xfrm) = (own.flags.bits(), own.xfrm.bits());
    all.push((
        text!(
            "mend.sign-own",
            "sign the attributes that it is created with"
        ),
        set([
            ("sig-flags", number(flags, 8)),
            ("sig-xfrm", number(xfrm, 8)),
            again(),
        ]),
    ));
    let differ = (
        flags ^ sig.attributes.flags.bits(),
        xfrm ^ sig.attributes.xfrm.bits(),
    );
    all.push((
        text!(
            "mend.mask",
            "sign a mask that leaves the differing bits free: {flags}, {xfrm}",
            flags = hex::short(differ.0 & mask.flags.bits()),
            xfrm = hex::short(differ.1 & mask.xfrm.bits())
        ),
        set([
            ("sig-flagsmask", number(mask.flags.bits() & !differ.0, 8)),
            ("sig-xfrmmask", number(mask.xfrm.bits() & !differ.1, 8)),
            again(),
        ]),
    ));
    all
}

fn miscselect(sig: &SigStruct, secs: &SecsState) -> Vec<Mend> {
    let mask = sig.miscmask.bits();
    let mut all = Vec::new();
    let asked = Creation::of(sig, &Platform::client()).miscselect.bits();
    if asked & mask == sig.miscselect.bits() & mask {
        let says = text!("mend.misc", "create it with the MISCSELECT that was signed");
        all.push((says, set([("miscselect", "auto".into())])));
    }
    let own = u64::from(secs.fields.miscselect.bits());
    all.push((
        text!(
            "mend.sign-misc",
            "sign the MISCSELECT that it is created with"
        ),
        set([("sig-miscselect", number(own, 4)), again()]),
    ));
    all
}
