//! The seeded stream against its description, worked out with sha256sum.

use teescope_core::bytes::hex;
use teescope_core::crypto::entropy::Seed;

shared_test! {
    fn the_stream_is_what_the_description_says() {
        // sha256sum of 07 and 31 zeros, block number, 24 zeros.
        assert_eq!(
            hex::encode(&Seed::new(7).array::<64>()),
            concat!("aa78d00250ebecbaff1365075b554f1a9051c560adc300b3f9220a94e1e86848", "1bbc0245c9ac49e3096b351ad366854d62d5356ee6ec711da2ebe657d35718b2")
        );
        // sha256sum of 07 and 31 zeros, "heap"; then of that, block number 0, 24 zeros.
        assert_eq!(hex::encode(&Seed::new(7).derive("heap").array::<32>()), "34ef92b2d3a08b0f6a29a33322288406c4079e566219503435e1a2ddf36a76be");
    }

    fn any_part_can_be_had_alone() {
        let seed = Seed::new(u64::MAX);
        let whole = seed.array::<200>();
        for at in 0..100 {
            for len in 0..=100 {
                let mut part = [0; 100];
                seed.fill(at as u64, &mut part[..len]);
                assert_eq!(part[..len], whole[at..at + len]);
            }
        }
        let mut end = [0; 64];
        seed.fill(u64::MAX, &mut end);
        assert_ne!(seed.derive_nth("page", 0), seed.derive_nth("page", 1));
        assert_eq!(seed.number().to_le_bytes(), whole[..8]);
    }
}
