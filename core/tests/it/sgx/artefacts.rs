//! Artefacts without a magic number: recognised, taken apart to the last byte, and told of as other tools tell.

use std::rc::Rc;

use serde_json::Value as Json;
use teescope_core::artefacts::{CASE, Looked, diff, examples, look, look_as, pairs, replay};
use teescope_core::bytes::{Structure, Wire, hex};
use teescope_core::formats::dcap::certificate::{certificate, pem_blocks, pem_bytes};
use teescope_core::sgx::structs::{
    Attributes, GprSgx, KeyName, KeyRequest, PageInfo, PageType, Pcmd, Report, SecInfo,
    SecInfoFlags, Secs, TargetInfo, Tcs,
};
use teescope_core::text::Catalogue;
use teescope_core::trace::{Case, Input, Progress};

use crate::vectors;

/// Quotes of SGX with the place of their expected parse, and of TDX.
const QUOTES: [(&str, &str, &str); 7] = [
    ("sgx/quotes/v3-phala", "quote.bin", "/parse"),
    ("sgx/quotes/v3-openenclave-debug", "quote.bin", "/parse"),
    (
        "sgx/quotes/v3-fortanix",
        "fx_quote_pck_cert_chain.bin",
        "/fx_quote_pck_cert_chain.bin",
    ),
    (
        "sgx/quotes/v3-fortanix",
        "fx_quote_raw_tcb.bin",
        "/fx_quote_raw_tcb.bin",
    ),
    ("tdx", "quote_v4_gcp_cos113.dat", "/quote_v4_gcp_cos113.dat"),
    ("tdx", "quote_v5_body3.dat", "/quote_v5_body3.dat"),
    ("tdx", "quote_v4_azure.dat", "/quote_v4_azure.dat"),
];

fn seen(bytes: &[u8]) -> Looked {
    look(&Rc::from(bytes))
}

fn what(bytes: &[u8]) -> String {
    seen(bytes).seen.what.en()
}

/// Every byte is in exactly one part.
fn is_whole(looked: &Looked) {
    let mut at = 0;
    for part in &looked.seen.parts {
        assert_eq!(part.at, at, "{}", part.name.en());
        at += part.len;
    }
    assert_eq!(at, looked.bytes.len());
}

fn follows<'a>(looked: &'a Looked, name: &str) -> &'a str {
    let found = looked.seen.follows.iter().find(|(n, _)| *n == name);
    found.map_or("", |(_, value)| value)
}

fn check(looked: &Looked, id: &str) -> Option<bool> {
    let checks = looked.seen.checks.iter();
    checks.filter(|c| c.id == id).map(|c| c.held).next()
}

fn notes(looked: &Looked) -> String {
    let all = looked.seen.notes.iter().chain(&looked.seen.wrong);
    all.map(|n| n.en()).collect::<Vec<_>>().join(" ")
}

fn vector(name: &str) -> Option<(Vec<u8>, Json)> {
    let (folder, file, at) = QUOTES
        .iter()
        .find(|(f, n, _)| format!("{f}/{n}").contains(name))?;
    let expected = vectors::json(&format!("{folder}/expected.json"))?;
    let bytes = vectors::read(&format!("{folder}/{file}"))?;
    Some((
        bytes,
        expected.pointer(at).expect("an expected parse").clone(),
    ))
}

/// What the parse of an independent checker says, against the facts told.
fn agrees(looked: &Looked, expected: &Json) {
    let rows = [
        ("mrenclave", "MRENCLAVE"),
        ("mrsigner", "MRSIGNER"),
        ("rd", "REPORTDATA"),
        ("mrtd", "MRTD"),
        ("rtmr0", "RTMR0"),
        ("rtmr3", "RTMR3"),
        ("reportdata", "REPORTDATA"),
        ("fmspc", "FMSPC"),
        ("pceid", "PCEID"),
        ("ppid", "PPID"),
        ("pck_cpusvn", "certified CPUSVN"),
    ];
    let mut compared = 0;
    for (key, name) in rows {
        if let Some(wanted) = expected[key].as_str() {
            assert_eq!(follows(looked, name), wanted, "{key}");
            compared += 1;
        }
    }
    assert!(compared >= 3, "{expected}");
    for (key, name) in [
        ("prod", "ISVPRODID"),
        ("svn", "ISVSVN"),
        ("pck_pcesvn", "certified PCESVN"),
    ] {
        if let Some(wanted) = expected[key].as_u64() {
            assert_eq!(follows(looked, name), wanted.to_string(), "{key}");
        }
    }
    if let Some(n) = expected["ncert"].as_u64() {
        let own = looked
            .seen
            .follows
            .iter()
            .filter(|(n, _)| *n == "certificate");
        assert_eq!(own.count() as u64, n);
    }
}

