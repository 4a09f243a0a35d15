//! The privilege levels a hart runs at.

/// A privilege level, from the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Privilege {
    /// User.
    User,
    /// Supervisor.
    Supervisor,
    /// Machine: the level a hart wakes up in.
    #[default]
    Machine,
}

impl Privilege {
    /// Every level, from the least.
    pub const ALL: [Self; 3] = [Self::User, Self::Supervisor, Self::Machine];

    /// The encoding: 0, 1 and 3; 2 is reserved.
    #[must_use]
    pub const fn code(self) -> u64 {
        match self {
            Self::User => 0,
            Self::Supervisor => 1,
            Self::Machine => 3,
        }
    }

    /// The level of that encoding.
    #[must_use]
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }

    /// The letter it is called by: `U`, `S`, `M`.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::User => "U",
            Self::Supervisor => "S",
            Self::Machine => "M",
        }
    }
}
