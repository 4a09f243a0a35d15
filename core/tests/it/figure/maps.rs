//! Address maps: bounds, order, ties, and that nothing moves because it was touched.

use std::collections::BTreeMap;

use teescope_core::text::Catalogue;
use teescope_core::view::figure::{Draw, Figure, address_map};
use teescope_core::view::{AddressMap, Changes, Link, Tone};

use super::geometry::check;
use super::samples::{enclave, generated, lane, map, range};

const WIDTHS: [f32; 9] = [
    280.0, 320.0, 375.0, 559.0, 560.0, 768.0, 1100.0, 1440.0, 1600.0,
];

fn draw(map: &AddressMap, changes: &Changes, width: f32) -> Figure {
    address_map(map, changes, &Catalogue::default(), width)
}

/// Left, top, width and height of every range that has a shape of its own.
fn boxes(figure: &Figure) -> BTreeMap<&str, [f32; 4]> {
    let boxed = figure.shapes.iter().filter(|s| {
        !s.key.is_empty() && (s.class.starts_with("box") || s.class.starts_with("cell"))
    });
    boxed
        .filter_map(|s| match s.draw {
            Draw::Rect { x, y, w, h, .. } => Some((s.key.as_str(), [x, y, w, h])),
            _ => None,
        })
        .collect()
}

