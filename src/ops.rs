//! What a user can do, once, for both front ends: pure, or through ports.
//! A change to the vault is a [`change::Change`]; both front ends hand it to [`session::Session::apply`].

pub mod change;
pub mod check;
pub mod demo;
pub mod duplicates;
pub mod export;
pub mod find;
pub mod gather;
pub mod import;
pub mod merge;
pub mod passphrase;
pub mod recovery_codes;
pub mod session;
pub mod sync;
pub mod usage;
