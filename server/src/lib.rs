//! Rivulet's server.
//!
//! The rooms, in the order in which data goes through them: `providers` turns a provider's bytes into deltas,
//! `generation` numbers and keeps them, `encode` turns them into wire formats, `http` sends them. `store` keeps what was
//! said, `config` is the only reader of the environment, `startup` puts everything together.

pub mod providers;
