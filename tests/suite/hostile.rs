//! What a hostile user, file or server plants costs nothing: it is refused soon, and the vault goes on working.

use crate::support::store::{Desk, passphrase};
use countersign::error::ErrorKind;
use countersign::ops::session::Session;
use countersign::transfer;
use countersign::vault::store::Trust;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Does it, and fails where it took longer than anybody waits for.
#[track_caller]
fn soon<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = work();
    assert!(begin.elapsed() < Duration::from_secs(2), "{what} took {:?}", begin.elapsed());
    done
}

/// age headers that go on and on: without an end, of the shortest stanzas, of stanzas that a key has to be tried on, of one
/// stanza with many lines, of one long line.
fn endless_headers() -> Vec<(&'static str, Vec<u8>)> {
    let end = format!("--- {}\n{}", "A".repeat(43), "x".repeat(100));
    let x25519 = format!("-> X25519 {0}\n{0}\n", "A".repeat(43));
    let body = format!("-> X25519 {}\n{}AA\n", "A".repeat(43), format!("{}\n", "A".repeat(64)).repeat(16_000));
    [
        ("no end", x25519.repeat(10_000)),
        ("short stanzas", format!("{}{end}", "-> a\n\n".repeat(160_000))),
        ("short stanzas within the bound", format!("{}{end}", "-> a\n\n".repeat(10_000))),
        ("stanzas for a key", format!("{}{end}", x25519.repeat(10_000))),
        ("stanzas for a key within the bound", format!("{}{end}", x25519.repeat(600))),
        ("a stanza of many lines", format!("{body}{end}")),
        ("a long line", format!("-> X {}\n{end}", "A ".repeat(500_000))),
    ]
    .map(|(name, header)| (name, format!("age-encryption.org/v1\n{header}").into_bytes()))
    .into()
}

fn fold(desk: &Desk) -> Vec<String> {
    let mut session = Session::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).unwrap();
    session.fold_conflict_copies()
}

/// 1 MB beside the vault cost each command 30 seconds; 2 MB never ended.
#[test]
fn a_header_without_end_costs_no_time_wherever_it_lies() {
    for (name, bytes) in endless_headers() {
        let desk = Desk::new();
        drop(desk.create());
        let plant = |path: &Path| fs::write(path, &bytes).unwrap();

        plant(&desk.folder.join("vault (1).age"));
        let said = soon(name, || fold(&desk));
        assert_eq!(said.len(), 1, "{name}: {said:?}");
        assert!(said[0].starts_with("a conflict copy was left where it is: vault (1).age: "), "{name}: {said:?}");
        fs::remove_file(desk.folder.join("vault (1).age")).unwrap();

        plant(&desk.folder.join("unlock/laptop.age"));
        soon(name, || fold(&desk));
        fs::remove_file(desk.folder.join("unlock/laptop.age")).unwrap();

        let result = soon(name, || transfer::read(&bytes, Some(&passphrase())));
        assert_eq!(result.err().map(|error| error.kind), Some(ErrorKind::ForeignDamaged), "{name}");

        plant(&desk.folder.join("unlock/passphrase.age"));
        let unlocked = || Session::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).map(drop);
        assert!(soon(name, unlocked).is_err(), "{name}");

        let desk = Desk::new();
        drop(desk.create());
        fs::write(desk.folder.join("vault.age"), &bytes).unwrap();
        let unlocked = || Session::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).map(drop);
        assert_eq!(soon(name, unlocked).unwrap_err().kind, ErrorKind::VaultDamaged, "{name}");
    }
}
