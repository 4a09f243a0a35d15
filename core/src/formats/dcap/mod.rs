//! Structures of Intel's data centre attestation: what a quote carries, for SGX and for TDX.
//!
//! An SGX report body is the same 384 bytes in a REPORT and in a quote, so it and the types
//! inside it are declared here and used by both.

mod attributes;
pub mod certificate;
mod quote;
mod quote_parts;
mod report_body;
mod td_report;
mod walk;

pub use attributes::{Attributes, AttributesFlags, CetAttributes, Miscselect, Xfrm};
pub use quote::{
    AttKeyType, CertType, QuoteV3, QuoteV3Header, QuoteV3SigData, QuoteV4V5Header, TeeType,
};
pub use quote_parts::{
    AuthLen, BodyDescriptor, BodyType, CertificationHead, EpidQuote, EpidSignature, PpidClear,
    PpidTail, QeReport, QuoteSignature, SignType, SignatureLen,
};
pub use report_body::ReportBody;
pub use td_report::{TdAttributes, TdReport10Body, TdReport15Body};
pub use walk::{Body, INTEL_VENDOR, Quote, Span, walk};
