//! Pasted text: every way people write bytes comes back as the same bytes, and what does not fit is told
//! with its place.

use teescope_core::bytes::pasted::{Writing, readings};
use teescope_core::bytes::{base64, dump_layout, dump_text};
use teescope_core::sgx::structs::SigStruct;

/// Bytes of which every value occurs, with zeros in a row.
fn sample() -> Vec<u8> {
    (0..=255).chain([0; 64]).chain([1, 2, 3]).collect()
}

/// The first reading of a text, which must be one that succeeded.
fn first(text: &str) -> (Writing, Vec<u8>) {
    let reading = readings(text)
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("{text}"));
    let bytes = reading.bytes.unwrap_or_else(|bad| panic!("{text}: {bad}"));
    (reading.writing, bytes)
}

/// Why a text cannot be read: the place and the sentence of its first reading.
fn complaint(text: &str) -> (u64, String) {
    let reading = readings(text)
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("{text}"));
    let bad = reading.bytes.expect_err(text);
    (bad.at, bad.to_string())
}

fn joined(bytes: &[u8], one: impl Fn(&u8) -> String, between: &str) -> String {
    bytes.iter().map(one).collect::<Vec<_>>().join(between)
}

/// Base64 by the definition of RFC 4648: 24 bits at a time, most significant first.
fn to_base64(bytes: &[u8], alphabet: &str, padded: bool) -> String {
    let digits: Vec<char> = alphabet.chars().collect();
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut bits = 0_u32;
        for i in 0..3 {
            bits = bits * 256 + u32::from(chunk.get(i).copied().unwrap_or(0));
        }
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(digits[(bits / 64_u32.pow(3 - i as u32) % 64) as usize]);
            } else if padded {
                out.push('=');
            }
        }
    }
    out
}

