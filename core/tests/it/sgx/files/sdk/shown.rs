//! What is shown of an enclave that is not signed: the run, the figures of `measure`, the causes of `diff`.

use std::rc::Rc;

use teescope_core::artefacts;
use teescope_core::bytes::hex;
use teescope_core::sgx::structs::{AttributesFlags, SigStruct};
use teescope_core::sgx::{Report, inspect, recognise};
use teescope_core::trace::{Input, Outcome, Params, Progress};

use super::so::So;
use super::tool::{self, Settings, xml};
use super::unsigned::{complete, with};
use super::writer::Sdk;
use crate::sgx::files::open;

fn input(name: &str, bytes: &[u8]) -> Input {
    Input {
        name: name.into(),
        bytes: bytes.into(),
    }
}

/// Which causes tell two completed files of one program apart.
fn causes(a: &[(&'static str, u64)], b: &[(&'static str, u64)]) -> Vec<&'static str> {
    let so = So::of(26).write();
    let file = |settings| input("enclave.so", &complete(&so, &with(settings)).file);
    let mut job = artefacts::diff(&file(a), &file(b)).unwrap_or_else(|bad| panic!("{}", bad.en()));
    while job.work(u64::MAX).expect("compared") != Progress::Ready {}
    job.difference()
        .causes
        .iter()
        .map(|cause| cause.id)
        .collect()
}

