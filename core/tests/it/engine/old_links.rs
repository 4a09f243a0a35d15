//! Links that are out in the world. They must mean what they meant for ever: add rows, never change one.

use teescope_core::trace::{Edit, Link, Observer, Settings};

/// A fragment and what it means.
struct Old {
    fragment: &'static str,
    scenario: &'static str,
    step: &'static str,
    set: &'static [(&'static str, &'static str)],
    seed: u64,
    edits: &'static [&'static str],
    observer: Option<Observer>,
    mark: &'static str,
    rest: &'static [(&'static str, &'static str)],
}

const NOTHING: Old = Old {
    fragment: "",
    scenario: "",
    step: "",
    set: &[],
    seed: 0,
    edits: &[],
    observer: None,
    mark: "",
    rest: &[],
};

const OLD: &[Old] = &[
    NOTHING,
    Old {
        fragment: "#",
        ..NOTHING
    },
    Old {
        fragment: "#lang=ja&theme=dark",
        rest: &[("lang", "ja"), ("theme", "dark")],
        ..NOTHING
    },
    Old {
        fragment: "#sgx/hello-enclave",
        scenario: "sgx/hello-enclave",
        ..NOTHING
    },
    Old {
        fragment: "sgx/hello-enclave@load.code2.eextend1&lang=ja&theme=dark",
        scenario: "sgx/hello-enclave",
        step: "load.code2.eextend1",
        rest: &[("lang", "ja"), ("theme", "dark")],
        ..NOTHING
    },
    Old {
        fragment: "#sgx/hello-enclave@17&as=bus&mark=create",
        scenario: "sgx/hello-enclave",
        step: "17",
        observer: Some(Observer::Bus),
        mark: "create",
        ..NOTHING
    },
    Old {
        fragment: "#sgx/hello-enclave&set.heap=2&seed=18446744073709551615",
        scenario: "sgx/hello-enclave",
        set: &[("heap", "2")],
        seed: u64::MAX,
        ..NOTHING
    },
    Old {
        fragment: "#sgx/hello-enclave&set.message=Hello%2C%20%E6%97%A5%E6%9C%AC%26%3D%25",
        scenario: "sgx/hello-enclave",
        set: &[("message", "Hello, 日本&=%")],
        ..NOTHING
    },
    Old {
        fragment: "#sgx/order-matters&op=+init.einit:EPA()&op=-load.code1&op=~load.code2:FLIP(at=0x7fe0,bit=3)",
        scenario: "sgx/order-matters",
        edits: &[
            "+init.einit:EPA",
            "-load.code1",
            "~load.code2:FLIP(at=0x7fe0,bit=3)",
        ],
        ..NOTHING
    },
    Old {
        fragment: "#sgx/signing&set.key=sha256-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        scenario: "sgx/signing",
        set: &[(
            "key",
            "sha256-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        )],
        ..NOTHING
    },
    // Packed outside of this project, by zlib.
    Old {
        fragment: "#sgx/hello-enclave@end&z=UytOLdHLSE0ssDVSK05NTbE1V8svsNXOzMss0UsFkVauAY4amiBB3Zz8xBS95PyUVEMQtw7ONbJy8_EM0EgssTWoME9LNdBJyiyxNdYEAA&lang=ja",
        scenario: "sgx/hello-enclave",
        step: "end",
        set: &[("heap", "2")],
        seed: 7,
        edits: &[
            "+init.einit:EPA",
            "-load.code1",
            "~load.code2:FLIP(at=0x7fe0,bit=3)",
        ],
        rest: &[("lang", "ja")],
        ..NOTHING
    },
    // Keys that today means nothing are kept, so that an old page hands a new link on unharmed.
    Old {
        fragment: "#sgx/destroy@end&later=%7B1%7D&flag&lang=de",
        scenario: "sgx/destroy",
        step: "end",
        rest: &[("later", "{1}"), ("flag", ""), ("lang", "de")],
        ..NOTHING
    },
    // A half-hearted escape, as some programs make it of an address, still reads.
    Old {
        fragment: "#sgx/signing@init%2Eeinit&set.message=100%",
        scenario: "sgx/signing",
        step: "init.einit",
        set: &[("message", "100%")],
        ..NOTHING
    },
];

fn meaning(old: &Old) -> Link {
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect()
    };
    let edits = old.edits.iter().map(|e| Edit::parse(e).expect("it reads"));
    Link {
        scenario: old.scenario.into(),
        step: old.step.into(),
        settings: Settings {
            params: pairs(old.set).into_iter().collect(),
            seed: old.seed,
            edits: edits.collect(),
        },
        observer: old.observer,
        mark: old.mark.into(),
        rest: pairs(old.rest),
    }
}

/// Every old fragment.
pub(crate) fn fragments() -> impl Iterator<Item = &'static str> {
    OLD.iter().map(|old| old.fragment)
}

shared_test! {
    /// Each reads as what it meant, and what is written of it today reads the same.
    fn old_links_keep_their_meaning() {
        for old in OLD {
            let meant = meaning(old);
            let read = Link::read(old.fragment).expect(old.fragment);
            assert_eq!(read, meant, "{}", old.fragment);
            assert_eq!(Link::read(&read.write()).expect("it was just written"), meant);
        }
    }
}
