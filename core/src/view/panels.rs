//! The closed set of panel kinds and their data.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::text::Text;
use crate::trace::{Piece, Place};

/// What a colour may mean. Colour never stands alone: every toned thing also has a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Unused.
    Free,
    /// Belongs to the system: metadata, firmware, reserved ranges.
    System,
    /// Belongs to the first protected program.
    OwnerA,
    /// Belongs to the second.
    OwnerB,
    /// Belongs to the third.
    OwnerC,
    /// Allowed, held, valid.
    Good,
    /// Refused, faulted, violated.
    Bad,
    /// Worth noticing: debug mode, a weak setting.
    Warn,
    /// Hidden from this observer.
    Hidden,
}

impl Tone {
    /// The stable lower-case name, for styles and JSON.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Free => "free",
            Self::System => "system",
            Self::OwnerA => "owner-a",
            Self::OwnerB => "owner-b",
            Self::OwnerC => "owner-c",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Hidden => "hidden",
        }
    }

    /// The tone of the n-th protected program.
    #[must_use]
    pub fn owner(n: usize) -> Self {
        [Self::OwnerA, Self::OwnerB, Self::OwnerC][n % 3]
    }
}

/// One panel. `id` is stable and unique within a view; cells are named by `id` and their own key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Panel {
    /// Lanes of address ranges and what ties them.
    AddressMap(AddressMap),
    /// Rows and columns.
    Table(Table),
    /// A structure byte for byte.
    Bytes(Bytes),
    /// A state machine with its current node.
    States(States),
    /// A running digest and what it takes in.
    Digest(Digest),
    /// Names and values.
    Facts(Facts),
    /// Privilege levels and worlds, and who runs now.
    Privilege(Privilege),
}

impl Panel {
    /// The panel's id.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::AddressMap(p) => p.id,
            Self::Table(p) => p.id,
            Self::Bytes(p) => p.id,
            Self::States(p) => p.id,
            Self::Digest(p) => p.id,
            Self::Facts(p) => p.id,
            Self::Privilege(p) => p.id,
        }
    }

    /// The panel's heading and the remark beside it.
    #[must_use]
    pub fn heading(&self) -> (&Text, &Text) {
        match self {
            Self::AddressMap(p) => (&p.title, &p.note),
            Self::Table(p) => (&p.title, &p.note),
            Self::Bytes(p) => (&p.title, &p.note),
            Self::States(p) => (&p.title, &p.note),
            Self::Digest(p) => (&p.title, &p.note),
            Self::Facts(p) => (&p.title, &p.note),
            Self::Privilege(p) => (&p.title, &p.note),
        }
    }
}

/// Lanes of address ranges, drawn one below the other, and links between ranges of two lanes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressMap {
    /// The panel's id.
    pub id: &'static str,
    /// The heading.
    pub title: Text,
    /// The remark beside it.
    pub note: Text,
    /// The lanes, top first.
    pub lanes: Vec<Lane>,
    /// Ties between ranges, such as a page-table mapping.
    pub links: Vec<Link>,
}

/// One address space, or one layer of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The lane's key, unique within the panel. Neighbours whose keys differ only in a number
    /// behind a dash (`linear-0`, `linear-1`) are of one kind and may be drawn side by side.
    pub key: &'static str,
    /// What this lane is.
    pub title: Text,
    /// First address of the lane.
    pub start: u64,
    /// First address after the lane.
    pub end: u64,
    /// The ranges, ascending; nested ranges follow the range they lie in, with a larger `depth`.
    pub ranges: Vec<Range>,
}

/// A stretch of addresses with one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Unique within the panel and stable from step to step.
    pub key: String,
    /// First address.
    pub start: u64,
    /// First address after the range.
    pub end: u64,
    /// 0 for a range of the lane itself, 1 for one nested in it, and so on.
    pub depth: u8,
    /// What it is; short.
    pub label: Text,
    /// A second short line: permissions, owner, count.
    pub sub: Text,
    /// What its colour means.
    pub tone: Tone,
    /// The state it stands for, if it can be selected.
    pub place: Option<Place>,
}

/// A tie between two ranges, by their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Key of the range it starts from.
    pub from: String,
    /// Key of the range it leads to.
    pub to: String,
    /// What its colour means.
    pub tone: Tone,
}

/// Rows and columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The panel's id.
    pub id: &'static str,
    /// The heading.
    pub title: Text,
    /// The remark beside it.
    pub note: Text,
    /// Whether it wants the whole width; the same all through a run, so that nothing moves.
    pub wide: bool,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows. Rows with the same neighbours may be folded by the machine into one.
    pub rows: Vec<Row>,
    /// What to say when there is no row.
    pub empty: Text,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub title: Text,
    /// Whether its cells are set in the fixed-width face.
    pub mono: bool,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Unique within the table and stable from step to step.
    pub key: String,
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// The state it stands for, if it can be selected.
    pub place: Option<Place>,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: Text,
    /// What its colour means.
    pub tone: Tone,
}

