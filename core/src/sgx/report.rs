//! What a file says about an enclave's identity: the answer of `measure`, for people and programs.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;

use serde_json::{Map, Value as Json};

use super::build::{self, Build, Measuring, Stopped};
use super::image::{self, Completed, Found, Image, Inputs, Pool};
use super::oe;
use super::sgxs::Kind;
use super::structs::{Attributes, SigStruct};
use crate::bytes::{Malformed, hex};
use crate::memory::{PAGE, Source};
use crate::text;
use crate::text::Text;

/// The identity of an enclave as far as a file tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// MRENCLAVE: measured from an image, or ENCLAVEHASH of a SIGSTRUCT.
    pub mrenclave: Option<[u8; 32]>,
    /// MRSIGNER: SHA-256 of the modulus of a SIGSTRUCT.
    pub mrsigner: Option<[u8; 32]>,
    /// ISVPRODID of a SIGSTRUCT.
    pub isvprodid: Option<u16>,
    /// ISVSVN of a SIGSTRUCT.
    pub isvsvn: Option<u16>,
    /// ATTRIBUTES of a SIGSTRUCT.
    pub attributes: Option<Attributes>,
    /// How many pages an image adds.
    pub pages: Option<u64>,
    /// How many of them have all their 16 chunks measured.
    pub measured_pages: Option<u64>,
    /// SIZE of the enclave, in bytes.
    pub size: Option<u64>,
    /// The format the file is in, which is not translated.
    pub format: &'static str,
    /// ENCLAVEHASH of a SIGSTRUCT, its own or that inside an enclave file.
    pub enclavehash: Option<[u8; 32]>,
    /// What the author chose, as far as an image tells it.
    pub inputs: Option<Inputs>,
    /// How the layout was found, where the file does not name it.
    pub found: Option<Found>,
    /// The release of the SDK whose signing tool was followed, where the file was not signed, and whether that
    /// release is an assumption.
    pub sdk: Option<(&'static str, bool)>,
    /// What a reader should know besides: a signature that does not verify, a measurement that is not the
    /// signed one.
    pub warnings: Vec<Text>,
}

/// What is told besides the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whether the processor has dynamic memory (EDMM, SGX2).
    pub edmm: bool,
}

impl Default for Told {
    fn default() -> Self {
        Self { edmm: true }
    }
}

impl Report {
    /// Reads an image or a bare SIGSTRUCT. An image is measured by building the enclave with the leaves
    /// themselves.
    ///
    /// # Errors
    /// The file is neither, is malformed, or describes what no machine builds; a sentence says which.
    pub fn of(bytes: &Rc<[u8]>) -> Result<Self, Text> {
        Self::told(bytes, Told::default())
    }

    /// Like [`of`](Self::of), with what the reader says besides.
    ///
    /// # Errors
    /// See [`of`](Self::of).
    pub fn told(bytes: &Rc<[u8]>, told: Told) -> Result<Self, Text> {
        match super::recognise(bytes).map(|found| found.key) {
            Some("stream") => Self::image(bytes, told),
            Some("sigstruct") => Self::sigstruct(bytes).map_err(|bad| malformed(&bad)),
            Some(_) => Err(text!(
                "report.no-identity",
                "The file says nothing about an enclave’s identity. MRENCLAVE can be told from an SGXS stream, an enclave file or a SIGSTRUCT."
            )),
            None => Err(text!(
                "report.unknown",
                "The file is neither an SGXS stream (it would open with “ECREATE”), nor an enclave file of the Intel SGX SDK (ELF with a note “sgx_metadata”), nor a bare SIGSTRUCT of 1,808 bytes."
            )),
        }
    }

    /// Like [`told`](Self::told), of a file that may be supplied in parts; `None` while some are missing, which
    /// the source notes. The next call goes on from there.
    ///
    /// # Errors
    /// See [`of`](Self::of).
    pub fn read(bytes: &Source, told: Told) -> Result<Option<Self>, Text> {
        let streams = bytes.with(0, 8, |tag| tag == Kind::Ecreate.tag());
        match bytes.is_parts() && streams {
            true => Self::stream(bytes),
            // The other formats have their tables anywhere in the file.
            false => bytes.whole().map(|w| Self::told(&w, told)).transpose(),
        }
    }

