//! The rows of the comparison by words: what is asked of every machine.

use crate::text;
use crate::text::Text;

/// A row of the comparison: one question to every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the names are the definition; `title` says each in words"
)]
pub enum Aspect {
    Isolation,
    Privilege,
    Instructions,
    MemoryModel,
    Allocation,
    Encryption,
    SecureBoot,
    SideChannels,
    RootOfTrust,
    Attestation,
    Virtualisation,
    Development,
    Weaknesses,
}

impl Aspect {
    /// Every row, in the order of the table.
    pub const ALL: [Self; 13] = [
        Self::Isolation,
        Self::Privilege,
        Self::Instructions,
        Self::MemoryModel,
        Self::Allocation,
        Self::Encryption,
        Self::SecureBoot,
        Self::SideChannels,
        Self::RootOfTrust,
        Self::Attestation,
        Self::Virtualisation,
        Self::Development,
        Self::Weaknesses,
    ];

    /// The stable lower-case name, for links and JSON.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Isolation => "isolation",
            Self::Privilege => "privilege",
            Self::Instructions => "instructions",
            Self::MemoryModel => "memory-model",
            Self::Allocation => "allocation",
            Self::Encryption => "encryption",
            Self::SecureBoot => "secure-boot",
            Self::SideChannels => "side-channels",
            Self::RootOfTrust => "root-of-trust",
            Self::Attestation => "attestation",
            Self::Virtualisation => "virtualisation",
            Self::Development => "development",
            Self::Weaknesses => "weaknesses",
        }
    }

    /// The row of that id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|row| row.id() == id)
    }

    /// The question in a few words.
    #[must_use]
    pub fn title(self) -> Text {
        match self {
            Self::Isolation => text!("profile.isolation", "Isolated environments"),
            Self::Privilege => text!("profile.privilege", "Privilege levels inside"),
            Self::Instructions => text!("profile.instructions", "Instructions"),
            Self::MemoryModel => text!("profile.memory-model", "Memory model"),
            Self::Allocation => text!("profile.allocation", "Memory allocation"),
            Self::Encryption => text!("profile.encryption", "Memory encryption"),
            Self::SecureBoot => text!("profile.secure-boot", "Secure boot"),
            Self::SideChannels => text!("profile.side-channels", "Resistance to side channels"),
            Self::RootOfTrust => text!("profile.root-of-trust", "Root of trust"),
            Self::Attestation => text!("profile.attestation", "Remote attestation"),
            Self::Virtualisation => text!("profile.virtualisation", "Virtualisation"),
            Self::Development => text!("profile.development", "Development"),
            Self::Weaknesses => text!("profile.weaknesses", "Known weaknesses"),
        }
    }
}
