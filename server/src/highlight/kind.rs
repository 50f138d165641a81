//! What a part of code is, of the few kinds that have a colour.

use protocol::highlight::KINDS;
use std::sync::LazyLock;
use syntect::parsing::{Scope, ScopeStack};

/// The scopes that say what something is, and what that is; nothing for those that stay as they are, and in which what is
/// around them does not count.
const SCOPES: [(&str, &str); 38] = [
    ("comment", "comment"),
    ("constant.character.escape", "constant"),
    ("constant.numeric", "number"),
    ("constant", "constant"),
    ("entity.name.function", "function"),
    ("entity.name.tag", "tag"),
    ("entity.name.section", "heading"),
    ("entity.name.namespace", ""),
    ("entity.name.constant", "constant"),
    ("entity.name.label", "constant"),
    ("entity.name", "type"),
    ("entity.other.attribute-name", "attribute"),
    ("entity.other.inherited-class", "type"),
    ("keyword.operator.word", "keyword"),
    ("keyword.operator.logical.python", "keyword"),
    ("keyword.operator", ""),
    ("keyword", "keyword"),
    ("markup.inserted", "inserted"),
    ("markup.deleted", "deleted"),
    ("markup.heading", "heading"),
    ("markup.raw", "string"),
    ("meta.interpolation", ""),
    ("meta.template.expression", ""),
    ("meta.property-name.css", "attribute"),
    ("meta.mapping.key.json", "attribute"),
    ("punctuation.definition.comment", "comment"),
    ("punctuation.section.interpolation", "constant"),
    ("storage.type.function.arrow", ""),
    ("storage", "keyword"),
    ("string.unquoted.plain.out.yaml", ""),
    ("string", "string"),
    ("support.function", "function"),
    ("support.constant", "constant"),
    ("support.type.property-name", "attribute"),
    ("support", "type"),
    ("variable.function", "function"),
    ("variable.language", "constant"),
    ("variable.annotation", "attribute"),
];

static READ: LazyLock<Vec<(Scope, Option<u32>)>> = LazyLock::new(|| {
    let position = |kind: &str| KINDS.iter().position(|known| *known == kind).map(|at| at as u32);
    let mut read: Vec<_> =
        SCOPES.iter().filter_map(|(scope, kind)| Some((Scope::new(scope).ok()?, position(kind)))).collect();
    // The longer one says more.
    read.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
    read
});

/// What the text is in these scopes: the innermost one that says something counts.
pub(super) fn of(stack: &ScopeStack) -> Option<u32> {
    stack.as_slice().iter().rev().find_map(|scope| {
        let found = READ.iter().find(|(known, _)| known.is_prefix_of(*scope));
        found.map(|(_, kind)| *kind)
    })?
}
