//! Test support that several test binaries share.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod proxy;
pub(crate) mod recordings;
pub(crate) mod scripted;
