//! Pieces that several screens draw: each a function of its arguments into the buffer.

pub mod ago;
pub mod bar;
pub mod big;
pub mod code;
pub mod field;
pub mod footer;
pub mod form;
pub mod lines;
pub mod menu;
pub mod path;
pub mod qr;
pub mod said;
pub mod steps;
