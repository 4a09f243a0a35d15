//! Set-up, build, test and bench in one tool.
fn main() {}
