//! One question, several machines: the common program is run on each of them, and every answer is read off
//! those runs.
//!
//! Nothing here names a machine. A machine joins by offering a [`Common`](crate::trace::Common) program; what is
//! said of it in words comes from its [`Profile`](crate::view::Profile).

mod answer;
mod ask;
mod beat;
mod cells;
mod column;
mod export;
mod finding;
mod look;
mod phases;
mod question;
mod questions;
mod said;

pub use answer::{Answer, Line, Proof};
pub use ask::{Ask, Choice, MOST_COLUMNS};
pub use beat::{Beat, beats};
pub use column::Column;
pub use export::{csv, json};
use finding::{broken, measurement};
pub use look::{Look, Seen};
pub use phases::{Happens, Named};
pub use question::{Question, by_id, differs};
pub use questions::ALL;
pub use said::{Footnote, Head, Remark, Said, SaidCell, SaidRow};
