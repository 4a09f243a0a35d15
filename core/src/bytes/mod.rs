//! Bytes and what they mean: readers, layouts, flags, hex and dumps, knowing no architecture.
//!
//! A structure is declared once with [`layout!`](crate::layout) and its flags with
//! [`bits!`](crate::bits) or [`values!`](crate::values).
//! The typed struct, decoder, encoder, must-be-zero check, annotated dump, panel rows and
//! documentation all come from that one declaration.

pub mod base64;
pub mod base64url;
pub mod bits;
pub mod date;
mod declare;
pub mod dump;
pub mod fields;
pub mod hex;
pub mod inspection;
pub mod layout;
pub mod malformed;
pub mod pasted;
pub mod reader;
pub mod values;
pub mod writer;

pub use bits::{BitName, BitRow, Bits};
pub use date::BcdDate;
pub use dump::{DumpLine, dump, dump_layout, dump_text};
pub use fields::{FieldValue, fields_of};
pub use inspection::{Checked, Inspection, Part};
pub use layout::{Be16, Be32, Be64, Field, Kind, Layout, Show, Structure, Violation, Wire};
pub use malformed::{Malformed, Why};
pub use reader::Reader;
pub use values::{ValueRow, Values};
pub use writer::Writer;
