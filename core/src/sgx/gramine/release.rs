//! Which releases of Gramine lay enclaves out how: a closed table.

/// Releases that lay enclaves out alike.
///
/// Everything else is the same in all of them: 64 pages of stack and 16 of signal stack a thread
/// (`ENCLAVE_STACK_SIZE`, `ENCLAVE_SIG_STACK_SIZE`), two frames of 4 pages each of saved state (`SSA_FRAME_NUM`,
/// `SSA_FRAME_SIZE`), 256 bytes of the library OS in the thread data (`PAL_LIBOS_TCB_SIZE`).
#[derive(Debug, PartialEq, Eq)]
pub struct Release {
    /// The stable name, as settings spell it.
    pub id: &'static str,
    /// The name, which is not translated.
    pub name: &'static str,
    /// The name as a format of enclaves.
    pub format: &'static str,
    /// The key of `[sgx]` that says how many threads there are.
    pub(super) threads: &'static str,
    /// Whether `sgx.nonpie_binary` decides where the enclave lies: at 0, or at the address that is its size.
    /// Later ones lie at 0.
    pub(super) placed: bool,
    /// Whether `sgx.edmm_enable` leaves the free memory out.
    pub(super) edmm: bool,
    /// Whether the thread data holds libpal’s address behind the enclave’s size.
    pub(super) libpal_addr: bool,
}

/// The releases, the newest first.
///
/// `sgx.nonpie_binary` went and `sgx.edmm_enable` came before 1.4 (pull requests 1187 and 1054 of the project), and
/// `sgx.thread_num` became `sgx.max_threads` (982). `sgx_sign.py` and the headers are the same for this purpose in
/// every stored state from September 2021 on, but for one of that autumn, where `sgx_tls.h` has `libpal_addr`;
/// whether it became part of a release is not known, so it stands by itself.
pub const RELEASES: &[Release] = &[
    Release {
        id: "1.4",
        name: "1.4–1.9",
        format: "Gramine 1.4–1.9",
        threads: "max_threads",
        placed: false,
        edmm: true,
        libpal_addr: false,
    },
    Release {
        id: "1.0",
        name: "1.0–1.3",
        format: "Gramine 1.0–1.3",
        threads: "thread_num",
        placed: true,
        edmm: false,
        libpal_addr: false,
    },
    Release {
        id: "libpal_addr",
        name: "2021 (libpal_addr)",
        format: "Gramine 2021 (libpal_addr)",
        threads: "thread_num",
        placed: true,
        edmm: false,
        libpal_addr: true,
    },
];

impl Release {
    /// The releases of that name.
    #[must_use]
    pub fn of(id: &str) -> Option<&'static Self> {
        RELEASES.iter().find(|r| r.id == id)
    }
}
