//! The map that keeps alike neighbours as one: it is the plain map, whatever is put in and taken out.

use std::collections::BTreeMap;

use teescope_core::memory::Runs;

use crate::engine::dice::Dice;

shared_test! {
    fn runs_are_a_plain_map() {
        let mut dice = Dice::new(7);
        let (mut runs, mut plain) = (Runs::<u64>::default(), BTreeMap::new());
        let mut kept = Vec::new();
        for round in 0..6000_u64 {
            let key = dice.below(400);
            match dice.below(5) {
                0 => assert_eq!(runs.remove_mut(key), plain.remove(&key).is_some()),
                // Mostly values that follow one another.
                1 => {
                    runs.insert_mut(key, round);
                    plain.insert(key, round);
                }
                _ => {
                    for key in key..key + 5 {
                        runs.insert_mut(key, 4096 * key);
                        plain.insert(key, 4096 * key);
                    }
                }
            }
            assert_eq!(runs.size(), plain.len());
            let key = dice.below(410);
            assert_eq!(runs.get(key), plain.get(&key).copied());
            if round % 500 == 0 {
                kept.push((runs.clone(), plain.clone()));
            }
        }
        kept.push((runs, plain));
        for (runs, plain) in kept {
            assert!(runs.iter().eq(plain.iter().map(|(k, v)| (*k, *v))));
            let part = plain.range(100..233).map(|(k, v)| (*k, *v));
            assert!(runs.range(100..233).eq(part));
        }
    }
}
