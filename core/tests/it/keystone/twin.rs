//! The measurement a second time, naively: one flat byte string for any shape of enclave.

use teescope_core::crypto::sha3::sha3_512;
use teescope_core::keystone::measure::current::{Files, measure};
use teescope_core::memory::{Physical, Ram};
use teescope_core::trace::{Place, Silent};

/// A sequence of numbers that is the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

shared_test! {
    fn any_shape_measures_as_one_flat_byte_string() {
        let mut dice = Dice(4711);
        for shape in 0..200 {
            let memory: Vec<u8> = (0..0x9000).map(|_| dice.roll(256) as u8).collect();
            let base = 0x8000_0000 + 0x1000 * dice.roll(1 << 20);
            let mut ram = Ram::default();
            ram.write(Physical(base), &memory);
            // Mostly whole pages, as the driver makes them; now and then an address inside one.
            let grain = if shape % 4 == 0 { 1 } else { 0x1000 };
            let mut cut = || dice.roll(0x8000 / grain + 1) * grain;
            let mut cuts = [cut(), cut(), cut()];
            cuts.sort_unstable();
            let [runtime, user, free] = cuts;

            let mut flat = Vec::new();
            for size in [runtime, user - runtime, free - user] {
                flat.extend_from_slice(&size.to_le_bytes());
            }
            for (from, to) in [(0, runtime), (runtime, user), (user, free)] {
                for page in (from..to).step_by(0x1000) {
                    flat.extend_from_slice(&memory[page as usize..][..0x1000]);
                }
            }
            let files = Files { epm: base, runtime: base + runtime, user: base + user, free: base + free };
            let ours = measure(&ram, &files, Place::new("hash", 0, 64), &mut Silent);
            assert_eq!(ours, sha3_512(&flat), "{files:x?}");
        }
    }

    fn files_at_the_end_of_the_address_space_are_measured_to_their_end() {
        let files = Files { epm: u64::MAX - 0xfff, runtime: u64::MAX, user: u64::MAX, free: u64::MAX };
        let mut flat = 0xfff_u64.to_le_bytes().to_vec();
        flat.extend_from_slice(&[0; 16 + 4096]);
        let ours = measure(&Ram::default(), &files, Place::new("hash", 0, 64), &mut Silent);
        assert_eq!(ours, sha3_512(&flat));
    }
}
