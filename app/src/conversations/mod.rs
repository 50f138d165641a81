//! The visitor's conversations as a whole: the list, and what is done to one of them from outside of it.
//!
//! What lives here: [`list`] (the list as signals: paged, kept in order, changed before the server has agreed), [`days`]
//! (its groups by day), [`search`] (finding by words), [`transfer`] (sharing, export and import).
//!
//! Who calls it: the page and the components beside the chat. A chat that is embedded elsewhere needs none of it.
//!
//! What it must not know: components, routes, the messages of the chat, words that people read.

pub mod days;
pub mod list;
pub mod search;
pub mod transfer;
