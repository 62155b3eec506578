//! What tests share: fakes of the ports, builders, paths of outside material.
#![allow(dead_code)]

pub mod display;
pub mod drawing;
pub mod fixtures;
pub mod scenes;
pub mod store;
pub mod tui;
pub mod world;
