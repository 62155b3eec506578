//! What a user can do, once, for both front ends: pure, or through ports.
//! A change to the vault is a [`change::Change`]; both front ends hand it to [`session::Session::apply`].

pub mod backup;
pub mod change;
pub mod check;
pub mod demo;
pub mod duplicates;
pub mod export;
pub mod find;
pub mod gather;
pub mod glance;
pub mod history;
pub mod import;
pub mod intake;
pub mod keys;
pub mod merge;
pub mod names;
pub mod passphrase;
pub mod password_store;
pub mod recovery_codes;
pub mod rekey;
pub mod restore;
pub mod send;
pub mod session;
pub mod settings;
pub mod sync;
pub mod unlock;
pub mod usage;
pub mod vaults;
