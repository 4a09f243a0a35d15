//! SEALED_DATA: the head of data sealed with Intel's software development kit.

use super::KeyRequest;
use crate::layout;

layout! {
    /// What comes before the encrypted payload, which starts at byte 560; plain text that is
    /// only authenticated comes last.
    #[derive(Copy)]
    pub struct SealedData: "SEALED_DATA", 560 bytes, align 1, "Intel SGX SDK, sgx_sealed_data_t";
    0  512 "key_request" => key_request: KeyRequest, "The request that gives the key back.";
    512  4 "plain_text_offset" => plain_text_offset: u32 as Size, "Where in the payload the plain text starts.";
    516 12 "reserved", "Must be zero.";
    528  4 "payload_size" => payload_size: u32 as Size, "Size of the payload, encrypted and plain together.";
    532 12 "reserved", "Must be zero.";
    544 16 "payload_tag" => payload_tag: [u8; 16], "AES-GCM tag of the payload.";
}
