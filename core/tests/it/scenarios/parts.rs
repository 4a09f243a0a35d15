//! The parts that a page fetches one by one are together everything there is, and each is what it is said to be.

use teescope_core::tees;
use teescope_core::trace::Tee;

/// A part as `core/parts.txt` lists it, and as its function gives it.
struct Part {
    name: &'static str,
    listed: &'static [&'static str],
    tee: Tee,
}

macro_rules! parts {
    ($($name:ident ($($path:ident)+) $scenarios:tt;)*) => {
        fn parts() -> Vec<Part> {
            vec![$(Part {
                name: stringify!($name),
                listed: &$scenarios,
                tee: teescope_core $(::$path)+ (),
            }),*]
        }
    };
}

teescope_core::each_part!(parts);

fn ids(tee: &Tee) -> Vec<&'static str> {
    tee.scenarios.iter().map(|s| s.info().id).collect()
}

shared_test! {
    fn every_part_has_the_scenarios_that_are_listed() {
        for part in parts() {
            assert_eq!(ids(&part.tee), part.listed, "{} in core/parts.txt", part.name);
        }
    }
}

shared_test! {
    fn the_parts_of_a_machine_are_the_machine() {
        for tee in tees::all() {
            let of = parts().into_iter().filter(|p| p.tee.id == tee.id);
            let together: Vec<&str> = of.flat_map(|p| ids(&p.tee)).collect();
            assert_eq!(together, ids(&tee), "every scenario of {} stands in core/parts.txt", tee.id);
        }
    }
}
