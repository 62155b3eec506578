//! `cp`: entries to another vault, and they stay here.

use super::desk::Desk;
use super::mv::What;
use crate::error::Result;
use crate::ops::send::Sending;

#[derive(Debug, clap::Args)]
pub struct Cp {
    #[command(flatten)]
    what: What,
}

impl Cp {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        self.what.send(desk, Sending::Copy)
    }
}
