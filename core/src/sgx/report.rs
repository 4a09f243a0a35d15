//! What a file says about an enclave's identity: the answer of `measure`, for people and programs.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;

use serde_json::{Map, Value as Json};

use super::build::{Build, Stopped};
use super::image;
use super::structs::{Attributes, SigStruct};
use crate::bytes::{Malformed, hex};
use crate::text;
use crate::text::Text;

/// The identity of an enclave as far as a file tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// MRENCLAVE: measured from a stream, or ENCLAVEHASH of a SIGSTRUCT.
    pub mrenclave: Option<[u8; 32]>,
    /// MRSIGNER: SHA-256 of the modulus of a SIGSTRUCT.
    pub mrsigner: Option<[u8; 32]>,
    /// ISVPRODID of a SIGSTRUCT.
    pub isvprodid: Option<u16>,
    /// ISVSVN of a SIGSTRUCT.
    pub isvsvn: Option<u16>,
    /// ATTRIBUTES of a SIGSTRUCT.
    pub attributes: Option<Attributes>,
    /// How many pages a stream adds.
    pub pages: Option<u64>,
    /// How many of them have all their 16 chunks measured.
    pub measured_pages: Option<u64>,
    /// SIZE of the enclave, in bytes.
    pub size: Option<u64>,
    /// What a reader should know besides: a signature that does not verify.
    pub warning: Option<Text>,
}

impl Report {
    /// Reads a stream or a bare SIGSTRUCT. A stream is measured by building the enclave with the
    /// leaves themselves.
    ///
    /// # Errors
    /// The file is neither, is malformed, or describes what no machine builds; a sentence says which.
    pub fn of(bytes: &Rc<[u8]>) -> Result<Self, Text> {
        match super::recognise(bytes).map(|found| found.key) {
            Some("stream") => Self::stream(bytes),
            Some("sigstruct") => Self::sigstruct(bytes).map_err(|bad| malformed(&bad)),
            Some(_) => Err(text!(
                "report.no-identity",
                "The file says nothing about an enclave’s identity. MRENCLAVE can be told from an SGXS stream or a SIGSTRUCT."
            )),
            None => Err(text!(
                "report.unknown",
                "The file is neither an SGXS stream (it would open with “ECREATE”) nor a bare SIGSTRUCT of 1,808 bytes."
            )),
        }
    }

    fn stream(bytes: &Rc<[u8]>) -> Result<Self, Text> {
        let file = image::open(&bytes.clone().into()).map_err(|bad| malformed(&bad))?;
        let file = file.ok_or_else(Text::none)?;
        let midstate = Build::usual(file.clone())
            .measure()
            .map_err(|stop| refused(&stop))?;
        Ok(Self {
            mrenclave: Some(midstate.finish()),
            pages: Some(file.pages()),
            measured_pages: Some(file.measured_pages()),
            size: Some(file.size()),
            ..Self::default()
        })
    }

    fn sigstruct(bytes: &[u8]) -> Result<Self, Malformed> {
        let sig = SigStruct::decode(bytes, 0)?;
        let warning = sig.verify().err().map(|why| {
            text!(
                "report.bad-signature",
                "The signature does not verify, so EINIT would refuse this SIGSTRUCT: {why}",
                why = format!("{why}")
            )
        });
        Ok(Self {
            mrenclave: Some(sig.enclavehash),
            mrsigner: Some(sig.mrsigner()),
            isvprodid: Some(sig.isvprodid),
            isvsvn: Some(sig.isvsvn),
            attributes: Some(sig.attributes),
            warning,
            ..Self::default()
        })
    }

    /// Names and values in the order in which people read them; what the file does not say is empty.
    #[must_use]
    pub fn rows(&self) -> [(&'static str, String); 9] {
        let digest = |d: Option<[u8; 32]>| d.map(|d| hex::encode(&d)).unwrap_or_default();
        let number = |n: Option<u64>| n.map(|n| format!("{n}")).unwrap_or_default();
        let a = self.attributes;
        [
            ("mrenclave", digest(self.mrenclave)),
            ("mrsigner", digest(self.mrsigner)),
            ("isvprodid", number(self.isvprodid.map(u64::from))),
            ("isvsvn", number(self.isvsvn.map(u64::from))),
            (
                "attributes.flags",
                a.map(|a| format!("{:#x}", a.flags.bits()))
                    .unwrap_or_default(),
            ),
            (
                "attributes.xfrm",
                a.map(|a| format!("{:#x}", a.xfrm.bits()))
                    .unwrap_or_default(),
            ),
            ("pages", number(self.pages)),
            ("measured_pages", number(self.measured_pages)),
            (
                "size",
                self.size.map(|s| format!("{s:#x}")).unwrap_or_default(),
            ),
        ]
    }

    /// The report as JSON: always the same eight keys, `null` for what the file does not say; digests
    /// in lower-case hex; numbers of 64 bits as hex in strings.
    #[must_use]
    pub fn json(&self) -> Json {
        let digest = |d: Option<[u8; 32]>| d.map_or(Json::Null, |d| hex::encode(&d).into());
        let wide = |n: Option<u64>| n.map_or(Json::Null, |n| format!("{n:#x}").into());
        let mut attributes = Map::new();
        let a = self.attributes;
        attributes.insert("flags".into(), wide(a.map(|a| a.flags.bits())));
        attributes.insert("xfrm".into(), wide(a.map(|a| a.xfrm.bits())));
        let mut all = Map::new();
        all.insert("mrenclave".into(), digest(self.mrenclave));
        all.insert("mrsigner".into(), digest(self.mrsigner));
        all.insert("isvprodid".into(), self.isvprodid.into());
        all.insert("isvsvn".into(), self.isvsvn.into());
        all.insert("attributes".into(), attributes.into());
        all.insert("pages".into(), self.pages.into());
        all.insert("measured_pages".into(), self.measured_pages.into());
        all.insert("size".into(), wide(self.size));
        all.into()
    }
}

fn malformed(bad: &Malformed) -> Text {
    bad.text()
}

/// Why a stream cannot be built, as a sentence.
pub(super) fn refused(stop: &Stopped) -> Text {
    let said = stop.rule.map_or_else(Text::none, |rule| {
        Text::join(&[rule.id.into(), rule.text()], ": ")
    });
    text!(
        "report.refused",
        "No processor builds this enclave: operation {n} of the stream ends in {result}. The rule that does not hold is {rule}.",
        n = stop.index + 1,
        result = stop.outcome.name(),
        rule = said
    )
}