shared_test! {
    fn differences_are_named_after_the_setting() {
        for (setting, cause) in [("HeapMaxSize", "heap"), ("StackMaxSize", "stack"), ("TCSNum", "threads")] {
            let value = if setting == "TCSNum" { 3 } else { 0x8_0000 };
            let found = causes(&[], &[(setting, value)]);
            assert_eq!(found.first(), Some(&cause), "{setting}: {found:?}");
        }
        assert!(causes(&[], &[("ProdID", 0)]).is_empty());
        assert_eq!(causes(&[], &[("ProdID", 7)]), ["signature"]);
    }

    fn a_run_signs_what_the_author_prepared() {
        let so = So::of(26);
        let settings: Settings = [("ProdID", 7), ("ISVSVN", 9), ("DisableDebug", 1), ("TCSNum", 2), ("HeapMaxSize", 0x4000)].into();
        let config = xml(&settings);
        let mut run = open(&[("stream", &so.write()), ("config", config.as_bytes())], &[]).expect("opened");
        assert_eq!(run.work(u64::MAX), Progress::Ready);
        let last = run.step(run.len()).expect("a last step");
        assert_eq!((last.outcome, last.broken().map(|r| r.id)), (Outcome::Done, None));
        assert!(last.caption.en().starts_with("The file holds no signed SIGSTRUCT yet"), "{}", last.caption.en());
        let first = run.step(1).expect("a first step").caption.en();
        assert!(first.contains("as sgx_sign of SDK 2.26 does, which the program names as its own"), "{first}");
        // The author forbids debugging, so a debug enclave is refused.
        let mut run = open(&[("stream", &so.write()), ("config", config.as_bytes())], &[("debug", "yes")]).expect("opened");
        assert_eq!(run.work(u64::MAX), Progress::Ready);
        assert!(run.step(run.len()).expect("a last step").broken().is_some());
        for (files, key, says) in [
            (vec![("config", config.as_bytes())], "stream", "This run needs a file"),
            (vec![("stream", &so.write()[..])], "stream", "Give its configuration besides"),
            (vec![("stream", &so.write()[..]), ("config", b"<a/>")], "config", "config.bin cannot be used: XML at offset 0x0"),
            (vec![("stream", &Sdk::small().write().0[..]), ("config", config.as_bytes())], "config", "stream.bin is none"),
        ] {
            let bad = open(&files, &[]).err().expect("refused");
            assert_eq!(bad.key, key);
            assert!(bad.why.en().contains(says), "{}", bad.why.en());
        }
    }

    fn metadata_without_a_signature_is_laid_out_and_measured() {
        // As a signing in two steps leaves it: everything is there but the SIGSTRUCT.
        let sdk = super::shapes::any(5);
        let (file, _) = sdk.write();
        let report = Report::of(&Rc::from(&file[..])).expect("measured");
        assert_eq!(report.mrenclave, Some(sdk.mrenclave()));
        assert_eq!((report.mrsigner, report.enclavehash, report.isvsvn, report.sdk), (None, None, None, None));
        let said: Vec<String> = report.warnings.iter().map(|w| w.en()).collect();
        assert!(said.len() == 1 && said[0].contains("its SIGSTRUCT is not signed yet: there is no MRSIGNER"), "{said:?}");
        let mut run = open(&[("stream", &file)], &[]).expect("opened");
        assert_eq!(run.work(u64::MAX), Progress::Ready);
        let last = run.step(run.len()).expect("a last step");
        assert!(last.outcome == Outcome::Done && last.caption.en().starts_with("The file holds no signed SIGSTRUCT yet"));
        // With a body that the author prepared, that is what is signed.
        let mut sdk = sdk;
        let own = SigStruct {
            header: SigStruct::HEADER, header2: SigStruct::HEADER2, isvprodid: 3, isvsvn: 4,
            attributes: teescope_core::sgx::structs::Attributes::new(AttributesFlags::MODE64BIT.bits(), 3),
            ..SigStruct::default()
        };
        sdk.sigstruct = own.encode().to_vec();
        let report = Report::of(&Rc::from(sdk.write().0)).expect("measured");
        assert_eq!((report.isvprodid, report.isvsvn, report.mrsigner), (Some(3), Some(4), None));
    }

    fn measure_takes_both_files() {
        let so = So::of(20);
        let settings: Settings = [("TCSNum", 3), ("HeapMaxSize", 0x4000), ("ProdID", 5)].into();
        let wanted = hex::encode(&tool::make(&so, &settings, 20).sdk.mrenclave());
        let files = [input("enclave.so", &so.write()), input("Enclave.config.xml", xml(&settings).as_bytes())];
        let told = artefacts::measure(&files, Some("sgx"), &Params::new()).expect("measured");
        assert_eq!((&told.json["mrenclave"], &told.json["isvprodid"]), (&wanted.as_str().into(), &5.into()));
        assert_eq!((&told.json["sdk_release"], &told.json["sdk_assumed"]), (&"2.20".into(), &false.into()));
        assert!(told.rows.contains(&("sdk_release", "2.20".into())) && told.warnings.is_empty());
        let option = |value: &str| Params::from([("sdk".to_string(), value.to_string())]);
        let why = artefacts::measure(&files, Some("sgx"), &option("2.26")).expect_err("another size");
        assert!(why.en().starts_with("enclave.so cannot be used: g_global_data at offset"), "{}", why.en());
        let why = artefacts::measure(&files, Some("sgx"), &option("2.9")).expect_err("no such release");
        assert!(why.en().contains("cannot be assumed to be"), "{}", why.en());
        let files = [files[0].clone(), input("Enclave.config.xml", b"<EnclaveConfiguration><A>1</A></EnclaveConfiguration>")];
        let why = artefacts::measure(&files, Some("sgx"), &Params::new()).expect_err("no setting");
        assert!(why.en().starts_with("Enclave.config.xml cannot be used: EnclaveConfiguration at offset"), "{}", why.en());
    }

    fn a_configuration_is_recognised_and_told() {
        let config = with(&[("TCSNum", 3), ("HeapMaxSize", 0x4000)]);
        let found = recognise(config.as_bytes()).expect("known");
        assert_eq!((found.key, found.scenario), ("config", "sgx/from-file"));
        let seen = inspect(config.as_bytes()).expect("taken apart");
        assert_eq!(seen.follows, [("TCSNum", "3".into()), ("HeapMaxSize", "0x4000 (16384)".to_string())]);
        let seen = inspect(b"<EnclaveConfiguration><TCSNum>0</TCSNum></EnclaveConfiguration>").expect("known");
        assert!(seen.wrong[0].en().contains("the signing tool takes"), "{:?}", seen.wrong);
    }
}
