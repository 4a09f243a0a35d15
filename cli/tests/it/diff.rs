//! diff on files and values: exit codes, what is printed, what is refused.

use serde_json::json;

use super::{file, stream, teescope, teescope_with, vector};

/// SHA-256 of what the stream measures.
const MEASURED: &str = "d133dde2183bcf00a48b9e8ab26b305feef172afa7f1f2c617f93919b3ade0a0";

/// The stream with one bit flipped at an offset.
fn flipped(at: usize) -> Vec<u8> {
    let mut bytes = stream();
    bytes[at] ^= 1;
    bytes
}

#[test]
fn exit_codes_are_a_gate() {
    let a = file("gate-a.sgxs", &stream());
    // The chunk at 448 to 767 is not measured; the one before it is.
    let same = file("gate-same.sgxs", &flipped(520));
    let other = file("gate-other.sgxs", &flipped(200));
    let code = |words: &[&str]| {
        let ended = teescope(words);
        assert_eq!(ended.err, "");
        ended.code
    };
    assert_eq!(code(&["diff", &a, &a]), 0);
    assert_eq!(code(&["diff", &a, &same]), 0);
    assert_eq!(code(&["diff", &a, &other]), 1);
    assert_eq!(code(&["diff", &a, &other, "--json"]), 1);
    assert_eq!(code(&["diff", &a, MEASURED]), 0);
    assert_eq!(code(&["diff", &format!("0x{MEASURED}"), &a]), 0);
    assert_eq!(code(&["diff", MEASURED, MEASURED]), 0);
    assert_eq!(code(&["diff", &a, &"0".repeat(64)]), 1);
    let piped = teescope_with(&["diff", "-", &a], &stream());
    assert_eq!((piped.code, piped.err.as_str()), (0, ""));
}

#[test]
fn a_sigstruct_is_compared_by_its_hash() {
    let Some(sig) = vector("sgx/sigstruct/fortanix-sig1.sigstruct.bin") else {
        return;
    };
    let a = file("hash-a.sgxs", &stream());
    let path = file("hash.sig", &sig);
    assert_eq!(teescope(&["diff", &a, &path]).code, 1);
    let hex: Vec<String> = sig[960..992].iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(teescope(&["diff", &path, &hex.concat()]).code, 0);
}

#[test]
fn the_byte_is_told_to_people_and_to_programs() {
    let (a, b) = (
        file("told-a.sgxs", &stream()),
        file("told-b.sgxs", &flipped(200)),
    );
    let text = teescope(&["diff", &a, &b]).out;
    assert!(text.starts_with("The MRENCLAVEs differ.\n"), "{text}");
    assert!(text.contains("Contents [content]"), "{text}");
    assert!(text.contains("Record 3, EEXTEND at 0x0000"), "{text}");
    assert!(text.contains("[90]") && text.contains("[91]"), "{text}");
    let japanese = teescope(&["diff", &a, &b, "--lang", "ja"]).out;
    assert!(
        japanese.starts_with("MRENCLAVE が違います。\n"),
        "{japanese}"
    );
    let ended = teescope(&["diff", &a, &b, "--json"]);
    let told: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(told["verdict"], "different");
    assert_eq!(told["a"]["mrenclave"], MEASURED);
    assert_eq!(told["causes"][0]["cause"], "content");
    let first = &told["first"];
    assert_eq!(
        (&first["record"], &first["a"]["file_offset"]),
        (&json!(2), &json!("0xc8"))
    );
    assert_eq!(first["differing_bytes"], json!([72]));
    assert_eq!(first["b"]["step"], "sgx/from-file@load.p0000.eextend0");
    assert_eq!(told["pages"][0]["what"], json!(["content"]));
}

#[test]
fn what_cannot_be_used_is_told() {
    let a = file("refused-a.sgxs", &stream());
    let text = file("refused.txt", b"not an enclave");
    let ended = teescope(&["diff", &a, &text]);
    assert!(
        ended
            .complaint()
            .starts_with("refused.txt: This is neither an enclave"),
        "{}",
        ended.err
    );
    let cut = file("refused-cut.sgxs", &stream()[..200]);
    let ended = teescope(&["diff", &cut, &a]);
    assert!(
        ended
            .complaint()
            .starts_with("refused-cut.sgxs: EEXTEND.data at offset 0xc0"),
        "{}",
        ended.err
    );
    let empty = file("refused-empty.sgxs", b"");
    assert!(
        teescope(&["diff", &a, &empty])
            .complaint()
            .contains("is empty")
    );
    let none = teescope(&["diff", &a, "no-such-file.sgxs"]);
    assert!(none.complaint().contains("cannot be read"));
    let short = teescope(&["diff", &a, &MEASURED[1..]]);
    assert!(
        short.complaint().contains("cannot be read"),
        "63 digits name a file"
    );
    let one = teescope(&["diff", &a]);
    assert!(one.complaint().contains("needs B"), "{}", one.err);
}
