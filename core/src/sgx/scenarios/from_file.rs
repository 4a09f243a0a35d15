//! `sgx/from-file`: the reader's own enclave, or a SIGSTRUCT alone, before the machine.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::author::{Signer, boot, einit, key_param, launch};
use super::besides;
use super::enclave::Enclave;
use super::file_pages;
use super::params::choice;
use super::{Built, Turned};
use crate::sgx::build::{Build, Creation, Measuring, prepared};
use crate::sgx::image::Image;
use crate::sgx::machine::Machine;
use crate::sgx::op::{Made, Op, SigSource};
use crate::sgx::platform::Platform;
use crate::sgx::recognise::SCENARIO;
use crate::sgx::structs::{AttributesFlags, EinitToken, SigStruct};
use crate::text;
use crate::text::Text;
use crate::trace::param::file;
use crate::trace::{BadInput, Param, Plan, ScenarioInfo, Segment};

pub(super) static FROM_FILE: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    let debug = choice(
        "debug",
        text!("param.debug-file", "Debug enclave"),
        text!(
            "param.debug-file.help",
            "Whether ATTRIBUTES.DEBUG is set in the SECS. It is not measured; a SIGSTRUCT may forbid it."
        ),
        &[
            ("auto", text!("param.debug.auto", "as the SIGSTRUCT has it")),
            ("no", text!("word.no", "no")),
            ("yes", text!("word.yes", "yes")),
        ],
    );
    let launch = choice(
        "launch",
        text!("param.launch", "Launch control"),
        text!(
            "param.launch.help",
            "Flexible: the driver writes the signer’s hash into the registers. Locked: they name Intel’s launch enclave, so others need a token."
        ),
        &[
            ("flexible", text!("param.launch.flexible", "flexible")),
            ("locked", text!("param.launch.locked", "locked")),
        ],
    );
    ScenarioInfo {
        id: SCENARIO,
        title: text!("file.title", "Your own enclave"),
        question: text!("file.question", "What does hardware make of my file?"),
        lesson: text!(
            "file.lesson",
            "An enclave file is loaded page by page and measured as hardware does it. A SIGSTRUCT is put to EINIT. Files stay on this machine."
        ),
        params: vec![
            stream(),
            besides::config(),
            besides::sdk(),
            besides::libpal(),
            sigstruct(),
            token(),
            key_param(),
            debug,
            launch,
            edmm(),
            besides::gramine(),
        ],
        listed: false,
    }
}

fn stream() -> Param {
    file(
        "stream",
        text!("param.stream", "Enclave"),
        text!(
            "param.stream.help",
            "An SGXS stream of the records that the measurement hashes, an enclave file of the Intel SGX SDK or the Open Enclave SDK, or a manifest of Gramine, which needs libpal besides. Empty: an empty enclave, to try a SIGSTRUCT alone."
        ),
        text!(
            "param.stream.what",
            "an SGXS stream, .sgxs, an enclave file, .signed.so, or a manifest, .manifest.sgx"
        ),
    )
}

fn sigstruct() -> Param {
    file(
        "sigstruct",
        text!("param.sigstruct", "SIGSTRUCT"),
        text!(
            "param.sigstruct.help",
            "The author’s certificate, 1,808 bytes. Empty: that in the enclave file, if it has one; else one is signed here."
        ),
        text!("param.sigstruct.what", "a bare SIGSTRUCT, .sig or .bin"),
    )
}

fn token() -> Param {
    file(
        "token",
        text!("param.token", "EINITTOKEN"),
        text!(
            "param.token.help",
            "A launch enclave’s permission, 304 bytes. Empty: all zero, so VALID is 0."
        ),
        text!("param.token.what", "an EINITTOKEN of 304 bytes"),
    )
}

fn edmm() -> Param {
    choice(
        "edmm",
        text!("param.edmm", "Dynamic memory"),
        text!(
            "param.edmm.help",
            "Enclave files of the Intel SGX SDK may hold metadata for processors with dynamic memory (EDMM, SGX2) and for those without. They measure differently."
        ),
        &[
            ("yes", text!("param.edmm.yes", "processor with EDMM")),
            ("no", text!("param.edmm.no", "processor without")),
        ],
    )
}

