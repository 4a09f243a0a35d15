//! Structures between an application, its runtime and the host.

use crate::layout;

layout! {
    /// A call to the host, at the start of the shared buffer.
    #[derive(Copy)]
    pub struct EdgeCall: "edge_call", 48 bytes, align 8, "keystone sdk/include/edge/edge_common.h, struct edge_call";
    0  8 "call_id" => call_id: u64, "Which function of the host is called.";
    8  8 "call_arg_offset" => call_arg_offset: u64, "Where in the shared buffer the arguments lie.";
    16 8 "call_arg_size" => call_arg_size: u64, "How many bytes of arguments.";
    24 8 "return_data.call_status" => call_status: u64, "How the call went: 0 well, 1 bad id, 2 bad offset, 3 bad pointer, 4 error, 5 failed system call.";
    32 8 "return_data.call_ret_offset" => call_ret_offset: u64, "Where in the shared buffer the result lies.";
    40 8 "return_data.call_ret_size" => call_ret_size: u64, "How many bytes of result.";
}

layout! {
    /// A packed result in the shared buffer.
    #[derive(Copy)]
    pub struct EdgeData: "edge_data", 16 bytes, align 8, "keystone sdk/include/edge/edge_common.h, struct edge_data";
    0 8 "offset" => offset: u64, "Where in the shared buffer the data lie.";
    8 8 "size" => size: u64, "How many bytes.";
}

layout! {
    /// What the runtime remembers, in its own memory. Its real variables lie here and there; this is a model.
    #[derive(Copy)]
    pub struct Variables: "Eyrie", 64 bytes, align 8, "keystone runtime/mm/freemem.c and runtime/call/syscall.c; the place is a model";
    0  8 "spa_free_pages.head" => free_head: u64 as Address, "The first free page, as the runtime sees it; 0 for none.";
    8  8 "spa_free_pages.tail" => free_tail: u64 as Address, "The last free page.";
    16 8 "spa_free_pages.count" => free_count: u64, "How many pages are free.";
    24 8 "rt_copy_buffer_1" => copy_buffer_1: u64 as Address, "Physical address of what the monitor writes to.";
    32 8 "rt_copy_buffer_2" => copy_buffer_2: u64 as Address, "Physical address of what the monitor reads from.";
    40 8 "return_buffer" => return_buffer: u64 as Address, "Where the application wants the result of the call under way.";
    48 8 "return_len" => return_len: u64, "How many bytes of it the application wants.";
    56 8 "calling" => calling: u64, "1 while a call to the host is under way.";
}
