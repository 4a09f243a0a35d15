//! Enclaves of Gramine on the command line: measured, compared, refused.

use serde_json::Value as Json;

use super::{file, teescope};

/// What the newest releases and those from 1.0 on make of the files, reckoned with Python’s struct and hashlib
/// after the signing tool’s source.
const NEW: &str = "cb60e9e208b0017bb69b54022864ed40f3aa26c5018cc806a004e7c513bf8239";
const OLD: &str = "66986648628c5db8eb9c2b3575d5691c454991ea00da60a468b595263cf2a429";

const NEW_TEXT: &str = "loader.entrypoint = 'a'\nsgx.enclave_size = '2M'\nsgx.max_threads = 1\n";
const OLD_TEXT: &str = "loader.entrypoint = 'a'\nsgx.enclave_size = '2M'\nsgx.thread_num = 1\n\
                        sgx.nonpie_binary = true\n";

/// A library of one segment, which is its headers and zeros.
fn libpal() -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
    for n in [0x10_u64, 64, 0] {
        file.extend(n.to_le_bytes());
    }
    file.extend([0; 4]);
    for half in [64_u16, 56, 1, 64, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    file.extend([1, 0, 0, 0, 5, 0, 0, 0]);
    for n in [0_u64, 0, 0, 120, 0x1300, 0x1000] {
        file.extend(n.to_le_bytes());
    }
    file
}

/// A SIGSTRUCT over a measurement, without a signature.
fn sigstruct(hash: &str) -> Vec<u8> {
    let mut sig = vec![0; 1808];
    let words = |words: [u32; 4]| words.map(u32::to_le_bytes).concat();
    sig[..16].copy_from_slice(&words([6, 0xe1, 0x10000, 0]));
    sig[24..40].copy_from_slice(&words([0x101, 0x60, 0x60, 1]));
    for (n, held) in sig[960..992].iter_mut().enumerate() {
        *held = u8::from_str_radix(&hash[n * 2..n * 2 + 2], 16).expect("hex");
    }
    sig
}

#[test]
fn a_manifest_is_measured_with_libpal() {
    let (manifest, libpal) = (
        file("app.manifest.sgx", NEW_TEXT.as_bytes()),
        file("libpal.so", &libpal()),
    );
    let ended = teescope(&["measure", &manifest, "--libpal", &libpal]);
    assert_eq!(ended.code, 0);
    assert!(
        ended.out.starts_with(&format!("mrenclave         {NEW}\n")),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("format            Gramine 1.4–1.9\n"),
        "{}",
        ended.out
    );
    assert!(ended.err.contains("This is an assumption"), "{}", ended.err);
    let sig = file("app.sig", &sigstruct(NEW));
    let ended = teescope(&[
        "measure",
        "--json",
        &manifest,
        "--libpal",
        &libpal,
        "--sigstruct",
        &sig,
    ]);
    let told: Json = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(
        (told["mrenclave"].as_str(), told["enclavehash"].as_str()),
        (Some(NEW), Some(NEW))
    );
    assert_eq!(told["inputs"]["threads"]["most"], 1);
    assert_eq!(told["layout"]["proved"], true);
    assert!(ended.err.contains("this proves"), "{}", ended.err);
    let other = teescope(&[
        "measure",
        &manifest,
        &libpal,
        &file("other.sig", &sigstruct(OLD)),
    ]);
    assert!(
        other.err.contains("neither this nor any other layout"),
        "{}",
        other.err
    );
    let old = file("old.manifest.sgx", OLD_TEXT.as_bytes());
    let ended = teescope(&["measure", &old, "--libpal", &libpal, "--gramine", "1.0"]);
    assert!(
        ended.out.starts_with(&format!("mrenclave         {OLD}\n")),
        "{}",
        ended.out
    );
    let alone = teescope(&["measure", &manifest]);
    assert!(alone.complaint().contains("libpal.so"), "{}", alone.err);
}

#[test]
fn two_manifests_are_compared() {
    let (one, libpal) = (
        file("diff-a.manifest.sgx", NEW_TEXT.as_bytes()),
        file("diff-libpal.so", &libpal()),
    );
    let two = file(
        "diff-b.manifest.sgx",
        NEW_TEXT.replace("= 1", "= 3").as_bytes(),
    );
    let ended = teescope(&["diff", "--json", &one, &two, "--libpal", &libpal]);
    assert_eq!((ended.code, ended.err.as_str()), (1, ""));
    let told: Json = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(told["causes"][0]["cause"], "threads");
    assert_eq!(told["a"]["mrenclave"], NEW);
    assert_eq!(teescope(&["diff", &one, NEW, "--libpal", &libpal]).code, 0);
    let missing = teescope(&["diff", &one, &two]);
    assert!(missing.complaint().contains("libpal.so"), "{}", missing.err);
}
