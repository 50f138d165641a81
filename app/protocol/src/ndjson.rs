//! Newline-delimited JSON: see the providers' room for who speaks it.
