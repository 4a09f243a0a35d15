//! SECINFO: what a page is and what may be done with it.

use crate::{bits, layout, values};

values! {
    /// What an EPC page is.
    pub struct PageType: u8, "PAGE_TYPE";
    0 "PT_SECS" => SECS, "An enclave's control structure.";
    1 "PT_TCS" => TCS, "A thread control structure.";
    2 "PT_REG" => REG, "Ordinary code or data.";
    3 "PT_VA" => VA, "Version numbers of evicted pages.";
    4 "PT_TRIM" => TRIM, "On its way out of the enclave.", since "SGX2";
    5 "PT_SS_FIRST" => SS_FIRST, "First page of a shadow stack.", since "CET";
    6 "PT_SS_REST" => SS_REST, "Further page of a shadow stack.", since "CET";
}

bits! {
    /// Type, permissions and state of a page.
    pub struct SecInfoFlags: u64, "SECINFO.FLAGS";
    0 "R" => R, "The page may be read from inside the enclave.";
    1 "W" => W, "The page may be written from inside the enclave.";
    2 "X" => X, "Code in the page may run inside the enclave.";
    3 "PENDING" => PENDING, "Added by EAUG and not yet accepted.", since "SGX2";
    4 "MODIFIED" => MODIFIED, "Type changed by EMODT and not yet accepted.", since "SGX2";
    5 "PR" => PR, "Permissions being restricted by EMODPR.", since "SGX2";
    8 + 8 "PAGE_TYPE" => PAGE_TYPE: PageType, "What the page is.";
}

impl SecInfoFlags {
    /// Read, write and execute together.
    pub const RWX: Self = Self::R.with(Self::W).with(Self::X);

    /// Flags of a page of `page_type` with the permissions in `rwx`.
    #[must_use]
    pub const fn page(page_type: PageType, rwx: Self) -> Self {
        rwx.with_page_type(page_type)
    }

    /// What the page is.
    #[must_use]
    pub const fn page_type(self) -> PageType {
        PageType::new(self.field(Self::PAGE_TYPE) as u8)
    }

    /// These flags with another page type.
    #[must_use]
    pub const fn with_page_type(self, page_type: PageType) -> Self {
        self.with_field(Self::PAGE_TYPE, page_type.value() as u64)
    }
}

layout! {
    /// Type, permissions and state of a page, as software names them to the processor.
    ///
    /// The manual counts undefined bits of FLAGS among the reserved fields:
    /// [`SecInfo::is_reserved_zero`] looks at both.
    #[derive(Copy)]
    pub struct SecInfo: "SECINFO", 64 bytes, align 64, "Intel SDM vol. 3D, Security Information (SECINFO)";
    0  8 "FLAGS" => flags: SecInfoFlags, "Type, permissions and state of the page.";
    8 56 "reserved", "Must be zero.";
}

impl SecInfo {
    /// The SECINFO with these flags.
    #[must_use]
    pub const fn new(flags: SecInfoFlags) -> Self {
        Self { flags }
    }

    /// Whether the reserved bytes and the undefined bits of FLAGS are all zero.
    #[must_use]
    pub fn is_reserved_zero(bytes: &[u8; Self::SIZE]) -> bool {
        Self::reserved_violation(bytes).is_none() && Self::from_bytes(bytes).flags.unknown() == 0
    }
}
