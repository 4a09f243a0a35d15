//! What a probe on DRAM reads, against lines encrypted by OpenSSL.

use teescope_core::memory::Physical;
use teescope_core::sgx::dram::encrypted_line;
use teescope_core::trace::{Machine as _, Observer};
use teescope_core::view::Access;

use super::scene::{HEAP_PAGE, ready};
use crate::vectors;

shared_test! {
    fn lines_are_encrypted_as_openssl_does() {
        let Some(json) = vectors::json("tdx/xts_lines.json") else { return };
        let mut compared = 0;
        for line in json["lines"].as_array().expect("lines") {
            let first = match line["key"].as_str() {
                Some("key0_128x2") => 0,
                Some("key1_128x2") => 32,
                _ => continue,
            };
            let key = |at: u8| std::array::from_fn(|i| at + i as u8);
            let plain: [u8; 64] = match line["plain"].as_str() {
                Some("zeros") => [0; 64],
                Some("0x42") => [0x42; 64],
                Some("count") => std::array::from_fn(|i| i as u8),
                _ => continue,
            };
            let at = line["pa"].as_str().expect("an address").trim_start_matches("0x");
            let at = u64::from_str_radix(at, 16).expect("hex");
            let cipher = encrypted_line(&[key(first), key(first + 16)], at, &plain);
            let wanted = line["cipher"].as_str().expect("hex");
            assert_eq!(teescope_core::bytes::hex::encode(&cipher), wanted, "{at:#x}");
            compared += 1;
        }
        assert!(compared >= 3, "{compared}");
    }

    /// Equal plaintext repeats at one address and differs between two: that is all a probe learns.
    fn a_probe_reads_ciphertext_by_address() {
        let m = ready();
        let at = m.epc_physical(HEAP_PAGE);
        let read = |at: u64| m.probe(Observer::Bus, at, Access::Read).bytes;
        assert_eq!(read(at.0), read(at.0));
        assert_ne!(read(at.0), read(at.0 + 64));
        let plain = &m.epc_bytes(HEAP_PAGE)[..16];
        assert_ne!(read(at.0), plain);
        assert_eq!(m.ram.bytes(Physical(0x0200_0000), 16), read(0x0200_0000));
    }
}
