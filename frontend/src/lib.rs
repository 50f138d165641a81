//! Brings the page to life in the browser.
