//! What one side of a comparison is: an enclave, a SIGSTRUCT, or a bare MRENCLAVE.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;

use crate::bytes::{hex, pasted};
use crate::formats::elf;
use crate::memory::{PAGE, Source};
use crate::sgx::gramine;
use crate::sgx::image::{self, Image};
use crate::sgx::structs::SigStruct;
use crate::text;
use crate::text::Text;
use crate::trace::Input;

/// One side of a comparison.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) name: String,
    pub(super) bytes: Source,
    pub(super) kind: Kind,
}

/// What it is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A file that is supplied in parts and was not read to its end yet.
    Unread,
    /// An enclave.
    Image(Rc<dyn Image>),
    /// A SIGSTRUCT alone.
    SigStruct(Box<SigStruct>),
    /// The MRENCLAVE that is expected.
    Expected([u8; 32]),
}

impl Given {
    /// Reads one side, as far as it is here.
    pub(super) fn of(input: &Input) -> Result<Self, Text> {
        let mut given = Self {
            name: input.name.clone(),
            bytes: input.bytes.clone(),
            kind: Kind::Unread,
        };
        if !input.bytes.is_parts() {
            given.read()?;
        }
        Ok(given)
    }

    /// Reads one side; a manifest of Gramine that is here whole with its libpal.
    pub(super) fn with(input: &Input, libpal: Option<&Input>) -> Result<Self, Text> {
        let Some(libpal) = libpal.filter(|_| !input.bytes.is_parts()) else {
            return Self::of(input);
        };
        let manifest = input.whole("stream").map_err(|bad| bad.why)?;
        if !gramine::looks_like(&manifest) {
            return Self::of(input);
        }
        let libpal = libpal.whole("libpal").map_err(|bad| bad.why)?;
        let named = |why: Text| Text::join(&[input.name.as_str().into(), why], ": ");
        let made = gramine::make(&manifest, &libpal, None, None);
        let made = made.map_err(|unfit| named(unfit.text()))?;
        let both: Rc<[u8]> = [&manifest[..], &libpal[..]].concat().into();
        Ok(Self {
            name: input.name.clone(),
            bytes: both.into(),
            kind: fitting(made.image).map_err(named)?,
        })
    }

    /// Goes on reading; says whether it is known what it is. Where not, bytes are missing, which the source notes.
    pub(super) fn read(&mut self) -> Result<bool, Text> {
        if !matches!(self.kind, Kind::Unread) {
            return Ok(true);
        }
        let read = self.look();
        let named = |why: Text| Text::join(&[self.name.as_str().into(), why], ": ");
        let Some((bytes, kind)) = read.map_err(named)? else {
            return Ok(false);
        };
        (self.bytes, self.kind) = (bytes, kind);
        Ok(true)
    }

    fn look(&self) -> Result<Option<(Source, Kind)>, Text> {
        if self.bytes.is_parts() && !self.wants_whole() {
            return match self.bytes.is_lacking() {
                true => Ok(None),
                false => Ok(stream(&self.bytes)?.map(|kind| (self.bytes.clone(), kind))),
            };
        }
        // The tables of a program lie anywhere in it, so it is wanted whole.
        self.bytes.whole().map(|whole| read(&whole)).transpose()
    }

    /// Whether a file in parts is of a format that must be here whole: none is that begins otherwise.
    fn wants_whole(&self) -> bool {
        let mut opens = [0; 4];
        self.bytes.read(0, &mut opens);
        !self.bytes.is_lacking() && opens == elf::MAGIC
    }

    pub(super) fn image(&self) -> Option<&Rc<dyn Image>> {
        match &self.kind {
            Kind::Image(image) => Some(image),
            Kind::Unread | Kind::SigStruct(_) | Kind::Expected(_) => None,
        }
    }

    /// The SIGSTRUCT that it is or holds, as bytes.
    pub(super) fn sigstruct(&self) -> Option<SigStruct> {
        match &self.kind {
            Kind::SigStruct(sig) => Some((**sig).clone()),
            Kind::Image(image) => {
                let (_, bytes) = image.sigstruct()?;
                Some(SigStruct::from_bytes(bytes.first_chunk()?))
            }
            Kind::Unread | Kind::Expected(_) => None,
        }
    }

