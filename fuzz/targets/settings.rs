#![no_main]
//! The values of the environment: the first byte chooses the variable.

use server::config::{Settings, VARIABLES};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((which, value)) = input.split_first() else { return };
    let variable = VARIABLES[usize::from(*which) % VARIABLES.len()];
    let value = String::from_utf8_lossy(value);
    let read = Settings::read(|name| match name {
        // Not this machine's own.
        "RIVULET_SITE_ROOT" if variable.name != name => Some("/nowhere".to_owned()),
        _ => (name == variable.name).then(|| value.to_string()),
    });
    if let Err(refused) = read {
        assert!(refused.to_string().starts_with(variable.name), "{refused}");
    }
});
