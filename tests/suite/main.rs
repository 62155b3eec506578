//! All tests that need no process of their own, in one binary.

#[path = "../support/mod.rs"]
mod support;

mod architecture;
mod change;
mod codes;
mod config;
mod containers;
mod copies;
mod faults;
mod flows;
mod flows_edit;
mod flows_enrol;
mod foreign;
mod formats;
mod import_cases;
mod imports;
mod keys;
mod merging;
mod monkey;
mod payload;
mod pictures;
mod ports;
mod readme;
mod recovery_codes;
mod registry;
mod screens;
mod store;
mod syncing;
mod terminal;
mod time_loop;
mod tty;
mod uris;
mod watching;
mod writers;
