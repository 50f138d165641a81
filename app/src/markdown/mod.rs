//! Markdown as it comes from a model: untrusted, and growing while it is read.
//!
//! What lives here: [`syntax`] (the tree), [`parse`] (text to tree), [`growing`] (a text that grows: which blocks are
//! final, and what changed), [`mend`] (half-open markers at the end), [`math`] (the delimiters of formulas), [`autolink`]
//! (bare addresses), [`address`] (which links are allowed), `outline` (at which levels headings are shown), all pure; then
//! [`cells`] and [`live`] (the blocks as signals) and [`view`] (the tree as real views: markup in the text stays text).
//!
//! Who calls it: the chat session feeds [`live::LiveMarkdown`], the message components show it.
//!
//! What it must not know: messages, the network, the browser.

pub mod address;
pub mod autolink;
pub mod cells;
mod fenced;
pub mod growing;
pub mod live;
pub mod math;
pub mod mend;
mod outline;
pub mod parse;
pub mod syntax;
pub mod view;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
