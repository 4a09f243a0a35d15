//! A quote walked from its first byte to its last: where every part lies, and where the walk had to stop.

use alloc::vec::Vec;
use core::ops::Range;

use super::{
    AttKeyType, AuthLen, BodyDescriptor, BodyType, CertType, CertificationHead, EpidQuote,
    EpidSignature, PpidClear, PpidTail, QeReport, QuoteSignature, QuoteV3, QuoteV3SigData,
    QuoteV4V5Header, ReportBody, SignatureLen, TdReport10Body, TdReport15Body, TeeType,
};
use crate::bytes::{Layout, Malformed, Structure, Why};
use crate::text;

/// Intel as the maker of a quoting enclave.
pub const INTEL_VENDOR: [u8; 16] = [
    0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07,
];

/// What lies at a place of a quote.
#[derive(Clone, Copy, Debug)]
pub enum Span {
    /// A structure.
    Layout(&'static Layout),
    /// The authentication data of the quoting enclave.
    Auth,
    /// The platform's identifier, encrypted.
    Ppid,
    /// Certificates.
    Certificates,
    /// The encrypted signature of an EPID quote.
    Payload,
    /// The MAC of that.
    Mac,
    /// Signature data of a kind that is not taken apart.
    Opaque,
}

/// Whom a quote is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// An SGX enclave: a report body.
    Enclave,
    /// A trust domain, whose body starts as TDX 1.0 has it.
    Domain,
}

/// Where everything of a quote lies.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Version of the format.
    pub version: u16,
    /// Whom it is about, and where that starts.
    pub body: Option<(Body, usize)>,
    /// Where the attestation key is.
    pub key: Option<usize>,
    /// Where the quoting enclave's report is.
    pub qe_report: Option<usize>,
    /// Where its authentication data is.
    pub auth: Option<Range<usize>>,
    /// The innermost certification data.
    pub certification: Option<(CertType, Range<usize>)>,
    /// Every part in order, without gaps.
    pub spans: Vec<(Range<usize>, Span)>,
    /// Where and why the walk stopped before the end that the quote declares.
    pub bad: Option<Malformed>,
}

/// Walks an ECDSA or EPID quote as far as it goes; `None` if it does not open with a version that is known.
#[must_use]
pub fn walk(bytes: &[u8]) -> Option<Quote> {
    let version = u16::from_le_bytes(*bytes.first_chunk()?);
    let mut walk = Walk {
        bytes,
        at: 0,
        end: bytes.len(),
        quote: Quote {
            version,
            body: None,
            key: None,
            qe_report: None,
            auth: None,
            certification: None,
            spans: Vec::new(),
            bad: None,
        },
    };
    let done = match version {
        1 | 2 => walk.epid(),
        3 => walk.v3(),
        4 | 5 => walk.v4(version),
        _ => return None,
    };
    walk.quote.bad = done.err();
    Some(walk.quote)
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the part ends that is being read.
    end: usize,
    quote: Quote,
}

type Done = Result<(), Malformed>;