    /// A stream in parts; how far it is measured, its source keeps.
    fn stream(bytes: &Source) -> Result<Option<Self>, Text> {
        let Some(image) = image::open(bytes).map_err(|bad| malformed(&bad))? else {
            return Ok(None);
        };
        let note = bytes.note_of(|| RefCell::new(None::<Measuring>));
        let mut begun = note.borrow_mut();
        let measuring = begun.get_or_insert_with(|| Measuring::new(Build::usual(image.clone())));
        let measured = measuring.work(u64::MAX).map_err(|stop| refused(&stop))?;
        if measured.is_some() {
            // It holds the file that holds the note.
            *begun = None;
        }
        Ok(measured.map(|measured| Self::default().measured(&*image, measured.finish())))
    }

    /// Like [`told`](Self::told), for an enclave file of the Intel SGX SDK that was not signed and was completed
    /// from the signing tool’s configuration.
    ///
    /// # Errors
    /// See [`of`](Self::of).
    pub fn completed(completed: &Completed, told: Told) -> Result<Self, Text> {
        let mut report = Self::image(&completed.file, told)?;
        // That the file is not signed is known.
        report.warnings.clear();
        if completed.other.is_some() {
            report.warnings.push(completed.words());
        }
        report.sdk = Some((completed.release, completed.other.is_some()));
        Ok(report)
    }

    fn image(bytes: &Rc<[u8]>, told: Told) -> Result<Self, Text> {
        let image = match image::open_for(&bytes.clone().into(), told.edmm) {
            Err(bad) if oe::looks_like(bytes) => return Self::signed_for(bytes, Some(bad.text())),
            opened => opened.map_err(|bad| malformed(&bad))?,
        };
        Self::of_image(bytes, told, &image.ok_or_else(Text::none)?)
    }

    /// What an image says that was opened already.
    pub(super) fn of_image(
        bytes: &Rc<[u8]>,
        told: Told,
        image: &Rc<dyn Image>,
    ) -> Result<Self, Text> {
        let build = Build::usual(image.clone());
        let found = image.found().cloned();
        let known = found.as_ref().and_then(|found| found.measured);
        let measured = match known {
            Some(measured) => measured,
            None => build.measure().map_err(|stop| refused(&stop))?.finish(),
        };
        let mut report = match image.sigstruct() {
            None => Self::prepared(&**image),
            Some((at, bytes)) => Self::signed(&bytes, at).map_err(|bad| malformed(&bad))?,
        };
        if let Some(signed) = report.enclavehash.filter(|signed| *signed != measured) {
            report.warnings.push(text!(
                "report.other-hash",
                "The file measures {measured}, but its SIGSTRUCT was signed for {signed}: EINIT refuses the two together.",
                measured = hex::encode(&measured),
                signed = hex::encode(&signed)
            ));
        }
        let assumed = found.as_ref().filter(|_| known.is_none());
        report
            .warnings
            .extend(assumed.map(|found| found.says.clone()));
        report
            .warnings
            .extend(other_metadata(bytes, told, &**image, measured));
        Ok(report.measured(&**image, measured))
    }

    /// With what an image says and measures.
    fn measured(self, image: &dyn Image, measured: [u8; 32]) -> Self {
        Self {
            mrenclave: Some(measured),
            pages: Some(image.pages()),
            measured_pages: Some(image.measured_pages()),
            size: Some(image.size()),
            format: image.format(),
            inputs: Some(image.inputs()),
            found: image.found().cloned(),
            ..self
        }
    }

    /// What an image says of itself whose SIGSTRUCT nobody has signed, or that has none.
    fn prepared(image: &dyn Image) -> Self {
        let unsigned = image.draft().map(|_| {
            text!(
                "report.unsigned",
                "The file’s metadata is there, but its SIGSTRUCT is not signed yet: there is no MRSIGNER, and EINIT takes no such enclave before somebody signs it."
            )
        });
        let own = build::prepared(image);
        Self {
            isvprodid: own.as_ref().map(|sig| sig.isvprodid),
            isvsvn: own.as_ref().map(|sig| sig.isvsvn),
            attributes: own.map(|sig| sig.attributes),
            warnings: unsigned.into_iter().collect(),
            ..Self::default()
        }
    }

    /// What was signed for an Open Enclave image whose layout is not known, and why it is not.
    pub(super) fn signed_for(bytes: &[u8], why: Option<Text>) -> Result<Self, Text> {
        let properties = oe::properties(bytes).map_err(|bad| malformed(&bad))?;
        let Some((at, sig)) = properties.sigstruct else {
            return Err(why.unwrap_or_else(Text::none));
        };
        let mut report = Self::signed(sig, at).map_err(|bad| malformed(&bad))?;
        if let Some(why) = why {
            report.warnings.push(text!(
                "report.oe-not-measured",
                "MRENCLAVE is what was signed, not measured here."
            ));
            report.warnings.push(why);
        }
        let pages = |n: u64| Pool::of(n.saturating_mul(PAGE as u64));
        let header = properties.header;
        Ok(Self {
            format: oe::FORMAT,
            inputs: Some(Inputs {
                heap: Some(pages(header.heap)),
                stack: Some(pages(header.stack)),
                threads: Some(Pool::of(header.tcs)),
                ..Inputs::default()
            }),
            ..report
        })
    }

