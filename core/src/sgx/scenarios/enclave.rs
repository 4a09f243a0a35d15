//! An enclave as a scenario describes it, and the segments it becomes.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::Turned;
use crate::sgx::content::Content;
use crate::sgx::machine::Machine;
use crate::sgx::op::{Call, Eadd, Ecreate, Einit, Made, Mmap, Op, SigSource};
use crate::sgx::platform::Platform;
use crate::sgx::structs::{Attributes, Miscselect, PageType, SecInfoFlags, Tcs};
use crate::text;
use crate::text::Text;
use crate::trace::{Machine as _, Phase, Planned, Segment, Sink};

/// Chunks that EEXTEND measures in a page.
const CHUNKS: u64 = 16;

/// Pages that follow one another and are alike.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    /// The end of the label: `code`, `tcs1`.
    pub(super) label: String,
    /// What they are.
    pub(super) title: Text,
    /// What happens to them and why.
    pub(super) caption: Text,
    /// Offset of the first in the enclave.
    pub(super) offset: u64,
    /// How many.
    pub(super) count: u64,
    /// SECINFO.FLAGS.
    pub(super) flags: SecInfoFlags,
    /// What they hold.
    pub(super) content: Content,
    /// Whether each is measured after it is added.
    pub(super) measured: bool,
}

/// An enclave to be built.
#[derive(Clone, Debug)]
pub(super) struct Enclave {
    /// Its number.
    pub(super) number: u8,
    /// The start of its labels: empty, or `a.` and `b.` where there are two.
    pub(super) prefix: &'static str,
    /// The process it lives in.
    pub(super) process: u8,
    /// BASEADDR.
    pub(super) base: u64,
    /// SIZE.
    pub(super) size: u64,
    /// SSAFRAMESIZE.
    pub(super) ssaframesize: u32,
    /// ATTRIBUTES.
    pub(super) attributes: Attributes,
    /// MISCSELECT.
    pub(super) miscselect: Miscselect,
    /// Its pages, in the order in which they are added.
    pub(super) pages: Vec<Pages>,
}

/// Usual SECINFO.FLAGS.
pub(super) mod flags {
    use super::{PageType, SecInfoFlags};

    /// REG r-x.
    pub(in super::super) const CODE: SecInfoFlags =
        SecInfoFlags::page(PageType::REG, SecInfoFlags::R.with(SecInfoFlags::X));
    /// REG rw-.
    pub(in super::super) const DATA: SecInfoFlags =
        SecInfoFlags::page(PageType::REG, SecInfoFlags::R.with(SecInfoFlags::W));
    /// TCS.
    pub(in super::super) const TCS: SecInfoFlags =
        SecInfoFlags::page(PageType::TCS, SecInfoFlags::NONE);
}

/// The code page: the smallest enclave code, then the reader's words.
pub(super) fn code_page(seed: u64, message: &str) -> Content {
    let mut page = Content::Code(seed).page().bytes().to_vec();
    page.truncate(24);
    page.resize(64, 0xcc);
    page.extend_from_slice(message.as_bytes());
    Content::Bytes(Rc::from(page))
}

/// A TCS with two frames at `ossa`, entered at the start of the enclave.
pub(super) fn tcs_page(ossa: u64) -> Content {
    let tcs = Tcs {
        ossa,
        nssa: 2,
        oentry: 0,
        fslimit: 0xffff_ffff,
        gslimit: 0xffff_ffff,
        ..Tcs::default()
    };
    Content::Bytes(Rc::from(&tcs.encode()[..72]))
}

