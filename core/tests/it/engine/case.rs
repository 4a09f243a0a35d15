//! Case files: written and read again, and every way they can be wrong has its sentence.

use teescope_core::trace::{Case, Edit, Settings};

use super::dice::Dice;

fn case() -> Case {
    let edits = ["+init.einit:EPA", "-load.code1"].map(|e| Edit::parse(e).expect("it reads"));
    let params = [("heap", "2"), ("message", "a “quoted” \"word\"\n\\ & {x}")];
    Case {
        scenario: "sgx/hello-enclave".into(),
        settings: Settings {
            params: params.map(|(k, v)| (k.into(), v.into())).into(),
            seed: u64::MAX,
            edits: edits.to_vec(),
        },
        digest: core::array::from_fn(|i| i as u8),
    }
}

/// The file of that case, written by hand.
const FILE: &str = r#"{
  "teescope": "case",
  "revision": 1,
  "scenario": "sgx/hello-enclave",
  "set": {"heap": "2", "message": "a “quoted” \"word\"\n\\ & {x}"},
  "seed": "18446744073709551615",
  "edits": ["+init.einit:EPA", "-load.code1"],
  "digest": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
}
"#;

shared_test! {
    /// The form is fixed: keys in one order, the seed as text because it may pass 2^53.
    fn case_files_are_written_so() {
        assert_eq!(case().write(), FILE);
        assert_eq!(Case::read(FILE), Ok(case()));
    }

    /// Arbitrary texts survive.
    fn case_files_round_trip() {
        let mut dice = Dice::new(6);
        for _ in 0..500 {
            let mut case = Case { scenario: dice.text(12), ..case() };
            case.settings.seed = dice.next();
            case.settings.params = (0..dice.below(5)).map(|_| (dice.text(5), dice.text(30))).collect();
            assert_eq!(Case::read(&case.write()), Ok(case));
        }
    }

    /// Texts are written as serde_json writes them, which knows every character that needs care.
    fn case_files_quote_as_others_do() {
        for c in ('\0'..='\u{2ff}').chain(['\u{2028}', '\u{ffff}', '\u{1f600}']) {
            let text = format!("a{c}b");
            let case = Case { scenario: text.clone(), ..case() };
            let line = format!("\n  \"scenario\": {},\n", serde_json::Value::from(text));
            assert!(case.write().contains(&line), "{line}");
        }
    }

    /// Another order of the keys and other white space mean the same.
    fn case_files_are_json() {
        let file = r#"{"digest":"000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f","edits":[],
            "seed":"0x10","set":{},"scenario":"x","revision":1,"teescope":"case"}"#;
        let case = Case::read(file).expect("it reads");
        assert_eq!((case.settings.seed, case.digest[31]), (16, 31));
    }

    /// Whatever is missing, unknown or of the wrong kind is named.
    fn case_files_that_do_not_read() {
        let wrong = [
            ("\"case\"", "\"cake\"", "teescope"),
            ("\"revision\": 1", "\"revision\": \"1\"", "revision"),
            ("\"revision\": 1", "\"revision\": 2", "revision 2"),
            ("\"sgx/hello-enclave\"", "7", "scenario"),
            ("\"18446744073709551615\"", "18446744073709551615", "seed"),
            ("18446744073709551615", "18446744073709551616", "seed"),
            ("\"heap\": \"2\"", "\"heap\": 2", "set"),
            ("[\"+init", "[7, \"+init", "edits"),
            ("+init.einit:EPA", "init.einit:EPA", "init.einit:EPA"),
            ("1d1e1f", "1d1e", "digest"),
            ("1d1e1f", "1d1e1g", "digest"),
            ("\"digest\"", "\"digets\"", "digets"),
            ("\"seed\"", "\"more\": 1, \"seed\"", "more"),
            ("}\n", "", "JSON"),
        ];
        for (from, to, says) in wrong {
            let file = FILE.replacen(from, to, 1);
            assert_ne!(file, FILE, "{from}");
            let e = Case::read(&file).expect_err(&file);
            assert!(e.to_string().contains(says), "{e}");
        }
        for file in ["", "[]", "7", "null", "{}"] {
            assert!(Case::read(file).is_err());
        }
        for key in ["teescope", "revision", "scenario", "set", "seed", "edits", "digest"] {
            let without = FILE.replacen(&format!("\"{key}\""), "\"teescop\"", 1);
            assert!(Case::read(&without).is_err(), "{key}");
        }
    }

    /// Cut anywhere, any bit flipped: the same case, another case, or a sentence.
    fn damaged_case_files() {
        for cut in 0..FILE.len() - 1 {
            let file = String::from_utf8_lossy(&FILE.as_bytes()[..cut]).into_owned();
            assert!(Case::read(&file).is_err() || cut == FILE.len() - 1, "cut at {cut}");
        }
        for bit in 0..FILE.len() * 8 {
            let mut bytes = FILE.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            match Case::read(&String::from_utf8_lossy(&bytes)) {
                Ok(read) => assert_eq!(Case::read(&read.write()), Ok(read)),
                Err(e) => assert!(e.to_string().len() > 20),
            }
        }
    }
}
