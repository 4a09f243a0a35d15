//! Keys and reports against Intel's simulation mode, what each key depends on, and the target's check.

use teescope_core::bytes::hex;
use teescope_core::crypto::cmac::cmac;
use teescope_core::formats::dcap::Attributes;
use teescope_core::sgx::structs::{
    KeyName, KeyPolicy, KeyRequest, Miscselect, ReportBody, Secs, TargetInfo,
};
use teescope_core::sgx::work::{Task, Work};
use teescope_core::sgx::{Machine, Op, report_key, requested_key, token_key};
use teescope_core::trace::Outcome;

use super::operands::{FIRST, FIRST_PAGE, SECOND, SECOND_PAGE, plain};
use crate::sgx::scene::{apply, code};
use crate::vectors;

/// The rules that the tests here fire.
pub(crate) const FIRED: [&str; 1] = ["REPORT.mac-agrees"];

/// KEYNAME 0 to 4.
const NAMES: [KeyName; 5] = [
    KeyName::EINITTOKEN,
    KeyName::PROVISION,
    KeyName::PROVISION_SEAL,
    KeyName::REPORT,
    KeyName::SEAL,
];

fn array<const N: usize>(json: &serde_json::Value) -> [u8; N] {
    let bytes = hex::decode(json.as_str().expect("hex")).expect("hex");
    bytes.try_into().expect("the length")
}

/// A change to the enclave, the request or the processor.
type Change = fn(&mut Secs, &mut KeyRequest, &mut [u8; 16]);

