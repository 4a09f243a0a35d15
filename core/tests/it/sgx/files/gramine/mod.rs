//! Enclaves of Gramine: every layout measured twice, which one a SIGSTRUCT proves, what is wrong with broken files.

mod broken;
mod compared;
mod surface;
mod toml;
pub(in crate::sgx) mod twin;

use teescope_core::bytes::hex;
use teescope_core::sgx::Report;

use twin::{Gramine, Seg};

/// What `measure` makes of the files.
fn report(made: &Gramine, sig: Option<&[u8]>, releases: Option<&str>) -> Report {
    let read = Report::gramine(&made.manifest(), &made.libpal(), sig, releases);
    read.unwrap_or_else(|why| panic!("{}", why.en()))
}

fn measured(made: &Gramine, releases: &str) -> [u8; 32] {
    report(made, None, Some(releases))
        .mrenclave
        .expect("measured")
}

/// Numbers that look random.
fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    }
}

/// An enclave of some shape.
fn any(seed: u64) -> Gramine {
    let mut below = dice(seed);
    let mut made = Gramine::small();
    made.threads = 1 + below(5);
    made.entry = below(0x3000);
    made.segments.clear();
    let mut at = 0;
    for n in 0..1 + below(4) {
        let vaddr = at + if n == 0 { 0 } else { below(3) * 0x1777 };
        let len = 0x40 + below(9000);
        let bytes = (0..len).map(|_| below(256) as u8).collect();
        let memsz = len + below(2) * below(9000);
        let flags = [5, 6, 4, 7][below(4) as usize];
        made.segments.push(Seg {
            vaddr,
            bytes,
            memsz,
            flags,
        });
        at = (vaddr + memsz).next_multiple_of(4096);
    }
    made.name();
    made
}

shared_test! {
    fn the_newest_layout_measures_as_the_tools_own_list_of_pages() {
        for seed in 0..8 {
            let mut made = any(seed);
            for edmm in [false, true] {
                made.edmm = edmm;
                made.write_text("4M", &"# padding\n".repeat(seed as usize * 300));
                assert_eq!(measured(&made, "1.4"), made.mrenclave(), "seed {seed}");
            }
        }
    }

    fn older_layouts_depend_on_where_the_enclave_lies() {
        for seed in 0..6 {
            let mut made = any(seed);
            let mut seen = vec![];
            for (releases, libpal_addr) in [("1.0", false), ("libpal_addr", true)] {
                made.libpal_addr = libpal_addr;
                for at_zero in [false, true] {
                    made.at_zero = at_zero;
                    made.write_old_text("0x400000");
                    assert_eq!(measured(&made, releases), made.mrenclave(), "seed {seed}");
                    seen.push(made.mrenclave());
                }
            }
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 4);
        }
    }

    fn a_known_enclave_measures_as_another_program_reckoned() {
        // Reckoned with Python’s struct and hashlib after the signing tool’s source.
        let mut made = Gramine::small();
        assert_eq!(hex::encode(&measured(&made, "1.4")), KNOWN[0]);
        made.edmm = true;
        made.write_text("0x400000", "");
        assert_eq!(hex::encode(&measured(&made, "1.4")), KNOWN[1]);
        made.edmm = false;
        made.at_zero = false;
        made.write_old_text("4096K");
        assert_eq!(hex::encode(&measured(&made, "1.0")), KNOWN[2]);
    }

    fn the_manifest_sizes_at_the_end_of_a_page_count_the_zero_behind_it() {
        let mut made = Gramine::small();
        for len in [4094, 4095, 4096, 4097] {
            made.write_text("4M", "");
            let more = len - made.text.len() - 2;
            made.text += &format!("#{}\n", "x".repeat(more));
            assert_eq!(made.text.len(), len);
            assert_eq!(measured(&made, "1.4"), made.mrenclave(), "{len}");
        }
    }

    fn a_sigstruct_proves_the_layout_and_picks_it() {
        let mut made = Gramine::small();
        let found = report(&made, Some(&made.sigstruct()), None);
        assert_eq!(found.enclavehash, Some(made.mrenclave()));
        assert_eq!(found.mrenclave, found.enclavehash);
        assert_eq!(found.format, "Gramine 1.4–1.9");
        let said = |found: &Report| found.warnings.last().expect("said").en();
        assert!(said(&found).contains("proves"), "{}", said(&found));
        // Without it the newest that fits is an assumption.
        let found = report(&made, None, None);
        assert!(said(&found).contains("assumption"), "{}", said(&found));
        // A manifest with the keys of all releases: only the SIGSTRUCT tells.
        made.write_text("4M", "thread_num = 2\nnonpie_binary = false\n");
        let text = made.text.clone();
        let newest = report(&made, None, None).mrenclave;
        for (libpal_addr, format) in [(false, "Gramine 1.0–1.3"), (true, "Gramine 2021 (libpal_addr)")] {
            (made.at_zero, made.libpal_addr) = (false, libpal_addr);
            assert_eq!(made.text, text);
            let found = report(&made, Some(&made.sigstruct()), None);
            assert_eq!((found.format, found.mrenclave), (format, Some(made.mrenclave())));
            assert!(said(&found).contains("proves"));
            assert_ne!(found.mrenclave, newest);
        }
    }

    fn a_sigstruct_of_another_enclave_is_not_explained_away() {
        let mut made = Gramine::small();
        let sig = made.sigstruct();
        made.segments[0].bytes[77] ^= 1;
        let found = report(&made, Some(&sig), None);
        assert_eq!(found.mrenclave, Some(made.mrenclave()));
        assert_ne!(found.mrenclave, found.enclavehash);
        let said = found.warnings.last().expect("said").en();
        assert!(said.contains("neither this nor any other layout"), "{said}");
    }

    fn what_the_author_chose_is_told() {
        let found = report(&Gramine::small(), None, None);
        let rows = found.rows();
        let row = |name: &str| rows.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
        assert_eq!(row("threads"), Some("2"));
        assert_eq!(row("stack_size"), Some("262144"));
        assert_eq!(row("size"), Some("0x400000"));
        assert_eq!(row("ssa_pages"), Some("8"));
        // All but the free memory is measured: manifest, 90 pages a thread, 2 and 3 pages of libpal.
        assert_eq!(found.measured_pages, Some(1 + 180 + 2 + 3));
        // libpal spans 6 pages; one between its segments is not there, and 16 are below the heap.
        assert_eq!(found.pages, Some(0x400 - 16 - 1));
    }

    fn a_terabyte_that_is_not_added_is_measured_at_once() {
        let mut made = Gramine::small();
        (made.edmm, made.size) = (true, 1 << 40);
        made.write_text("1024G", "");
        assert_eq!(measured(&made, "1.4"), made.mrenclave());
    }
}

/// See the test.
const KNOWN: [&str; 3] = [
    "a2e1f71cc3d7dbc72082671c35694de600a11a9340ad90228c77dede8b39bb1c",
    "186827ab931235399e29ccf62da3d56a90622c2e368effb8280b5dd4eda25d3d",
    "28591e82ef329e433f9baba12cc4be376a095008dd8b31853c2fa667cf318b8e",
];
