//! The list of all texts, with the English ones.
//!
//! A text is a name, what it holds, and the English words. `(name)` are holes that are filled with texts, `{name}` in the words. `[count]` is a number:
//! such a text has one form for each form that numbers have in its language, with a bar between them (`Language::form`).

texts! {
    // The document.
    description = "A streaming AI chat that runs on your own server.";
    needs_script = "Rivulet needs JavaScript and WebAssembly to send messages.";
    not_found = "Not found";

    // Buttons and short words that stand in many places.
    cancel = "Cancel";
    close = "Close";
    copied = "Copied";
    copy = "Copy";
    not_copied = "Could not be copied";
    delete = "Delete";
    edit = "Edit";
    new_chat = "New chat";
    retry = "Retry";
    save = "Save";
    send = "Send";
    stopped = "Stopped";
    try_again = "Try again";
    untitled = "Untitled";

    // Months, from January, with bars between them: as they stand in a heading.
    months = "January|February|March|April|May|June|July|August|September|October|November|December";
    month_and_year(month, year) = "{month} {year}";

    // Times.
    less_than_a_millisecond = "less than 1 ms";
    milliseconds(number) = "{number} ms";
    seconds(number) = "{number} s";
    minutes(minutes) = "{minutes} min";
    minutes_and_seconds(minutes, seconds) = "{minutes} min {seconds} s";
    hours_and_minutes(hours, minutes) = "{hours} h {minutes} min";

    // Sizes of files.
    bytes[count] = "{count} byte|{count} bytes";
    kibibytes(number) = "{number} KiB";
    mebibytes(number) = "{number} MiB";

    // The page where nothing is.
    nothing_here = "There is nothing here";
    nothing_here_why = "If this was a conversation, it may have been deleted, or it belongs to somebody else. This server keeps conversations for a while only.";
    start_new_chat = "Start a new chat";

    // The page of a conversation that somebody shares.
    shared_conversation = "A shared conversation";
    shared_note = "Somebody’s conversation with an AI, which they have shared. It can be read, but not changed.";
    earlier_messages = "Earlier messages";
    question = "Question";
    answer = "Answer";
    still_being_written = "Still being written";
    broke_off = "Broke off";

    // The chat.
    chat = "Chat";
    ask_anything = "Ask anything";
    you_said = "You said";
    assistant_said = "Assistant said";
    answer_again = "Answer again";
    delete_answer = "Delete answer";
    delete_question = "Delete question";
    edit_question = "Edit question";
    server_stopped_in_answer = "The server stopped in the middle of this answer.";
    cut_off_by_length = "Cut off: the answer reached its length limit";
    cut_off_by_filter = "Cut off by the provider's content filter";
    asked_for_tool = "The model asked for a tool, and there is none here";
    continue_answer = "Continue";
    continue_answer_hint = "Go on from where the answer ends";
    opening_conversation = "Opening the conversation…";
    jump_to_latest = "Jump to latest";
    show_earlier = "Show earlier messages";
    reading_earlier = "Reading earlier messages…";
    earlier_not_read = "The earlier messages could not be read. Try again";
    thinking = "Thinking…";
    thought = "Thought about it";
    versions = "Versions";
    previous_version = "Previous version";
    next_version = "Next version";
    version_of(number, count) = "Version {number} of {count}";
    version_not_shown(why) = "The other version could not be shown. {why}";
    messages_deleted = "The message and what followed it were deleted.";
    message_not_deleted(why) = "The message was not deleted. {why}";
    message_not_restored(why) = "The message was not restored. {why}";

    // Files that go with a question.
    attach_files = "Attach files";
    drop_files = "Drop files to attach them";
    attached_files = "Attached files";
    files = "Files";
    remove_file(name) = "Remove {name}";
    sending_file(name) = "Sending {name}";
    file_too_large(most) = "Larger than {most}, the most for one file.";
    too_many_files(most) = "At most {most} files go with a question.";
    files_too_much(most) = "All files of a question together may have {most}.";
    text_too_large(most) = "Larger than {most}, the most for a text, which goes into the prompt.";
    file_is_empty = "This file is empty.";
    file_unknown = "Neither an image (PNG, JPEG, WebP or GIF) nor text in UTF-8.";
    file_is_pdf = "A PDF cannot be read here: send its text, or pictures of its pages.";
    file_is_archive = "An archive or an office document cannot be read here: send what is in it as text.";
    file_is_utf16 = "This seems to be text in UTF-16: save it as UTF-8.";
    file_is_film = "This seems to be a HEIC or AVIF picture, or a video: save a picture as JPEG.";
    image_unusable = "This image is damaged, or has too many pixels.";
    model_sees_no_images(model) = "{model} cannot see images. Choose another model, or remove them.";

    // A chat in which nothing has been said yet: what to begin with, a few words on it, and the question that is asked.
    greeting = "What can I help with?";
    begin_explain = "Explain a concept";
    begin_explain_what = "why the sky is blue";
    begin_explain_question = "Explain why the sky is blue, in three short paragraphs.";
    begin_code = "Write some code";
    begin_code_what = "a rate limiter in Rust";
    begin_code_question = "Write a small token-bucket rate limiter in Rust, with a test.";
    begin_compare = "Compare options";
    begin_compare_what = "SQLite or Postgres";
    begin_compare_question = "Compare SQLite and Postgres for a small self-hosted app, in a table.";
    begin_plan = "Plan something";
    begin_plan_what = "a weekend by the sea";
    begin_plan_question = "Plan a relaxed weekend by the sea for two, with a checklist.";

    // Where the question is typed.
    message = "Message";
    send_message = "Send message";
    send_by_key = "Send (Enter)";
    stop = "Stop";
    stop_by_key = "Stop (Esc)";
    text_too_long = "This text is longer than your browser can keep. It will be lost if you leave the page before you send it.";

    // A question that waits.
    waiting_to_be_sent = "Waiting to be sent";
    held_unreached = "This question may not have reached the server.";
    held_overloaded = "The server is very busy at the moment.";
    held_rate_limited = "You have asked a lot in a short time.";
    can_send_again_now = "You can send again now.";
    can_send_again_in(duration) = "You can send again in {duration}.";
    send_by_itself = "Send by itself when it is time";
    send_now = "Send now";
    too_many_requests = "Too many requests in a short time.";
    can_go_on_in(duration) = "You can go on in {duration}.";

    // What an answer under way says about itself. `pause` is empty, or `in_duration` and the room after it.
    the_provider = "The provider";
    provider_busy(provider, pause, attempt) = "{provider} is busy. Trying again {pause}(attempt {attempt})…";
    in_duration(duration) = "in {duration}";
    asking_other_model(from, to) = "{from} could not answer. Asking {to} instead…";
    reconnecting = "Connection lost — reconnecting…";
    not_streaming = "Streaming is not possible on this connection. The answer will appear when it is complete.";

    // What a screen reader is told.
    assistant_is_answering = "The assistant is answering.";
    answer_is_complete = "The answer is complete.";
    answer_was_stopped = "The answer was stopped.";

    // Figures under an answer.
    tokens_per_second(number) = "{number} tokens/s";
    tokens[count] = "{count} token|{count} tokens";
    about_tokens[count] = "≈ {count} token|≈ {count} tokens";
    first_token_after(duration) = "first token after {duration}";

    // Code and other parts of an answer.
    lines[count] = "{count} line|{count} lines";
    show_all_lines[count] = "Show the line|Show all {count} lines";
    wrap_lines = "Wrap lines";
    download = "Download";
    code_in(language) = "Code, {language}";
    show_diagram = "Show as a diagram";
    diagram = "Diagram";
    diagram_comes = "The diagram is being drawn…";
    diagram_shown = "The diagram is shown.";
    diagram_broken = "This cannot be drawn as a diagram.";
    diagram_unreached = "What draws diagrams could not be loaded.";
    table = "Table";
    task_done = "Done";
    task_not_done = "Not done";
    image = "Image";
    load_image = "Load image";

    // The list of conversations.
    conversations = "Conversations";
    close_conversations = "Close conversations";
    loading = "Loading…";
    conversations_not_read = "The conversations could not be read.";
    conversations_will_be_listed = "Your conversations will be listed here.";
    pinned = "Pinned";
    today = "Today";
    yesterday = "Yesterday";
    previous_week = "Previous 7 days";
    is_answering = "is answering";
    options_for(title) = "Options for {title}";
    rename = "Rename";
    pin = "Pin";
    unpin = "Unpin";
    title = "Title";
    conversation_not_changed(why) = "The conversation was not changed. {why}";
    conversation_deleted(title) = "“{title}” was deleted.";
    conversation_not_deleted(title, why) = "“{title}” was not deleted. {why}";
    conversation_not_restored(why) = "The conversation was not restored. {why}";
    deleted_in_other_tab = "This conversation was deleted in another tab.";
    typed_is_kept = "What you had typed is kept in the new chat.";

    // The page's head, and the menu in it.
    switch_theme = "Switch theme";
    conversation_options = "Conversation options";
    share = "Share…";
    export_as_markdown = "Export as Markdown";
    export_as_json = "Export as JSON";

    // Which model answers.
    model = "Model";
    demo = "Demo";
    not_answering = "not answering at the moment";
    providers = "Providers";
    provider_paused(provider) = "{provider} is not answering at the moment. It is tried again by itself; until then, another model can be chosen above.";
    demo_model = "Demo model.";
    demo_scripted = "Answers are scripted.";
    demo_add = "Add a real model";
    /// What stands between backticks is shown as code.
    demo_how = "Start Rivulet with a key in its environment: `OPENAI_API_KEY`, `ANTHROPIC_API_KEY` or `GEMINI_API_KEY`; or with a server of your own: `OLLAMA_HOST` or `OPENAI_COMPATIBLE_BASE_URL` (llama.cpp, vLLM, …). Ollama and llama.cpp on their usual local ports are found without.";
    offline = "You are offline. What you send waits here and goes out when the network is back.";
    missing_part = "A part of this page could not be loaded: the server can't be reached, or has a new version. What you typed is kept.";
    reload = "Reload";

    // Search.
    search = "Search";
    /// The keys that open the search, as they are printed on keyboards.
    search_keys = "Ctrl K";
    search_conversations = "Search conversations";
    close_search = "Close search";
    recent = "Recent";
    recent_conversations = "Recent conversations";
    results_list = "Results";
    results[count] = "{count} result|{count} results";
    nothing_found = "Nothing was found.";
    searching = "Searching…";
    search_failed = "The search did not work. Is the server reachable?";
    said_by_you(date) = "You, {date}";
    said_by_assistant(date) = "Assistant, {date}";

    // Settings.
    chat_settings = "Chat settings";
    system_prompt = "System prompt";
    system_prompt_hint = "How the assistant should behave, for example: “Answer in French.”";
    temperature = "Temperature";
    temperature_hint = "0 – 2";
    top_p = "Top p";
    top_p_hint = "up to 1";
    max_tokens = "Max tokens";
    max_tokens_hint = "any";
    empty_fields = "Fields that are left empty keep the defaults of the server and the model.";
    number_expected(name) = "{name} must be a number, or empty.";
    temperature_range = "Temperature must be a number from 0 to 2.";
    top_p_range = "Top p must be a number above 0 and up to 1.";
    max_tokens_range = "Max tokens must be at least 1.";
    language_label = "Language";
    language_of_browser = "As the browser asks";
    use_language = "Use this language";

    // Sharing.
    share_title = "Share this conversation";
    share_offer = "This makes a link that nobody can guess. Everybody who has it can read this conversation. You can stop sharing at any time.";
    share_make = "Create link";
    share_note = "Everybody who has this link can read the conversation as it was when you shared or updated it last: the messages that were shown then, without other versions and without what the model was thinking. What you say or edit afterwards is not there until you update it; what you delete is gone from there at once. They cannot see who you are, nor your other conversations.";
    share_address = "Link";
    share_updated = "The page shows the conversation as it is now.";
    share_stop = "Stop sharing";
    share_update = "Update";
    share_done = "Done";

    // Files of conversations.
    your_conversations = "Your conversations";
    transfer_note = "Imports Rivulet’s own files, and the exports of ChatGPT and Open WebUI. Nothing that is here is changed.";
    export_everything = "Export everything";
    import_file = "Import a file…";
    file_to_import = "File to import";
    importing(name) = "Importing {name}…";
    nothing_imported(why) = "Nothing was imported. {why}";
    imported[count] = "{count} conversation was imported.|{count} conversations were imported.";
    left_out[count] = "{count} left out|{count} left out";
    not_whole[count] = "{count} not whole|{count} not whole";
    and_more[count] = "and {count} more|and {count} more";

    // What answers cost, and how long models think.
    took(duration) = "took {duration}";
    tokens_read[count] = "{count} token read|{count} tokens read";
    thinking_for(duration) = "Thinking for {duration}…";
    thought_for(duration) = "Thought for {duration}";

    // How the page looks.
    appearance = "Appearance";
    theme = "Theme";
    theme_system = "System";
    theme_light = "Light";
    theme_dark = "Dark";
    density = "Density";
    comfortable = "Comfortable";
    compact = "Compact";
    text_size = "Text size";
    text_small = "Small";
    text_medium = "Medium";
    text_large = "Large";
    text_largest = "Largest";

    // What is set for one browser.
    in_this_browser = "In this browser";
    notify_me = "Notify me when a long answer ends while I am elsewhere";
    cannot_notify = "Your browser does not let this page notify you. Allow it in the browser’s settings for this page.";
    single_keys = "Single-key shortcuts, such as “?”";
    hear_answers = "Screen readers read answers while they are written";

    // Commands and their keys.
    search_and_commands = "Search and commands";
    search_everything = "Search conversations and commands";
    go_to_message = "Go to the message";
    stop_answer = "Stop the answer";
    copy_last_answer = "Copy the last answer";
    answer_copied = "The answer was copied.";
    choose_model = "Choose a model";
    delete_chat = "Delete this conversation";
    show_or_hide_list = "Show or hide conversations";
    shortcuts = "Keyboard shortcuts";
    new_line = "New line";
    use_preset = "Use a prompt preset";

    // Prompt presets.
    presets = "Prompt presets";
    presets_hint = "Type / in the message to use one. What stands between double braces is asked for then.";
    add_preset = "Add a preset";
    preset_name = "Name";
    preset_text = "Text";
    save_preset = "Save preset";
    insert = "Insert";
    edit_preset(name) = "Edit “{name}”";
    delete_preset(name) = "Delete “{name}”";
    presets_offered[count] = "{count} prompt preset. Choose with the arrow keys and Enter.|{count} prompt presets. Choose with the arrow keys and Enter.";

    // The browser's voice and ear.
    read_aloud = "Read aloud";
    stop_reading = "Stop reading";
    dictate = "Dictate";
    stop_dictation = "Stop dictation";
    no_microphone = "Your browser does not let this page use the microphone.";

    // The page without a network.
    offline_title = "You are offline";
    offline_why = "The server cannot be reached. Your conversations are kept there, and are here again when it can be.";

    // Toasts.
    notifications = "Notifications";
    undo = "Undo";
    dismiss = "Dismiss";

    // What goes wrong between the page and its server.
    server_unreachable = "The server could not be reached.";
    cannot_stream = "This browser cannot read an answer while it comes.";
    server_error(status) = "The server answered with an error ({status}).";
    connection_lost = "The connection to the server was lost, and trying again did not help.";

    // Kinds of errors, and what to do. In English the server's own sentence stands in their place.
    error_upstream_authentication = "The model's provider does not accept this server's key. Whoever runs the server can change it.";
    error_upstream_permission = "The model's provider does not allow this. Choose another model, or ask whoever runs the server.";
    error_upstream_rate_limited = "The model's provider has been asked too often. Try again in a moment, or choose another model.";
    error_upstream_overloaded = "The model's provider is too busy. Try again in a moment, or choose another model.";
    error_upstream_bad_request = "The model's provider found fault with the request. Change the message or the chat settings.";
    error_upstream_context_too_long = "The conversation is longer than this model can read. Start a new chat, or choose another model.";
    error_upstream_content_filtered = "The model's provider refused the content. Put it in other words.";
    error_model_not_found = "There is no such model. Choose another one.";
    error_upstream_failure = "The model's provider failed. Try again, or choose another model.";
    error_upstream_truncated = "The answer broke off. Try again.";
    error_upstream_timeout = "The model's provider was silent for too long. Try again, or choose another model.";
    error_limit_reached = "The answer reached a limit of this server.";
    error_interrupted = "The server stopped in the middle of this answer. Try again.";
    error_invalid_request = "The server could not take this request.";
    error_not_found = "This is not there any more.";
    error_conflict = "Something else is under way here. Try again when it has ended.";
    error_too_large = "This is larger than the server takes.";
    error_request_timeout = "Sending took too long. Try again.";
    error_cross_site = "The request came from another site and was refused. Load the page again.";
    error_rate_limited = "You have asked a lot in a short time. Try again in a moment.";
    error_overloaded = "The server is very busy. Try again in a moment.";
    error_storage_unavailable = "The server cannot store anything at present.";
    error_internal = "The server failed. Try again.";
}