/// The files that were given.
struct Files {
    image: Option<Rc<dyn Image>>,
    /// What is to be said about how the image was come by.
    says: Option<Text>,
    sigstruct: Option<(SigStruct, Rc<[u8]>)>,
    token: Option<Rc<[u8]>>,
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let files = files(turned)?;
    let creation = creation(turned, &files);
    let (mut platform, grown) = match &files.image {
        None => (Platform::client(), false),
        Some(file) => Build {
            image: file.clone(),
            creation,
        }
        .platform(),
    };
    platform.flexible_launch = turned.text("launch") == "flexible";
    let flexible = platform.flexible_launch;
    let signer = Signer::demo(creation.attributes, creation.miscselect)?.with_key(turned)?;
    let mrsigner = match &files.sigstruct {
        Some((sig, _)) => sig.mrsigner(),
        None => signer.mrsigner(),
    };
    let enclave = enclave(&files, creation);
    let mut segments = vec![boot()];
    let notes = [
        grown.then(|| larger(platform.epc_pages)),
        files.says.clone(),
    ];
    let notes: Vec<Text> = notes.into_iter().flatten().collect();
    if let Some(first) = segments.first_mut().filter(|_| !notes.is_empty()) {
        first.caption = Text::join(&notes, " ");
    }
    segments.extend(enclave.create());
    if let Some(file) = &files.image {
        let mut pages = file_pages::load(&Rc::new(Build {
            image: file.clone(),
            creation,
        }));
        if let (Some(first), Some(found)) = (pages.first_mut(), file.found()) {
            first.caption = Text::join(&[found.says.clone(), first.caption.clone()], " ");
        }
        segments.extend(pages);
    }
    if flexible {
        segments.push(launch("init.launch", mrsigner));
    }
    segments.push(last(&files, &enclave, signer, creation));
    Ok((Machine::new(platform), Plan::new(segments)))
}

/// EINIT with the SIGSTRUCT that was given or is made, and with the token.
fn last(files: &Files, enclave: &Enclave, signer: Signer, creation: Creation) -> Segment<Op> {
    let source = match (&files.sigstruct, &files.image) {
        (Some((_, bytes)), _) => SigSource::Bytes(bytes.clone()),
        (None, Some(file)) => {
            let build = Build {
                image: file.clone(),
                creation,
            };
            let own = prepared(&*build.image);
            let sign = move |measured| match &own {
                Some(own) => signer.sign_prepared(own, measured),
                None => signer.sign(measured),
            };
            SigSource::Made(Rc::new(Made::over(Measuring::new(build), sign)))
        }
        (None, None) => SigSource::Now,
    };
    let mut caption = caption_einit(files);
    if let Some(says) = &files.says {
        caption = Text::join(&[caption, says.clone()], " ");
    }
    let mut segment = einit(enclave, source.clone(), caption);
    if let Some(token) = files.token.clone()
        && let Op::Einit(mut op) = enclave.einit(source)
    {
        op.token = Some(token);
        let title = segment.title.clone();
        let (phase, label, caption) = (segment.phase, segment.label, segment.caption);
        segment = Segment::one(phase, &label, title, caption, Op::Einit(op));
    }
    segment
}

fn caption_einit(files: &Files) -> Text {
    match (&files.image, &files.sigstruct) {
        (Some(_), Some(_)) => text!(
            "cap.file.einit-both",
            "The author’s SIGSTRUCT meets the enclave: the processor checks the signature, compares what was signed with what it measured, then the attributes, then who may launch. Where they do not fit, the first rule that fails says why."
        ),
        (Some(image), None) if image.draft().is_some() => text!(
            "cap.file.einit-unsigned",
            "The file holds no signed SIGSTRUCT yet, so one is signed here, with your key or the demo key: over what the file measures, with the attributes, product and security version that its author prepared. The MRENCLAVE that EINIT writes is the one that real hardware reports for this file once it is signed; MRSIGNER is that of the key used here."
        ),
        (Some(_), None) => text!(
            "cap.file.einit-signed",
            "No SIGSTRUCT came with the file, so one is signed here over what the file measures, with your key or the demo key. The MRENCLAVE that EINIT writes is the one that real hardware reports for this file; MRSIGNER is that of the key used here."
        ),
        _ => text!(
            "cap.file.einit-alone",
            "Only the SIGSTRUCT is here, not the enclave it was made for. So it is put to an empty enclave with the attributes it asks for. Its form, its signature and its quotients can be verified this way. The comparison with ENCLAVEHASH must fail, and what comes after it is not reached: for that the enclave is needed."
        ),
    }
}

