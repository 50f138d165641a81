//! Conversations that leave and come: export, import, and the formats of both.
//!
//! What lives here: [`elements`] cuts a file of any size into the JSON of single conversations; [`formats`] turns each into a
//! [`WholeConversation`](crate::store::WholeConversation), whoever wrote it; [`archive`] is the zip with everything in it;
//! [`markdown`] writes one conversation for people; [`export`] and [`import`] join these with the store.
//!
//! Who calls it: `http` and `command`.
//!
//! What it must not know: HTTP, running answers, how the store keeps things. Nothing here holds more than a few conversations at a
//! time, however many there are.

pub mod archive;
pub mod elements;
pub mod export;
pub mod formats;
pub mod import;
pub mod markdown;
