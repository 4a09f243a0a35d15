//! The parts of a quote that lie behind its body, and the older quote that is signed with EPID.

use super::{CertType, ReportBody};
use crate::{layout, values};

values! {
    /// What the body of a version 5 quote is.
    pub struct BodyType: u16, "BODY_TYPE";
    1 "SGX_ENCLAVE_REPORT" => SGX, "The report of an SGX enclave, 384 bytes.";
    2 "TD_REPORT10" => TD10, "The report of a trust domain as TDX 1.0 has it, 584 bytes.";
    3 "TD_REPORT15" => TD15, "The report of a trust domain as TDX 1.5 has it, 648 bytes.";
}

layout! {
    /// What says which body a version 5 quote carries.
    #[derive(Copy)]
    pub struct BodyDescriptor: "QUOTE_BODY_DESCRIPTOR", 6 bytes, align 1, "Intel TDX DCAP quoting library reference, quote format";
    0 2 "type" => body_type: BodyType, "What the body is.";
    2 4 "size" => size: u32 as Size, "How many bytes it takes.";
}

layout! {
    /// The length that stands before the signature data.
    #[derive(Copy)]
    pub struct SignatureLen: "QUOTE_SIGNATURE", 4 bytes, align 1, "Intel SGX ECDSA quote library reference, quote format";
    0 4 "signature_data_len" => len: u32 as Size, "How many bytes of signature data follow.";
}

layout! {
    /// What opens the signature data of a version 4 or 5 quote.
    #[derive(Copy)]
    pub struct QuoteSignature: "QUOTE_V4_SIGDATA", 128 bytes, align 1, "Intel TDX DCAP quoting library reference, quote signature data";
    0  64 "quote_signature" => quote_signature: [u8; 64], "Signature of header and body: r then s, each 32 bytes big-endian.";
    64 64 "attestation_public_key" => attestation_public_key: [u8; 64], "The key that made it: x then y, each 32 bytes big-endian.";
}

layout! {
    /// What stands before certification data.
    #[derive(Copy)]
    pub struct CertificationHead: "CERTIFICATION_DATA", 6 bytes, align 1, "Intel SGX ECDSA quote library reference, certification data";
    0 2 "type" => cert_type: CertType, "What follows.";
    2 4 "size" => size: u32 as Size, "How many bytes of it.";
}

layout! {
    /// The quoting enclave's report with its signature.
    #[derive(Copy)]
    pub struct QeReport: "QE_REPORT", 448 bytes, align 1, "Intel TDX DCAP quoting library reference, QE report certification data";
    0   384 "qe_report_body" => body: ReportBody, "The quoting enclave's own report, which binds the attestation key.";
    384  64 "qe_report_signature" => signature: [u8; 64], "Signature of that report by the platform's key: r then s.";
}

layout! {
    /// The length that stands before the authentication data.
    #[derive(Copy)]
    pub struct AuthLen: "QE_AUTH_DATA", 2 bytes, align 1, "Intel SGX ECDSA quote library reference, QE authentication data";
    0 2 "size" => size: u16 as Size, "How many bytes of the quoting enclave's authentication data follow.";
}

layout! {
    /// Certification data that gives the platform's identifier in the clear.
    #[derive(Copy)]
    pub struct PpidClear: "PPID_CLEARTEXT", 34 bytes, align 1, "Intel SGX ECDSA quote library reference, certification data type 1";
    0  16 "PPID" => ppid: [u8; 16], "The platform's identifier.";
    16 16 "CPUSVN" => cpusvn: [u8; 16], "Security version of the processor; opaque.";
    32  2 "PCESVN" => pcesvn: u16, "Security version of the provisioning certification enclave.";
}

layout! {
    /// What follows an encrypted identifier of the platform in certification data.
    #[derive(Copy)]
    pub struct PpidTail: "PPID_ENCRYPTED", 20 bytes, align 1, "Intel SGX ECDSA quote library reference, certification data types 2 and 3";
    0  16 "CPUSVN" => cpusvn: [u8; 16], "Security version of the processor; opaque.";
    16  2 "PCESVN" => pcesvn: u16, "Security version of the provisioning certification enclave.";
    18  2 "PCEID" => pceid: u16, "Identifier of the provisioning certification enclave.";
}

values! {
    /// Whether two quotes of one platform for one service provider can be told to be of one platform.
    pub struct SignType: u16, "sign_type";
    0 "SGX_UNLINKABLE_SIGNATURE" => UNLINKABLE, "They cannot.";
    1 "SGX_LINKABLE_SIGNATURE" => LINKABLE, "They can, by the basename.";
}

layout! {
    /// A quote signed with EPID, up to its signature, which starts at byte 436.
    #[derive(Copy)]
    pub struct EpidQuote: "EPID_QUOTE", 436 bytes, align 1, "intel/linux-sgx, common/inc/sgx_quote.h, sgx_quote_t";
    0    2 "version" => version: u16, "Version of the quote format; 1 or 2 here.";
    2    2 "sign_type" => sign_type: SignType, "Whether signatures can be linked.";
    4    4 "epid_group_id" => epid_group_id: u32 as Address, "The group of platforms whose members' signatures look alike.";
    8    2 "qe_svn" => qe_svn: u16, "Security version of the quoting enclave.";
    10   2 "pce_svn" => pce_svn: u16, "Security version of the provisioning certification enclave.";
    12   4 "xeid" => xeid: u32 as Address, "Extended group identifier; zero for Intel's own groups.";
    16  32 "basename" => basename: [u8; 32], "The service provider's identifier in the first 16 bytes, or random ones.";
    48 384 "report_body" => report_body: ReportBody, "What the quoting enclave vouches for.";
    432  4 "signature_len" => signature_len: u32 as Size, "How many bytes of signature follow.";
}

layout! {
    /// What opens the signature of an EPID quote, which only Intel's attestation service can decrypt.
    #[derive(Copy)]
    pub struct EpidSignature: "EPID_SIGNATURE", 304 bytes, align 1, "intel/linux-sgx, common/inc/internal/se_quote_internal.h, se_encrypted_sign_t";
    0   256 "encrypted_key" => encrypted_key: [u8; 256], "The key of the payload under the attestation service's RSA key.";
    256  32 "key_hash" => key_hash: [u8; 32], "SHA-256 of the payload's key.";
    288  12 "iv" => iv: [u8; 12], "Initialisation vector of AES-GCM.";
    300   4 "payload_size" => payload_size: u32 as Size, "How many encrypted bytes follow before the MAC.";
}