fn larger(pages: u64) -> Text {
    text!(
        "cap.file.larger-epc",
        "At power-on the firmware sets the processor reserved memory aside. This enclave is larger than the EPC that processors of this kind have, so this one is given {pages} EPC pages: the driver would otherwise have to give pages up to ordinary memory while it loads (EWB).",
        pages = pages
    )
}

/// What the files leave open: ATTRIBUTES and MISCSELECT as the SIGSTRUCT asks, else the usual ones.
fn creation(turned: &Turned<'_>, files: &Files) -> Creation {
    let mut creation = match &files.sigstruct {
        Some((sig, _)) => Creation::of(sig, &Platform::client()),
        None => {
            let image = files.image.as_deref();
            image
                .and_then(Creation::of_image)
                .unwrap_or_else(Creation::usual)
        }
    };
    let flags = &mut creation.attributes.flags;
    match turned.text("debug") {
        "yes" => *flags = flags.with(AttributesFlags::DEBUG),
        "no" => *flags = flags.without(AttributesFlags::DEBUG),
        _ => {}
    }
    creation
}

/// The enclave without its pages.
fn enclave(files: &Files, creation: Creation) -> Enclave {
    let (size, ssaframesize) = match &files.image {
        Some(file) => (file.size(), file.ssaframesize()),
        None => (8192, 1),
    };
    Enclave {
        number: 0,
        prefix: "",
        process: 0,
        base: creation.base(size),
        size,
        ssaframesize,
        attributes: creation.attributes,
        miscselect: creation.miscselect,
        pages: Vec::new(),
    }
}

fn files(turned: &Turned<'_>) -> Result<Files, BadInput> {
    let given = match turned.file("sigstruct")? {
        None => None,
        Some(input) => {
            let bytes = input.exact::<{ SigStruct::SIZE }>("sigstruct", "SIGSTRUCT")?;
            Some((SigStruct::from_bytes(&bytes), input.whole("sigstruct")?))
        }
    };
    let (image, says) = match turned.file("stream")? {
        None => (None, None),
        Some(input) => {
            let signed = given.as_ref().map(|(sig, _)| sig);
            let (image, says) = besides::open(turned, input, signed)?;
            (Some(image), says)
        }
    };
    let sigstruct = given.or_else(|| image.as_ref().and_then(|i| own_sigstruct(&**i)));
    let token = match turned.file("token")? {
        None => None,
        Some(input) => {
            input.exact::<{ EinitToken::SIZE }>("token", "EINITTOKEN")?;
            Some(input.whole("token")?)
        }
    };
    if image.is_none() && sigstruct.is_none() {
        return Err(BadInput {
            key: "stream".into(),
            missing_file: true,
            why: text!(
                "file.none",
                "This run needs a file: an enclave (an SGXS stream, an enclave file of the Intel SGX SDK or the Open Enclave SDK, or a manifest of Gramine with its libpal.so), or a SIGSTRUCT, or both. Choose what belongs together or drop it on the page."
            ),
        });
    }
    Ok(Files {
        image,
        says,
        sigstruct,
        token,
    })
}

/// The SIGSTRUCT that an image brings along.
fn own_sigstruct(image: &dyn Image) -> Option<(SigStruct, Rc<[u8]>)> {
    let (_, bytes) = image.sigstruct()?;
    let sig = SigStruct::from_bytes(bytes.first_chunk()?);
    Some((sig, bytes))
}
