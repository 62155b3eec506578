//! Changes as a person means them: "the new secret", "the codes that are there".

use countersign::ops::change::{Change, CredentialEdit};
use countersign::otp::Credential;
use countersign::vault::Vault;
use countersign::vault::stamp::Stamp;

/// What is there when the change is made.
pub const NOW: Stamp = Stamp { wall_ms: 0, count: 0, device: 0 };

/// The replaced credential of this place in the history, 0 for the newest.
pub const fn replaced(place: u32) -> Stamp {
    Stamp { count: place, ..NOW }
}

/// The change with [`NOW`] and [`replaced`] made out, and an empty list of what to purge as all that is in the trash.
pub fn aimed(vault: &Vault, change: Change) -> Change {
    match change {
        Change::Confirm(id, NOW) => match vault.entry(id) {
            Some(entry) => Change::Confirm(id, entry.candidate.as_deref().unwrap_or(&entry.credential).at),
            None => change,
        },
        Change::MarkRecoveryCode { id, set: NOW, index, used } => match vault.entry(id) {
            Some(entry) => Change::MarkRecoveryCode { id, set: entry.recovery_codes.at, index, used },
            None => change,
        },
        Change::RestoreCredential(id, Stamp { wall_ms: 0, device: 0, count }) => {
            let of = vault.entry(id).and_then(|entry| entry.restorable().nth(count as usize).map(|old| old.at));
            Change::RestoreCredential(id, of.unwrap_or(NOW))
        }
        Change::EmptyTrash(ids) if ids.is_empty() => Change::EmptyTrash(vault.trash().map(|entry| entry.id).collect()),
        change => change,
    }
}

/// The edit that sets all of a credential but the counter.
pub fn whole(new: Credential) -> CredentialEdit {
    CredentialEdit {
        kind: Some(new.kind),
        secret: Some(new.secret),
        algorithm: Some(new.algorithm),
        digits: Some(new.digits),
        period: Some(new.period),
        pin: Some(new.pin),
    }
}
