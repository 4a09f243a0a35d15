//! MRENCLAVE of enclaves of many shapes: streams written by `sgxs` and measured by our machine, and
//! enclaves built by our machine whose stream `sgxs` reads and measures.

use std::rc::Rc;

use sgx_isa::{Attributes, AttributesFlags, PageType, SecinfoFlags, Tcs, TcsFlags};
use sgxs::sgxs::{
    CanonicalSgxsWriter, Meas, MeasEAdd, MeasECreate, MeasEExtend, PageChunk, SecinfoTruncated,
    SgxsWrite,
};
use sgxs::sigstruct::EnclaveHash;
use teescope_core::sgx::structs::{Miscselect, SecInfoFlags};
use teescope_core::sgx::{
    Call, Content, Eadd, Ecreate, EpcPage, Machine, Op, Platform, Report, sgxs as ours,
};
use teescope_core::trace::{Machine as _, Outcome, Silent};

use super::peer::Sha;
use crate::{Dice, bytes};

/// Enclaves of each kind.
const ENCLAVES: u64 = 120;

/// The permissions that a page of ordinary kind may have: writing wants reading.
fn permissions(dice: &mut Dice) -> SecinfoFlags {
    let (r, w, x) = (SecinfoFlags::R, SecinfoFlags::W, SecinfoFlags::X);
    [SecinfoFlags::empty(), r, r | w, r | x, r | w | x][dice.below(5) as usize]
}

/// A page as `sgx-isa` lays it out: contents, and its flags.
fn page(dice: &mut Dice, size: u64) -> (Vec<u8>, SecinfoFlags) {
    if dice.below(5) == 0 {
        let tcs = Tcs {
            flags: TcsFlags::empty(),
            ossa: dice.below(size / 4096) * 4096,
            nssa: 1 + dice.below(8) as u32,
            oentry: dice.below(size),
            ofsbasgx: dice.below(size / 4096) * 4096,
            ogsbasgx: dice.below(size / 4096) * 4096,
            fslimit: 0xfff,
            gslimit: 0xfff,
            ..Tcs::default()
        };
        return (tcs.as_ref().to_vec(), PageType::Tcs.into());
    }
    let len = [0, 1, 255, 256, 4095, 4096][dice.below(6) as usize];
    let mut content = bytes(dice.next(), len);
    content.resize(4096, 0);
    (
        content,
        SecinfoFlags::from(PageType::Reg) | permissions(dice),
    )
}

/// What opens an enclave: frames of up to 4 pages, 8 KiB to 32 GiB (a processor may allow twice that, and the manual wants less).
fn opening(dice: &mut Dice) -> MeasECreate {
    MeasECreate {
        ssaframesize: 1 + dice.below(4) as u32,
        size: 0x2000 << dice.below(23),
    }
}

/// MRENCLAVE of a stream as `sgxs` measures it.
fn theirs(stream: &[u8]) -> [u8; 32] {
    let hash = EnclaveHash::from_stream::<_, Sha>(&mut &stream[..]);
    hash.expect("a stream").hash()
}

fn compare(stream: Vec<u8>, which: u64) {
    let expected = theirs(&stream);
    let found = Report::of(&Rc::from(stream));
    let found = found.unwrap_or_else(|why| panic!("enclave {which}: {}", why.en()));
    assert_eq!(found.mrenclave, Some(expected), "enclave {which}");
}

/// Pages in ascending order with gaps, each with whole, some, or no chunks measured, loaded or left out.
#[test]
fn canonical_streams_measure_the_same() {
    for which in 0..ENCLAVES {
        let mut dice = Dice::new(which);
        let (opening, mut stream) = (opening(&mut dice), Vec::new());
        let pages = opening.size / 4096;
        let mut writer =
            CanonicalSgxsWriter::new(&mut stream, opening, true).expect("it is written");
        for _ in 0..dice.below(24) {
            if dice.below(4) == 0 {
                writer.skip_pages(1 + dice.below(3) as usize);
            }
            if writer.offset() / 4096 >= pages {
                break;
            }
            let (content, flags) = page(&mut dice, opening.size);
            let chunks: [PageChunk; 16] = match dice.below(4) {
                0 => [PageChunk::IncludedMeasured; 16],
                1 => [PageChunk::Included; 16],
                _ => std::array::from_fn(|_| match dice.below(3) {
                    0 => PageChunk::Included,
                    _ => PageChunk::IncludedMeasured,
                }),
            };
            let secinfo = SecinfoTruncated { flags };
            let written = writer.write_page((&mut &content[..], chunks), None, secinfo);
            written.expect("it is written");
        }
        compare(stream, which);
    }
}

