//! What MRENCLAVE absorbs: the 64-byte records of ECREATE, EADD and EEXTEND, and the one place that
//! hashes them.

use alloc::rc::Rc;
use alloc::vec;

use super::machine::{EpcPage, Machine, SecsState};
use crate::bytes::hex;
use crate::text;
use crate::trace::{Absorb, Event, Piece, Place, Recorder, Value};

/// The record of ECREATE: tag, SSAFRAMESIZE, SIZE, 44 zero bytes.
#[must_use]
pub fn ecreate_record(ssaframesize: u32, size: u64) -> [u8; 64] {
    let mut record = [0; 64];
    record[..8].copy_from_slice(b"ECREATE\0");
    record[8..12].copy_from_slice(&ssaframesize.to_le_bytes());
    record[12..20].copy_from_slice(&size.to_le_bytes());
    record
}

/// The record of EADD: tag, offset in the enclave, the first 48 bytes of SECINFO.
///
/// The manual prints the range of SECINFO as bits 375:0, which would be 47 bytes; 48 are hashed.
#[must_use]
pub fn eadd_record(offset: u64, secinfo: &[u8; 64]) -> [u8; 64] {
    let mut record = [0; 64];
    record[..8].copy_from_slice(b"EADD\0\0\0\0");
    record[8..16].copy_from_slice(&offset.to_le_bytes());
    record[16..].copy_from_slice(&secinfo[..48]);
    record
}

/// The header of EEXTEND: tag, offset of the chunk in the enclave, 48 zero bytes. 256 data bytes follow.
#[must_use]
pub fn eextend_record(offset: u64) -> [u8; 64] {
    let mut record = [0; 64];
    record[..8].copy_from_slice(b"EEXTEND\0");
    record[8..16].copy_from_slice(&offset.to_le_bytes());
    record
}

/// Folds a record and the data after it into a SECS's measurement.
pub(super) fn absorb<R: Recorder>(
    recorder: &mut R,
    place: Place,
    secs: &mut SecsState,
    record: &[u8; 64],
    data: &[u8],
) {
    let before = secs.measurement;
    // Records are 64 bytes and chunks 256: whole blocks, nothing is left over.
    let _ = secs.measurement.absorb_blocks(record);
    let _ = secs.measurement.absorb_blocks(data);
    let after = &secs.measurement;
    recorder.tell(|| {
        Event::Absorb(Absorb {
            digest: place,
            pieces: pieces(record, data),
            before: Value::from(&before.midstate_be()[..]),
            after: Value::from(&after.midstate_be()[..]),
            blocks: after.blocks(),
        })
    });
    recorder.write(place, || {
        (
            Value::from(&before.midstate_be()[..]),
            Value::from(&after.midstate_be()[..]),
        )
    });
}

impl Machine {
    /// Folds a record into the measurement of the SECS at `page`, which must exist.
    pub(super) fn measure<R: Recorder>(
        &mut self,
        recorder: &mut R,
        page: EpcPage,
        record: &[u8; 64],
        data: &[u8],
    ) {
        let place = self.mrenclave_place(page);
        if let Some(secs) = self.secs.get_mut(&page) {
            absorb(recorder, place, secs, record, data);
        }
    }
}

/// A record cut into the pieces a reader can tell apart.
fn pieces(record: &[u8; 64], data: &[u8]) -> alloc::vec::Vec<Piece> {
    let piece = |label, range: core::ops::Range<usize>, means| Piece {
        label,
        bytes: Rc::from(&record[range]),
        more: 0,
        means,
    };
    let name_len = record[..8].iter().position(|b| *b == 0).unwrap_or(8);
    let name = core::str::from_utf8(&record[..name_len]).unwrap_or("?");
    let number = |range: core::ops::Range<usize>| {
        record[range]
            .iter()
            .rev()
            .fold(0_u64, |n, b| n << 8 | u64::from(*b))
    };
    let quoted = alloc::format!("“{name}”");
    let mut all = vec![piece(text!("measure.tag", "tag"), 0..8, quoted.into())];
    match name {
        "ECREATE" => {
            all.push(piece("SSAFRAMESIZE".into(), 8..12, number(8..12).into()));
            all.push(piece(
                "SIZE".into(),
                12..20,
                hex::addr(number(12..20)).into(),
            ));
            all.push(piece(
                text!("measure.zeros", "zeros"),
                20..64,
                text::Text::none(),
            ));
        }
        "EADD" => {
            all.push(piece(
                text!("measure.offset", "offset"),
                8..16,
                hex::addr(number(8..16)).into(),
            ));
            let flags = super::structs::SecInfoFlags::from_bits(number(16..24));
            all.push(piece(
                "SECINFO.FLAGS".into(),
                16..24,
                alloc::format!("{flags}").into(),
            ));
            all.push(piece(
                text!("measure.secinfo-rest", "rest of SECINFO"),
                24..64,
                text::Text::none(),
            ));
        }
        _ => {
            all.push(piece(
                text!("measure.offset", "offset"),
                8..16,
                hex::addr(number(8..16)).into(),
            ));
            all.push(piece(
                text!("measure.zeros", "zeros"),
                16..64,
                text::Text::none(),
            ));
        }
    }
    if !data.is_empty() {
        all.push(Piece {
            label: text!("measure.data", "{n} bytes", n = data.len()),
            bytes: Rc::from(data),
            more: 0,
            means: text::Text::none(),
        });
    }
    all
}
