//! The files of a question, where it is shown.

use crate::words;
use leptos::prelude::*;
use protocol::attachment::Attachment;

/// Pictures as small ones that open large, and other files by their names. Nothing of it needs a script.
#[component]
pub fn MessageAttachments(
    /// The files.
    attachments: Vec<Attachment>,
    /// Where they are read: their ids follow.
    base: String,
    /// A name for the message that no other on the page has.
    place: String,
) -> impl IntoView {
    let show = move |(at, file): (usize, Attachment)| {
        let address = format!("{base}/{}", file.id);
        if file.is_image() { image(file, address, format!("image-{place}-{at}")) } else { text(file, address) }
    };
    let files: Vec<AnyView> = attachments.into_iter().enumerate().map(show).collect();
    (!files.is_empty()).then(|| view! { <ul class="message-attachments" aria-label=words::files()>{files}</ul> })
}

/// The large picture is a dialog that the browser opens and closes; it gives the focus back. Browsers that do not know commands yet open it as a popover.
fn image(file: Attachment, address: String, id: String) -> AnyView {
    let Attachment { name, width, height, .. } = file;
    let (small, large) = ((address.clone(), name.clone()), (address, name.clone()));
    let (title, label, shown, hidden) = (name.clone(), name, id.clone(), id.clone());
    view! {
        <li>
            <button type="button" class="message-attachments__image" popovertarget=shown.clone() commandfor=shown command="show-modal" title=title>
                <img src=small.0 alt=small.1 width=width height=height loading="lazy" decoding="async" />
            </button>
            <dialog class="image-view" id=id popover="auto" aria-label=label closedby="any">
                <button type="button" class="button image-view__close" popovertarget=hidden.clone() popovertargetaction="hide"
                    commandfor=hidden command="close" autofocus=true>
                    {words::close()}
                </button>
                <img src=large.0 alt=large.1 loading="lazy" decoding="async" />
            </dialog>
        </li>
    }
    .into_any()
}

fn text(file: Attachment, address: String) -> AnyView {
    let Attachment { name, size, .. } = file;
    let saved_as = name.clone();
    view! {
        <li>
            <a class="message-attachments__file" href=address download=saved_as>
                <bdi>{name}</bdi>
                <span class="message-attachments__size">{words::size(size)}</span>
            </a>
        </li>
    }
    .into_any()
}
