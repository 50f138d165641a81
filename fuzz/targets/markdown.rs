#![no_main]
//! An answer's text as the page reads it while it grows.

use app::markdown::{
    growing::{Growing, Step, apply},
    mend::mend,
    parse,
    syntax::Block,
};

/// How many blocks there are where a way leads, if it leads to a block that grows by blocks.
fn count(tree: &[Block], path: &[usize]) -> Option<usize> {
    path.iter().try_fold(tree, |blocks, at| blocks.get(*at)?.children()).map(<[Block]>::len)
}

libfuzzer_sys::fuzz_target!(|input: &str| {
    let (mut growing, mut tree) = (Growing::default(), Vec::new());
    // A long text grows in larger steps, so that it is not read a thousand times.
    let step = 1 + input.len() / 100;
    for (end, _) in input.char_indices().step_by(step).chain([(input.len(), ' ')]) {
        let mut steps = Vec::new();
        growing.grow(&input[..end], &mut steps);
        for step in steps {
            match &step {
                Step::Replace { path, from, .. } => {
                    let known = count(&tree, path).expect("a way that leads to blocks");
                    assert!(*from <= known + 1, "a gap in the list of blocks");
                }
                Step::Append { path, .. } => {
                    let (at, path) = path.split_last().expect("a way to code");
                    assert_eq!(Some(at + 1), count(&tree, path), "only the last block grows");
                }
                Step::Loosen { path } => assert!(count(&tree, path).is_some()),
            }
            apply(&mut tree, vec![step]);
        }
    }
    parse::blocks(&mend(input, false));
    parse::blocks(&mend(input, true));
    parse::blocks(input);
});