impl Walk<'_> {
    /// The next structure; of one that is cut, its fields are told as far as they go.
    fn take<T: Structure>(&mut self) -> Result<T, Malformed> {
        let left = self.end - self.at;
        let end = self.at + left.min(T::SIZE);
        let held = &self.bytes[self.at..end];
        if !held.is_empty() {
            let span = Span::Layout(T::LAYOUT);
            self.quote.spans.push((self.at..end, span));
        }
        T::LAYOUT.check_length(held, self.at as u64)?;
        self.at = end;
        Ok(T::read(held))
    }

    /// The next bytes, as many as a length says.
    fn stretch(
        &mut self,
        len: usize,
        span: Span,
        field: &'static str,
    ) -> Result<Range<usize>, Malformed> {
        let left = self.end - self.at;
        let own = self.at..self.at + len.min(left);
        if !own.is_empty() {
            self.quote.spans.push((own.clone(), span));
        }
        if len > left {
            let (needs, left) = (len as u64, left as u64);
            let why = Why::Short { needs, left };
            return Err(Malformed::new(self.at as u64, field, why));
        }
        self.at = own.end;
        Ok(own)
    }

    /// Reads only up to `len` bytes from here on; says if there are not as many.
    fn within(&mut self, len: u32, field: &'static str) -> Option<Malformed> {
        let (len, left) = (len as usize, self.end - self.at);
        self.end = self.at + len.min(left);
        (len > left).then(|| {
            let (needs, left) = (len as u64, left as u64);
            Malformed::new(self.at as u64, field, Why::Short { needs, left })
        })
    }

    /// The end of the signature data: that it is cut says more than where in it the bytes ran out.
    fn ended(&self, done: Done, cut: Option<Malformed>, what: &'static str) -> Done {
        match cut {
            Some(cut) => Err(cut),
            None => done.and_then(|()| self.used_up(what)),
        }
    }

    /// Everything up to here must have been read.
    fn used_up(&self, what: &'static str) -> Done {
        match (self.end - self.at) as u64 {
            0 => Ok(()),
            extra => Err(Malformed::new(
                self.at as u64,
                what,
                Why::Trailing { extra },
            )),
        }
    }

    fn v3(&mut self) -> Done {
        let head: QuoteV3 = self.take()?;
        self.quote.body = Some((Body::Enclave, 48));
        let cut = self.within(head.signature_data_len, "QUOTE_V3.signature_data");
        if head.header.att_key_type != AttKeyType::ECDSA_P256 {
            return self.opaque(cut);
        }
        let at = self.at;
        let _: QuoteV3SigData = self.take().map_err(|bad| cut.clone().unwrap_or(bad))?;
        self.quote.key = Some(at + 64);
        self.quote.qe_report = Some(at + 128);
        let done = self.auth_and_certification();
        self.ended(done, cut, "QUOTE_V3.signature_data")
    }

    fn v4(&mut self, version: u16) -> Done {
        let head: QuoteV4V5Header = self.take()?;
        let mut body = match head.tee_type {
            TeeType::SGX => BodyType::SGX,
            _ => BodyType::TD10,
        };
        if version == 5 {
            let descriptor: BodyDescriptor = self.take()?;
            body = descriptor.body_type;
        }
        let at = self.at;
        match body {
            BodyType::SGX => {
                let _: ReportBody = self.take()?;
                self.quote.body = Some((Body::Enclave, at));
            }
            BodyType::TD10 => {
                let _: TdReport10Body = self.take()?;
                self.quote.body = Some((Body::Domain, at));
            }
            BodyType::TD15 => {
                let _: TdReport15Body = self.take()?;
                self.quote.body = Some((Body::Domain, at));
            }
            other => {
                let expected = text!("quote.body-types", "1, 2 or 3");
                let found = u64::from(other.value());
                let why = Why::Value { expected, found };
                return Err(Malformed::new(48, "QUOTE_BODY_DESCRIPTOR.type", why));
            }
        }
        let len: SignatureLen = self.take()?;
        let cut = self.within(len.len, "QUOTE_V4_SIGDATA");
        if head.att_key_type != AttKeyType::ECDSA_P256 {
            return self.opaque(cut);
        }
        let done = self.signature_v4();
        self.ended(done, cut, "QUOTE_V4_SIGDATA")
    }

    /// Signature data of version 4: the quoting enclave's report lies inside certification data.
    fn signature_v4(&mut self) -> Done {
        let at = self.at;
        let _: QuoteSignature = self.take()?;
        self.quote.key = Some(at + 64);
        let outer: CertificationHead = self.take()?;
        if outer.cert_type != CertType::QE_REPORT_CERTIFICATION_DATA {
            return self.certification(outer);
        }
        let whole = self.end;
        let cut = self.within(outer.size, "CERTIFICATION_DATA");
        let report = self.at;
        let _: QeReport = self.take()?;
        self.quote.qe_report = Some(report);
        self.auth_and_certification()?;
        if let Some(cut) = cut {
            return Err(cut);
        }
        self.used_up("CERTIFICATION_DATA")?;
        self.end = whole;
        Ok(())
    }

    fn auth_and_certification(&mut self) -> Done {
        let len: AuthLen = self.take()?;
        let auth = self.stretch(len.size.into(), Span::Auth, "QE_AUTH_DATA.data")?;
        self.quote.auth = Some(auth);
        let head: CertificationHead = self.take()?;
        self.certification(head)
    }

    /// What certifies the platform's key.
    fn certification(&mut self, head: CertificationHead) -> Done {
        let (from, len) = (self.at, head.size as usize);
        let tail = PpidTail::SIZE;
        match head.cert_type {
            CertType::PPID_CLEARTEXT if len == PpidClear::SIZE => {
                let _: PpidClear = self.take()?;
            }
            CertType::PPID_RSA2048_ENCRYPTED | CertType::PPID_RSA3072_ENCRYPTED if len >= tail => {
                self.stretch(len - tail, Span::Ppid, "PPID_ENCRYPTED")?;
                let _: PpidTail = self.take()?;
            }
            _ => {
                let field = "CERTIFICATION_DATA.data";
                let all = self.stretch(len, Span::Certificates, field);
                // Certificates that are cut are told as far as they go.
                let end = self.quote.spans.last().map_or(from, |(own, _)| own.end);
                self.quote.certification = Some((head.cert_type, from..end));
                all?;
            }
        }
        self.quote.certification = Some((head.cert_type, from..self.at));
        Ok(())
    }

    /// The signature of an EPID quote.
    fn epid(&mut self) -> Done {
        let head: EpidQuote = self.take()?;
        self.quote.body = Some((Body::Enclave, 48));
        if head.signature_len == 0 {
            return Ok(());
        }
        let cut = self.within(head.signature_len, "EPID_QUOTE.signature");
        let mut all = || {
            let sig: EpidSignature = self.take()?;
            let len = sig.payload_size as usize;
            self.stretch(len, Span::Payload, "EPID_SIGNATURE.payload")?;
            self.stretch(16, Span::Mac, "EPID_SIGNATURE.mac")
        };
        let done = all().map(|_| ());
        self.ended(done, cut, "EPID_QUOTE.signature")
    }

    /// Signature data that is not taken apart.
    fn opaque(&mut self, cut: Option<Malformed>) -> Done {
        self.stretch(self.end - self.at, Span::Opaque, "signature_data")?;
        cut.map_or(Ok(()), Err)
    }
}
