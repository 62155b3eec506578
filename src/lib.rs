//! countersign: a terminal authenticator. See `docs` in the repository for use; this page is the map of the code.
//!
//! Imports point only down; `tests/suite/architecture.rs` reads the sources and enforces it:
//!
//! ```text
//! 4  main.rs                      builds the real ports, maps the outcome to an exit code
//! 3  tui/            cli/         two front ends that know nothing of each other
//! 2  ops/                         what a user can do, once; pure or through ports
//! 1  vault/  transfer/  config    the file · foreign formats · settings
//! 0  otp/  secret  error  hint  words  text  pixels  age_file  ports    codes · wiped bytes · errors · decoding · pictures · the outside world
//! ```
//!
//! # Glossary
//!
//! *entry* an enrolled account · *draft* one not yet enrolled · *code* what the site asks for · *vault* the open set
//! of entries in memory · *store* its files on disk · *unlock method* one way to open the store · *method key* the age
//! X25519 key of one unlock method · *remembered unlock* one kept for a while in the system's keyring · *format* a
//! foreign file format · *plan* what an import would do · *recovery code* a site's own backup code · *received code* a
//! one-time code that came by SMS, mail or letter · *screen* one thing on the stack · *command* a wish · *message* a
//! fact · *effect* an order · *role* the meaning of a style · *port* a door to the outside world.

#![forbid(unsafe_code)]

pub mod age_file;
pub mod cli;
pub mod config;
pub mod error;
pub mod hint;
pub mod ops;
pub mod otp;
pub mod pixels;
pub mod ports;
pub mod secret;
pub mod text;
pub mod transfer;
pub mod tui;
pub mod vault;
pub mod words;
