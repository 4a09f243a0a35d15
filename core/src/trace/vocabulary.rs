//! The closed lists every machine shares, so that runs can be laid side by side: phases and observers.

use crate::text;
use crate::text::Text;

/// The part of a protected program's life a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the names are the definition; `title` says each in words"
)]
pub enum Phase {
    Boot,
    Allocate,
    Load,
    Initialise,
    Enter,
    Use,
    Interrupt,
    Resume,
    Attest,
    Store,
    Destroy,
}

impl Phase {
    /// Every phase, in the order of a life.
    pub const ALL: [Self; 11] = [
        Self::Boot,
        Self::Allocate,
        Self::Load,
        Self::Initialise,
        Self::Enter,
        Self::Use,
        Self::Interrupt,
        Self::Resume,
        Self::Attest,
        Self::Store,
        Self::Destroy,
    ];

    /// The stable lower-case name, for links and JSON.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Allocate => "allocate",
            Self::Load => "load",
            Self::Initialise => "initialise",
            Self::Enter => "enter",
            Self::Use => "use",
            Self::Interrupt => "interrupt",
            Self::Resume => "resume",
            Self::Attest => "attest",
            Self::Store => "store",
            Self::Destroy => "destroy",
        }
    }

    /// The name as people read it.
    #[must_use]
    pub fn title(self) -> Text {
        match self {
            Self::Boot => text!("phase.boot", "Boot"),
            Self::Allocate => text!("phase.allocate", "Allocate"),
            Self::Load => text!("phase.load", "Load"),
            Self::Initialise => text!("phase.initialise", "Initialise"),
            Self::Enter => text!("phase.enter", "Enter"),
            Self::Use => text!("phase.use", "Use"),
            Self::Interrupt => text!("phase.interrupt", "Interrupt"),
            Self::Resume => text!("phase.resume", "Resume"),
            Self::Attest => text!("phase.attest", "Attest"),
            Self::Store => text!("phase.store", "Store"),
            Self::Destroy => text!("phase.destroy", "Destroy"),
        }
    }
}

/// Who looks at the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Observer {
    /// The protected code itself.
    Inside,
    /// The process that hosts it.
    Process,
    /// The operating system or hypervisor.
    Privileged,
    /// Another enclave or application.
    Neighbour,
    /// Another core or hart.
    OtherCore,
    /// A device with DMA.
    Device,
    /// A probe on the DRAM bus.
    Bus,
    /// Somebody on the network.
    Network,
    /// A remote verifier or manager.
    Remote,
}

impl Observer {
    /// Every observer, from the inside out.
    pub const ALL: [Self; 9] = [
        Self::Inside,
        Self::Process,
        Self::Privileged,
        Self::Neighbour,
        Self::OtherCore,
        Self::Device,
        Self::Bus,
        Self::Network,
        Self::Remote,
    ];

    /// The stable lower-case name, for links and JSON.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Process => "process",
            Self::Privileged => "privileged",
            Self::Neighbour => "neighbour",
            Self::OtherCore => "other-core",
            Self::Device => "device",
            Self::Bus => "bus",
            Self::Network => "network",
            Self::Remote => "remote",
        }
    }

    /// The observer of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.id() == id)
    }

    /// The name as people read it; a machine may say it in its own words.
    #[must_use]
    pub fn title(self) -> Text {
        match self {
            Self::Inside => text!("observer.inside", "Protected code"),
            Self::Process => text!("observer.process", "Host process"),
            Self::Privileged => text!("observer.privileged", "Operating system"),
            Self::Neighbour => text!("observer.neighbour", "Neighbour"),
            Self::OtherCore => text!("observer.other-core", "Another core"),
            Self::Device => text!("observer.device", "DMA device"),
            Self::Bus => text!("observer.bus", "Probe on DRAM"),
            Self::Network => text!("observer.network", "Network"),
            Self::Remote => text!("observer.remote", "Remote verifier"),
        }
    }
}
