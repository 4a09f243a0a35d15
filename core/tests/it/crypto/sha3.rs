//! SHA3-512 and HMAC against NIST's published values.

use teescope_core::bytes::hex;
use teescope_core::crypto::hkdf::hmac;
use teescope_core::crypto::sha3::{RATE, Sponge, sha3_512};

shared_test! {
    fn nist_examples() {
        // FIPS 202 example values, SHA3-512: the empty message, "abc" of FIPS 180, 1600 bits of a3.
        for (message, digest) in [
            (vec![], "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26"),
            (b"abc".to_vec(), "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"),
            (vec![0xa3; 200], "e76dfad22084a8b1467fcf2ffa58361bec7628edf5f3fdc0e4805dc48caeeca81b7c13c30adf52a3659584739a2df46be589c51ca1a4a8416df6545a1ce8ba00"),
        ] {
            assert_eq!(hex::encode(&sha3_512(&message)), digest);
        }
    }

    fn hmac_example() {
        // NIST, HMAC_SHA3-512 example 1: a key shorter than the block.
        let key: Vec<u8> = (0..64).collect();
        let mac = hmac(&key, &[b"Sample message for keylen<", b"blocklen"]);
        assert_eq!(hex::encode(&mac), "4efd629d6c71bf86162658f29943b1c308ce27cdfa6db0d9c3ce81763f9cbce5f7ebe9868031db1a8f8eb7b6b95e5c5e3f657a8996c86a2f6527e307f0213196");
    }

    fn however_bytes_are_cut_the_digest_is_the_same() {
        let message: Vec<u8> = (0..500_u32).map(|i| (i * 7 + (i >> 3)) as u8).collect();
        for len in [0, 1, 71, 72, 73, 143, 144, 145, 287, 500] {
            let message = &message[..len];
            for step in [1, 7, 8, 71, 72, 73, 200] {
                let mut sponge = Sponge::new();
                message.chunks(step).for_each(|part| sponge.absorb(part));
                assert_eq!(sponge.finish(), sha3_512(message), "{len} bytes by {step}");
                assert_eq!(sponge.absorbed(), len as u64);
                assert_eq!(sponge.blocks(), (len / RATE) as u64);
            }
        }
    }

    fn the_state_shows_what_came_in() {
        let mut sponge = Sponge::new();
        sponge.absorb(&[1, 2, 3]);
        assert_eq!((&sponge.state()[..3], sponge.state()[3..].iter().all(|b| *b == 0)), (&[1, 2, 3][..], true));
        sponge.absorb(&[0; RATE - 3]);
        assert_eq!(sponge.blocks(), 1);
        assert!(sponge.state()[199] != 0, "the permutation reaches the capacity");
    }
}
