//! The chain of keys from the device to the security monitor, as the boot ROM makes it.

use crate::crypto::ed25519_sha3::{self, Public, Secret, Signature};
use crate::crypto::sha3::{Sponge, sha3_512};
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Recorder, Value};

use super::structs::{BootBlock, SmReport};

/// A key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The public key.
    pub public: Public,
    /// The secret key, expanded.
    pub secret: Secret,
}

/// The test device key of Keystone's boot ROM for QEMU. Everybody has it: it proves nothing.
pub static TEST_DEVICE: Keys = Keys {
    public: [
        0x0f, 0xaa, 0xd4, 0xff, 0x01, 0x17, 0x85, 0x83, 0xba, 0xa5, 0x88, 0x96, 0x6f, 0x7c, 0x1f,
        0xf3, 0x25, 0x64, 0xdd, 0x17, 0xd7, 0xdc, 0x2b, 0x46, 0xcb, 0x50, 0xa8, 0x4a, 0x69, 0x27,
        0x0b, 0x4c,
    ],
    secret: [
        0x40, 0xa0, 0x99, 0x47, 0x8c, 0xce, 0xfa, 0x3a, 0x06, 0x63, 0xab, 0xc9, 0x5e, 0x7a, 0x1e,
        0xc9, 0x54, 0xb4, 0xf5, 0xf6, 0x45, 0xba, 0xd8, 0x04, 0xdb, 0x13, 0xe7, 0xd7, 0x82, 0x6c,
        0x70, 0x73, 0x57, 0x6a, 0x9a, 0xb6, 0x21, 0x60, 0xd9, 0xd1, 0xc6, 0xae, 0xdc, 0x29, 0x85,
        0x2f, 0xb9, 0x60, 0xee, 0x51, 0x32, 0x83, 0x5a, 0x16, 0x89, 0xec, 0x06, 0xa8, 0x72, 0x34,
        0x51, 0xaa, 0x0e, 0x4a,
    ],
};

/// What the boot ROM hashes into the seed of the monitor's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedFrom {
    /// One byte of the device's secret key and one byte of the monitor's measurement: upstream
    /// passes `sizeof(*array)`, the size of an element, where the size of the array belongs.
    OneByteEach,
    /// All 64 bytes of each, as the comments there intend.
    AllBytes,
}

/// The seed of the monitor's key: the first half of SHA3-512 over the device's secret key and the
/// monitor's measurement, or over one byte of each.
#[must_use]
pub fn sm_seed(device: &Secret, sm_hash: &[u8; 64], from: SeedFrom) -> [u8; 32] {
    let len = match from {
        SeedFrom::OneByteEach => 1,
        SeedFrom::AllBytes => 64,
    };
    let mut sponge = Sponge::new();
    sponge.absorb(&device[..len]);
    sponge.absorb(&sm_hash[..len]);
    let mut seed = [0; 32];
    seed.copy_from_slice(&sponge.finish()[..32]);
    seed
}

/// The key pair of a seed.
#[must_use]
pub fn keys_of(seed: &[u8; 32]) -> Keys {
    let secret = ed25519_sha3::expand(seed);
    Keys {
        public: ed25519_sha3::public(&secret),
        secret,
    }
}

/// What the boot ROM leaves behind: the keys with which the monitor attests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The device's key pair.
    pub device: Keys,
    /// The monitor's measurement.
    pub sm_hash: [u8; 64],
    /// The monitor's key pair.
    pub sm: Keys,
    /// The device's signature over the monitor's measurement and public key.
    pub sm_signature: Signature,
}

impl Identity {
    /// What the boot ROM makes of a device key and the monitor's measurement, told key by key.
    #[must_use]
    pub fn boot<R: Recorder>(
        device: &Keys,
        sm_hash: [u8; 64],
        from: SeedFrom,
        recorder: &mut R,
    ) -> Self {
        let seed = sm_seed(&device.secret, &sm_hash, from);
        let sm = keys_of(&seed);
        recorder.tell(|| {
            let (secret, hash, len) = match from {
                SeedFrom::OneByteEach => (
                    text!(
                        "keystone.key.device-byte",
                        "first byte of device_secret_key"
                    ),
                    text!(
                        "keystone.key.hash-byte",
                        "first byte of the measurement of the firmware"
                    ),
                    1,
                ),
                SeedFrom::AllBytes => ("device_secret_key".into(), firmware_hash(), 64),
            };
            Event::Derive {
                key: sm_key(),
                from: alloc::vec![
                    (secret, device.secret[..len].into()),
                    (hash, sm_hash[..len].into()),
                ],
                value: Value::from(&sm.public[..]),
            }
        });
        let said = SmReport {
            hash: sm_hash,
            public_key: sm.public,
            signature: [0; 64],
        };
        let sm_signature = ed25519_sha3::sign(&said.signed(), &device.public, &device.secret);
        recorder.tell(|| Event::Derive {
            key: text!(
                "keystone.key.sm-signature",
                "the device’s signature over the monitor"
            ),
            from: alloc::vec![
                ("device_secret_key".into(), device.secret[..].into()),
                (firmware_hash(), sm_hash[..].into()),
                (sm_key(), sm.public[..].into()),
            ],
            value: Value::from(&sm_signature[..]),
        });
        Self {
            device: *device,
            sm_hash,
            sm,
            sm_signature,
        }
    }

    /// The block at the end of the monitor's memory, as upstream leaves it: of the device's secret
    /// key only the first byte is erased, by the same mistake as in [`SeedFrom::OneByteEach`].
    #[must_use]
    pub fn block(&self, erased: SeedFrom) -> BootBlock {
        let mut dev_secret_key = self.device.secret;
        match erased {
            SeedFrom::OneByteEach => dev_secret_key[0] = 0,
            SeedFrom::AllBytes => dev_secret_key = [0; 64],
        }
        BootBlock {
            manufacturer_public_key: [0; 32],
            dev_public_key: self.device.public,
            dev_secret_key,
            sm_hash: self.sm_hash,
            sm_public_key: self.sm.public,
            sm_secret_key: self.sm.secret,
            sm_signature: self.sm_signature,
        }
    }
}

/// The monitor's measurement: SHA3-512 over the memory from 0x8000_0000 up to the boot block.
#[must_use]
pub fn sm_hash(memory: &[u8]) -> [u8; 64] {
    sha3_512(memory)
}

/// The monitor's measurement in words, wherever it is taken or used.
#[must_use]
pub(super) fn firmware_hash() -> Text {
    text!("keystone.boot.hash", "measurement of the firmware")
}

/// The monitor's key in words, wherever it is made or used.
#[must_use]
pub(super) fn sm_key() -> Text {
    text!("keystone.key.sm", "key of the security monitor")
}

/// Finds the monitor's secret key from what a report tells, where the seed was one byte of each: a
/// clamped scalar has its three lowest bits clear, so its first byte is one of 32. Gives that byte.
#[must_use]
pub fn guess_sm_key(sm_hash: &[u8; 64], public: &Public) -> Option<(u8, Keys)> {
    let mut device = [0; 64];
    for first in (0..=0xf8).step_by(8) {
        device[0] = first;
        let keys = keys_of(&sm_seed(&device, sm_hash, SeedFrom::OneByteEach));
        if keys.public == *public {
            return Some((first, keys));
        }
    }
    None
}