shared_test! {
    fn a_real_quote_is_told_as_an_independent_parser_tells_it() {
        for (folder, file, _) in QUOTES {
            let Some((bytes, expected)) = vector(&format!("{folder}/{file}")) else { return };
            let looked = seen(&bytes);
            let version = expected["ver"].as_u64().expect("a version");
            let about = if folder == "tdx" { "a trust domain (TDX)" } else { "an SGX enclave" };
            assert_eq!(looked.seen.what.en(), format!("attestation quote of {about}, version {version}"), "{file}");
            is_whole(&looked);
            agrees(&looked, &expected);
            let bound = expected.get("bind").or(expected.get("qe_reportdata_ok"));
            assert_eq!(check(&looked, "QUOTE.attestation-key-bound"), bound.and_then(Json::as_bool), "{file}");
            assert_eq!(check(&looked, "QUOTE.lengths"), Some(true), "{file}");
            assert_eq!(check(&looked, "QUOTE.reserved-zero"), Some(true), "{file}");
            let trailing = expected.get("trailing").or(expected.get("tail")).and_then(Json::as_u64);
            let unexplained = looked.seen.parts.last().filter(|p| p.name.en() == "unexplained");
            assert_eq!(unexplained.map_or(0, |p| p.len as u64), trailing.unwrap_or_default(), "{file}");
        }
    }

    fn the_quoting_enclave_is_named() {
        let rows = [
            ("v3-phala", "MRSIGNER of QE3, QvE, IDE", "MRENCLAVE of QE3, ISVSVN 10"),
            ("v3-openenclave-debug", "MRSIGNER of QE3, QvE, IDE", "MRENCLAVE of QE3, ISVSVN 9"),
            ("fx_quote_raw_tcb", "MRSIGNER of QE3, QvE, IDE", "MRENCLAVE of QE3, ISVSVN 1"),
            ("quote_v4_azure", "MRSIGNER of TD_QE", "The quoting enclave (ISVPRODID 2"),
        ];
        for (name, signer, enclave) in rows {
            let Some((bytes, _)) = vector(name) else { return };
            let notes = notes(&seen(&bytes));
            assert!(notes.contains(signer) && notes.contains(enclave), "{name}: {notes}");
            // Only this one's enclave runs in debug mode, as SOURCES has it, besides those of its neighbour.
            let debug = name != "v3-phala" && name != "quote_v4_azure";
            assert_eq!(notes.contains("DEBUG is set in ATTRIBUTES"), debug, "{name}");
        }
    }

    /// Of 46 flips whose catching check is known, those of the binding are caught here.
    fn a_flip_that_breaks_the_binding_is_caught() {
        let Some((bytes, _)) = vector("v3-phala") else { return };
        // Attestation key, the quoting enclave's REPORTDATA, authentication data.
        for at in [436 + 64, 436 + 127, 436 + 128 + 320, 436 + 128 + 352, 436 + 578] {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            let looked = seen(&bad);
            assert_eq!(check(&looked, "QUOTE.attestation-key-bound"), Some(false), "byte {at}");
            assert!(notes(&looked).contains("not the one that the quoting enclave’s report names"));
        }
        let mut bad = bytes.clone();
        bad[48 + 300] = 1;
        assert_eq!(check(&seen(&bad), "QUOTE.reserved-zero"), Some(false));
        assert!(notes(&seen(&bad)).contains("REPORTBODY") || notes(&seen(&bad)).contains("report_body.reserved"));
    }

    fn a_cut_quote_is_told_as_far_as_it_goes() {
        let Some((bytes, _)) = vector("v3-phala") else { return };
        for len in [28, 60, 432, 433, 500, 1000, 1012, 1040, 4599] {
            let looked = seen(&bytes[..len]);
            assert_eq!(looked.seen.what.en(), "attestation quote of an SGX enclave, version 3", "{len}");
            is_whole(&looked);
            assert_eq!(check(&looked, "QUOTE.lengths"), Some(false), "{len}");
            assert_eq!(looked.seen.wrong.len(), 1, "{len}: {:?}", looked.seen.wrong);
        }
        // A length inside that lies.
        let mut bad = bytes.clone();
        bad[436 + 576] = 0xff;
        let looked = seen(&bad);
        is_whole(&looked);
        assert_eq!(check(&looked, "QUOTE.lengths"), Some(false));
        // Another maker's: it is known by its lengths, if they fit.
        let mut other = bytes.clone();
        other[12] ^= 1;
        assert!(seen(&other).seen.why.en().contains("the lengths inside fit one another"));
        other[432] ^= 1;
        assert!(!seen(&other).known);
    }

    fn a_sample_with_its_own_root_is_known_too() {
        let Some(bytes) = vectors::read("sgx/quotes/v3-intel-sample/quote.dat") else { return };
        let looked = seen(&bytes);
        is_whole(&looked);
        assert_eq!(looked.seen.what.en(), "attestation quote of an SGX enclave, version 3");
        assert_eq!(check(&looked, "QUOTE.attestation-key-bound"), Some(true));
        assert!(notes(&looked).contains("MRSIGNER is zero"));
        assert!(looked.seen.parts.iter().any(|p| p.name.en() == "PPID" && p.len == 16));
    }

    fn certificates_say_what_the_checker_read() {
        let Some((bytes, expected)) = vector("v3-fortanix/fx_quote_pck_cert_chain.bin") else { return };
        let blocks = pem_blocks(&bytes);
        let names: Vec<String> = blocks.iter().map(|b| {
            let der = pem_bytes(&bytes[b.clone()]).expect("base64");
            certificate(&der).expect("a certificate").subject
        }).collect();
        let inside = &seen(&bytes).seen.inside;
        assert_eq!((inside.len(), inside[0].file), (1, "pck-chain.pem"));
        assert_eq!(pem_blocks(&bytes[inside[0].range.clone()]).len(), 3);
        // The order of this file is leaf, root, intermediate.
        assert_eq!(names, ["Intel SGX PCK Certificate", "Intel SGX Root CA", "Intel SGX PCK Processor CA"]);
        let pem = std::str::from_utf8(&bytes[blocks[0].clone()]).expect("text");
        let looked = seen(pem.as_bytes());
        assert_eq!(looked.seen.what.en(), "certificate of a platform’s key (PCK)");
        assert_eq!(looked.from.en().split(':').next(), Some("PEM (CERTIFICATE)"));
        assert_eq!(Some(follows(&looked, "FMSPC")), expected["fmspc"].as_str());
        assert!(expected["issuer"].as_str().is_some_and(|i| i.ends_with(follows(&looked, "issuer"))));
        is_whole(&looked);
        let root = seen(&bytes[blocks[1].clone()]);
        assert_eq!(root.seen.what.en(), "certificate of Intel’s for SGX");
    }

    fn report_and_sealed_data_of_the_sdk_are_known() {
        let Some(all) = vectors::json("sgx/keys/derivations.json") else { return };
        let bytes = |pointer: &str| hex::decode(all.pointer(pointer).and_then(Json::as_str).expect("hex")).expect("hex");
        let report = bytes("/intel_sdk_simulation/report/report432");
        let looked = seen(&report);
        assert_eq!(looked.seen.what.en(), "REPORT");
        is_whole(&looked);
        assert_eq!(Some(follows(&looked, "MRENCLAVE")), all.pointer("/intel_sdk_simulation/inputs/mrenclave").and_then(Json::as_str));
        // Padded to the alignment that EREPORT demands.
        let padded = [&report[..], &[0; 80]].concat();
        assert_eq!(what(&padded), "REPORT");
        is_whole(&seen(&padded));
        assert_eq!(what(&bytes("/intel_sdk_simulation/report/body")), "REPORT body");
        let blob = bytes("/sealed_blob/blob");
        let looked = seen(&blob);
        assert_eq!(looked.seen.what.en(), "data sealed with the Intel SGX SDK");
        is_whole(&looked);
        assert_eq!(check(&looked, "SEALED.payload-whole"), Some(true));
        assert!(notes(&looked).contains("Sealed to MRSIGNER"));
        let plain = all.pointer("/sealed_blob/plaintext").and_then(Json::as_str).expect("hex").len() / 2;
        assert_eq!(follows(&looked, "encrypted bytes"), plain.to_string());
        assert_eq!(check(&seen(&blob[..570]), "SEALED.payload-whole"), Some(false));
        is_whole(&seen(&blob[..570]));
        assert_eq!(what(&blob[..512]), "KEYREQUEST");
    }

    fn a_body_out_of_every_quote_is_known_alone() {
        for name in ["v3-phala", "v3-openenclave-debug", "fx_quote_raw_tcb"] {
            let Some((bytes, _)) = vector(name) else { return };
            assert_eq!(what(&bytes[48..432]), "REPORT body");
            assert_eq!(what(&bytes[564..948]), "REPORT body");
        }
    }

    fn structures_are_known_and_one_byte_in_a_reserved_field_is_enough_against_them() {
        let attributes = Attributes::new(5, 3);
        let mut report = Report::read(&[]);
        report.body.attributes = attributes;
        let flags = SecInfoFlags::page(PageType::REG, SecInfoFlags::R);
        let secs = Secs { size: 1 << 20, baseaddr: 1 << 30, ssaframesize: 1, attributes, ..Secs::default() };
        let tcs = Tcs { ossa: 0x2000, nssa: 2, oentry: 0x1234, ..Tcs::default() };
        let target = TargetInfo { measurement: [7; 32], attributes, ..TargetInfo::default() };
        let request = KeyRequest { keyname: KeyName::REPORT, keyid: [9; 32], ..KeyRequest::default() };
        let pcmd = Pcmd { secinfo: SecInfo::new(flags), enclaveid: 1, ..Pcmd::default() };
        let rows: [(&str, Vec<u8>, Option<usize>); 7] = [
            ("REPORT", report.to_vec(), Some(100)),
            ("SECS", secs.to_vec(), Some(4000)),
            ("TCS", tcs.to_vec(), Some(100)),
            ("TARGETINFO", target.to_vec(), Some(200)),
            ("KEYREQUEST", request.to_vec(), Some(100)),
            ("SECINFO", SecInfo::new(flags).to_vec(), Some(9)),
            ("PCMD", pcmd.to_vec(), Some(80)),
        ];
        for (name, bytes, reserved) in rows {
            let looked = seen(&bytes);
            assert_eq!(looked.seen.what.en(), name);
            assert!(looked.seen.readings.is_empty(), "{name}");
            is_whole(&looked);
            let mut bad = bytes.clone();
            bad[reserved.expect("a reserved byte")] = 1;
            assert_ne!(what(&bad), name);
        }
        let page = PageInfo { linaddr: 0x7f00_0000_1000, srcpge: 0x5000, secinfo_or_pcmd: 0x6040, secs: 0x7000 };
        assert_eq!(what(&page.to_vec()), "PAGEINFO");
        let off = PageInfo { secinfo_or_pcmd: 0x6041, ..page };
        assert!(!seen(&off.to_vec()).known);
    }

    /// The manual gives TARGETINFO and KEYREQUEST one size; bytes that satisfy both are told as both.
    /// The case file tells the bytes by digest; looked at again, in whatever writing, they come to its digest.
    fn a_case_file_is_replayed_to_the_same_digest() {
        let mut request = KeyRequest { keyname: KeyName::SEAL, ..KeyRequest::default() };
        request.keyid[0] = 3;
        let bytes: Rc<[u8]> = Rc::from(request.to_vec());
        for which in [0, 1] {
            let case = look_as(&bytes, which).case().expect("a case");
            let read = Case::read(&case.write()).expect("a case file");
            assert_eq!((&read, read.scenario.as_str()), (&case, CASE));
            assert_eq!(replay(&read, &bytes), Ok(case.digest));
            let pasted: Rc<[u8]> = Rc::from(hex::spaced(&bytes).as_bytes());
            assert_eq!(replay(&read, &pasted), Ok(case.digest));
            let mut other = bytes.to_vec();
            other[2] = 1;
            assert!(replay(&read, &Rc::from(other)).is_err());
        }
        let both = [0, 1].map(|which| look_as(&bytes, which).case().expect("a case").digest);
        assert_ne!(both[0], both[1]);
        assert_eq!(look(&Rc::from(&b"EINIT returned 16"[..])).case(), None);
    }

    fn what_could_be_two_things_is_offered_as_both() {
        let mut request = KeyRequest { keyname: KeyName::SEAL, ..KeyRequest::default() };
        request.keyid[0] = 3;
        let bytes: Rc<[u8]> = Rc::from(request.to_vec());
        let first = look(&bytes);
        let names: Vec<String> = first.seen.readings.iter().map(|r| r.what.en()).collect();
        assert_eq!(names, ["TARGETINFO", "KEYREQUEST"]);
        assert_eq!(first.seen.what.en(), "TARGETINFO");
        let second = look_as(&bytes, 1);
        assert_eq!(second.seen.what.en(), "KEYREQUEST");
        is_whole(&second);
        assert!(first.text(&Catalogue::default()).contains("It could also be KEYREQUEST: it has the 512 bytes"));
        // A number beyond the last is the first.
        assert_eq!(look_as(&bytes, 9).seen, first.seen);
        assert!(!look(&Rc::from([0_u8; 512])).known);
    }

    fn a_frame_and_its_registers_are_known() {
        let regs = GprSgx { rflags: 0x246, rip: 0x7f00_0000_1010, rsp: 0x7f00_0000_8000, ..GprSgx::read(&[]) };
        assert_eq!(what(&regs.to_vec()), "GPRSGX");
        let mut frame = vec![0; 2 * 4096];
        frame[24..28].copy_from_slice(&0x1f80_u32.to_le_bytes());
        frame[512] = 3;
        frame[8192 - 184..].copy_from_slice(&regs.to_vec());
        let looked = seen(&frame);
        assert_eq!(looked.seen.what.en(), "frame of a state save area (SSA)");
        is_whole(&looked);
        assert_eq!(follows(&looked, "RIP"), "0x7f00_0000_1010");
        frame[530] = 1;
        assert!(!seen(&frame).known);
    }

    /// Laid out by sgx_quote.h and se_quote_internal.h of linux-sgx: 436, then 288 + 12 + 4, 360 encrypted, 16.
    fn an_epid_quote_is_taken_apart() {
        let mut quote = vec![0_u8; 436 + 304 + 360 + 16];
        quote[0] = 2;
        quote[48 + 48] = 5;
        quote[48 + 56] = 3;
        quote[432..436].copy_from_slice(&680_u32.to_le_bytes());
        quote[436 + 300..436 + 304].copy_from_slice(&360_u32.to_le_bytes());
        let looked = seen(&quote);
        assert_eq!(looked.seen.what.en(), "attestation quote signed with EPID, version 2");
        is_whole(&looked);
        assert_eq!(check(&looked, "QUOTE.lengths"), Some(true));
        let mac = looked.seen.parts.last().expect("a part");
        assert_eq!((mac.name.en().as_str(), mac.at, mac.len), ("MAC", 1100, 16));
        let cut = seen(&quote[..1000]);
        is_whole(&cut);
        assert_eq!(check(&cut, "QUOTE.lengths"), Some(false));
        quote[2] = 2;
        assert!(!seen(&quote).known);
    }
}

