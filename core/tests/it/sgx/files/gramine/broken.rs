//! Broken manifests and libpals: a sentence that says where, never a panic.

use teescope_core::sgx::Report;

use super::twin::Gramine;
use super::{any, dice};

fn refused_as(manifest: &[u8], libpal: &[u8], releases: Option<&str>) -> String {
    match Report::gramine(manifest, libpal, None, releases) {
        Ok(report) => panic!("accepted: {report:?}"),
        Err(why) => why.en(),
    }
}

fn refused(made: &Gramine) -> String {
    refused_as(&made.manifest(), &made.libpal(), None)
}

/// The enclave with something else in its manifest.
fn with(from: &str, to: &str) -> Gramine {
    let mut made = Gramine::small();
    assert!(made.text.contains(from));
    made.text = made.text.replacen(from, to, 1);
    made
}

shared_test! {
    fn sizes_that_are_none_are_refused() {
        for bad in ["", "M", "12X", "012M", "-4M", "4m", "4 M", "1_0M", "0x", "4.5M", "18446744073709551616",
            "99999999999999999G"] {
            let why = refused(&with("\"0x400000\"", &format!("\"{bad}\"")));
            assert!(why.contains("sgx.enclave_size at offset"), "{why}");
            assert!(why.contains(&format!("“{bad}”, not a whole number")), "{why}");
        }
        for bad in ["0", "1", "4097", "0x200000000K", "128T"] {
            let made = with("\"0x400000\"", &format!("\"{bad}\""));
            assert!(refused(&made).contains("sgx.enclave_size at offset"), "{bad}");
        }
        for bad in ["4194304", "true", "[ \"4M\" ]"] {
            let why = refused(&with("\"0x400000\"", bad));
            assert!(why.contains("should be a string such as"), "{why}");
        }
    }

    fn an_enclave_that_is_too_small_or_too_large_is_refused() {
        let why = refused(&with("0x400000", "512K"));
        assert_eq!(why, ".manifest.sgx: sgx.enclave_size at offset 0x87 (135) leaves 112 pages, but the \
            manifest, 2 threads and libpal take 187.");
        let why = refused(&with("0x400000", "8G"));
        assert!(why.contains("at most 0x10_0000 (1048576) pages"), "{why}");
    }

    fn numbers_of_threads_that_are_none_are_refused() {
        for bad in ["0", "-1", "\"2\"", "2.0", "true", "[]"] {
            let why = refused(&with("max_threads = 2", &format!("max_threads = {bad}")));
            assert!(why.contains("sgx.max_threads at offset"), "{why}");
            assert!(why.contains("should be a whole number of 1 or more"), "{why}");
        }
        for many in ["20000", "9223372036854775807"] {
            let why = refused(&with("max_threads = 2", &format!("max_threads = {many}")));
            assert!(why.contains("90 pages for each thread are more than is taken"), "{why}");
        }
        let why = refused(&with("edmm_enable = false", "edmm_enable = \"no\""));
        assert!(why.contains("sgx.edmm_enable at offset") && why.contains("true or false"), "{why}");
    }

    fn a_manifest_that_was_not_signed_says_what_is_missing() {
        let why = refused(&with("max_threads = 2", ""));
        assert!(why.contains("sgx.max_threads at offset") && why.contains("gramine-sgx-sign"), "{why}");
        let why = refused(&with("enclave_size", "size"));
        assert!(why.contains("sgx.enclave_size at offset"), "{why}");
        let made = Gramine::small();
        let why = refused_as(&made.manifest(), &made.libpal(), Some("1.0"));
        assert!(why.contains("sgx.thread_num at offset") && why.contains("Gramine 1.0–1.3"), "{why}");
        let why = refused_as(&made.manifest(), &made.libpal(), Some("0.9"));
        assert!(why.contains("“0.9”") && why.contains("1.4, 1.0, libpal_addr"), "{why}");
        // In a table of an array it is another key.
        let why = refused(&with("[sgx]\nenclave", "[[sgx]]\nenclave"));
        assert!(why.contains("sgx.enclave_size"), "{why}");
    }

    fn a_libpal_that_is_none_is_blamed() {
        let made = Gramine::small();
        let (manifest, libpal) = (made.manifest(), made.libpal());
        for (bad, says) in [
            (&b""[..], "Elf64_Ehdr"),
            (b"hello, this is no program at all: it is a text of some length, no more", "7F 45 4C 46"),
        ] {
            let why = refused_as(&manifest, bad, None);
            assert!(why.starts_with("libpal.so: ") && why.contains(says), "{why}");
        }
        let change = |at: usize, bytes: &[u8]| {
            let mut file = libpal.clone();
            file[at..at + bytes.len()].copy_from_slice(bytes);
            refused_as(&manifest, &file, None)
        };
        // Program headers start at 64 and take 56 bytes: p_vaddr is at 16, p_memsz at 40.
        let why = change(64 + 16, &0x1000_u64.to_le_bytes());
        assert!(why.contains("segments begin at address 0") || why.contains("p_vaddr"), "{why}");
        let why = change(120 + 16, &0x3c41_u64.to_le_bytes());
        assert!(why.contains("Elf64_Phdr.p_vaddr at offset 0x88 (136)"), "{why}");
        let why = change(120 + 40, &u64::MAX.to_le_bytes());
        assert!(why.contains("p_vaddr") && why.contains("first 4 GiB"), "{why}");
        let why = change(64 + 40, &0x3000_0000_u64.to_le_bytes());
        assert!(why.contains("leaves 1,008 pages"), "{why}");
        // Two segments in one page.
        let why = change(64 + 40, &0x4000_u64.to_le_bytes());
        assert!(why.contains("libpal.so at offset 0") && why.contains("twice"), "{why}");
        // None that is loaded.
        let mut none = made.clone();
        none.segments.truncate(1);
        let mut file = none.libpal();
        file[64] = 4;
        let why = refused_as(&manifest, &file, None);
        assert!(why.contains("segments begin at address 0"), "{why}");
    }

    fn cut_and_flipped_files_end_in_a_sentence_or_a_measurement() {
        let made = any(3);
        let (manifest, libpal) = (made.manifest(), made.libpal());
        let edmm = String::from_utf8_lossy(&manifest).replace("edmm_enable = false", "edmm_enable = true");
        let manifest = edmm.into_bytes();
        for cut in (0..manifest.len()).step_by(7) {
            let _ = Report::gramine(&manifest[..cut], &libpal, None, None);
        }
        let head = libpal.len().min(400);
        for cut in (0..head).step_by(3).chain([libpal.len() - 1]) {
            let _ = Report::gramine(&manifest, &libpal[..cut], None, None);
        }
        let mut below = dice(5);
        for _ in 0..60 {
            let mut file = libpal.clone();
            file[below(head as u64) as usize] ^= 1 << below(8);
            let _ = Report::gramine(&manifest, &file, None, None);
            let mut text = manifest.clone();
            let at = below(text.len() as u64) as usize;
            text[at] ^= 1 << below(7);
            let _ = Report::gramine(&text, &libpal, None, None);
        }
    }
}
