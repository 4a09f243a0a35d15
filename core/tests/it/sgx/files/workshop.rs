//! `sgx/sigstruct`: real SIGSTRUCTs on the workbench, every refusal provoked, and every mend tried.

use std::collections::BTreeMap;

use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::sha256;
use teescope_core::sgx::sigstruct::{DEMO_SIGNER_PEM, demo_signer, differences};
use teescope_core::sgx::structs::SigStruct;
use teescope_core::tees;
use teescope_core::trace::{
    Event, Input, Inputs, Outcome, ParamKind, Params, Session, Settings, WhatIf,
};

use crate::vectors;

const REAL: [&str; 5] = [
    "intel-le-2024",
    "fortanix-test-enclave",
    "fortanix-sig1",
    "signal-cds-cd6cfc34",
    "signal-cds-2e5a4fe3",
];

/// A run of the workshop: files by parameter, then settings.
struct Bench {
    files: Vec<(&'static str, Vec<u8>)>,
    set: Params,
}

impl Bench {
    fn new(set: &[(&str, &str)]) -> Self {
        let set = set
            .iter()
            .map(|(k, v)| ((*k).to_string(), (*v).to_string()));
        Self {
            files: Vec::new(),
            set: set.collect(),
        }
    }

    fn of(sigstruct: Vec<u8>, set: &[(&str, &str)]) -> Self {
        Self {
            files: vec![("sigstruct", sigstruct)],
            ..Self::new(set)
        }
    }

    fn open(&self, more: &[(String, String)]) -> Box<dyn Session> {
        let scenario = tees::scenario("sgx/sigstruct").expect("it exists");
        let (mut settings, mut inputs) = (Settings::default(), Inputs::new());
        for (key, bytes) in &self.files {
            let digest = format!("sha256-{}", hex::encode(&sha256(bytes)));
            settings.params.insert((*key).to_string(), digest);
            let (name, bytes) = ((*key).to_string(), bytes.clone().into());
            inputs.insert((*key).to_string(), Input { name, bytes });
        }
        settings.params.extend(self.set.clone());
        settings.params.extend(more.iter().cloned());
        scenario.open(&settings, &inputs).expect("opened")
    }

    /// How EINIT ends, and the rule it stops at.
    fn ends(&self, more: &[(String, String)]) -> (Outcome, Option<&'static str>) {
        let mut run = self.open(more);
        assert!(run.find("init.einit").is_some());
        let step = run.step(run.len()).expect("EINIT");
        (step.outcome, step.broken().map(|r| r.id))
    }

    /// The rules that EINIT checked and that held.
    fn held(&self, more: &[(String, String)]) -> Vec<&'static str> {
        let mut run = self.open(more);
        let step = run.step(run.len()).expect("EINIT");
        let checks = step.events.iter().filter_map(|e| match e {
            Event::Check {
                rule, held: true, ..
            } => Some(rule.id),
            _ => None,
        });
        checks.collect()
    }

    fn mends(&self) -> Vec<WhatIf> {
        let mut run = self.open(&[]);
        run.what_ifs(run.len())
    }

    /// The caption of EINIT, which tells everything that fails.
    fn verdict(&self) -> String {
        let mut run = self.open(&[]);
        run.step(run.len()).expect("EINIT").caption.en()
    }
}

fn real(name: &str) -> Option<Vec<u8>> {
    vectors::read(&format!("sgx/sigstruct/{name}.sigstruct.bin"))
}

/// A refusal that settings provoke: the settings, the rule EINIT stops at, and its code.
type Refusal = (&'static [(&'static str, &'static str)], &'static str, u64);

const REFUSALS: &[Refusal] = &[
    (
        &[("sig-header", "00000000000000000000000000000000")],
        "EINIT.header",
        1,
    ),
    (
        &[("sig-vendor", "01"), ("sign", "again")],
        "EINIT.vendor",
        1,
    ),
    (&[("sig-exponent", "010001")], "EINIT.exponent", 1),
    (&[("sig-isvsvn", "07")], "EINIT.signature-valid", 8),
    (
        &[
            ("sig-isvfamilyid", "01000000000000000000000000000000"),
            ("sign", "again"),
        ],
        "EINIT.kss-ids",
        1,
    ),
    (
        &[(
            "mrenclave",
            "1111111111111111111111111111111111111111111111111111111111111111",
        )],
        "EINIT.enclavehash-equals-mrenclave",
        4,
    ),
    (
        &[
            ("tokenkey", "yes"),
            ("launch", "locked"),
            ("sig-flags", "24"),
            ("sign", "again"),
        ],
        "EINIT.einittoken-key-signer",
        2,
    ),
    (&[("provisionkey", "yes")], "EINIT.attributes-match", 2),
    (&[("xfrm", "avx")], "EINIT.attributes-match", 2),
    (
        &[
            ("debug", "yes"),
            ("sig-flagsmask", "ffffffffffffffff"),
            ("sign", "again"),
        ],
        "EINIT.attributes-match",
        2,
    ),
    (
        &[("sig-flags", "4000000000000004"), ("sign", "again")],
        "EINIT.attributes-match",
        2,
    ),
    (&[("miscselect", "exinfo")], "EINIT.miscselect-match", 2),
    (&[("launch", "locked")], "EINIT.mrsigner-is-launch-hash", 16),
];

