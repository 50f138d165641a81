//! Components, one in each file; `style/` has a partial of the same name for each.
//!
//! Who calls them: pages, and each other. The largest, [`streaming_chat`], is public for other apps to embed.
//!
//! What they must not know: the browser's types (`browser` has what they need, for effects and handlers only), routes.

pub mod announcer;
pub mod appearance;
pub mod assistant_message;
pub mod attachment_tray;
pub mod browser_section;
pub mod code_block;
pub mod commands;
pub mod composer;
pub mod continue_button;
pub mod conversation_actions;
pub mod conversation_list;
pub mod conversation_menu;
pub mod conversation_row;
pub mod copy_button;
mod countdown;
pub mod delete_message_button;
pub mod diagram;
pub mod dialog;
pub mod dictation_button;
pub mod earlier_messages;
pub mod empty_chat;
pub mod error_card;
mod explained_text;
pub mod figures_line;
pub mod focus;
pub mod formula;
pub mod held_card;
pub mod icon;
pub mod language_section;
pub mod later_messages;
pub mod limit_banner;
pub mod menu;
pub mod message_attachments;
pub mod message_list;
pub mod missing_part;
pub mod model_banner;
pub mod model_picker;
pub mod notice_line;
pub mod notifier;
pub mod offline_banner;
pub mod page_header;
pub mod preset_picker;
pub mod presets_section;
pub mod question_editor;
pub mod read_aloud_button;
pub mod reasoning;
pub mod remote_image;
pub mod search_dialog;
pub mod settings_dialog;
pub mod share_dialog;
pub mod shortcut_sheet;
pub mod sidebar;
pub mod storage_banner;
pub mod streaming_chat;
pub mod theme_toggle;
pub mod toast_stack;
pub mod transfer_section;
pub mod user_message;
pub mod version_switcher;
