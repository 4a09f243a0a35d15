//! The page: draws panels, knows no machine.
fn main() {}