/// Pages in any order, and then their chunks in any order, as far as each comes once.
#[test]
fn streams_in_any_order_measure_the_same() {
    for which in 0..ENCLAVES {
        let mut dice = Dice::new(1000 + which);
        let opening = opening(&mut dice);
        let mut stream = Vec::new();
        let mut put = |meas: Meas| stream.write_meas(&meas).expect("it is written");
        put(Meas::ECreate(opening));
        let pages = opening.size / 4096;
        let mut chunks = Vec::new();
        let mut seen = Vec::new();
        for _ in 0..1 + dice.below(6) {
            let offset = dice.below(pages) * 4096;
            if seen.contains(&offset) {
                continue;
            }
            seen.push(offset);
            let (content, flags) = page(&mut dice, opening.size);
            let secinfo = SecinfoTruncated { flags };
            put(Meas::EAdd(MeasEAdd { offset, secinfo }));
            for (n, data) in content.chunks(256).enumerate() {
                let header = MeasEExtend {
                    offset: offset + 256 * n as u64,
                };
                let data: [u8; 256] = data.try_into().expect("a chunk");
                chunks.push(match dice.below(4) {
                    0 => Meas::Unmeasured { header, data },
                    _ => Meas::EExtend { header, data },
                });
            }
            // Some chunks right after their page, the others whenever it comes about.
            while chunks.len() > 8 {
                let at = dice.below(chunks.len() as u64) as usize;
                put(chunks.swap_remove(at));
            }
        }
        while !chunks.is_empty() {
            let at = dice.below(chunks.len() as u64) as usize;
            put(chunks.swap_remove(at));
        }
        compare(stream, which);
    }
}

/// Enclaves that our machine builds, operation by operation, and whose stream it writes.
#[test]
fn enclaves_built_here_measure_the_same_there() {
    let attributes = Attributes {
        flags: AttributesFlags::MODE64BIT,
        xfrm: 3,
    };
    for which in 0..ENCLAVES {
        let mut dice = Dice::new(2000 + which);
        let MeasECreate { ssaframesize, size } = opening(&mut dice);
        let mut ops = vec![Op::Ecreate(Ecreate {
            enclave: 0,
            process: 0,
            base: 1 << 36,
            size,
            ssaframesize,
            attributes: teescope_core::sgx::structs::Attributes::new(
                attributes.flags.bits(),
                attributes.xfrm,
            ),
            miscselect: Miscselect::NONE,
            call: Call::default(),
        })];
        for _ in 0..dice.below(10) {
            let offset = dice.below(size / 4096) * 4096;
            let is_there = |op: &Op| matches!(op, Op::Eadd(a) if a.offset == offset);
            if ops.iter().any(is_there) {
                continue;
            }
            let (content, flags) = page(&mut dice, size);
            ops.push(Op::Eadd(Eadd {
                enclave: 0,
                offset,
                flags: SecInfoFlags::from_bits(flags.bits()),
                content: Content::Bytes(content.into()),
                call: Call::default(),
            }));
            let measured = dice.next();
            for chunk in (0..16).filter(|n| measured >> n & 1 == 1) {
                ops.push(Op::Eextend {
                    enclave: 0,
                    offset: offset + 256 * chunk,
                    call: Call::default(),
                });
            }
        }
        let mut machine = Machine::new(Platform::client());
        for op in &ops {
            let outcome = machine.apply(op, &mut Silent);
            assert_eq!(outcome, Outcome::Done, "enclave {which}: {op:?}");
        }
        let secs = machine.secs.get(&EpcPage(0)).expect("a SECS");
        let stream = ours::write(&ops).expect("a stream");
        assert_eq!(
            secs.measurement.finish(),
            theirs(&stream),
            "enclave {which}"
        );
    }
}