shared_test! {
    fn every_real_one_starts_such_an_enclave_if_it_is_there() {
        for name in REAL {
            let Some(bytes) = real(name) else { return };
            let bench = Bench::of(bytes, &[]);
            assert_eq!(bench.ends(&[]), (Outcome::Done, None), "{name}: {}", bench.verdict());
            assert!(bench.verdict().starts_with("Every check holds"), "{name}");
            assert_eq!(bench.mends().len(), 0, "{name}");
        }
    }

    /// As the vectors' sources say: this one leaves DEBUG free, so it starts in either mode.
    fn a_free_mask_allows_debug_and_production() {
        let Some(bytes) = real("signal-cds-2e5a4fe3") else { return };
        for debug in ["yes", "no"] {
            let bench = Bench::of(bytes.clone(), &[("debug", debug)]);
            assert_eq!(bench.ends(&[]).0, Outcome::Done, "debug {debug}");
        }
    }

    /// And this one binds DEBUG to 0.
    fn a_binding_mask_refuses_debug() {
        let Some(bytes) = real("signal-cds-cd6cfc34") else { return };
        assert_eq!(Bench::of(bytes.clone(), &[("debug", "no")]).ends(&[]).0, Outcome::Done);
        let bench = Bench::of(bytes, &[("debug", "yes")]);
        let (outcome, rule) = bench.ends(&[]);
        assert!(matches!(outcome, Outcome::Refused(s) if s.code == 2), "{outcome:?}");
        assert_eq!(rule, Some("EINIT.attributes-match"));
        assert!(bench.verdict().contains("EINIT.attributes-match"));
    }

    /// Intel's launch enclave may start where launch control is locked to it, and nobody else.
    fn locked_launch_control_knows_intel_only() {
        for name in REAL {
            let Some(bytes) = real(name) else { return };
            let (_, rule) = Bench::of(bytes, &[("launch", "locked")]).ends(&[]);
            let wanted = (name != "intel-le-2024").then_some("EINIT.mrsigner-is-launch-hash");
            assert_eq!(rule, wanted, "{name}");
        }
    }

    fn every_refusal_is_provoked_and_every_mend_mends() {
        let mut mended: BTreeMap<&str, usize> = BTreeMap::new();
        for (set, rule, code) in REFUSALS {
            let bench = Bench::new(set);
            let (outcome, broken) = bench.ends(&[]);
            assert_eq!(broken, Some(*rule), "{set:?}: {outcome:?}");
            assert!(matches!(outcome, Outcome::Refused(s) if s.code == *code), "{set:?}: {outcome:?}");
            assert!(bench.verdict().contains(rule), "{set:?}: {}", bench.verdict());
            let mends = bench.mends();
            for mend in &mends {
                let says = mend.says.en();
                let Some(target) = REFUSALS.iter().map(|r| r.1).find(|r| says.contains(&format!("(mends {r})"))) else { continue };
                if target != *rule {
                    continue;
                }
                let held = bench.held(&mend.set);
                assert!(held.contains(rule), "{set:?}: {says} leaves {held:?}");
                *mended.entry(*rule).or_default() += 1;
            }
            assert!(mended.contains_key(rule), "{set:?}: nothing mends {rule}: {mends:?}");
        }
    }

    /// Mended one after the other, in EINIT's order, each with the first thing offered, it starts.
    fn mending_step_by_step_comes_to_an_end() {
        let set = [
            ("sig-isvsvn", "09"), ("sig-vendor", "01"), ("sig-isvfamilyid", "01000000000000000000000000000000"),
            ("mrenclave", "1111111111111111111111111111111111111111111111111111111111111111"),
            ("provisionkey", "yes"), ("miscselect", "exinfo"), ("launch", "locked"),
        ];
        let mut bench = Bench::new(&set);
        let verdict = bench.verdict();
        assert!(verdict.starts_with("First fails EINIT.vendor"), "{verdict}");
        for rule in ["signature-valid", "kss-ids", "enclavehash", "attributes-match", "miscselect-match", "launch-hash"] {
            assert!(verdict.contains(rule), "{rule} in {verdict}");
        }
        for _ in 0..12 {
            let (outcome, _) = bench.ends(&[]);
            if outcome == Outcome::Done {
                return;
            }
            let first = bench.mends().into_iter().next().expect("something mends it");
            bench.set.extend(first.set);
        }
        panic!("{}", bench.verdict());
    }

    fn a_token_that_does_not_fit_is_named_and_can_be_left_out() {
        let mut token = vec![0; 304];
        token[0] = 1;
        let mut bench = Bench::new(&[("launch", "locked")]);
        bench.files.push(("token", token));
        assert_eq!(bench.ends(&[]).1, Some("EINIT.token-mac"));
        let mends = bench.mends();
        assert_eq!(mends[0].set, [("launch".into(), "flexible".into()), ("token".into(), String::new())]);
        bench.files.clear();
        bench.set.insert("launch".into(), "flexible".into());
        assert_eq!(bench.ends(&[]).0, Outcome::Done);
    }

    /// Signed again by the reader's key, every field is as before but those that were set and the signature's.
    fn edited_fields_are_signed_again_and_told() {
        let Some(bytes) = real("signal-cds-2e5a4fe3") else { return };
        let set = [("sig-isvsvn", "0102"), ("sig-date", "20260102"), ("sig-swdefined", "07"), ("sign", "again")];
        let bench = Bench::of(bytes.clone(), &set);
        let mut run = bench.open(&[]);
        let at = run.find("sign.edited").expect("a step that shows it");
        let caption = run.step(at).expect("it").caption.en();
        for told in ["ISVSVN: ", "→ 0x102 (258)", "2026-01-02", "SWDEFINED: 0 → 7", "MODULUS: "] {
            assert!(caption.contains(told), "{told} in {caption}");
        }
        let view = run.view(at, None);
        let Some(teescope_core::view::Panel::Bytes(panel)) = view.panel("sigstruct") else { panic!("no panel") };
        let whole: [u8; 1808] = panel.data[..].try_into().expect("1,808 bytes");
        let sig = SigStruct::from_bytes(&whole);
        assert_eq!((sig.isvsvn, sig.date.to_string().as_str(), sig.swdefined), (0x102, "2026-01-02", 7));
        assert_eq!(sig.verify(), Ok(()));
        assert_eq!(sig.modulus, demo_signer().expect("the demo key").modulus());
        let fields: Vec<_> = differences(&bytes, &whole).into_iter().map(|d| d.field).collect();
        assert_eq!(fields, ["DATE", "SWDEFINED", "MODULUS", "SIGNATURE", "ISVSVN", "Q1", "Q2"]);
        assert_eq!(bench.ends(&[]).0, Outcome::Done);
    }

    fn the_readers_key_signs() {
        let Some(pem) = vectors::read("sgx/sigstruct/rsa-sig1/sig1.key.pem") else { return };
        let Some(modulus) = vectors::read("sgx/sigstruct/rsa-sig1/sig1.key_n.bin") else { return };
        let Some(bytes) = real("signal-cds-2e5a4fe3") else { return };
        let mut bench = Bench::of(bytes, &[("sign", "again")]);
        bench.files.push(("key", pem));
        let mut run = bench.open(&[]);
        let last = run.step(run.len()).expect("EINIT");
        assert_eq!(last.outcome, Outcome::Done);
        let passed = last.events.iter().find_map(|e| match e {
            Event::Message { bytes, .. } => Some(bytes.clone()),
            _ => None,
        });
        assert_eq!(passed.expect("the SIGSTRUCT")[128..512], modulus[..]);
        assert!(!DEMO_SIGNER_PEM.is_empty());
    }

    fn bytes_of_another_length_are_told() {
        let scenario = tees::scenario("sgx/sigstruct").expect("it exists");
        for param in scenario.info().params {
            let ParamKind::Hex { max } = param.kind else { continue };
            if max < 16 {
                continue;
            }
            let mut settings = Settings::default();
            settings.params.insert(param.key.into(), "0102".into());
            let why = scenario.open(&settings, &Inputs::new()).err().expect("refused");
            assert_eq!(why.key, param.key);
            assert!(why.to_string().contains("but there are 2"), "{why}");
        }
    }
}
