//! The page's address as a signal, and going to another.

use crate::{browser::address, erased::effect};
use leptos::prelude::*;
use protocol::id::{ConversationId, MessageId};

/// What an address names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The conversation; none at `/`.
    pub(super) conversation: Option<ConversationId>,
    /// The message to look at: `?message=`.
    pub(super) message: Option<MessageId>,
}

impl Place {
    /// What stands at an address of this page; none at any other.
    fn at(address: &str) -> Option<Self> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let message = query.split('&').find_map(|field| field.strip_prefix("message=")?.parse().ok());
        match path.strip_prefix("/c/") {
            Some(id) => Some(Self { conversation: Some(id.trim_end_matches('/').parse().ok()?), message }),
            None => (path == "/").then_some(Self { conversation: None, message }),
        }
    }
}

/// Where the page is. Copying it gives the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Navigation {
    place: RwSignal<Place>,
}

impl Navigation {
    /// Listens to links, Back and Forward as soon as there is a browser; `at_first` is the conversation that the server
    /// has rendered.
    pub(super) fn new(at_first: Option<ConversationId>) -> Self {
        let this = Self { place: RwSignal::new(Place { conversation: at_first, message: None }) };
        effect(move |_| {
            this.read();
            let followed = move |to: &str| {
                let ours = Place::at(to).is_some();
                if ours {
                    this.go(to, false);
                }
                ours
            };
            [address::on_return(move || this.read()), address::on_link(followed)]
        });
        this
    }

    /// Where the page is, tracked.
    pub(super) fn place(self) -> Place {
        self.place.get()
    }

    /// Where the page is.
    pub(super) fn place_untracked(self) -> Place {
        self.place.get_untracked()
    }

    /// Goes to an address of this page; `replace` leaves no way back.
    pub(super) fn go(self, to: &str, replace: bool) {
        address::go(to, replace);
        self.read();
    }

    fn read(self) {
        if let Some(place) = Place::at(&address::here())
            && place != self.place.get_untracked()
        {
            self.place.set(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_conversation_and_a_message_in_it() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let (conversation, message) = (id.parse().ok(), id.parse().ok());
        assert_eq!(Place::at("/"), Some(Place::default()));
        assert_eq!(Place::at(&format!("/c/{id}/")), Some(Place { conversation, message: None }));
        assert_eq!(Place::at(&format!("/c/{id}?a=b&message={id}")), Some(Place { conversation, message }));
        assert_eq!(Place::at(&format!("/c/{id}?message=x")), Some(Place { conversation, message: None }));
        for other in ["/c/x", "/s/token", "/api/export"] {
            assert_eq!(Place::at(other), None);
        }
    }
}
