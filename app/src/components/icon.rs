//! Icons and the mark, drawn here.

use leptos::prelude::*;

/// The drawings, on a field of 24 by 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// An arrow up: send.
    Send,
    /// A square: stop.
    Stop,
    /// An arrow down: to the latest.
    Down,
    /// A circle of an arrow: again.
    Again,
    /// Two sheets: copy.
    Copy,
    /// A hook: done.
    Done,
    /// A pen on a sheet: a new chat.
    New,
    /// Sliders: settings.
    Sliders,
    /// Lines: the list of conversations.
    List,
    /// A cross: close.
    Close,
    /// Sun and moon: the theme.
    Theme,
    /// An arrow onward: go on.
    Onward,
    /// A clock: wait.
    Clock,
    /// A triangle: something went wrong.
    Warning,
    /// Three dots: what else can be done.
    More,
    /// A pin: keep at the top.
    Pin,
    /// A pen: change the words.
    Edit,
    /// A bin: delete.
    Delete,
    /// A glass: search.
    Search,
    /// An arrow out of a box: share.
    Share,
    /// An arrow down onto a line: have it as a file.
    Export,
    /// A window with a side: the place beside the chat.
    Panel,
    /// An angle to the left: the one before.
    Before,
    /// An angle to the right: the one after.
    After,
    /// A paper clip: a file that goes with something.
    Attach,
    /// A bubble: a conversation.
    Bubble,
    /// A cloud that is crossed out: no network.
    Offline,
    /// An arrow that turns back: wrap lines.
    Wrap,
    /// A loudspeaker: read aloud.
    Speaker,
    /// A microphone: dictate.
    Microphone,
    /// Boxes on lines: a diagram.
    Diagram,
}

impl Drawing {
    fn path(self) -> &'static str {
        match self {
            Self::Send => "M12 20V5M5.5 11.5 12 5l6.5 6.5",
            Self::Stop => "M7 7h10v10H7z",
            Self::Down => "M12 5v14M5.5 12.5 12 19l6.5-6.5",
            Self::Again => "M20 11a8 8 0 1 0-2.3 6.6M20 5v6h-6",
            Self::Copy => "M9 9h10v11H9zM5 15V4h10",
            Self::Done => "M5 12.5 10 17.5 19.5 7",
            Self::New => "M12 20h8M4 20l1-4.5L15.5 5a2.1 2.1 0 0 1 3 3L8 18.5z",
            Self::Sliders => "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5v5M8 14.5v5",
            Self::List => "M4 7h16M4 12h16M4 17h10",
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Theme => "M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17",
            Self::Onward => "M5 5v14M10 12h10M15.5 7l5 5-5 5",
            Self::Clock => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2",
            Self::More => "M5 12h.1M12 12h.1M19 12h.1",
            Self::Pin => "M9 3.5h6M10 3.5V10l-3.5 4h11L14 10V3.5M12 14v6.5",
            Self::Edit => "M4 20l1-4.5L15.5 5a2.1 2.1 0 0 1 3 3L8 18.5zM13.5 7l3 3",
            Self::Delete => "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
            Self::Search => "M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12M15 15l5 5",
            Self::Share => "M12 15V4M8 7.5 12 3.5l4 4M6 11H5v9.5h14V11h-1",
            Self::Export => "M12 4v11M8 11.5l4 4 4-4M5 20h14",
            Self::Panel => "M4 5h16v14H4zM9.5 5v14",
            Self::Before => "M14.5 6l-6 6 6 6",
            Self::After => "M9.5 6l6 6-6 6",
            Self::Attach => {
                "M19 11.5l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4l8-8a3 3 0 0 1 4.3 4.3l-8 8a1.5 1.5 0 0 1-2.2-2.2l7.3-7.2"
            }
            Self::Bubble => "M5 5h14v11h-8l-4 3.5V16H5z",
            Self::Offline => "M7 18a4 4 0 0 1-.5-8 6 6 0 0 1 11-1A4.5 4.5 0 0 1 18 18zM4 4l16 16",
            Self::Wrap => "M4 6h16M4 12h13a3 3 0 0 1 0 6h-4M15.5 15.5 13 18l2.5 2.5M4 18h5",
            Self::Speaker => "M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
            Self::Microphone => {
                "M12 4a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0v-5A2.5 2.5 0 0 0 12 4M6.5 11.5a5.5 5.5 0 0 0 11 0M12 17v3.5"
            }
            Self::Diagram => "M9 4h6v5H9zM4 15h6v5H4zM14 15h6v5h-6zM12 9v3M7 15v-3h10v3",
            Self::Warning => "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v.1",
        }
    }
}

/// An icon. It says nothing to a screen reader: what it stands in must have a name.
#[component]
pub fn Icon(
    /// What to draw.
    drawing: Drawing,
) -> impl IntoView {
    let filled = matches!(drawing, Drawing::Stop);
    // Drawn for reading from left to right; turned over where one reads from right to left.
    let directed = matches!(
        drawing,
        Drawing::Before | Drawing::After | Drawing::Onward | Drawing::Wrap | Drawing::Panel | Drawing::List
    );
    view! {
        <svg class="icon" class:icon--filled=filled class:icon--directed=directed class:icon--dots=matches!(drawing, Drawing::More) viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=drawing.path() />
        </svg>
    }
}

/// Rivulet's mark: three lines of water.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path d="M5 10c4-4 7 4 11 0s7 4 11 0" />
            <path d="M5 17c4-4 7 4 11 0s7 4 11 0" opacity="0.7" />
            <path d="M9 24c3-3 5 3 7 0s4 3 7 0" opacity="0.45" />
        </svg>
    }
}
