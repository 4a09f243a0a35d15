//! Memory engines against known answers, and against what each attack is known to come to.

use serde_json::Value;
use teescope_core::bytes::hex;
use teescope_core::formats::engines::mee::{Broken, Geometry, Keys, Memory, multiply};
use teescope_core::formats::engines::mktme;

use crate::vectors;

type Line = [u8; 64];

fn model() -> Option<Value> {
    vectors::json("tdx/memory_engines.json")
}

fn text(json: &Value) -> &str {
    json.as_str().expect("a text")
}

fn number(json: &Value) -> u64 {
    u64::from_str_radix(text(json), 16).expect("hex")
}

/// The keys of the known answers.
fn keys(json: &Value) -> Keys {
    let keys = &json["mee_model"]["keys_for_kat"];
    let key = |name: &str| {
        let bytes = hex::decode(text(&keys[name])).expect("hex");
        bytes.try_into().expect("16 bytes")
    };
    let hash = keys["kh_le64"].as_array().expect("keys");
    Keys {
        encryption: key("ke"),
        mac: key("km"),
        hash: std::array::from_fn(|i| number(&hash[i])),
    }
}

/// 32 KiB under two levels, as the known answers have it.
fn small(keys: Keys) -> Memory {
    Memory::new(
        &keys,
        Geometry {
            data: 0,
            lines: 512,
            nodes: vec![0x10_0000, 0x20_0000],
        },
    )
}

fn count() -> Line {
    std::array::from_fn(|i| i as u8)
}

