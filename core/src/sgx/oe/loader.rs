//! How each version of the Open Enclave loader lays an image out: a closed table.

/// Which pages follow the guard page behind a thread's two state save areas, and where FS and GS point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ThreadData {
    /// Thread data, at which FS and GS point, and a page for values set by key.
    Shared,
    /// Thread data, at which GS points and whose end holds thread-local variables; FS points behind it.
    Apart,
    /// Thread-local variables in one page, then thread data, at which FS and GS point.
    OnePage,
    /// As many pages of thread-local variables as there must be, but SIZE counts one.
    Uncounted,
    /// As many pages of thread-local variables as there must be.
    Counted,
}

/// What `image_info.enclave_size` in the properties is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EnclaveSize {
    /// Where the last page ends.
    End,
    /// SIZE, a power of two.
    Size,
}

/// A layout, and the releases of the Open Enclave SDK whose loader and signing tool lay out so.
///
/// All of them add the segments, the relocations, heap that is not measured, and for each thread a guard page,
/// its stack of words `cccccccc`, a guard page, the TCS, two pages of state, a guard page and thread data.
#[derive(Debug, PartialEq, Eq)]
pub struct Loader {
    /// The releases, which are not translated.
    pub releases: &'static str,
    /// Bytes of `oe_sgx_enclave_properties_t`.
    pub properties: u32,
    /// Where in it `image_info` is; a SIGSTRUCT follows its 48 bytes. `None`: the properties are not loaded.
    pub(super) info: Option<u64>,
    /// What `image_info.enclave_size` is.
    pub(super) enclave_size: EnclaveSize,
    /// What a thread has behind its state.
    pub(super) thread: ThreadData,
    /// Whether symbols are looked up among those for the dynamic linker, or among all.
    pub(super) dynamic: bool,
    /// Whether the loaded ELF header is told that there are no sections.
    pub(super) headless: bool,
    /// Whether relocations of the procedure linkage table follow the others, and a needed library is loaded
    /// with the image.
    pub(super) modules: bool,
    /// Whether a table of the functions that the host calls follows the relocations.
    pub(super) ecalls: bool,
    /// Whether the author may ask for BASEADDR 0.
    pub(super) zero_base: bool,
}

/// The first of those with 1,920 bytes of properties, which the later ones vary.
const FROM_0_5: Loader = Loader {
    releases: "0.5 to 0.7",
    properties: 1920,
    info: Some(56),
    enclave_size: EnclaveSize::End,
    thread: ThreadData::Apart,
    dynamic: false,
    headless: true,
    modules: false,
    ecalls: false,
    zero_base: false,
};

/// What 0.12 and all later ones have in common.
const FROM_0_12: Loader = Loader {
    releases: "0.12",
    enclave_size: EnclaveSize::Size,
    thread: ThreadData::Counted,
    dynamic: true,
    ..FROM_0_5
};

/// The layouts, the oldest first.
///
/// Which release has what is told by the project's changelog and pull requests: the table of functions went
/// and XFRM came into the properties before 0.5 (1521, 1540); thread data moved with the stack protector of 0.8
/// (2307); `enclave_size` became SIZE before 0.10 (3091); thread-local storage of any size came with 0.11 (3339),
/// with dynamic symbols (3359), and was counted in SIZE after it (3596); family and extended product identifiers
/// came with 0.13 and BASEADDR 0 with 0.17 (4083). In between the ELF header was left alone and libraries were
/// loaded besides (3894); with which release is not established, so both stand for 0.13 to 0.16.
pub const LOADERS: &[Loader] = &[
    Loader {
        releases: "0.4",
        properties: 1856,
        info: None,
        thread: ThreadData::Shared,
        dynamic: true,
        ecalls: true,
        ..FROM_0_5
    },
    FROM_0_5,
    Loader {
        releases: "0.8 to 0.9",
        thread: ThreadData::OnePage,
        ..FROM_0_5
    },
    Loader {
        releases: "0.10",
        thread: ThreadData::OnePage,
        enclave_size: EnclaveSize::Size,
        ..FROM_0_5
    },
    Loader {
        releases: "0.11",
        thread: ThreadData::Uncounted,
        ..FROM_0_12
    },
    FROM_0_12,
    Loader {
        releases: "0.13 to 0.16 (e_shoff 0)",
        properties: 1952,
        info: Some(88),
        ..FROM_0_12
    },
    Loader {
        releases: "0.13 to 0.16 (e_shoff kept)",
        properties: 1952,
        info: Some(88),
        headless: false,
        modules: true,
        ..FROM_0_12
    },
    Loader {
        releases: "0.17 to 0.19",
        properties: 1960,
        info: Some(96),
        headless: false,
        modules: true,
        zero_base: true,
        ..FROM_0_12
    },
];
