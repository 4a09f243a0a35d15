//! Places in words: registers, memory, the monitor's tables.

use alloc::format;

use super::machine::Machine;
use crate::arch::riscv::csr;
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::Place;

impl Machine {
    /// A place in words.
    pub(super) fn name_of(&self, place: &Place) -> Text {
        let at = place.at;
        match place.space {
            "csr" => {
                let name = register(at as u16);
                match self.harts.size() {
                    1 => name.into(),
                    _ => text!(
                        "keystone.place.of-hart",
                        "{name} of hart {hart}",
                        name = name,
                        hart = at >> 16
                    ),
                }
            }
            "x" if place.len > 1 => text!(
                "keystone.place.registers",
                "registers of hart {hart}",
                hart = at >> 8
            ),
            "x" => format!("a{}", (at & 0xff).wrapping_sub(10)).into(),
            "enclave" => text!("keystone.place.enclave", "enclave {eid}", eid = at),
            "region" => text!("keystone.place.region", "region {n}", n = at),
            "driver" => text!(
                "host.place",
                "the driver’s entry {ueid}",
                ueid = hex::short(at)
            ),
            "hash" => self.digest_name(at),
            "ram" => self.memory_name(place),
            other => format!("{other}[{}]", hex::short(at)).into(),
        }
    }

    /// A measurement, by the enclave whose it is while there is one.
    fn digest_name(&self, at: u64) -> Text {
        let mut all = self.monitor.enclaves.iter();
        match all.find(|(_, e)| Self::hash_place(e.serial).at == at) {
            Some((eid, _)) => text!(
                "keystone.digest.title",
                "Measurement of enclave {eid}",
                eid = u64::from(*eid)
            ),
            None => text!("keystone.place.hash", "measurement"),
        }
    }

    fn memory_name(&self, place: &Place) -> Text {
        let at = || hex::addr(place.at);
        for (eid, e) in self.monitor.enclaves.iter() {
            let eid = u64::from(*eid);
            if place.at.wrapping_sub(e.args.epm_paddr) < e.args.epm_size {
                return text!(
                    "keystone.place.epm",
                    "private memory of enclave {eid} at {at}",
                    eid = eid,
                    at = at()
                );
            }
            if place.at.wrapping_sub(e.args.utm_paddr) < e.args.utm_size {
                return text!(
                    "keystone.place.utm",
                    "shared buffer of enclave {eid} at {at}",
                    eid = eid,
                    at = at()
                );
            }
        }
        match place.at {
            super::os::ARGS if place.len == 64 => "keystone_sbi_create_t".into(),
            super::structs::BootBlock::AT => text!("keystone.place.boot-block", "boot block"),
            _ => text!("place.ram", "memory at {at}", at = at()),
        }
    }
}

/// A control register's name.
pub(super) fn register(number: u16) -> alloc::string::String {
    csr::name(number).unwrap_or_else(|| format!("CSR {}", hex::short(u64::from(number))))
}
