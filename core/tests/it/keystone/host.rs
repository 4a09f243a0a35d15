//! The host's side: how files are laid into memory, and how much memory is taken for them.

use std::rc::Rc;

use teescope_core::keystone::host::{
    Allocation, EnclaveFiles, Part, buddy_pages, epm_allocation, utm_pages,
};
use teescope_core::keystone::measure::current::measure;
use teescope_core::memory::{PAGE, Physical, Ram};
use teescope_core::trace::{Place, Silent};

use super::samples::{array, pattern};
use crate::vectors;

fn files(lens: [usize; 3]) -> EnclaveFiles {
    let bytes = lens.map(|len| {
        let pages = (0..len.div_ceil(PAGE) as u64).flat_map(|p| pattern(len as u64, p));
        Rc::from(pages.take(len).collect::<Vec<u8>>())
    });
    let [loader, runtime, eapp] = bytes;
    EnclaveFiles::usual(loader, runtime, eapp)
}

shared_test! {
    fn what_the_sdk_expects_is_what_the_monitor_measures() {
        let base = 0x8200_0000;
        for lens in [[0, 0, 0], [1, 1, 1], [4096, 12288, 8192], [4097, 0, 4095], [300, 40_961, 20_000]] {
            let files = files(lens);
            let mut ram = Ram::default();
            let laid = files.laid_out(base);
            let starts = [laid.epm, laid.runtime, laid.user];
            for (part, start) in Part::ALL.into_iter().zip(starts) {
                for n in 0..files.pages(part) {
                    ram.put(Physical(start + n * PAGE as u64), files.page(part, n));
                }
            }
            let measured = measure(&ram, &laid, Place::new("hash", 0, 64), &mut Silent);
            assert_eq!(files.expected_hash(), measured, "{lens:?}");
        }
    }

    fn the_files_of_the_recorded_run_give_its_hash() {
        let Some(keys) = vectors::json("keystone/keys.json") else { return };
        let page0 = vectors::read("keystone/enclave-page0.bin").expect("page 0");
        let pages = |range: std::ops::Range<u64>| Rc::from(range.flat_map(|p| pattern(66, p)).collect::<Vec<u8>>());
        let files = EnclaveFiles::usual(Rc::from(page0), pages(0..3), pages(3..5));
        assert_eq!(files.expected_hash(), array(&keys["enclave_hash"]));
        let sizes = files.laid_out(0x8120_0000).sizes();
        assert_eq!(sizes, [0x1000, 0x3000, 0x2000]);
    }

    fn the_sdk_asks_for_whole_pages_and_sixteen_more() {
        // Whole pages of each file, 16, and 256 of free memory.
        for (lens, asked) in [
            ([4096, 12288, 8192], 6 + 16 + 256),
            ([4095, 12287, 8191], 3 + 16 + 256),
            ([4097, 12289, 8193], 6 + 16 + 256),
            ([0, 0, 0], 16 + 256),
        ] {
            assert_eq!(files(lens).asked_pages(), asked, "{lens:?}");
        }
        let mut files = files([0, 0, 0]);
        files.freemem = 4097;
        assert_eq!(files.asked_pages(), 16 + 2);
    }

    fn linux_gives_powers_of_two_up_to_4_mib_then_exactly_as_many() {
        assert_eq!([0, 1, 2, 3, 278, 512].map(buddy_pages), [None, Some(1), Some(2), Some(4), Some(512), Some(512)]);
        assert_eq!(epm_allocation(278), Some(Allocation { pages: 512, cma: false }));
        assert_eq!(epm_allocation(1024), Some(Allocation { pages: 1024, cma: false }));
        assert_eq!(epm_allocation(1025), Some(Allocation { pages: 1025, cma: true }));
        assert_eq!(epm_allocation(u64::MAX), None);
        // 8 KiB is the SDK's default; three pages become four; nothing is no buffer.
        assert_eq!([8192, 8193, 1, 0].map(utm_pages), [Some(2), Some(4), Some(1), None]);
        assert_eq!([4 << 20, (4 << 20) + 1, u64::MAX].map(utm_pages), [Some(1024), None, None]);
    }
}
