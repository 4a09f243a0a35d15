//! The structures of SGX, each declared once, under the manual's names.
//!
//! Sizes, offsets and names are those of Intel's software developer's manual, volume 3D;
//! fields that came with an extension (`KSS`, `CET`, `AEX-Notify`) say so, and
//! [`Layout::reserved_violation_without`](crate::bytes::Layout::reserved_violation_without)
//! treats them as reserved on a machine that lacks it.

mod einittoken;
mod keyrequest;
mod page_fault;
mod pageinfo;
mod pcmd;
mod report;
mod reportmacstruct;
mod sealed_data;
mod secinfo;
mod secs;
mod sigstruct;
mod ssa;
mod targetinfo;
mod tcs;

pub use crate::formats::dcap::{
    Attributes, AttributesFlags, CetAttributes, Miscselect, ReportBody, Xfrm,
};
pub use einittoken::EinitToken;
pub use keyrequest::{KeyName, KeyPolicy, KeyRequest};
pub use page_fault::Pfec;
pub use pageinfo::PageInfo;
pub use pcmd::Pcmd;
pub use report::Report;
pub use reportmacstruct::ReportMacStruct;
pub use sealed_data::SealedData;
pub use secinfo::{PageType, SecInfo, SecInfoFlags};
pub use secs::Secs;
pub use sigstruct::SigStruct;
pub use ssa::{ExInfo, ExitInfo, ExitType, GprSgx};
pub use targetinfo::TargetInfo;
pub use tcs::{Tcs, TcsFlags};