impl Enclave {
    /// The example enclave: code, a TCS with two save frames, heap.
    pub(super) fn example(turned: &Turned<'_>) -> Self {
        let code = turned.number("code").max(1);
        let heap = turned.number("heap").max(1);
        let frame = turned.number("ssaframesize").max(1);
        let mut enclave = Self {
            number: 0,
            prefix: "",
            process: 0,
            base: crate::sgx::op_text::BASE,
            size: 0,
            ssaframesize: turned.number("ssaframesize") as u32,
            attributes: Attributes::new(turned.attributes().bits(), turned.xfrm()),
            miscselect: Miscselect::NONE,
            pages: Vec::new(),
        };
        let first = code_page(turned.seed, turned.text("message"));
        enclave.push(
            "code1",
            text!("page.code-first", "the first code page"),
            caption_code(),
            (1, flags::CODE, first, true),
        );
        if code > 1 {
            let more = Content::Code(turned.seed.wrapping_add(1));
            enclave.push(
                "code2",
                text!("page.code", "more code"),
                caption_code(),
                (code - 1, flags::CODE, more, true),
            );
        }
        let ossa = (enclave.end() / 4096 + 1) * 4096;
        enclave.push(
            "tcs",
            "TCS".into(),
            caption_tcs(),
            (1, flags::TCS, tcs_page(ossa), true),
        );
        enclave.push(
            "ssa",
            text!("page.ssa", "state save area, two frames"),
            caption_ssa(),
            (2 * frame, flags::DATA, Content::Zero, true),
        );
        enclave.push(
            "heap",
            text!("page.heap", "heap"),
            caption_heap(),
            (heap, flags::DATA, Content::Zero, turned.is("measure-heap")),
        );
        enclave
    }

    /// Appends pages after the last.
    pub(super) fn push(
        &mut self,
        label: &str,
        title: Text,
        caption: Text,
        (count, flags, content, measured): (u64, SecInfoFlags, Content, bool),
    ) {
        let label = label.to_string();
        let offset = self.end();
        self.pages.push(Pages {
            label,
            title,
            caption,
            offset,
            count,
            flags,
            content,
            measured,
        });
        self.size = self.end().next_power_of_two().max(8192);
    }

    /// Offset after the last page.
    pub(super) fn end(&self) -> u64 {
        self.pages
            .iter()
            .map(|p| p.offset + p.count * 4096)
            .max()
            .unwrap_or(0)
    }

    /// A label of this enclave.
    pub(super) fn label(&self, rest: &str) -> String {
        format!("{}{rest}", self.prefix)
    }

    /// The reservation of linear addresses, and ECREATE.
    pub(super) fn create(&self) -> Vec<Segment<Op>> {
        let mmap = Op::Mmap(Mmap {
            enclave: self.number,
            base: self.base,
            size: self.size,
        });
        let ecreate = Op::Ecreate(Ecreate {
            enclave: self.number,
            process: self.process,
            base: self.base,
            size: self.size,
            ssaframesize: self.ssaframesize,
            attributes: self.attributes,
            miscselect: self.miscselect,
            call: Call::default(),
        });
        vec![
            Segment::one(
                Phase::Allocate,
                &self.label("allocate.mmap"),
                text!("seg.mmap", "Reserve addresses"),
                text!(
                    "cap.mmap",
                    "The process calls sgx_create_enclave. Its library asks for a stretch of linear addresses, as large as the enclave and aligned to its size: ELRANGE. The operating system decides where. Nothing secret exists yet."
                ),
                mmap,
            ),
            Segment::one(
                Phase::Allocate,
                &self.label("create.ecreate"),
                text!("seg.ecreate", "Create the enclave"),
                text!(
                    "cap.ecreate",
                    "Library, then driver, then ENCLS: only the operating system may call it. A free EPC page becomes the SECS, the enclave’s identity card. The processor copies what it was given and starts the measurement with how large the enclave and its save frames are. Where it lies and whether it is a debug enclave are not measured."
                ),
                ecreate,
            ),
        ]
    }

    /// The segments that add and measure the pages.
    pub(super) fn load(&self) -> Vec<Segment<Op>> {
        self.pages.iter().map(|p| self.segment(p)).collect()
    }

