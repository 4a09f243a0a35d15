//! What the Intel SGX SDK's signing tool writes into an enclave file, structure by structure.

use crate::sgx::structs::{Attributes, Miscselect, SecInfoFlags};
use crate::{bits, layout, values};

/// What opens every metadata structure.
pub const MAGIC: u64 = 0x86a8_0294_635d_0e4c;

layout! {
    /// What opens the metadata; a SIGSTRUCT and the directories follow.
    #[derive(Copy)]
    pub struct Metadata: "metadata_t", 64 bytes, align 1, "Intel SGX SDK, common/inc/internal/metadata.h";
    0  8 "magic_num" => magic: u64 as Address, "Constant that opens the structure.";
    8  8 "version" => version: u64 as Address, "Major version in the upper 32 bits, minor in the lower.";
    16 4 "size" => size: u32 as Size, "Bytes of the whole metadata, tables among them.";
    20 4 "tcs_policy" => tcs_policy: u32, "0: a thread outside keeps its TCS, 1: it takes any that is free.";
    24 4 "ssa_frame_size" => ssa_frame_size: u32 as Pages, "SSAFRAMESIZE.";
    28 4 "max_save_buffer_size" => max_save_buffer_size: u32 as Size, "The most that a state save area keeps.";
    32 4 "desired_misc_select" => misc_select: Miscselect, "Extra exit information that is wished for.";
    36 4 "tcs_min_pool" => tcs_min_pool: u32, "Threads that are kept ready.";
    40 8 "enclave_size" => enclave_size: u64 as Size, "Bytes of the image in memory, a power of two.";
    48 16 "attributes" => attributes: Attributes, "Attributes that are wished for.";
}

layout! {
    /// Where in the metadata a table lies.
    #[derive(Copy)]
    pub struct Directory: "data_directory_t", 8 bytes, align 1, "Intel SGX SDK, common/inc/internal/metadata.h";
    0 4 "offset" => offset: u32 as Size, "Where it starts in the metadata.";
    4 4 "size" => size: u32 as Size, "How many bytes it takes.";
}

layout! {
    /// Bytes of the file that are replaced before it is loaded.
    #[derive(Copy)]
    pub struct PatchEntry: "patch_entry_t", 32 bytes, align 1, "Intel SGX SDK, common/inc/internal/metadata.h";
    0  8 "dst" => dst: u64 as Size, "What is replaced: an offset in the file.";
    8  4 "src" => src: u32 as Size, "By what: an offset in the metadata.";
    12 4 "size" => size: u32 as Size, "How many bytes.";
    16 16 "reserved", "Must be zero.";
}

bits! {
    /// What is done with the pages of a layout entry.
    pub struct PageAttributes: u16, "layout_entry_t.attributes";
    0 "EADD" => EADD, "The pages are added.";
    1 "EEXTEND" => EEXTEND, "They are measured.";
    2 "EREMOVE" => EREMOVE, "They are removed again before the enclave runs.";
    3 "POST_ADD" => POST_ADD, "They are added while the enclave runs.";
    4 "POST_REMOVE" => POST_REMOVE, "They are removed while the enclave runs.";
    5 "DYN_THREAD" => DYN_THREAD, "They belong to a thread made while the enclave runs.";
    6 "GROW_DOWN" => GROW_DOWN, "They are added from the end down.";
}

