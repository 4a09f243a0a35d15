//! The fixed parts of ECDSA quotes.

use super::ReportBody;
use crate::{layout, values};

values! {
    /// Kind of the key that signed a quote.
    pub struct AttKeyType: u16, "att_key_type";
    2 "ECDSA_P256" => ECDSA_P256, "ECDSA over NIST P-256 with SHA-256.";
    3 "ECDSA_P384" => ECDSA_P384, "ECDSA over NIST P-384 with SHA-384.";
}

values! {
    /// Whose body a version 4 or 5 quote carries.
    pub struct TeeType: u32, "tee_type";
    0x00 "SGX" => SGX, "An SGX enclave.";
    0x81 "TDX" => TDX, "A trust domain.";
}

values! {
    /// What the certification data of a quote is.
    #[doc(alias = "CERT_TYPE")]
    pub struct CertType: u16, "CERT_TYPE";
    1 "PPID_CLEARTEXT" => PPID_CLEARTEXT, "The platform's identifier in the clear.";
    2 "PPID_RSA2048_ENCRYPTED" => PPID_RSA2048_ENCRYPTED, "The platform's identifier under a 2048-bit RSA key.";
    3 "PPID_RSA3072_ENCRYPTED" => PPID_RSA3072_ENCRYPTED, "The platform's identifier under a 3072-bit RSA key.";
    4 "PCK_CLEARTEXT" => PCK_CLEARTEXT, "The leaf certificate of the platform's key.";
    5 "PCK_CERT_CHAIN" => PCK_CERT_CHAIN, "The certificate chain of the platform's key in PEM.";
    6 "QE_REPORT_CERTIFICATION_DATA" => QE_REPORT_CERTIFICATION_DATA, "The quoting enclave's report and, inside it, further certification data.";
}

layout! {
    /// The head of a version 3 quote, which is always about an SGX enclave.
    #[derive(Copy)]
    pub struct QuoteV3Header: "QUOTE_V3_HEADER", 48 bytes, align 1, "Intel SGX ECDSA quote library reference, quote format";
    0   2 "version" => version: u16, "Version of the quote format; 3 here.";
    2   2 "att_key_type" => att_key_type: AttKeyType, "Kind of the attestation key.";
    4   4 "att_key_data_0" => att_key_data_0: u32, "Unused; zero.";
    8   2 "qe_svn" => qe_svn: u16, "Security version of the quoting enclave.";
    10  2 "pce_svn" => pce_svn: u16, "Security version of the provisioning certification enclave.";
    12 16 "qe_vendor_id" => qe_vendor_id: [u8; 16], "Who made the quoting enclave.";
    28 20 "user_data" => user_data: [u8; 20], "The quoting enclave's QE_ID in the first 16 bytes.";
}

layout! {
    /// A version 3 quote up to its signature data, which starts at byte 436.
    #[derive(Copy)]
    pub struct QuoteV3: "QUOTE_V3", 436 bytes, align 1, "Intel SGX ECDSA quote library reference, quote format";
    0   48 "header" => header: QuoteV3Header, "The quote's head.";
    48 384 "report_body" => report_body: ReportBody, "What the quoting enclave vouches for.";
    432  4 "signature_data_len" => signature_data_len: u32 as Size, "How many bytes of signature data follow.";
}

layout! {
    /// The fixed start of a version 3 quote's signature data; authentication data and
    /// certification data of variable length follow.
    #[derive(Copy)]
    pub struct QuoteV3SigData: "QUOTE_V3_SIGDATA", 576 bytes, align 1, "Intel SGX ECDSA quote library reference, quote signature data";
    0    64 "quote_signature" => quote_signature: [u8; 64], "Signature of header and report body: r then s, each 32 bytes big-endian.";
    64   64 "attestation_public_key" => attestation_public_key: [u8; 64], "The key that made it: x then y, each 32 bytes big-endian.";
    128 384 "qe_report_body" => qe_report_body: ReportBody, "The quoting enclave's own report, which binds that key.";
    512  64 "qe_report_signature" => qe_report_signature: [u8; 64], "Signature of that report by the platform's key: r then s.";
}

layout! {
    /// The head of a version 4 or 5 quote, about an SGX enclave or a trust domain.
    #[derive(Copy)]
    pub struct QuoteV4V5Header: "QUOTE_V4_V5_HEADER", 48 bytes, align 1, "Intel TDX DCAP quoting library reference, quote format";
    0   2 "version" => version: u16, "Version of the quote format; 4 or 5 here.";
    2   2 "att_key_type" => att_key_type: AttKeyType, "Kind of the attestation key.";
    4   4 "tee_type" => tee_type: TeeType, "Whether the body is an enclave's or a trust domain's.";
    8   4 "reserved", "Must be zero.";
    12 16 "qe_vendor_id" => qe_vendor_id: [u8; 16], "Who made the quoting enclave.";
    28 20 "user_data" => user_data: [u8; 20], "The quoting enclave's QE_ID in the first 16 bytes.";
}
