//! The end of two production enclaves, laid out by a table as the signing tool writes it: the loader's
//! operations are those that led to their real MRENCLAVE.

use serde_json::Value as Json;
use teescope_core::bytes::hex;
use teescope_core::sgx::image::Item;

use super::opened;
use super::writer::{ADD, Fill, MEASURED, RW, Row, Sdk, TCS, entry, filled};
use crate::vectors;

fn number(json: &Json) -> u64 {
    json.as_u64().expect("a number")
}

/// Row by row: identifier, attributes, pages and flags of what the group at `n` of the case adds.
fn row(op: &Json, first_tcs: &Json) -> Row {
    let pages = number(&op["pages"]) as u32;
    let attributes = if op["measured"] == true {
        MEASURED
    } else {
        ADD
    };
    let (rva, flags) = (number(&op["offset"]), number(&op["secinfo_flags"]));
    if flags == TCS {
        // The template counts from the TCS, whose offset the loader adds again.
        let mut template =
            hex::decode(first_tcs["page_prefix_hex"].as_str().expect("a prefix")).expect("hex");
        let base = number(&first_tcs["offset"]);
        for at in [16, 48, 56] {
            let word: [u8; 8] = template[at..at + 8].try_into().expect("eight bytes");
            let word = u64::from_le_bytes(word) - base;
            template[at..at + 8].copy_from_slice(&word.to_le_bytes());
        }
        return filled(
            entry(4, attributes, pages, rva, flags),
            Fill::Bytes(template),
        );
    }
    let fill = number(&op["fill_u32_le"]) as u32;
    let id = match (attributes, fill) {
        (ADD, _) => 1,
        (_, 0) => 6,
        _ => 8,
    };
    filled(entry(id, attributes, pages, rva, RW), Fill::Word(fill))
}

/// The operations of a case: offset and flags of EADD, the first word of the page, whether measured.
fn wanted(case: &Json) -> Vec<(u64, u64, Vec<u8>, bool)> {
    let mut all = vec![];
    for op in case["ops"].as_array().expect("operations") {
        let content = match op.get("fill_u32_le") {
            Some(fill) => (number(fill) as u32).to_le_bytes().repeat(1024),
            None => {
                let prefix = op["page_prefix_hex"].as_str().expect("a prefix");
                let mut page = hex::decode(prefix).expect("hex");
                page.resize(4096, 0);
                page
            }
        };
        for n in 0..number(&op["pages"]) {
            let measured = op["measured"] == true;
            let at = number(&op["offset"]) + n * 4096;
            all.push((at, number(&op["secinfo_flags"]), content.clone(), measured));
        }
    }
    all
}

shared_test! {
    fn a_table_with_a_group_gives_the_operations_of_production_enclaves() {
        let Some(file) = vectors::json("sgx/mrenclave/real-tail.json") else { return };
        for case in file["cases"].as_array().expect("cases") {
            let ops = case["ops"].as_array().expect("operations");
            let tcs: Vec<usize> = (0..ops.len()).filter(|n| ops[*n]["secinfo_flags"] == TCS).collect();
            let period = tcs[1] - tcs[0];
            // A thread’s stack stands before its TCS, its state save area and its data behind.
            let heap = tcs[0] + 3 - period;
            let first = &ops[tcs[0]];
            // The heap and the first two threads are written out, the others are a repetition of the second.
            let mut rows: Vec<Row> = ops[..heap + 2 * period].iter().map(|op| row(op, first)).collect();
            let step = number(&ops[tcs[1]]["offset"]) - number(&first["offset"]);
            rows.push(Row::Group { id: 0x1009, count: period as u16, times: tcs.len() as u32 - 2, step });
            let mut sdk = Sdk::small();
            (sdk.version, sdk.rows) = (1 << 32 | 4, rows);
            (sdk.size, sdk.ssa) = (number(&case["size"]), number(&case["ssaframesize"]) as u32);
            let image = opened(&sdk.write().0);
            let program = 2;
            let found: Vec<_> = (program..image.pages()).map(|n| {
                let page = image.page(n).expect("a page");
                let Some(Item::Eadd(offset, flags, content)) = image.get(page.step) else { panic!("{page:?}") };
                (offset, flags.bits(), content.bytes().to_vec(), page.measured == u16::MAX)
            }).collect();
            let wanted = wanted(case);
            assert_eq!(found.len(), wanted.len(), "{}", case["name"]);
            assert!(found == wanted, "{}", case["name"]);
        }
    }
}
