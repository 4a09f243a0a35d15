//! Why two enclaves measure differently: the closed list of causes and how each is said.

use alloc::string::String;

use crate::text;
use crate::text::Text;
use crate::view::{Cause, Certainty};

/// A reason why two enclaves differ, in the order in which it matters to somebody who looks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// The number of threads.
    Threads,
    /// The size of the heap.
    Heap,
    /// The size of the stacks.
    Stack,
    /// How many frames of state each thread has.
    SsaFrames,
    /// SSAFRAMESIZE.
    SsaFrameSize,
    /// Memory set aside for later.
    Reserved,
    /// Other pages that one of the two has not.
    Pages,
    /// SIZE of the enclave.
    Size,
    /// PAGE_TYPE.
    PageType,
    /// R, W, X.
    Permissions,
    /// A page made writable, or changed, by a relocation of the code.
    TextRelocation,
    /// Which chunks are measured.
    Measured,
    /// Bytes.
    Content,
    /// Pages of one side, one after the other; EADD of all first on the other.
    Interleaving,
    /// The order of EADD.
    Order,
    /// The order of EEXTEND within pages.
    ChunkOrder,
    /// The same pages elsewhere.
    Moved,
    /// The metadata of the format: its version, or what it says to other processors.
    Metadata,
    /// Bytes that are not measured.
    Unmeasured,
    /// The SIGSTRUCT.
    Signature,
    /// Bytes of the file that are not loaded.
    File,
}

