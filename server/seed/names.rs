//! By what names to ask for what is in the database.

/// The number of the visitor to whom all belongs.
pub(crate) const VISITOR: &str = "5eed0000000040008000000000000001";

/// The id of the longest conversation, whatever the seed.
pub(crate) const LONGEST: &str = "5eed0000-0000-4000-8000-000000000002";

/// The word that only one conversation has.
pub(crate) fn rare_word(number: usize) -> String {
    format!("quellwort{number:05}")
}