shared_test! {
    fn products_are_the_known_ones() {
        let Some(json) = model() else { return };
        for row in json["mee_model"]["gf64_products"].as_array().expect("rows") {
            assert_eq!(multiply(number(&row["a"]), number(&row["b"])), number(&row["prod"]), "{row}");
        }
    }

    fn every_write_leaves_the_known_bytes() {
        let Some(json) = model() else { return };
        let mut memory = small(keys(&json));
        let writes = [None, Some((0x1000, count())), Some((0x1000, count())), Some((0x1040, [0; 64]))];
        let steps = json["mee_model"]["steps"].as_array().expect("steps");
        assert_eq!(steps.len(), writes.len());
        for (step, write) in steps.iter().zip(writes) {
            if let Some((at, plain)) = write {
                memory.write(&[(at, plain)]).expect("written");
                assert_eq!(memory.read(at), Ok(plain));
            }
            let at = step["pa"].as_u64().expect("an address");
            let raw = |at| hex::encode(&memory.raw(at).expect("it lies there"));
            let what = text(&step["step"]);
            assert_eq!(raw(at), text(&step["data_ct"]), "{what}");
            assert_eq!(hex::encode(&memory.raw_tag(at).to_le_bytes()[..7]), text(&step["data_tag"]), "{what}");
            assert_eq!(raw(0x10_0000 + at / 512 * 64), text(&step["version_node"]), "{what}");
            assert_eq!(raw(0x20_0000 + at / 4096 * 64), text(&step["l0_node"]), "{what}");
            assert_eq!(memory.root_counter(at / 64), step["root_counter"].as_u64().expect("a counter"), "{what}");
        }
    }

    /// The table's column for the tree: each attack comes to what it is known to come to.
    fn the_tree_meets_every_attack_as_the_table_says() {
        let Some(json) = model() else { return };
        let wanted = &json["engine_attack_matrix"]["mee"];
        let fresh = || {
            let mut memory = small(keys(&json));
            memory.write(&[(0x1000, [1; 64])]).expect("written");
            memory.write(&[(0x1040, [2; 64])]).expect("written");
            memory
        };
        let found = |result: Result<Line, Broken>, honest: Line| match result {
            Err(Broken::Line { .. }) => "DETECTED(drop-and-lock: data MAC)",
            Err(Broken::Node { .. }) => "DETECTED(drop-and-lock: tree node MAC)",
            Ok(line) if line == honest => "HIDDEN",
            Ok(_) => "ACCEPTED",
        };
        let old = fresh();
        let line = |m: &Memory, at| (m.raw(at).expect("a line"), m.raw_tag(at));
        let mut again = old.clone();
        again.write(&[(0x1000, [1; 64])]).expect("written");
        assert_eq!(line(&again, 0x1000) == line(&old, 0x1000), text(&wanted["equal_over_time"]) != "HIDDEN");
        let mut across = old.clone();
        across.write(&[(0x1040, [1; 64])]).expect("written");
        assert_eq!(line(&across, 0x1000).0 == line(&across, 0x1040).0, text(&wanted["equal_across_addr"]) != "HIDDEN");
        let blocks = line(&old, 0x1000).0;
        assert_eq!(blocks[..16] == blocks[16..32], text(&wanted["equal_inside_line"]) != "HIDDEN");
        let mut moved = old.clone();
        let (bytes, tag) = line(&old, 0x1000);
        moved.put(0x1040, bytes, Some(tag));
        assert_eq!(found(moved.read(0x1040), [2; 64]), text(&wanted["relocate"]));
        for bit in 0..512 {
            let mut flipped = old.clone();
            let mut bytes = bytes;
            bytes[bit / 8] ^= 1 << (bit % 8);
            flipped.put(0x1000, bytes, None);
            assert_eq!(found(flipped.read(0x1000), [1; 64]), text(&wanted["bit_flip"]), "{bit}");
            assert!(flipped.read(0x1040).is_err(), "it stays stopped, for other lines too");
            assert!(flipped.write(&[(0x1040, [0; 64])]).is_err());
        }
        let mut replayed = old.clone();
        replayed.write(&[(0x1000, [3; 64])]).expect("written");
        let mut all = replayed.clone();
        replayed.put(0x1000, bytes, Some(tag));
        assert_eq!(found(replayed.read(0x1000), [3; 64]), text(&wanted["replay_line"]));
        all = all.with_dram_of(&old);
        assert_eq!(found(all.read(0x1000), [3; 64]), text(&wanted["replay_all_dram"]));
        let mut keys = keys(&json);
        keys.mac[0] ^= 1;
        let mut next = small(keys).with_dram_of(&old);
        assert_eq!(found(next.read(0x1000), [1; 64]), text(&wanted["replay_across_boot"]));
    }

    /// Many lines at once come to the same bytes as one by one, whatever nodes they share.
    fn writing_at_once_is_writing_one_by_one() {
        let Some(json) = model() else { return };
        let lines: Vec<(u64, Line)> = [0, 1, 7, 8, 9, 63, 64, 70, 511, 8, 0]
            .iter()
            .map(|n| (64 * n, [*n as u8; 64]))
            .collect();
        let (mut once, mut each) = (small(keys(&json)), small(keys(&json)));
        once.write(&lines).expect("written");
        for line in &lines {
            each.write(&[*line]).expect("written");
        }
        for at in (0..0x8000).step_by(64) {
            assert_eq!((once.raw(at), once.raw_tag(at)), (each.raw(at), each.raw_tag(at)), "{at:#x}");
            assert_eq!(once.root_counter(at / 64), each.root_counter(at / 64));
            assert_eq!(once.read(at), each.read(at));
        }
        for node in (0..64).map(|n| 0x10_0000 + 64 * n).chain((0..8).map(|n| 0x20_0000 + 64 * n)) {
            assert_eq!(once.raw(node), each.raw(node), "{node:#x}");
        }
    }

    /// A node cannot be changed either, except for its spare byte.
    fn nodes_are_guarded() {
        let Some(json) = model() else { return };
        let mut old = small(keys(&json));
        old.write(&[(0x1000, [1; 64])]).expect("written");
        for (level, node) in [(0, 0x10_0200), (1, 0x20_0040)] {
            for byte in 0..64 {
                let mut memory = old.clone();
                let mut bytes = memory.raw(node).expect("a node");
                bytes[byte] ^= 0x80;
                memory.put(node, bytes, None);
                let wanted = match byte {
                    63 => Ok([1; 64]),
                    _ => Err(Broken::Node { level, at: node }),
                };
                assert_eq!(memory.read(0x1000), wanted, "level {level}, byte {byte}");
            }
        }
    }

    fn addresses_outside_are_refused() {
        let Some(json) = model() else { return };
        let mut memory = small(keys(&json));
        assert_eq!((memory.raw(0x8000), memory.line_of(0x8000)), (None, None));
        assert_eq!(memory.read(0x8000), Err(Broken::Line { at: 0x8000 }));
        assert_eq!((memory.raw(0x10_0fc0).is_some(), memory.raw(0x10_1000)), (true, None));
        assert_eq!((memory.raw(0x20_01c0).is_some(), memory.raw(0x20_0200)), (true, None));
    }

    /// The table's column for encryption by address with one key.
    fn encryption_by_address_meets_every_attack_as_the_table_says() {
        let Some(json) = model() else { return };
        let wanted = &json["engine_attack_matrix"]["xts_single_key"];
        let keys: mktme::Keys = [[7; 16], [9; 16]];
        let own = mktme::encrypt_line(&keys, 0x1000, &count());
        let leaks = |same: bool| if same { "LEAK_EQUAL" } else { "HIDDEN" };
        assert_eq!(leaks(mktme::encrypt_line(&keys, 0x1000, &count()) == own), text(&wanted["equal_over_time"]));
        assert_eq!(leaks(mktme::encrypt_line(&keys, 0x1040, &count()) == own), text(&wanted["equal_across_addr"]));
        let blocks = mktme::encrypt_line(&keys, 0x1000, &[5; 64]);
        assert_eq!(leaks(blocks[..16] == blocks[16..32]), text(&wanted["equal_inside_line"]));
        let judged = |plain: Line| {
            let wrong = (0..4).filter(|i| plain[16 * i..16 * i + 16] != count()[16 * i..16 * i + 16]);
            match wrong.count() {
                0 => "ACCEPTED",
                1 => "GARBAGE_16B",
                _ => "GARBAGE",
            }
        };
        assert_eq!(judged(mktme::decrypt_line(&keys, 0x1000, &own)), text(&wanted["replay_line"]));
        assert_eq!(judged(mktme::decrypt_line(&keys, 0x2000, &own)), text(&wanted["relocate"]));
        for bit in [0, 77, 511] {
            let mut flipped = own;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(judged(mktme::decrypt_line(&keys, 0x1000, &flipped)), text(&wanted["bit_flip"]));
        }
        let next_boot = [[8; 16], [10; 16]];
        assert_eq!(judged(mktme::decrypt_line(&next_boot, 0x1000, &own)), text(&wanted["replay_across_boot"]));
    }
}
