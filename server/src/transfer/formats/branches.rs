//! Puts the messages of a conversation in order: a parent before its children, and nothing in a circle.

use crate::store::WholeConversation;
use protocol::{
    id::MessageId,
    message::{Message, Role},
};
use std::collections::HashMap;

/// A place in a conversation of another program. Places without a message are common: beginnings, hidden ones, tools.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) key: String,
    pub(super) parent: Option<String>,
    /// The message; its parent is not set yet, and a time of 0 means that it is not known.
    pub(super) message: Option<Message>,
}

/// The messages in order.
#[derive(Debug, Default)]
pub(super) struct Branches {
    pub(super) messages: Vec<Message>,
    pub(super) head: Option<MessageId>,
}

/// A message on its way.
struct Kept {
    message: Message,
    /// Where its parent is among those kept.
    parent: Option<usize>,
    /// When it was made, as far as that can be known, and its place in the file; not before its parent's.
    order: (u64, usize),
}

/// Puts the messages in the order of their making. What stands below a place without a message follows the nearest one above it.
/// `current` is the place that is shown, `began` the time of messages that have none.
pub(super) fn arrange(nodes: Vec<Node>, current: Option<&str>, began: u64) -> Result<Branches, String> {
    let Links { index, children, roots } = Links::of(&nodes)?;
    let current = current.and_then(|key| index.get(key).copied());
    drop(index);
    let mut drafts: Vec<Option<Message>> = nodes.into_iter().map(|node| node.message).collect();
    let (mut kept, mut reached) = (Vec::<Kept>::new(), 0);
    // For each place, the message that stands there or nearest above.
    let mut places: Vec<Option<usize>> = vec![None; drafts.len()];
    let mut next: Vec<(usize, Option<usize>)> = roots.into_iter().rev().map(|root| (root, None)).collect();
    while let Some((node, above)) = next.pop() {
        reached += 1;
        let here = match drafts[node].take() {
            Some(message) => Some(keep(&mut kept, message, node, above, began)),
            None => above,
        };
        places[node] = here;
        next.extend(children[node].iter().rev().map(|child| (*child, here)));
    }
    if reached != drafts.len() {
        return Err("its messages follow each other in a circle".to_owned());
    }
    let shown = current.and_then(|node| places[node]);
    Ok(in_order(kept, shown))
}

/// Who follows whom.
struct Links<'a> {
    index: HashMap<&'a str, usize>,
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
}

impl<'a> Links<'a> {
    fn of(nodes: &'a [Node]) -> Result<Self, String> {
        let index: HashMap<&str, usize> = nodes.iter().enumerate().map(|(at, node)| (node.key.as_str(), at)).collect();
        if index.len() != nodes.len() {
            return Err("two of its messages have the same id".to_owned());
        }
        let (mut children, mut roots) = (vec![Vec::new(); nodes.len()], Vec::new());
        for (at, node) in nodes.iter().enumerate() {
            match node.parent.as_deref().and_then(|parent| index.get(parent)) {
                Some(parent) => children[*parent].push(at),
                // Its parent is not in the file: then it is a beginning.
                None => roots.push(at),
            }
        }
        Ok(Self { index, children, roots })
    }
}

fn keep(kept: &mut Vec<Kept>, mut message: Message, place: usize, parent: Option<usize>, began: u64) -> usize {
    let (after, after_place) = parent.map_or((0, 0), |parent| kept[parent].order);
    if message.created_at == 0 {
        message.created_at = after.max(began);
    }
    let order = (message.created_at.max(after), place.max(after_place));
    kept.push(Kept { message, parent, order });
    kept.len() - 1
}

fn in_order(kept: Vec<Kept>, shown: Option<usize>) -> Branches {
    let ids: Vec<MessageId> = kept.iter().map(|one| one.message.id).collect();
    let head = shown.map(|at| ids[at]);
    let mut kept: Vec<Kept> = kept;
    // Stable: of the same time and place, a parent was there before its children.
    kept.sort_by_key(|one| one.order);
    let messages: Vec<Message> = kept
        .into_iter()
        .map(|one| Message { parent_id: one.parent.map(|parent| ids[parent]), ..one.message })
        .collect();
    let head = head.or_else(|| messages.last().map(|message| message.id));
    Branches { messages, head }
}

impl Branches {
    /// Makes one of answers that follow each other without a question between them, as programs with tools have them.
    pub(super) fn join_answers(self) -> Self {
        let mut followers: HashMap<MessageId, usize> = HashMap::new();
        for message in &self.messages {
            *followers.entry(message.parent_id.unwrap_or(message.id)).or_default() +=
                usize::from(message.parent_id.is_some());
        }
        let mut joined: Vec<Message> = Vec::with_capacity(self.messages.len());
        let mut places: HashMap<MessageId, usize> = HashMap::new();
        for message in self.messages {
            let above = message.parent_id.and_then(|parent| Some((parent, *places.get(&parent)?)));
            let id = message.id;
            let into = above.filter(|(parent, at)| {
                let both_answer = message.role == Role::Assistant && joined[*at].role == Role::Assistant;
                both_answer && followers.get(parent) == Some(&1)
            });
            let at = match into {
                Some((_, at)) => {
                    append(&mut joined[at], message);
                    at
                }
                None => {
                    let parent_id = above.map(|(_, at)| joined[at].id);
                    joined.push(Message { parent_id, ..message });
                    joined.len() - 1
                }
            };
            places.insert(id, at);
        }
        let head = self.head.and_then(|head| places.get(&head)).map(|at| joined[*at].id);
        Self { messages: joined, head }
    }
}

