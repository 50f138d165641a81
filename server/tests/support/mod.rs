//! Test support that several test binaries share.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod scripted;
