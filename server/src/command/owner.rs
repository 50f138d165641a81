//! Whose conversations are meant on the command line.
//!
//! There are no accounts: an owner is a user of the session API, by name, or a visitor, by the number in his browser's cookie. Whoever
//! has the number is the visitor, so that only its beginning is ever shown, and enough of it is enough to say whom one means.

use crate::{
    store::OwnerSummary,
    visitor::{Owner, VisitorId},
};
use std::fmt::Write;

/// How much of a visitor's number is shown, and the least that must be given.
const SHOWN: usize = 8;

/// The owner as he is named to people.
pub(super) fn name(owner: &Owner) -> String {
    match owner {
        Owner::User(name) => format!("user:{name}"),
        Owner::Visitor(id) => format!("visitor:{}", &id.secret()[..SHOWN]),
    }
}

/// The owner that is meant by what was typed. One whose name is given whole need not be known here.
pub(super) fn find(text: &str, known: &[OwnerSummary]) -> Result<Owner, String> {
    if let Some(name) = text.strip_prefix("user:").filter(|name| !name.is_empty()) {
        return Ok(Owner::User(name.to_owned()));
    }
    let Some(number) = text.strip_prefix("visitor:") else {
        return Err(format!("--owner must be user:<name> or visitor:<number>, not {text:?}.{}", list(known)));
    };
    if let Some(id) = VisitorId::parse(number) {
        return Ok(Owner::Visitor(id));
    }
    let begins =
        |owner: &Owner| matches!(owner, Owner::Visitor(id) if id.secret().starts_with(&number.to_ascii_lowercase()));
    let mut meant = known.iter().filter(|one| begins(&one.owner));
    match (meant.next(), meant.next()) {
        (Some(one), None) if number.len() >= SHOWN => Ok(one.owner.clone()),
        (None, _) => Err(format!("There is no visitor whose number begins with {number:?}.{}", list(known))),
        _ => Err(format!(
            "Give at least {SHOWN} letters of the visitor's number, and so many that only one is meant.{}",
            list(known)
        )),
    }
}

/// The visitor to whom belongs what says nothing of its owner: the only one there is. The person who runs Rivulet for himself has one
/// browser, and expects to find there what he imports.
pub(super) fn only_visitor(known: &[OwnerSummary]) -> Result<Owner, String> {
    let mut visitors = known.iter().filter(|one| matches!(one.owner, Owner::Visitor(_)));
    match (visitors.next(), visitors.next()) {
        (Some(only), None) => Ok(only.owner.clone()),
        (None, _) => Err(
            "The file does not say whose its conversations are, and nobody has any here yet. Import it in the page's \
             settings, or begin a chat there and run this again, or say --owner."
                .to_owned(),
        ),
        _ => Err(format!("The file does not say whose its conversations are. Say it with --owner.{}", list(known))),
    }
}

fn list(known: &[OwnerSummary]) -> String {
    if known.is_empty() {
        return " Nobody has conversations here yet.".to_owned();
    }
    let mut text = " These have conversations here:".to_owned();
    for one in known.iter().take(20) {
        let last = std::time::UNIX_EPOCH + std::time::Duration::from_millis(one.updated_at);
        let last = humantime::format_rfc3339_seconds(last).to_string();
        let last = last.split('T').next().unwrap_or_default();
        let _ = write!(text, "\n  {}  {} conversations, the last of {last}", name(&one.owner), one.conversations);
    }
    if known.len() > 20 {
        let _ = write!(text, "\n  and {} more", known.len() - 20);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(owners: &[Owner]) -> Vec<OwnerSummary> {
        let summary =
            |owner: &Owner| OwnerSummary { owner: owner.clone(), conversations: 3, updated_at: 1_760_000_000_000 };
        owners.iter().map(summary).collect()
    }

    #[test]
    fn an_owner_is_found_by_the_beginning_of_his_number() {
        let (one, two) = (VisitorId::random(), VisitorId::random());
        let all = known(&[Owner::Visitor(one), Owner::Visitor(two), Owner::User("anna".into())]);
        let short = &one.secret()[..12];
        assert_eq!(find(&format!("visitor:{short}"), &all), Ok(Owner::Visitor(one)));
        assert_eq!(find(&name(&Owner::Visitor(two)), &all), Ok(Owner::Visitor(two)));
        assert_eq!(find(&format!("visitor:{}", one.secret()), &[]), Ok(Owner::Visitor(one)));
        assert_eq!(find("user:otto", &all), Ok(Owner::User("otto".into())));
        for wrong in ["otto", "user:", "visitor:", &format!("visitor:{}", &one.secret()[..3]), "visitor:zzzzzzzzzz"] {
            let error = find(wrong, &all).unwrap_err();
            assert!(error.contains("user:anna  3 conversations, the last of 2025-10-09"), "{error}");
            assert!(!error.contains(&one.secret()), "{error}");
        }
    }

    #[test]
    fn the_only_visitor_is_meant_where_nobody_is_named() {
        let (one, two) = (Owner::Visitor(VisitorId::random()), Owner::Visitor(VisitorId::random()));
        let user = Owner::User("anna".into());
        assert_eq!(only_visitor(&known(&[user.clone(), one.clone()])), Ok(one.clone()));
        assert!(only_visitor(&known(&[user])).unwrap_err().contains("nobody has any here yet"));
        assert!(only_visitor(&known(&[one, two])).unwrap_err().contains("Say it with --owner"));
    }
}