shared_test! {
    /// Hundreds of generated maps hold every promise at every width.
    fn generated_maps_hold_at_every_width() {
        for seed in 0..40 {
            let (map, changes) = generated(seed);
            for width in WIDTHS {
                let figure = draw(&map, &changes, width);
                assert_eq!(figure.width, width);
                check(&figure, &Catalogue::default(), &format!("seed {seed}, width {width}"));
            }
        }
    }

    /// A range with a higher address never begins before one with a lower address.
    fn order_of_addresses_is_order_on_screen() {
        for seed in 0..60 {
            let (map, changes) = generated(seed);
            for width in [320.0, 1100.0] {
                let figure = draw(&map, &changes, width);
                let boxes = boxes(&figure);
                for lane in &map.lanes {
                    let mut last: Option<(u64, u64, [f32; 4])> = None;
                    for range in &lane.ranges {
                        let Some(at) = boxes.get(range.key.as_str()) else { continue };
                        let along = |b: [f32; 4]| if width < 560.0 { (b[1], b[3]) } else { (b[0], b[2]) };
                        if let Some((start, end, before)) = last {
                            let (a, w) = along(before);
                            let (b, _) = along(*at);
                            assert!(range.start < start || b >= a - 0.1, "seed {seed}: {}", range.key);
                            // Ranges apart in the lane are apart on screen, unless both are squares of a grid.
                            let squares = before[2] < 12.0 && at[2] < 12.0;
                            assert!(range.start < end || squares || b >= a + w - 1.1, "seed {seed}: {} {before:?} {at:?}", range.key);
                        }
                        last = Some((range.start, range.end, *at));
                    }
                }
            }
        }
    }

    /// What is drawn where does not depend on what changed.
    fn touching_moves_nothing() {
        for seed in 0..40 {
            let (map, changes) = generated(seed);
            for width in [320.0, 1100.0] {
                let (still, touched) = (draw(&map, &Changes::default(), width), draw(&map, &changes, width));
                if still.shapes.iter().any(|s| s.class.starts_with("many")) {
                    continue;
                }
                assert_eq!(boxes(&still), boxes(&touched), "seed {seed}");
                assert_eq!(still.height, touched.height);
            }
        }
    }

    /// An enclave of a few pages, of 600, and an EPC of 24,576 pages given one by one.
    fn enclaves_of_every_size() {
        for (pages, epc, each) in [(1, 16, true), (8, 24_576, false), (12, 24_576, true), (600, 24_576, false), (5_000, 24_576, true)] {
            let map = enclave(pages, epc, each);
            let changes = Changes { cells: ["map/lin0".to_string(), "map/epc0".to_string()].into() };
            for width in WIDTHS {
                let figure = draw(&map, &changes, width);
                check(&figure, &Catalogue::default(), &format!("{pages} of {epc}, width {width}"));
                for key in ["lin0", "epc0"] {
                    let lit = figure.shapes.iter().find(|s| s.key == key);
                    assert!(lit.is_some_and(|s| s.class.contains("changed")), "{pages}: {key}");
                }
                let tie = figure.shapes.iter().find(|s| s.key == "lin0>epc0");
                assert!(tie.is_some_and(|s| s.class.contains("changed") && s.stands_for("lin0") && s.stands_for("epc0")));
            }
        }
    }

    /// Six hundred pages stay six hundred squares that can be pointed at, on a telephone as well.
    fn six_hundred_pages_are_squares() {
        let map = enclave(600, 24_576, false);
        for width in [320.0, 768.0, 1440.0] {
            let figure = draw(&map, &Changes::default(), width);
            let boxes = boxes(&figure);
            let shown = (0..600).filter(|i| boxes.contains_key(format!("lin{i}").as_str())).count();
            assert_eq!(shown, 600, "width {width}");
            assert!(boxes["lin300"][2] >= 4.0 && boxes["lin300"][3] >= 4.0);
        }
    }

    /// Lanes of one kind stand side by side over what they are tied to; on a narrow screen one
    /// below the other beside it.
    fn lanes_of_one_kind_stand_together() {
        let page = |key: &str, at| range(key, at, at + 0x1000, 0, "code", Tone::OwnerA);
        let lanes = vec![
            lane("linear-0", 0, 0x4000, vec![page("a", 0)]),
            lane("linear-1", 0, 0x4000, vec![page("b", 0)]),
            lane("physical", 0, 0x8000, vec![page("p", 0), page("q", 0x1000)]),
        ];
        let link = |from: &str, to: &str| Link { from: from.into(), to: to.into(), tone: Tone::OwnerA };
        let map = map(lanes, vec![link("a", "q"), link("b", "p")]);
        for (width, along) in [(1100.0, 0), (320.0, 1)] {
            let figure = draw(&map, &Changes::default(), width);
            check(&figure, &Catalogue::default(), "three lanes");
            let boxes = boxes(&figure);
            let (a, b, p) = (boxes["a"], boxes["b"], boxes["p"]);
            assert_eq!(a[1 - along], b[1 - along], "{width}");
            assert!(b[along] > a[along] + a[along + 2] && p[1 - along] > a[1 - along], "{width}");
            assert!(figure.shapes.iter().any(|s| s.key == "b>p"), "{width}");
        }
    }

    /// A narrow screen gets another layout, with its text as large as before.
    fn narrow_is_laid_out_again() {
        let map = enclave(8, 64, false);
        let (wide, tall) = (draw(&map, &Changes::default(), 1100.0), draw(&map, &Changes::default(), 320.0));
        let (wide, tall) = (boxes(&wide), boxes(&tall));
        assert!(wide["lin5"][0] > wide["lin1"][0] && wide["lin5"][1] == wide["lin1"][1]);
        assert!(tall["lin5"][1] > tall["lin1"][1] && tall["lin5"][0] == tall["lin1"][0]);
    }

    /// Lanes cut at the same addresses lie on one scale, whatever is written in them.
    fn lanes_cut_alike_lie_on_one_scale() {
        let edges = [0, 0x8000_0000, 0x8020_0000, 0xb680_0000, 0xb6a0_0000, 1 << 56];
        let names = ["", "r-x", "a longer name", "", "rwx, and more"];
        let one = |key: &'static str, turn: usize| {
            let pieces = edges.windows(2).enumerate().map(|(i, e)| {
                range(&format!("{key}-{i}"), e[0], e[1], 0, names[(i + turn) % 5], Tone::OwnerA)
            });
            lane(key, 0, 1 << 56, pieces.collect())
        };
        let map = map(vec![one("first", 0), one("second", 2), one("third", 3)], Vec::new());
        for width in [320.0, 560.0, 1100.0] {
            let figure = draw(&map, &Changes::default(), width);
            check(&figure, &Catalogue::default(), &format!("width {width}"));
            let boxes = boxes(&figure);
            let top = |key: &str| boxes[format!("{key}-0").as_str()][1];
            for i in 0..5 {
                let along = |key: &str| {
                    let [x, y, w, h] = boxes[format!("{key}-{i}").as_str()];
                    if width < 560.0 { (y - top(key), h) } else { (x, w) }
                };
                assert_eq!(along("first"), along("second"), "width {width}, piece {i}");
                assert_eq!(along("first"), along("third"), "width {width}, piece {i}");
            }
            // The marks of the uppermost serve all, so the addresses are written once.
            let marks = figure.shapes.iter().filter(|s| s.class.starts_with("tick"));
            let texts = marks.filter_map(|s| match &s.draw {
                Draw::Text { text, .. } => Some(text.en()),
                _ => None,
            });
            let texts: Vec<String> = texts.collect();
            let mut once = texts.clone();
            once.sort();
            once.dedup();
            assert!(width < 560.0 || texts.len() == once.len(), "width {width}: {texts:?}");
        }
    }
}
