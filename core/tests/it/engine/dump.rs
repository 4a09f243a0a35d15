//! A run as text, against the text written by hand.

use teescope_core::text::Catalogue;
use teescope_core::trace::{Phase, Plan, Planned, Segment, Settings, dump};

use super::toy::{self, Op};

fn one(label: &str, op: Op) -> Segment<Op> {
    Segment::one(Phase::Use, label, "".into(), "".into(), op)
}

/// Steps, checks, writes, absorbed bytes, both ways to stop, and repeats folded.
const GOLDEN: &str = "    1 first                        ADD Add(0, 9)
        write reg[0]: 0x0000 -> 0x0009
    2 short                        TAKE Take(0, 10)  refused: TOY_SHORT (7)
        NO TAKE.enough; wanted 0x000a, found 0x0009
    3 take                         TAKE Take(0, 4)
        ok TAKE.enough
        ok TAKE.even
        write reg[0]: 0x0009 -> 0x0005
    4 nought                       DIV Divide(0, 0)  faulted: #DE(0x0000)
        NO DIV.divisor
    5 more.s0                      DIV Divide(0, 2)
        ok DIV.divisor
        write reg[0]: 0x0005 -> 0x0002
    6 more.s1                      DIV Divide(0, 1)
        ok DIV.divisor
        write reg[0]: 0x0002 -> 0x0002
      … 2 more DIV
    9 more.s4                      DIV Divide(0, 0)  faulted: #DE(0x0000)
        NO DIV.divisor
      … 1 more DIV
   11 more.s6                      ABSORB Absorb(1)
        write digest[0]: 0x0000 -> 0x910a_2dec_8902_5cc1
        absorb 8 bytes, 1 blocks, 0x910a_2dec_8902_5cc1
";

shared_test! {
    /// The whole run, and as far as somebody asks for.
    fn dump_of_a_run() {
        let divide = |by| Op::Divide(0, by);
        let ops = [divide(2), divide(1), divide(1), divide(1), divide(0), divide(1), Op::Absorb(1)];
        let more = Segment::many(Phase::Use, "more", "".into(), "".into(), 7, move |i| Planned {
            op: ops[i as usize],
            label: format!("s{i}"),
            caption: "".into(),
        });
        let plan = Plan::new(vec![
            one("first", Op::Add(0, 9)),
            one("short", Op::Take(0, 10)),
            one("take", Op::Take(0, 4)),
            one("nought", Op::Divide(0, 0)),
            more,
        ]);
        let mut run = toy::run(plan, Settings::default());
        let english = Catalogue::default();
        assert_eq!(dump(&mut run, u64::MAX, &english), GOLDEN);
        let first: Vec<&str> = GOLDEN.split_inclusive('\n').take(2).collect();
        assert_eq!(dump(&mut run, 1, &english), first.concat());
        assert_eq!(dump(&mut run, 0, &english), "");
    }
}
