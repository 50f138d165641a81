#![no_main]
//! An answer's text as the page reads it while it grows.

use app::markdown::{
    growing::{Growing, Step},
    mend::mend,
    parse,
};

libfuzzer_sys::fuzz_target!(|input: &str| {
    let (mut growing, mut count) = (Growing::default(), 0);
    // A long text grows in larger steps, so that it is not read a thousand times.
    let step = 1 + input.len() / 100;
    for (end, _) in input.char_indices().step_by(step).chain([(input.len(), ' ')]) {
        let mut steps = Vec::new();
        growing.grow(&input[..end], &mut steps);
        for step in steps {
            match step {
                Step::Replace { from, blocks } => {
                    assert!(from <= count, "a gap in the list of blocks");
                    count = from + blocks.len();
                }
                Step::Append { at, .. } => assert_eq!(at + 1, count, "only the last block grows"),
            }
        }
    }
    parse::blocks(&mend(input));
    parse::blocks(input);
});