const USUAL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A dump as xxd prints it.
fn xxd(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).enumerate().map(|(i, line)| {
        let pairs = line
            .chunks(2)
            .map(|p| joined(p, |b| format!("{b:02x}"), ""));
        let hex = pairs.collect::<Vec<_>>().join(" ");
        let shown = |b: &u8| {
            if (0x20..0x7f).contains(b) {
                char::from(*b)
            } else {
                '.'
            }
        };
        format!(
            "{:08x}: {hex:<39}  {}",
            i * 16,
            line.iter().map(shown).collect::<String>()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A dump as `hexdump -C` prints it, repeated lines folded to a star.
fn hexdump(bytes: &[u8]) -> String {
    let (mut out, mut last, mut star) = (String::new(), None, false);
    for (i, line) in bytes.chunks(16).enumerate() {
        if last == Some(line) && line.len() == 16 {
            if !star {
                out.push_str("*\n");
            }
            star = true;
            continue;
        }
        (last, star) = (Some(line), false);
        let halves = line
            .chunks(8)
            .map(|h| joined(h, |b| format!("{b:02x}"), " "));
        let hex = halves.collect::<Vec<_>>().join("  ");
        out.push_str(&format!("{:08x}  {hex:<48}  |....|\n", i * 16));
    }
    out + &format!("{:08x}\n", bytes.len())
}

shared_test! {
    fn hex_is_read_whatever_stands_between_the_digits() {
        let bytes = sample();
        let hex = |b: &u8| format!("{b:02x}");
        let upper = |b: &u8| format!("{b:02X}");
        let texts = [
            joined(&bytes, hex, ""),
            joined(&bytes, upper, " "),
            joined(&bytes, hex, ":"),
            joined(&bytes, upper, "-"),
            joined(&bytes, hex, "\n"),
            format!("0x{}", joined(&bytes, hex, "")),
            format!("\"{}\"", joined(&bytes, |b| format!("\\x{b:02x}"), "")),
            format!("b'{}'", joined(&bytes, |b| format!("\\x{b:02x}"), "")),
        ];
        for text in texts {
            assert_eq!(first(&text), (Writing::Hex, bytes.clone()), "{text}");
        }
        // Wrapped in the middle of a byte, as terminals do it.
        assert_eq!(first("0102030\n405").1, [1, 2, 3, 4, 5]);
        assert_eq!(first(&joined(&bytes, |b| format!("0x{b:02x}"), " ")).1, bytes);
    }

    fn arrays_of_source_code_are_read() {
        let bytes = sample();
        let hex = joined(&bytes, |b| format!("0x{b:02x}"), ", ");
        let decimal = joined(&bytes, |b| b.to_string(), ", ");
        let lines = bytes.chunks(8).map(|c| joined(c, |b| format!("0x{b:02X},"), " ")).collect::<Vec<_>>().join("\n  ");
        let texts = [
            hex.clone(),
            format!("static const uint8_t sig[323] = {{ {hex} }};"),
            format!("unsigned char sig[] = {{\n  {lines}\n}};\nunsigned int sig_len = 323;"),
            format!("[{decimal}]"),
            format!("let sig = [\n // the start\n {decimal}, /* the end */\n];"),
        ];
        for text in texts {
            assert_eq!(first(&text), (Writing::List, bytes.clone()), "{text}");
        }
    }

    fn dumps_are_read_and_so_is_what_this_project_prints() {
        let bytes = sample();
        assert_eq!(first(&xxd(&bytes)), (Writing::Dump, bytes.clone()));
        assert_eq!(first(&hexdump(&bytes)), (Writing::Dump, bytes.clone()));
        let sig = SigStruct { vendor: 0x8086, isvsvn: 7, ..SigStruct::default() };
        let own = dump_text(&dump_layout(SigStruct::LAYOUT, &sig.encode(), 0));
        assert_eq!(first(&own), (Writing::Dump, sig.encode().to_vec()));
        assert_eq!(first(&format!("{own}MRSIGNER: 00\nWRONG: something")).1, sig.encode());
    }

    fn base64_is_read_in_either_alphabet() {
        for len in 9..40 {
            let bytes: Vec<u8> = (0..len).map(|i: u8| i.wrapping_mul(89) ^ 0xfb).collect();
            for (alphabet, padded) in [(USUAL, true), (USUAL, false), (URL, true), (URL, false)] {
                let text = to_base64(&bytes, alphabet, padded);
                assert_eq!(first(&text), (Writing::Base64, bytes.clone()), "{text}");
                let wrapped = format!("{}\n{}\n", &text[..8], &text[8..]);
                assert_eq!(base64::decode(&wrapped), Ok(bytes.clone()));
            }
        }
        // RFC 4648, section 10.
        for (text, bytes) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"), ("Zm9vYmFy", "foobar")] {
            assert_eq!(base64::decode(text), Ok(bytes.as_bytes().to_vec()));
        }
        assert_eq!(first("data:application/octet-stream;base64,Zm9vYmFyIQ==").1, b"foobar!");
    }

    fn pem_is_read_block_by_block() {
        let bytes = sample();
        let block = |label: &str| format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", to_base64(&bytes, USUAL, true));
        let text = format!("subject=somebody\n{}{}", block("CERTIFICATE"), block("X509 CRL"));
        let all = readings(&text);
        let labels: Vec<_> = all.iter().map(|r| r.writing.clone()).collect();
        assert_eq!(labels, [Writing::Pem("CERTIFICATE".into()), Writing::Pem("X509 CRL".into())]);
        assert!(all.iter().all(|r| r.bytes.as_ref() == Ok(&bytes)));
        let cut = &text[..80];
        assert_eq!(complaint(cut).0, 17);
        assert!(complaint(cut).1.contains("-----END CERTIFICATE-----"));
    }

    fn what_does_not_fit_is_told_with_its_place() {
        assert_eq!(complaint("01 02 3"), (6, "hex text at offset 0x6 has a group with an odd number of digits there, 1; two make a byte, so one is missing or too much.".into()));
        assert_eq!(complaint("01:02:345:06").0, 6);
        assert_eq!(complaint("00112233445566778899aabbccddeeff!0112233").0, 32);
        assert_eq!(complaint("{0x01, 0x123}").0, 7);
        assert!(complaint("{0x01, 0x123}").1.contains("more than a byte holds"));
        let dump = xxd(&sample()).lines().filter(|l| !l.starts_with("00000020")).collect::<Vec<_>>().join("\n");
        let (at, says) = complaint(&dump);
        assert!(dump[at as usize..].starts_with("00000030"), "{says}");
        assert!(says.contains("32 bytes stand before it"), "{says}");
        for (text, at) in [("Zm9v!mFy", 4), ("Zg==Zg==", 4), ("Zm-v/mFy", 4), ("Zm9vY", 5), ("Zh==", 4), ("Zg=", 3)] {
            assert_eq!(base64::decode(text).map_err(|bad| bad.at), Err(at), "{text}");
        }
    }

    fn words_are_not_taken_for_bytes() {
        for text in ["", " \n", "hello", "the fog comes on little cat feet", "{\"enclave\": {}}"] {
            assert!(readings(text).iter().all(|r| r.bytes.is_err()), "{text}: {:?}", readings(text));
        }
    }

    /// No text panics, whatever is cut out of it.
    fn every_piece_of_a_text_is_answered() {
        let bytes = sample();
        let pem = format!("-----BEGIN X-----\n{}\n-----END X-----", to_base64(&bytes, USUAL, true));
        for text in [xxd(&bytes), hexdump(&bytes), pem, format!("{{{}}}", joined(&bytes, |b| format!("0x{b:02x}"), ", /*é*/"))] {
            for from in (0..text.len()).step_by(7).filter(|i| text.is_char_boundary(*i)) {
                for to in (from..text.len()).step_by(61).filter(|i| text.is_char_boundary(*i)) {
                    let _ = readings(&text[from..to]);
                }
            }
        }
    }
}
