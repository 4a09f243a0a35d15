//! Leaf numbers, error codes, page types, key names and flags against `sgx-isa`.

use sgx_isa::{
    AttributesFlags, Encls, Enclu, ErrorCode, Keyname, Keypolicy, MEAS_EADD, MEAS_ECREATE,
    MEAS_EEXTEND, PageType, SIGSTRUCT_HEADER1, SIGSTRUCT_HEADER2, SecinfoFlags,
};
use teescope_core::sgx::structs::{self, KeyName, KeyPolicy, SecInfoFlags, SigStruct};
use teescope_core::sgx::{eadd_record, ecreate_record, eextend_record, encls, enclu, status};

/// A name as both sides can be brought to it: letters and digits, small, without what a manual puts before.
fn plain(name: &str) -> String {
    let name = name.strip_prefix("SGX_").unwrap_or(name);
    let name = name.strip_prefix("PT_").unwrap_or(name);
    let kept = name.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

#[test]
fn error_codes() {
    for code in status::ALL {
        let Ok(theirs) = ErrorCode::try_from(code.code as u32) else {
            // Codes that came with later extensions than that crate knows.
            assert!((25..=31).contains(&code.code), "{}", code.name);
            continue;
        };
        // The manual has renamed one since.
        let own = match code.name {
            "SGX_EPC_PAGE_CONFLICT" => "lockfail".into(),
            name => plain(name),
        };
        assert_eq!(own, plain(&format!("{theirs:?}")), "{}", code.code);
    }
}

#[test]
fn leaves() {
    let mut known = [0; 2];
    for leaf in encls::LEAVES {
        if let Ok(theirs) = Encls::try_from(leaf.number) {
            assert_eq!(plain(leaf.name), plain(&format!("{theirs:?}")));
            known[0] += 1;
        }
    }
    for leaf in enclu::LEAVES {
        if let Ok(theirs) = Enclu::try_from(leaf.number) {
            assert_eq!(plain(leaf.name), plain(&format!("{theirs:?}")));
            known[1] += 1;
        }
    }
    assert_eq!(known, [16, 9]);
}

#[test]
fn types_names_and_flags() {
    for (own, theirs) in [
        (structs::PageType::SECS, PageType::Secs),
        (structs::PageType::TCS, PageType::Tcs),
        (structs::PageType::REG, PageType::Reg),
        (structs::PageType::VA, PageType::Va),
        (structs::PageType::TRIM, PageType::Trim),
    ] {
        assert_eq!(own.value(), theirs as u8);
    }
    for (own, theirs) in [
        (KeyName::EINITTOKEN, Keyname::Einittoken),
        (KeyName::PROVISION, Keyname::Provision),
        (KeyName::PROVISION_SEAL, Keyname::ProvisionSeal),
        (KeyName::REPORT, Keyname::Report),
        (KeyName::SEAL, Keyname::Seal),
    ] {
        assert_eq!(own.value(), theirs as u16);
    }
    type Own = structs::AttributesFlags;
    for (own, theirs) in [
        (Own::INIT, AttributesFlags::INIT),
        (Own::DEBUG, AttributesFlags::DEBUG),
        (Own::MODE64BIT, AttributesFlags::MODE64BIT),
        (Own::PROVISIONKEY, AttributesFlags::PROVISIONKEY),
        (Own::EINITTOKEN_KEY, AttributesFlags::EINITTOKENKEY),
        (Own::CET, AttributesFlags::CET),
        (Own::KSS, AttributesFlags::KSS),
    ] {
        assert_eq!(own.bits(), theirs.bits());
    }
    for (own, theirs) in [
        (SecInfoFlags::R, SecinfoFlags::R),
        (SecInfoFlags::W, SecinfoFlags::W),
        (SecInfoFlags::X, SecinfoFlags::X),
        (SecInfoFlags::PENDING, SecinfoFlags::PENDING),
        (SecInfoFlags::MODIFIED, SecinfoFlags::MODIFIED),
        (SecInfoFlags::PR, SecinfoFlags::PR),
        (SecInfoFlags::PAGE_TYPE, SecinfoFlags::PT_MASK),
    ] {
        assert_eq!(own.bits(), theirs.bits());
    }
    assert_eq!(KeyPolicy::MRENCLAVE.bits(), Keypolicy::MRENCLAVE.bits());
    assert_eq!(KeyPolicy::MRSIGNER.bits(), Keypolicy::MRSIGNER.bits());
}

#[test]
fn constants() {
    assert_eq!(SigStruct::HEADER, SIGSTRUCT_HEADER1);
    assert_eq!(SigStruct::HEADER2, SIGSTRUCT_HEADER2);
    let tag = |record: [u8; 64]| u64::from_le_bytes(record[..8].try_into().expect("8 bytes"));
    assert_eq!(tag(ecreate_record(1, 4096)), MEAS_ECREATE);
    assert_eq!(tag(eadd_record(0, &[0; 64])), MEAS_EADD);
    assert_eq!(tag(eextend_record(0)), MEAS_EEXTEND);
}