values! {
    /// What a layout entry is for, since metadata 1.4.
    pub struct LayoutId: u16, "layout_entry_t.id";
    1 "HEAP_MIN" => HEAP_MIN, "Heap that is always there.";
    2 "HEAP_INIT" => HEAP_INIT, "Heap that is there at first.";
    3 "HEAP_MAX" => HEAP_MAX, "Heap that may be added.";
    4 "TCS" => TCS, "A thread control structure.";
    5 "TD" => TD, "Data of a thread.";
    6 "SSA" => SSA, "State save area of a thread.";
    7 "STACK_MAX" => STACK_MAX, "Stack of a thread that may be added.";
    8 "STACK_MIN" => STACK_MIN, "Stack of a thread.";
    10 "GUARD" => GUARD, "Left empty.";
    11 "HEAP_DYN_MIN" => HEAP_DYN_MIN, "Heap added while the enclave runs.";
    12 "HEAP_DYN_INIT" => HEAP_DYN_INIT, "Heap added while the enclave runs.";
    13 "HEAP_DYN_MAX" => HEAP_DYN_MAX, "Heap added while the enclave runs.";
    14 "TCS_DYN" => TCS_DYN, "A TCS made while the enclave runs.";
    15 "TD_DYN" => TD_DYN, "Its thread’s data.";
    16 "SSA_DYN" => SSA_DYN, "Its thread’s state save area.";
    17 "STACK_DYN_MAX" => STACK_DYN_MAX, "Its thread’s stack.";
    18 "STACK_DYN_MIN" => STACK_DYN_MIN, "Its thread’s stack.";
    20 "RSRV_MIN" => RSRV_MIN, "Reserved memory that is always there.";
    21 "RSRV_INIT" => RSRV_INIT, "Reserved memory that is there at first.";
    22 "RSRV_MAX" => RSRV_MAX, "Reserved memory that may be added.";
    23 "USER_REGION" => USER_REGION, "A range the enclave arranges itself.";
    0x1009 "THREAD_GROUP" => THREAD_GROUP, "Repeats the entries before it for further threads.";
    0x1013 "THREAD_GROUP_DYN" => THREAD_GROUP_DYN, "Repeats the entries before it for threads made later.";
}

impl LayoutId {
    /// The bit that tells a group from an entry.
    pub const GROUP: u16 = 1 << 12;

    /// Whether it is that of a group.
    #[must_use]
    pub const fn is_group(self) -> bool {
        self.value() & Self::GROUP != 0
    }

    /// The entry of metadata before 1.4, which numbered them otherwise, as the later ones do.
    #[must_use]
    pub const fn before_1_4(self) -> Self {
        match self.value() {
            1 => Self::HEAP_MIN,
            2 => Self::TCS,
            3 => Self::TD,
            4 => Self::SSA,
            5 => Self::STACK_MIN,
            7 => Self::GUARD,
            0x1006 => Self::THREAD_GROUP,
            _ => self,
        }
    }
}

layout! {
    /// Pages that follow the program.
    #[derive(Copy)]
    pub struct LayoutEntry: "layout_entry_t", 32 bytes, align 1, "Intel SGX SDK, common/inc/internal/metadata.h";
    0  2 "id" => id: LayoutId, "What they are for.";
    2  2 "attributes" => attributes: PageAttributes, "What is done with them.";
    4  4 "page_count" => page_count: u32 as Pages, "How many.";
    8  8 "rva" => rva: u64 as Address, "Where in the image the first goes.";
    16 4 "content_size" => content_size: u32 as Address, "Bytes of the contents; without an offset, the word that fills the pages.";
    20 4 "content_offset" => content_offset: u32 as Size, "Where in the metadata the contents start; 0 for none.";
    24 8 "si_flags" => si_flags: SecInfoFlags, "SECINFO.FLAGS; 0 for a guard.";
}

layout! {
    /// A repetition of the entries before it.
    #[derive(Copy)]
    pub struct LayoutGroup: "layout_group_t", 32 bytes, align 1, "Intel SGX SDK, common/inc/internal/metadata.h";
    0  2 "id" => id: LayoutId, "What is repeated.";
    2  2 "entry_count" => entry_count: u16, "How many entries before it.";
    4  4 "load_times" => load_times: u32, "How often.";
    8  8 "load_step" => load_step: u64 as Size, "How far each repetition lies behind the one before.";
    16 16 "reserved", "Must be zero.";
}

layout! {
    /// Where the image lies in a larger enclave.
    #[derive(Copy)]
    pub struct ElrangeEntry: "elrange_config_entry_t", 24 bytes, align 1, "Intel SGX SDK, common/inc/internal/metadata.h";
    0  8 "enclave_image_address" => image: u64 as Address, "First linear address of the image.";
    8  8 "elrange_start_address" => start: u64 as Address, "BASEADDR.";
    16 8 "elrange_size" => size: u64 as Size, "SIZE.";
}
