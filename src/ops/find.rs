//! Which entry is meant: exact or one substring match for commands, fuzzy ranking for search as you type.

use crate::error::Result;
use crate::vault::Vault;
use crate::vault::entry::Entry;
use std::sync::Arc;

/// The one entry meant by `query`: an exact match of issuer, account or id (case aside), else the only substring match;
/// `NoMatch` (with fuzzy suggestions in the hint) or `SeveralMatch` (candidates in the hint) otherwise. A fuzzy match is never taken.
pub fn one<'v>(vault: &'v Vault, query: &str) -> Result<&'v Arc<Entry>> {
    let _ = (vault, query);
    todo!()
}
