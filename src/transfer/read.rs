//! What formats share in reading: containers and cryptography from well-kept crates, with bounds on what a hostile file asks for.
//! A reader stands here once a format needs it.

pub mod account;
pub mod crypto;
pub mod cryptojs;
pub mod csv;
pub mod encoding;
pub mod item;
pub mod java;
pub mod json;
pub mod kdf;
pub mod keyed_archive;
pub mod rncryptor;
pub mod sqlcipher;
pub mod sqlite;
pub mod winauth_seal;
pub mod xml;
pub mod zip;

/// The most that a compressed file may expand to, in bytes.
pub const MAX_EXPANDED: u64 = 64 * 1024 * 1024;