    /// The segment that adds and measures some pages, page by page.
    fn segment(&self, pages: &Pages) -> Segment<Op> {
        let per_page = if pages.measured { 1 + CHUNKS } else { 1 };
        let (own, enclave) = (pages.clone(), self.number);
        let label = self.label(&format!("load.{}", pages.label));
        let many = pages.count > 1;
        let segment = Segment::many(
            Phase::Load,
            &label,
            pages.title.clone(),
            pages.caption.clone(),
            pages.count * per_page,
            move |i| {
                let (page, nth) = (i / per_page, i % per_page);
                let offset = own.offset + page * 4096;
                let step = match nth {
                    0 => String::from("eadd"),
                    n => format!("eextend{}", n - 1),
                };
                Planned {
                    op: match nth {
                        0 => own.eadd(enclave, page),
                        n => extend(enclave, offset + (n - 1) * 256),
                    },
                    label: if many {
                        format!("p{page}.{step}")
                    } else {
                        step
                    },
                    caption: if nth == 0 {
                        Text::none()
                    } else {
                        caption_eextend()
                    },
                }
            },
        );
        if many {
            segment.grouped(per_page)
        } else {
            segment
        }
    }

    /// EINIT with this SIGSTRUCT.
    pub(super) fn einit(&self, sigstruct: SigSource) -> Op {
        Op::Einit(Einit {
            enclave: self.number,
            sigstruct,
            token: None,
            call: Call::default(),
        })
    }

    /// Every operation that builds the enclave, up to before EINIT.
    pub(super) fn operations(&self) -> impl Iterator<Item = Op> {
        let segments: Vec<Segment<Op>> = self.create().into_iter().chain(self.load()).collect();
        segments
            .into_iter()
            .flat_map(|s| (0..s.len).map(move |i| (s.op)(i).op))
    }

    /// What the enclave measures when it is built as described, by the same leaf code.
    pub(super) fn measure(&self) -> [u8; 32] {
        let mut machine = Machine::new(Platform::client());
        for op in self.operations() {
            machine.apply(&op, &mut Sink::Nothing);
        }
        let secs = machine
            .driver
            .enclaves
            .get(&self.number)
            .and_then(|h| machine.secs.get(&h.secs));
        secs.map_or([0; 32], |s| s.measurement.finish())
    }

    /// The author's SIGSTRUCT over this enclave as described, made when first needed.
    pub(super) fn signed(&self, author: super::author::Signer) -> SigSource {
        let own = self.clone();
        SigSource::Made(Rc::new(Made::new(move || author.sign(own.measure()))))
    }
}

impl Pages {
    /// EADD of the n-th page.
    pub(super) fn eadd(&self, enclave: u8, page: u64) -> Op {
        Op::Eadd(Eadd {
            enclave,
            offset: self.offset + page * 4096,
            flags: self.flags,
            content: self.content.clone(),
            call: Call::default(),
        })
    }
}

/// EEXTEND of a chunk.
pub(super) fn extend(enclave: u8, offset: u64) -> Op {
    Op::Eextend {
        enclave,
        offset,
        call: Call::default(),
    }
}

fn caption_code() -> Text {
    text!(
        "cap.code",
        "A page of code is copied from the process into a free EPC page. EADD measures where it goes and what may be done with it: readable and executable, never writable. The 16 EEXTEND that follow measure what it holds."
    )
}

fn caption_tcs() -> Text {
    text!(
        "cap.tcs",
        "A thread control structure is the only door: where a thread enters, and where its registers are saved when it is interrupted. No software can touch it afterwards, so EADD takes its permissions away before measuring."
    )
}

fn caption_ssa() -> Text {
    text!(
        "cap.ssa",
        "When an interrupt strikes inside the enclave, the processor saves all registers here. Two frames, so that a handler can run inside while the first is kept."
    )
}

fn caption_heap() -> Text {
    text!(
        "cap.heap",
        "Heap pages. They usually start as zeros, and an author may leave their contents unmeasured: then MRENCLAVE fixes that they are there and writable, but not what they hold."
    )
}

fn caption_eextend() -> Text {
    text!(
        "cap.eextend",
        "The driver asks the processor to fold the next 256 bytes into the measurement. The processor reads its own copy in the EPC, not the file, so nobody can swap it in between."
    )
}
