//! The error codes that the security monitor returns in a0 (keystone sm/src/sm_err.h).

use crate::trace::Status;

macro_rules! statuses {
    ($($name:ident = $code:literal, $source:literal;)+) => {
        $(
            #[doc = concat!("`", $source, "`, ", $code, ".")]
            pub const $name: Status = Status { code: $code, name: $source };
        )+
        /// Every code, ascending.
        pub const ALL: &[Status] = &[$($name),+];
    };
}

statuses! {
    UNKNOWN_ERROR = 100_000, "UNKNOWN_ERROR";
    INVALID_ID = 100_001, "INVALID_ID";
    INTERRUPTED = 100_002, "INTERRUPTED";
    PMP_FAILURE = 100_003, "PMP_FAILURE";
    NOT_RUNNABLE = 100_004, "NOT_RUNNABLE";
    NOT_DESTROYABLE = 100_005, "NOT_DESTROYABLE";
    REGION_OVERLAPS = 100_006, "REGION_OVERLAPS";
    NOT_ACCESSIBLE = 100_007, "NOT_ACCESSIBLE";
    ILLEGAL_ARGUMENT = 100_008, "ILLEGAL_ARGUMENT";
    NOT_RUNNING = 100_009, "NOT_RUNNING";
    NOT_RESUMABLE = 100_010, "NOT_RESUMABLE";
    EDGE_CALL_HOST = 100_011, "EDGE_CALL_HOST";
    NOT_INITIALIZED = 100_012, "NOT_INITIALIZED";
    NO_FREE_RESOURCE = 100_013, "NO_FREE_RESOURCE";
    SBI_PROHIBITED = 100_014, "SBI_PROHIBITED";
    ILLEGAL_PTE = 100_015, "ILLEGAL_PTE";
    NOT_FRESH = 100_016, "NOT_FRESH";
    DEPRECATED = 100_099, "DEPRECATED";
    NOT_IMPLEMENTED = 100_100, "NOT_IMPLEMENTED";
}

/// The monitor waits for the other harts: not a code of the monitor, which just spins.
pub const WAITING: Status = Status {
    code: 0,
    name: "waiting",
};

/// What was to happen cannot, because nothing runs there that could do it.
pub const NOTHING: Status = Status {
    code: 0,
    name: "nothing",
};
