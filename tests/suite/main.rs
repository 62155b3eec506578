//! All tests that need no process of their own, in one binary.

#[path = "../support/mod.rs"]
mod support;

mod architecture;
mod backups;
mod bounds;
mod canonical;
mod change;
mod codes;
mod config;
mod containers;
mod faults;
mod flows;
mod flows_backup;
mod flows_edit;
mod flows_enrol;
mod flows_keys;
mod flows_transfer;
mod foreign;
mod formats;
mod golden;
mod import_cases;
mod imports;
mod keepass;
mod keys;
mod merging;
mod methods;
mod monkey;
mod own;
mod password_store;
mod payload;
mod pictures;
mod ports;
mod readme;
mod recovery_codes;
mod registry;
mod rekey;
mod screens;
mod store;
mod terminal;
mod time_loop;
mod tty;
mod uris;
mod writers;