shared_test! {
    /// Each is what its title says, whole, and known in the form in which it is pasted.
    fn examples_are_what_they_say() {
        let rows: Vec<(String, Looked)> = examples().iter().map(|e| (e.title.en(), seen(e.pasted().as_bytes()))).collect();
        let what: Vec<String> = rows.iter().map(|(_, l)| l.seen.what.en()).collect();
        assert_eq!(what, ["SIGSTRUCT", "SIGSTRUCT", "REPORT", "SGXS", "SGX_INVALID_EINITTOKEN"]);
        for (title, looked) in &rows {
            is_whole(looked);
            let wrong = looked.seen.wrong.len();
            assert_eq!(wrong, usize::from(title.contains("flipped")), "{title}: {:?}", looked.seen.wrong);
        }
        assert!(notes(&rows[0].1).contains("demo key of this project"));
        // The SIGSTRUCT is for the stream: its ENCLAVEHASH is that file's SHA-256.
        assert_eq!(follows(&rows[0].1, "MRENCLAVE"), follows(&rows[3].1, "SHA-256 of the file"));
    }

    fn pairs_differ_as_their_titles_say() {
        let whys = ["content", "heap", "permissions"];
        for (pair, why) in pairs().iter().zip(whys) {
            let [a, b] = (pair.make)();
            let input = |name: &str, bytes: &Rc<[u8]>| Input { name: name.into(), bytes: bytes.clone().into() };
            let mut job = diff(&input("a", &a), &input("b", &b)).map_err(|why| why.en()).expect("two enclaves");
            while job.work(1000).map_err(|why| why.en()).expect("compared") != Progress::Ready {}
            let found = job.difference();
            let causes = serde_json::to_string(&found.json["causes"]).expect("JSON");
            let said: Vec<String> = found.causes.iter().map(|c| c.title.en()).collect();
            println!("{why}: {causes} {said:?}");
            assert!(said.iter().any(|s| s.to_lowercase().contains(why)), "{why}: {said:?}");
        }
    }
}
