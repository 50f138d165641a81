//! What starts the page's program in the browser.

use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use std::{fs, sync::OnceLock};

/// Fetches the program and makes the page alive after the page was painted for the first time; at once if nobody looks at it, as it is
/// not painted then, and after some seconds in any case. Leptos's own `HydrationScripts` fetches while the document is read, and what
/// fetches and compiles then takes the network and the processor from the page that is to be seen. The program is started and the page
/// made alive in two steps, so that a person who does something meanwhile does not wait for both. Where it does not come, the sentence of
/// [`MissingPart`](crate::components::missing_part::MissingPart) says so and offers to load the page again, which keeps what was typed:
/// nothing else would, as drafts are kept by the program.
const START: &str = "((script,wasm)=>{\
    const kept='rivulet:typed',typed=document.querySelector('.composer__text');\
    try{\
    if(sessionStorage[kept])typed.value=sessionStorage[kept];\
    delete sessionStorage[kept]\
    }catch{}\
    let begun=false;\
    const begin=()=>{\
    if(begun)return;\
    begun=true;\
    Promise.all([import(script),fetch(wasm)])\
    .then(([page,program])=>page.default({module_or_path:program}).then(()=>setTimeout(page.hydrate)))\
    .catch(error=>{\
    console.error(error);\
    const sentence=document.getElementById('missing-part');\
    sentence.hidden=false;\
    sentence.querySelector('button').onclick=()=>{\
    try{sessionStorage[kept]=typed.value}catch{}\
    location.reload()\
    }\
    })\
    };\
    if(document.hidden||!window.PerformanceObserver?.supportedEntryTypes?.includes('paint'))return begin();\
    new PerformanceObserver(begin).observe({type:'paint',buffered:true});\
    setTimeout(begin,5000)\
    })";

/// The script that starts the page. It stands in the document's head, and waits until all of the document is there.
#[component]
pub fn Start(
    /// Where the program's files are, and what they are called.
    options: LeptosOptions,
) -> impl IntoView {
    let [script, wasm] = files(&options);
    // Set as it stands: a constant and the names of two files of the build, nothing that a person or a model has written.
    view! { <script type="module" nonce=use_nonce() inner_html=format!("{START}({script:?},{wasm:?})")></script> }
}

/// The addresses of the script and of the WASM, as cargo-leptos has named them: with hashes of their content in a release build, which
/// stand in a file beside the program.
fn files(options: &LeptosOptions) -> [String; 2] {
    static HASHES: OnceLock<String> = OnceLock::new();
    let hashes = HASHES.get_or_init(|| {
        let beside = std::env::current_exe().ok();
        let file = beside.and_then(|program| Some(program.parent()?.join(&*options.hash_file)));
        file.filter(|_| options.hash_files).and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default()
    });
    let hash = |kind: &str| {
        let hash = hashes.lines().find_map(|line| line.trim().strip_prefix(kind)?.strip_prefix(':'));
        hash.map(|hash| format!(".{}", hash.trim())).unwrap_or_default()
    };
    // wasm-bindgen's own name, where cargo-leptos was not there to change it.
    let bindgen = if options.hash_files || option_env!("LEPTOS_OUTPUT_NAME").is_some() { "" } else { "_bg" };
    let (folder, name) = (&options.site_pkg_dir, &options.output_name);
    [format!("/{folder}/{name}{}.js", hash("js")), format!("/{folder}/{name}{bindgen}{}.wasm", hash("wasm"))]
}
