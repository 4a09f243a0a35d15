//! For which releases of the SDK it is known, byte for byte, what the signing tool writes.
//!
//! The tool refuses a program of another release than its own: `g_global_data.sdk_version` in the program
//! must be the tool’s. So the program names the tool’s release, from 2.9 on. Three releases were read whole:
//!
//! | release | read from |
//! |---|---|
//! | 2.17.101 | Unikraft, `lib/uksgx`, which holds the SDK 2.17.1 |
//! | 2.20.100 | intel/linux-sgx, commit 20bed6e2 |
//! | 2.26.100 | intel/linux-sgx, commit 8e9ed532 |
//!
//! Read were `sdk/sign_tool/SignTool/manage_metadata.cpp` and `sign_tool.cpp`, `common/inc/internal/metadata.h`,
//! `global_data.h` and `thread_data.h`, `psw/urts/parser/update_global_data.hxx` and `elfparser.cpp`. Of 2.20 the
//! version of the metadata is taken from Apache Teaclave’s types for the same structures; it is not measured.

use core::ops::RangeInclusive;

use alloc::format;
use alloc::string::String;

/// What differs between releases.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sgx) struct Release {
    /// Its name, as people write it.
    pub name: &'static str,
    /// Minor version and revision of the SDK, as programs name them.
    pub sdk: (u16, u16),
    /// How many bytes `g_global_data` may have.
    pub data: RangeInclusive<u64>,
    /// Version of the metadata for processors with dynamic memory.
    pub metadata: (u64, u64),
    /// Minor version of the metadata for those without.
    pub plain: u64,
    /// Directories before the tables.
    pub directories: u64,
    /// Settings that are known, of the table of all.
    pub settings: usize,
    /// Whether the state save area grows with XFRM, threads know AEX-Notify, and the enclave’s own management
    /// of dynamic memory gets a region.
    pub grown: bool,
    /// Whether `elrange_size` is SIZE where no range is set; else 0.
    pub range_is_size: bool,
}

/// The releases, the newest last.
pub(in crate::sgx) static RELEASES: [Release; 3] = [
    Release {
        name: "2.17",
        sdk: (17, 101),
        data: 1688..=1688,
        metadata: (2, 4),
        plain: 4,
        directories: 2,
        settings: 32,
        grown: false,
        range_is_size: true,
    },
    Release {
        name: "2.20",
        sdk: (20, 100),
        data: 1760..=1760,
        metadata: (3, 0),
        plain: 4,
        directories: 2,
        settings: 35,
        grown: true,
        range_is_size: true,
    },
    // What follows edmm_bk_overhead in this release is zero unless a FIPS mode is on.
    Release {
        name: "2.26",
        sdk: (26, 100),
        data: 1761..=1792,
        metadata: (3, 3),
        plain: 5,
        directories: 4,
        settings: 37,
        grown: true,
        range_is_size: false,
    },
];

/// The release of a name.
pub(in crate::sgx) fn named(name: &str) -> Option<&'static Release> {
    RELEASES.iter().find(|r| r.name == name)
}

/// The release of a version in a program: major in the upper 32 bits, minor in the next 16, then revision.
pub(super) fn of(version: u64) -> Option<&'static Release> {
    let is = |r: &&Release| version == 2 << 32 | u64::from(r.sdk.0) << 16 | u64::from(r.sdk.1);
    RELEASES.iter().find(is)
}

/// A version in a program, as people write it.
pub(in crate::sgx) fn written(version: u64) -> String {
    let (major, minor, revision) = (version >> 32, version >> 16 & 0xffff, version & 0xffff);
    format!("{major}.{minor}.{revision}")
}

/// The names of all releases.
pub(super) fn all() -> String {
    let names: alloc::vec::Vec<&str> = RELEASES.iter().map(|r| r.name).collect();
    names.join(", ")
}