    fn sigstruct(bytes: &[u8]) -> Result<Self, Malformed> {
        Ok(Self {
            format: "SIGSTRUCT",
            ..Self::signed(bytes, 0)?
        })
    }

    /// What a SIGSTRUCT says that starts at `at` of the file.
    pub(super) fn signed(bytes: &[u8], at: u64) -> Result<Self, Malformed> {
        let sig = SigStruct::decode(bytes, at)?;
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
            enclavehash: Some(sig.enclavehash),
            warnings: warning.into_iter().collect(),
            ..Self::default()
        })
    }

    /// Names and values in the order in which people read them; what the file does not say is empty.
    #[must_use]
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        let digest = |d: Option<[u8; 32]>| d.map(|d| hex::encode(&d)).unwrap_or_default();
        let number = |n: Option<u64>| n.map(|n| format!("{n}")).unwrap_or_default();
        let a = self.attributes;
        let mut rows = vec![
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
            ("format", self.format.into()),
            ("enclavehash", digest(self.enclavehash)),
        ];
        rows.extend(self.found.iter().map(|found| {
            let proved = match found.measured {
                Some(_) => "proved by ENCLAVEHASH",
                None => "assumed",
            };
            ("layout", format!("{} ({proved})", found.releases))
        }));
        if let Some((release, assumed)) = self.sdk {
            let how = if assumed { " (assumed)" } else { "" };
            rows.push(("sdk_release", format!("{release}{how}")));
        }
        let told = self.inputs.into_iter().flat_map(|i| i.pools());
        rows.extend(told.map(|(name, pool)| {
            let Pool { initial, most } = pool;
            let one = initial == most;
            let value = if one {
                format!("{initial}")
            } else {
                format!("{initial} / {most}")
            };
            (name, value)
        }));
        rows
    }

    /// The report as JSON: always the same keys, `null` for what the file does not say; digests
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
        all.insert("format".into(), self.format.into());
        all.insert("enclavehash".into(), digest(self.enclavehash));
        let layout = self.found.as_ref().map_or(Json::Null, |found| {
            let mut both = Map::new();
            both.insert("releases".into(), found.releases.as_str().into());
            both.insert("proved".into(), found.measured.is_some().into());
            both.into()
        });
        all.insert("layout".into(), layout);
        let told = self.inputs.into_iter().flat_map(|i| i.pools());
        let pools = told.map(|(name, pool)| {
            let mut both = Map::new();
            both.insert("initial".into(), pool.initial.into());
            both.insert("most".into(), pool.most.into());
            (String::from(name), Json::from(both))
        });
        let inputs: Map<String, Json> = pools.collect();
        all.insert("inputs".into(), inputs.into());
        all.insert("sdk_release".into(), self.sdk.map(|s| s.0).into());
        all.insert("sdk_assumed".into(), self.sdk.map(|s| s.1).into());
        all.into()
    }
}

/// Says whether the file holds metadata for other processors that measures otherwise.
fn other_metadata(
    bytes: &Rc<[u8]>,
    told: Told,
    image: &dyn Image,
    measured: [u8; 32],
) -> Option<Text> {
    // Which metadata was used is told by its version: of several of one version the first is taken.
    let version = image.inputs().version?;
    let other = image::open_for(&bytes.clone().into(), !told.edmm).ok()??;
    if other.inputs().version? == version {
        return None;
    }
    let other = Build::usual(other).measure().ok()?.finish();
    let hash = hex::encode(&other);
    (other != measured).then(|| {
        if told.edmm {
            text!(
                "report.without-edmm",
                "This is what a processor with dynamic memory (EDMM, SGX2) measures. One without uses other metadata of the same file and measures {hash}.",
                hash = hash
            )
        } else {
            text!(
                "report.with-edmm",
                "This is what a processor without dynamic memory (EDMM, SGX2) measures. One with it uses other metadata of the same file and measures {hash}.",
                hash = hash
            )
        }
    })
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
        "No processor builds this enclave: operation {n} of the file ends in {result}. The rule that does not hold is {rule}.",
        n = stop.index + 1,
        result = stop.outcome.name(),
        rule = said
    )
}
