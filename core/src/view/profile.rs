//! What is said of a machine, question by question: the same rows for every machine, so that they can
//! be laid side by side.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::panels::{Fact, Facts, Tone};
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

/// Where a claim can be seen to be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A step of a run.
    Step {
        /// The scenario.
        scenario: &'static str,
        /// The step's label.
        step: &'static str,
    },
    /// Nothing here can be run for it, and why.
    None(Text),
}

/// What is said of a machine in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The row.
    pub aspect: Aspect,
    /// What was said in 2020.
    pub then: Text,
    /// What holds today.
    pub today: Text,
    /// Where the latter is written.
    pub cite: &'static str,
    /// Where it can be seen.
    pub evidence: Evidence,
}

/// What is said of a machine: one claim a row, in the order of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The machine's id.
    pub tee: &'static str,
    /// The claims.
    pub claims: Vec<Claim>,
}

impl Profile {
    /// The claim of a row.
    #[must_use]
    pub fn claim(&self, aspect: Aspect) -> Option<&Claim> {
        self.claims.iter().find(|c| c.aspect == aspect)
    }

    /// The profile as a panel: what holds today, with what was said before where it was something else.
    #[must_use]
    pub fn panel(&self) -> Facts {
        let fact = |claim: &Claim| Fact {
            key: claim.aspect.id().to_string(),
            name: claim.aspect.title(),
            value: text!(
                "profile.value",
                "{today} In 2020: {then}",
                today = claim.today.clone(),
                then = claim.then.clone()
            ),
            mono: false,
            tone: Tone::Plain,
            cite: claim.cite.into(),
            model: false,
            place: None,
        };
        Facts {
            id: "profile",
            title: text!("profile.title", "What is said of it"),
            note: text!("profile.note", "today, and in an article of April 2020"),
            facts: self.claims.iter().map(fact).collect(),
        }
    }
}
