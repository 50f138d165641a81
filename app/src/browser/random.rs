//! Randomness.

use leptos::prelude::window;

/// 32 random hexadecimal digits. (`crypto.randomUUID` is missing on pages that came over plain http.)
pub(crate) fn token() -> String {
    let mut bytes = [0u8; 16];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