/// The later part says how the whole ended.
fn append(answer: &mut Message, more: Message) {
    for (text, more) in [(&mut answer.content, more.content), (&mut answer.reasoning, more.reasoning)] {
        if !text.is_empty() && !more.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&more);
    }
    answer.status = more.status;
    answer.model = more.model.or(answer.model.take());
    answer.finish_reason = more.finish_reason;
    answer.error = more.error;
}

/// Asserts what every reader of a whole conversation relies on: for tests and fuzz targets.
#[doc(hidden)]
pub fn check(conversation: &WholeConversation) {
    let mut before = std::collections::HashSet::new();
    for message in &conversation.messages {
        assert!(message.parent_id.is_none_or(|parent| before.contains(&parent)), "a child stands before its parent");
        assert!(before.insert(message.id), "an id is there twice");
    }
    assert!(!before.is_empty(), "it is empty");
    assert!(conversation.head.is_some_and(|head| before.contains(&head)), "what is shown is not there");
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn node(key: &str, parent: &str, role: Option<Role>, at: u64) -> Node {
        let message = role.map(|role| {
            let id = MessageId(Uuid::new_v4());
            Message { role, ..Message::user(id, None, key, at) }
        });
        Node { key: key.into(), parent: (!parent.is_empty()).then(|| parent.into()), message }
    }

    fn texts(branches: &Branches) -> Vec<(String, Option<String>)> {
        let text = |id: MessageId| branches.messages.iter().find(|one| one.id == id).unwrap().content.clone();
        branches.messages.iter().map(|one| (one.content.clone(), one.parent_id.map(text))).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        list.iter().map(|(text, parent)| ((*text).into(), (!parent.is_empty()).then(|| (*parent).into()))).collect()
    }

    const USER: Option<Role> = Some(Role::User);
    const ANSWER: Option<Role> = Some(Role::Assistant);

    #[test]
    fn messages_come_in_the_order_of_their_making() {
        let nodes = vec![
            node("answer two", "question", ANSWER, 30),
            node("answer", "question", ANSWER, 20),
            node("question", "root", USER, 10),
            node("root", "", None, 0),
            node("more", "answer", USER, 0),
            node("lost", "elsewhere", USER, 5),
        ];
        let branches = arrange(nodes, Some("answer"), 7).unwrap();
        let expected =
            [("lost", ""), ("question", ""), ("answer", "question"), ("more", "answer"), ("answer two", "question")];
        assert_eq!(texts(&branches), pairs(&expected));
        assert_eq!(branches.messages[3].created_at, 20);
        assert_eq!(branches.head, Some(branches.messages[2].id));
    }

    /// Also where a file has messages of one time in an order that no branch has.
    #[test]
    fn what_was_written_in_order_is_read_in_that_order() {
        let nodes = vec![
            node("under b", "b", ANSWER, 50),
            node("a", "", USER, 50),
            node("b", "", USER, 10),
            node("c", "", USER, 50),
        ];
        let first = texts(&arrange(nodes, None, 0).unwrap());
        assert_eq!(first, pairs(&[("b", ""), ("a", ""), ("under b", "b"), ("c", "")]));
        let again = [("b", "", 10), ("a", "", 50), ("under b", "b", 50), ("c", "", 50)];
        let again = again.map(|(key, parent, at)| node(key, parent, USER, at));
        assert_eq!(texts(&arrange(again.into(), None, 0).unwrap()), first);
    }

    #[test]
    fn a_shown_place_without_a_message_means_the_one_above_it() {
        let nodes =
            vec![node("question", "", USER, 1), node("tool", "question", None, 0), node("end", "tool", None, 0)];
        let branches = arrange(nodes, Some("end"), 1).unwrap();
        assert_eq!(branches.head, Some(branches.messages[0].id));
        let nodes = vec![node("question", "", USER, 1), node("answer", "question", ANSWER, 2)];
        let branches = arrange(nodes, Some("nowhere"), 1).unwrap();
        assert_eq!(branches.head, Some(branches.messages[1].id));
    }

    #[test]
    fn circles_and_doubles_are_refused() {
        let circle = vec![node("a", "b", USER, 1), node("b", "a", ANSWER, 2), node("c", "", USER, 1)];
        assert!(arrange(circle, None, 0).unwrap_err().contains("circle"));
        assert!(arrange(vec![node("a", "a", USER, 1)], None, 0).unwrap_err().contains("circle"));
        assert!(
            arrange(vec![node("a", "", USER, 1), node("a", "", USER, 2)], None, 0).unwrap_err().contains("same id")
        );
    }

    #[test]
    fn a_long_conversation_needs_no_stack() {
        let nodes =
            (0..200_000_u64).map(|at| node(&at.to_string(), &at.wrapping_sub(1).to_string(), USER, at)).collect();
        assert_eq!(arrange(nodes, None, 0).unwrap().messages.len(), 200_000);
    }

    #[test]
    fn answers_in_a_row_become_one_unless_they_are_branches() {
        let nodes = vec![
            node("question", "", USER, 1),
            node("a", "question", ANSWER, 2),
            node("b", "a", ANSWER, 3),
            node("c", "b", ANSWER, 4),
            node("then", "c", USER, 5),
            node("x", "then", ANSWER, 6),
            node("y", "x", ANSWER, 7),
            node("z", "x", ANSWER, 8),
        ];
        let branches = arrange(nodes, Some("b"), 0).unwrap().join_answers();
        let expected = [
            ("question", ""),
            ("a\n\nb\n\nc", "question"),
            ("then", "a\n\nb\n\nc"),
            ("x", "then"),
            ("y", "x"),
            ("z", "x"),
        ];
        assert_eq!(texts(&branches), pairs(&expected));
        assert_eq!(branches.head, Some(branches.messages[1].id));
    }
}