/// What is changed, how, and whether each key becomes another by it.
type Field = (&'static str, Change, [bool; 5]);

/// The SECS and the processor of the published cases.
fn published(json: &serde_json::Value) -> (Secs, [u8; 16]) {
    let inputs = &json["inputs"];
    let secs = Secs {
        mrenclave: array(&inputs["mrenclave"]),
        mrsigner: array(&inputs["mrsigner"]),
        attributes: Attributes::new(7, 3),
        isvprodid: 1,
        isvsvn: 5,
        ..Secs::default()
    };
    (secs, array(&json["default_cpusvn"]))
}

shared_test! {
    fn seal_keys_are_those_of_the_simulation_mode() {
        let Some(json) = vectors::json("sgx/keys/derivations.json") else { return };
        let json = &json["intel_sdk_simulation"];
        let (secs, cpusvn) = published(json);
        let cases = json["cases"].as_array().expect("cases");
        for case in cases {
            let request = KeyRequest {
                keyname: KeyName::SEAL,
                keypolicy: KeyPolicy::from_bits(case["keypolicy"].as_u64().expect("a policy") as u16),
                isvsvn: case["isvsvn"].as_u64().expect("a version") as u16,
                cpusvn,
                attributemask: Attributes::new(0xff00_0000_0000_000b, 0),
                keyid: std::array::from_fn(|i| i as u8),
                miscmask: Miscselect::from_bits(0xf000_0000),
                ..KeyRequest::default()
            };
            let made = requested_key(&request, &secs, &[[0; 16]; 2], &cpusvn);
            assert_eq!(hex::encode(&made.message), case["dd"].as_str().expect("hex"), "{}", case["name"]);
            assert_eq!(made.key, array(&case["key"]), "{}", case["name"]);
        }
        assert_eq!(cases.len(), 5);
    }

    fn reports_are_those_of_the_simulation_mode() {
        let Some(json) = vectors::json("sgx/keys/derivations.json") else { return };
        let json = &json["intel_sdk_simulation"];
        let (secs, cpusvn) = published(json);
        let report = &json["report"];
        let target = TargetInfo {
            measurement: secs.mrenclave,
            attributes: secs.attributes,
            ..TargetInfo::default()
        };
        let keyid: [u8; 32] = array(&report["key_id"]);
        assert_eq!(keyid, teescope_core::sgx::REPORT_KEYID);
        assert_eq!(teescope_core::sgx::OWNER_EPOCH, array::<16>(&json["owner_epoch"]));
        let made = report_key(&target, &cpusvn, &keyid);
        assert_eq!(hex::encode(&made.message), report["dd"].as_str().expect("hex"));
        assert_eq!(made.key, array(&report["report_key"]));
        let body: [u8; ReportBody::SIZE] = array(&report["body"]);
        assert_eq!(cmac(&made.key, &body), array::<16>(&report["mac"]));
    }

    /// The whole leaf, with the SECS, the processor and the operands of the published report.
    fn ereport_gives_the_published_report() {
        let Some(json) = vectors::json("sgx/keys/derivations.json") else { return };
        let json = &json["intel_sdk_simulation"];
        let (published, cpusvn) = published(json);
        let mut act = super::scene::Act::new(plain(), true, 0, FIRST, SECOND);
        act.regs.rdx = super::operands::THIRD;
        act.m.platform = teescope_core::sgx::Platform { cpusvn, ..(*act.m.platform).clone() }.into();
        act.secs(|s| {
            (s.mrenclave, s.mrsigner) = (published.mrenclave, published.mrsigner);
            (s.isvprodid, s.isvsvn) = (published.isvprodid, published.isvsvn);
            s.attributes = published.attributes;
        });
        act.bytes(FIRST_PAGE, 0, &published.mrenclave);
        act.bytes(FIRST_PAGE, 32, &published.encode()[48..64]);
        act.bytes(SECOND_PAGE, 0, &[0x52; 64]);
        assert!(act.call().0.is_done());
        let made = &act.m.epc_bytes(super::operands::THIRD_PAGE)[..432];
        assert_eq!(hex::encode(made), json["report"]["report432"].as_str().expect("hex"));
    }

    /// Intel SDM vol. 3D, EGETKEY, key derivation table: which fields of the enclave and the request count.
    fn each_key_depends_on_what_the_table_says() {
        // EINITTOKEN, PROVISION, PROVISION_SEAL, REPORT, SEAL by MRENCLAVE.
        let table: [Field; 9] = [
            ("MRENCLAVE", |s, _, _| s.mrenclave = [1; 32], [false, false, false, true, true]),
            ("MRSIGNER", |s, _, _| s.mrsigner = [1; 32], [false, true, true, false, false]),
            ("ISVPRODID", |s, _, _| s.isvprodid = 9, [true, true, true, false, true]),
            ("ISVSVN", |_, r, _| r.isvsvn = 3, [true, true, true, false, true]),
            ("requested CPUSVN", |_, r, _| r.cpusvn[3] = 1, [true, true, true, false, true]),
            ("current CPUSVN", |_, _, c| c[3] = 9, [false, false, false, true, false]),
            ("KEYID", |_, r, _| r.keyid[31] = 1, [true, false, false, true, true]),
            ("DEBUG", |s, _, _| s.attributes = Attributes::new(6, 3), [true; 5]),
            ("the mask of XFRM", |_, r, _| r.attributemask = Attributes::new(0, 3), [true, true, true, false, true]),
        ];
        for (what, change, wanted) in table {
            for (name, wanted) in wanted.into_iter().enumerate() {
                let key = |change: Change| {
                    let mut secs = Secs { attributes: Attributes::new(4, 3), ..Secs::default() };
                    let mut request = KeyRequest {
                        keyname: NAMES[name],
                        keypolicy: KeyPolicy::MRENCLAVE,
                        ..KeyRequest::default()
                    };
                    let mut cpusvn = [8; 16];
                    change(&mut secs, &mut request, &mut cpusvn);
                    requested_key(&request, &secs, &[[0; 16]; 2], &cpusvn).key
                };
                assert_eq!(key(change) != key(|_, _, _| {}), wanted, "{what} in key {name}");
            }
        }
    }

    /// The launch token key that a launch enclave asks for is the one by which EINIT checks its tokens.
    fn the_launch_enclave_gets_the_key_that_einit_uses() {
        let secs = Secs { isvprodid: 0x20, attributes: Attributes::new(0x24, 3), ..Secs::default() };
        let request = KeyRequest {
            isvsvn: 1,
            cpusvn: [7; 16],
            attributemask: Attributes::new(0x20, 3),
            keyid: [5; 32],
            ..KeyRequest::default()
        };
        let token = teescope_core::sgx::structs::EinitToken {
            cpusvnle: [7; 16],
            isvprodidle: 0x20,
            isvsvnle: 1,
            maskedattributesle: Attributes::new(0x20, 3),
            keyid: [5; 32],
            ..Default::default()
        };
        let made = requested_key(&request, &secs, &[[0; 16]; 2], &[9; 16]);
        assert_eq!(made.key, token_key(&token));
    }

    /// The target's check: one bit of the report or of the key, and it says so; the code goes on inside.
    fn a_spoilt_report_is_refused() {
        let ready = || {
            let mut m = plain();
            let body = [0x61; 384];
            let mac = cmac(&[9; 16], &body);
            put(&mut m, FIRST_PAGE, 0, &body);
            put(&mut m, FIRST_PAGE, 416, &mac);
            put(&mut m, SECOND_PAGE, 0, &[9; 16]);
            m
        };
        let check = |m: &mut Machine| apply(m, &Op::Work(Work {
            cpu: 0,
            task: Task::Check { report: FIRST, key: SECOND },
        }));
        assert_eq!(check(&mut ready()).0, Outcome::Done);
        for (page, at) in [(FIRST_PAGE, 0), (FIRST_PAGE, 383), (FIRST_PAGE, 431), (SECOND_PAGE, 15)] {
            let mut m = ready();
            let byte = m.epc_bytes(page)[at];
            put(&mut m, page, at, &[byte ^ 1]);
            let (outcome, checks) = check(&mut m);
            assert_eq!(outcome, code(0x3001, "SGX_ERROR_MAC_MISMATCH"));
            assert_eq!(checks.last().map(|(r, held)| (r.id, *held)), Some(("REPORT.mac-agrees", false)));
            assert!(m.cpu(0).inside.is_some());
        }
        // KEYID is not covered.
        let mut m = ready();
        put(&mut m, FIRST_PAGE, 400, &[1]);
        assert_eq!(check(&mut m).0, Outcome::Done);
    }

    /// A copy is judged at both ends like any access, across pages too, and moves nothing if either end faults.
    fn copies_are_accesses() {
        let copy = |m: &mut Machine, from, to, len| apply(m, &Op::Work(Work {
            cpu: 0,
            task: Task::Copy { from, to, len },
        }));
        let mut m = plain();
        put(&mut m, FIRST_PAGE, 4090, &[1, 2, 3, 4, 5, 6]);
        put(&mut m, SECOND_PAGE, 0, &[7, 8]);
        let (outcome, checks) = copy(&mut m, FIRST + 4090, SECOND + 4092, 8);
        assert_eq!((outcome, checks.len()), (Outcome::Done, 4), "two pages at either end");
        assert_eq!(m.epc_bytes(SECOND_PAGE)[4092..], [1, 2, 3, 4]);
        assert_eq!(m.epc_bytes(super::operands::THIRD_PAGE)[..4], [5, 6, 7, 8]);
        let (outcome, checks) = copy(&mut m, FIRST, 0x5555_0000_0000, 8);
        assert!(matches!(outcome, Outcome::Faulted(f) if f.name == "#PF"));
        assert_eq!(checks.last().expect("a check").0.id, "ACCESS.mapped");
        assert!(m.cpu(0).inside.is_none(), "the fault took the thread out");
    }
}

fn put(m: &mut Machine, page: teescope_core::sgx::EpcPage, at: usize, bytes: &[u8]) {
    let changed = m
        .epc
        .change_mut(page.0, |slot| slot.content = slot.content.with(at, bytes));
    assert!(changed, "valid");
}