    /// The same, or what is to be signed, where nobody has yet.
    pub(super) fn prepared(&self) -> Option<SigStruct> {
        self.sigstruct().or_else(|| {
            let (_, bytes) = self.image()?.draft()?;
            Some(SigStruct::from_bytes(bytes.first_chunk()?))
        })
    }

    /// The MRENCLAVE that it states rather than makes.
    pub(super) fn stated(&self) -> Option<[u8; 32]> {
        match &self.kind {
            Kind::Unread | Kind::Image(_) => None,
            Kind::SigStruct(sig) => Some(sig.enclavehash),
            Kind::Expected(value) => Some(*value),
        }
    }

    /// What it is, in words.
    pub(super) fn what(&self) -> Text {
        match &self.kind {
            Kind::Unread => Text::none(),
            Kind::Image(image) => text!(
                "diff.what.image",
                "{format}, {pages} pages ({measured} fully measured) in an enclave of {size}",
                format = image.format(),
                pages = image.pages(),
                measured = image.measured_pages(),
                size = hex::size(image.size())
            ),
            Kind::SigStruct(sig) => text!(
                "diff.what.sigstruct",
                "SIGSTRUCT of {date}, which states a MRENCLAVE",
                date = alloc::format!("{}", sig.date)
            ),
            Kind::Expected(_) => text!("diff.what.expected", "an expected MRENCLAVE"),
        }
    }
}

/// As long is a text at most that may spell one of these: a SIGSTRUCT in hex, with blanks.
const SPELLED_MOST: usize = 16 * 1024;

/// What the bytes are; where they are a text, what it spells.
fn read(bytes: &Rc<[u8]>) -> Result<(Source, Kind), Text> {
    if let Some(kind) = kind(bytes)? {
        return Ok((bytes.clone().into(), kind));
    }
    let text = core::str::from_utf8(bytes).ok();
    let text = text.filter(|t| t.len() <= SPELLED_MOST).unwrap_or_default();
    for reading in pasted::readings(text) {
        let Ok(spelled) = reading.bytes else {
            continue;
        };
        if let Ok(value) = <[u8; 32]>::try_from(&spelled[..]) {
            return Ok((spelled.into(), Kind::Expected(value)));
        }
        let spelled: Rc<[u8]> = Rc::from(spelled);
        if let Some(kind) = kind(&spelled)? {
            return Ok((spelled.into(), kind));
        }
    }
    Err(unknown())
}

fn unknown() -> Text {
    text!(
        "diff.unknown",
        "This is neither an enclave (an SGXS stream or a signed image), nor a SIGSTRUCT of 1,808 bytes, nor a MRENCLAVE as 64 hex digits."
    )
}

/// What bytes are, if they are an enclave or a SIGSTRUCT.
fn kind(bytes: &Rc<[u8]>) -> Result<Option<Kind>, Text> {
    match crate::sgx::recognise(bytes).map(|found| found.key) {
        Some("sigstruct") => {
            let sig = SigStruct::decode(bytes, 0).map_err(|bad| bad.text())?;
            Ok(Some(Kind::SigStruct(Box::new(sig))))
        }
        Some("stream") => {
            let image = enclave(&bytes.clone().into())?;
            image.ok_or_else(Text::none).map(Some)
        }
        _ => Ok(None),
    }
}

/// A stream that is supplied in parts; `None` while some are missing.
fn stream(bytes: &Source) -> Result<Option<Kind>, Text> {
    let opens = bytes.with(0, 64, |head| crate::sgx::recognise(head).map(|f| f.key));
    match opens {
        _ if bytes.is_lacking() => Ok(None),
        Some("stream") => enclave(bytes),
        _ => Err(unknown()),
    }
}

/// An enclave; `None` while bytes are missing.
fn enclave(bytes: &Source) -> Result<Option<Kind>, Text> {
    let image = image::open(bytes).map_err(|bad| bad.text())?;
    image.map(fitting).transpose()
}

/// An enclave whose pages can be counted.
fn fitting(image: Rc<dyn Image>) -> Result<Kind, Text> {
    if image.size() / PAGE as u64 > u64::from(u32::MAX) {
        return Err(text!(
            "diff.too-large",
            "An enclave of this size cannot be compared here."
        ));
    }
    Ok(Kind::Image(image))
}