impl Default for Text {
    fn default() -> Self {
        Self::none()
    }
}

/// A structure byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// The panel's id.
    pub id: &'static str,
    /// The heading: the structure's name in the manual.
    pub title: Text,
    /// The remark beside it: where it lies.
    pub note: Text,
    /// Where the first byte lies; byte `i` is `Place::new(place.space, place.at + i, 1)`.
    pub place: Place,
    /// The bytes.
    pub data: Rc<[u8]>,
    /// The fields, ascending, covering every byte.
    pub fields: Vec<Field>,
}

/// A field of a structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The manual's name.
    pub name: Text,
    /// Offset of the first byte in the structure.
    pub offset: usize,
    /// Size in bytes.
    pub size: usize,
    /// The value decoded: a number, flags by name, a date.
    pub value: Text,
    /// What it means.
    pub meaning: Text,
    /// Whether the manual reserves these bytes.
    pub reserved: bool,
    /// What its colour means.
    pub tone: Tone,
}

/// A state machine with its current node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct States {
    /// The panel's id.
    pub id: &'static str,
    /// The heading.
    pub title: Text,
    /// The remark beside it.
    pub note: Text,
    /// The nodes, in the order of a life.
    pub nodes: Vec<Node>,
    /// Edges: index of the node it leaves, of the node it enters, and what takes it there.
    pub edges: Vec<(usize, usize, Text)>,
    /// Index of the current node.
    pub current: usize,
}

/// A node of a state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The state's name.
    pub title: Text,
    /// What its colour means.
    pub tone: Tone,
}

/// A running digest: what it took in at this step and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The panel's id.
    pub id: &'static str,
    /// The heading.
    pub title: Text,
    /// The remark beside it.
    pub note: Text,
    /// Where the running value lives.
    pub place: Place,
    /// What was taken in at this step; empty if nothing was.
    pub absorbed: Vec<Piece>,
    /// The running value before this step; empty if unchanged.
    pub before: Vec<u8>,
    /// The running value now; empty before the start.
    pub running: Vec<u8>,
    /// How many blocks were taken in.
    pub blocks: u64,
    /// Bytes per block.
    pub block_size: u32,
    /// What the digest would be if it ended now; empty before the start.
    pub if_final: Vec<u8>,
    /// What the would-be value is called: "if EINIT now".
    pub if_final_label: Text,
    /// Whether the digest has ended: `if_final` is then the final value.
    pub is_final: bool,
    /// The value somebody expects, with its name; the first difference is a refusal.
    pub expected: Option<(Text, Vec<u8>)>,
}

/// Names and values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The panel's id.
    pub id: &'static str,
    /// The heading.
    pub title: Text,
    /// The remark beside it.
    pub note: Text,
    /// The facts.
    pub facts: Vec<Fact>,
}

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Unique within the panel and stable from step to step.
    pub key: String,
    /// The name.
    pub name: Text,
    /// The value.
    pub value: Text,
    /// Whether the value is set in the fixed-width face.
    pub mono: bool,
    /// What its colour means.
    pub tone: Tone,
    /// Where it is written; empty if it comes from the run.
    pub cite: Text,
    /// Whether this is a model because the vendor publishes nothing.
    pub model: bool,
    /// The state it stands for, if it can be selected.
    pub place: Option<Place>,
}

/// Who may run where: one row a privilege level, one column a world, and who runs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// The panel's id; `privilege` in every machine, so that machines can be laid side by side.
    pub id: &'static str,
    /// The heading.
    pub title: Text,
    /// The remark beside it.
    pub note: Text,
    /// The worlds, the ordinary one first: “normal”, “enclave”.
    pub worlds: Vec<Text>,
    /// The levels, the most privileged first.
    pub levels: Vec<Level>,
    /// Who runs now on the processor that the step is about: index of the level, index of the world.
    pub now: Option<(usize, usize)>,
}

/// A privilege level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// The manual's name: “ring 3”, “S-mode”.
    pub title: Text,
    /// Who runs there in each world; `None` where the architecture has no such place.
    pub cells: Vec<Option<Occupant>>,
}

/// Who runs at a privilege level of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// Who: “operating system”, “nobody”.
    pub who: Text,
    /// Whether the protected program relies on it.
    pub trusted: bool,
    /// What its colour means.
    pub tone: Tone,
}
