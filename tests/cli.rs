//! The program as a process: its output, exit status and files. `cli/*.toml` are whole-output cases; what those can't
//! say stands in the modules. To write the outputs anew: `TRYCMD=overwrite cargo test --test cli`, then look at each.

#[path = "support/mod.rs"]
mod support;

#[path = "cli/backups.rs"]
mod backups;
#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/copies.rs"]
mod copies;
#[path = "cli/desktop.rs"]
mod desktop;
#[path = "cli/foreign.rs"]
mod foreign;
#[path = "cli/history.rs"]
mod history;
#[path = "cli/keys.rs"]
mod keys;
#[path = "cli/password_store.rs"]
mod password_store;
#[path = "cli/place.rs"]
mod place;
#[path = "cli/remembered.rs"]
mod remembered;
#[path = "cli/statuses.rs"]
mod statuses;
#[path = "cli/stock_age.rs"]
mod stock_age;
#[path = "cli/unicode.rs"]
mod unicode;
#[path = "cli/vault.rs"]
mod vault;
#[path = "cli/vaults.rs"]
mod vaults;

#[test]
fn whole_outputs() {
    trycmd::TestCases::new().case("tests/cli/*.toml");
}
