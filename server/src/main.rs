//! The `rivulet` binary.

fn main() {}
