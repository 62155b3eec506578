//! The full-screen program: key → keymap → `Command` → `update(&mut State, Msg) -> Vec<Effect>` → the worker → `Msg`;
//! `view(&State)` is pure. Screens are a stack of a closed enum; a new one is its file, a row in `screen.rs`, and its keys.

pub mod command;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod msg;
pub mod run;
pub mod screen;
pub mod state;
pub mod theme;
pub mod update;
pub mod view;
pub mod widget;
pub mod worker;
