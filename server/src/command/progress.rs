//! How far something is, for a person at a terminal. Nothing is shown where nobody looks.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar towards a number that is known.
pub(super) fn bar(total: u64, what: &str) -> ProgressBar {
    shown(
        ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()),
        "{msg} [{bar:40}] {human_pos} of {human_len}, {eta} to go",
        what,
    )
}

/// A bar towards a number of bytes.
pub(super) fn bytes(total: u64, what: &str) -> ProgressBar {
    shown(
        ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()),
        "{msg} [{bar:40}] {bytes} of {total_bytes}, {eta} to go",
        what,
    )
}

/// A count without an end.
pub(super) fn count(what: &str) -> ProgressBar {
    shown(ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()), "{msg} {human_pos} ({elapsed})", what)
}

fn shown(bar: ProgressBar, template: &str, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar());
    bar.with_style(style.progress_chars("=> ")).with_message(what.to_owned())
}