impl Why {
    /// The stable lower-case name.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::Heap => "heap",
            Self::Stack => "stack",
            Self::SsaFrames => "ssa-frames",
            Self::SsaFrameSize => "ssaframesize",
            Self::Reserved => "reserved-memory",
            Self::Pages => "pages",
            Self::Size => "size",
            Self::PageType => "page-type",
            Self::Permissions => "permissions",
            Self::TextRelocation => "text-relocation",
            Self::Measured => "measured",
            Self::Content => "content",
            Self::Interleaving => "interleaving",
            Self::Order => "order",
            Self::ChunkOrder => "chunk-order",
            Self::Moved => "moved",
            Self::Metadata => "metadata",
            Self::Unmeasured => "unmeasured",
            Self::Signature => "signature",
            Self::File => "file",
        }
    }

    fn title(self) -> Text {
        match self {
            Self::Threads => text!("diff.threads", "Number of threads"),
            Self::Heap => text!("diff.heap", "Heap size"),
            Self::Stack => text!("diff.stack", "Stack size"),
            Self::SsaFrames => text!("diff.ssa-frames", "Frames of state per thread"),
            Self::SsaFrameSize => "SSAFRAMESIZE".into(),
            Self::Reserved => text!("diff.reserved", "Reserved memory"),
            Self::Pages => text!("diff.pages", "Pages added or missing"),
            Self::Size => text!("diff.size", "Size of the enclave’s range"),
            Self::PageType => text!("diff.page-type", "Page type"),
            Self::Permissions => text!("diff.permissions", "Page permissions"),
            Self::TextRelocation => text!("diff.text-relocation", "Text relocation"),
            Self::Measured => text!("diff.measured", "Measured or not"),
            Self::Content => text!("diff.content", "Contents"),
            Self::Interleaving => text!("diff.interleaving", "EADD and EEXTEND in another order"),
            Self::Order => text!("diff.order", "Pages in another order"),
            Self::ChunkOrder => text!("diff.chunk-order", "Chunks in another order"),
            Self::Moved => text!("diff.moved", "Pages moved"),
            Self::Metadata => text!("diff.metadata", "Metadata of the file"),
            Self::Unmeasured => text!("diff.unmeasured", "Bytes that are not measured"),
            Self::Signature => "SIGSTRUCT".into(),
            Self::File => text!("diff.file", "Bytes that are not loaded"),
        }
    }

    /// What to look at or change.
    fn advice(self) -> Text {
        match self {
            Self::Threads => text!(
                "diff.threads.do",
                "Give both the same number of threads: TCSNum (Intel SDK), NumTCS (Open Enclave), sgx.max_threads (Gramine)."
            ),
            Self::Heap => text!(
                "diff.heap.do",
                "Give both the same heap: HeapInitSize and HeapMaxSize (Intel SDK), NumHeapPages (Open Enclave)."
            ),
            Self::Stack => text!(
                "diff.stack.do",
                "Give both the same stack: StackMinSize and StackMaxSize (Intel SDK), NumStackPages (Open Enclave)."
            ),
            Self::SsaFrames => text!(
                "diff.ssa-frames.do",
                "TCS.NSSA comes from the tool that lays the enclave out: use the same version and the same settings of it on both sides."
            ),
            Self::SsaFrameSize => text!(
                "diff.ssaframesize.do",
                "ECREATE is given SSAFRAMESIZE, and it is measured with the first record. Signing tool and loader must use the same."
            ),
            Self::Reserved => text!(
                "diff.reserved.do",
                "Give both the same reserved memory: ReservedMemInitSize and ReservedMemMaxSize (Intel SDK)."
            ),
            Self::Pages => text!(
                "diff.pages.do",
                "Look at the pages in the table: more or fewer pages of the program mean that it was built from other code or with other settings."
            ),
            Self::Size => text!(
                "diff.size.do",
                "SIZE is a power of two into which everything must fit, so it doubles when heap, stacks or threads grow; some tools let you set it."
            ),
            Self::PageType => text!(
                "diff.page-type.do",
                "A page that is a TCS on one side only is a thread more. See which tool laid the page out."
            ),
            Self::Permissions => text!(
                "diff.permissions.do",
                "Permissions come from the program headers of the ELF file (p_flags) or from the layout of the tool: compare the output of readelf -lW for both programs."
            ),
            Self::TextRelocation => text!(
                "diff.text-relocation.do",
                "Code that is not position-independent makes the loader write into code pages. Build all of it, assembly and static libraries too, with -fPIC, and link with -z text, which makes the linker refuse the rest."
            ),
            Self::Measured => text!(
                "diff.measured.do",
                "Whether heap or data is measured is a choice of the tool (EEXTEND or only EADD): use the same on both sides."
            ),
            Self::Content => text!(
                "diff.content.do",
                "The program was not built to the same bytes. Usual reasons: another compiler or library, paths and dates compiled in, an order of files that depends on the machine. Build both in the same container."
            ),
            Self::Interleaving => text!(
                "diff.interleaving.do",
                "Both hold the same, but MRENCLAVE depends on the order. Let both measure each page directly after it is added, as the usual tools do."
            ),
            Self::Order => text!(
                "diff.order.do",
                "Both have these pages, but MRENCLAVE depends on the order in which they are added. Use the same tool, and the same order of segments and threads."
            ),
            Self::ChunkOrder => text!(
                "diff.chunk-order.do",
                "MRENCLAVE depends on the order in which the 256-byte chunks are measured. Let both go through each page upwards."
            ),
            Self::Moved => text!(
                "diff.moved.do",
                "Each record holds the page’s offset, so a page that moves is measured differently though it holds the same. Mend what comes before it."
            ),
            Self::Metadata => text!(
                "diff.metadata.do",
                "The signing tool writes the metadata (.note.sgxmeta), one structure for each kind of processor. Sign both with the same version of the SDK and the same configuration."
            ),
            Self::Unmeasured => text!(
                "diff.unmeasured.do",
                "This changes nothing in MRENCLAVE, and nobody can tell from outside which of the two was loaded. Code must not trust such bytes."
            ),
            Self::Signature => text!(
                "diff.signature.do",
                "The SIGSTRUCT is not part of MRENCLAVE. It decides MRSIGNER and what else verifiers see; sealing keys bound to the signer depend on it."
            ),
            Self::File => text!(
                "diff.file.do",
                "Symbols, debug information and other parts of the file that no page takes in change nothing."
            ),
        }
    }

    /// The cause with what was found.
    pub(super) fn cause(self, certainty: Certainty, says: Text) -> Cause {
        Cause {
            id: self.id(),
            title: self.title(),
            certainty,
            says,
            advice: self.advice(),
        }
    }
}

/// Two values, side by side.
pub(super) fn two(a: impl Into<String>, b: impl Into<String>) -> Text {
    text!("diff.two", "A: {a}, B: {b}.", a = a.into(), b = b.into())
}
