//! The made-up vault of `countersign demo`: something of everything, nothing real, kept in memory only.

use super::change::{self, Change};
use crate::error::Result;
use crate::otp::{Algorithm, Credential, Kind};
use crate::secret::{Secret, SecretText};
use crate::transfer::Draft;
use crate::vault::Vault;
use crate::vault::entry::EntryId;
use crate::vault::stamp::{Stamp, Stamper};

/// One made-up account: issuer, account, tags, and its secret spelled as plain bytes.
fn draft(kind: Kind, issuer: &str, account: &str, tags: &[&str]) -> Draft {
    let secret = format!("made up for {issuer} {account}");
    Draft {
        issuer: issuer.into(),
        account: account.into(),
        tags: tags.iter().map(|tag| (*tag).into()).collect(),
        ..Draft::new(Credential::new(kind, Secret::new(secret.into_bytes())))
    }
}

fn with(mut draft: Draft, change: impl FnOnce(&mut Draft)) -> Draft {
    change(&mut draft);
    draft
}

fn drafts() -> Vec<Draft> {
    use Kind::*;
    let recovery = |used: usize| {
        let codes = ["f3k9-2mqa", "81xz-77pd", "q0vn-5j2e", "mm4t-c8r1", "2b6y-0wls", "z9da-hk47", "tt17-u3ge", "5pox-9nfc"];
        codes.iter().enumerate().map(|(at, code)| (SecretText::new(*code), at < used)).collect()
    };
    vec![
        with(draft(Totp, "Amazon", "seller@shop.example", &["shop"]), |draft| draft.pinned = true),
        with(draft(Totp, "AWS", "root · 4410-2231", &["work", "infra"]), |draft| {
            draft.pinned = true;
            draft.credential.algorithm = Algorithm::Sha256;
        }),
        with(draft(Totp, "GitHub", "hugo@example.org", &["work", "infra"]), |draft| {
            draft.note = "Bot account, shared with the infra team since March.".into();
            draft.recovery_codes = recovery(2);
        }),
        draft(Totp, "GitLab", "hugo@example.org", &["work"]),
        with(draft(Totp, "Google", "hugo.lab@example.com", &["home"]), |draft| draft.recovery_codes = recovery(0)),
        with(draft(Totp, "Hetzner", "infra@example.org", &["infra"]), |draft| draft.credential.period = 60),
        with(draft(Totp, "npm", "hugo", &["work"]), |draft| draft.pending = true),
        with(draft(Hotp, "Old VPN", "hugo", &["work", "infra"]), |draft| draft.credential.counter = 12),
        with(draft(Totp, "Proton", "hugo@proton.example", &["home"]), |draft| {
            draft.credential.digits = 8;
            draft.credential.algorithm = Algorithm::Sha512;
        }),
        draft(Steam, "Steam", "hugo_plays", &["home"]),
        with(draft(Totp, "Twilio", "ops@example.org", &["infra"]), |draft| {
            draft.credential.period = 15;
            draft.note = "Codes live for 15 seconds only: wait for a fresh one.".into();
        }),
        with(draft(Yandex, "Yandex", "hugo", &["home"]), |draft| {
            draft.credential.secret = Secret::new(b"made up, 16 byte".to_vec());
            draft.credential.pin = Some(SecretText::new("5239"));
        }),
        with(draft(Motp, "Reading room", "card 1187", &[]), |draft| {
            draft.credential.secret = Secret::new(b"made up!".to_vec());
            draft.credential.pin = Some(SecretText::new("1234"));
        }),
        draft(Totp, "日本郵便", "hugo@例え.example", &["shop"]),
        draft(Totp, "Corner Café ☕", "table 9", &["shop"]),
    ]
}

/// The vault at `now`; every call gives the same entries with other stamps.
pub fn vault(now: crate::ports::UnixMs) -> Result<Vault> {
    let mut vault = Vault::new("demo");
    let mut next = 0;
    let mut new_id = || {
        next += 1;
        EntryId(0xdec0_de00_0000_4000_8000_0000_0000_0000 + next)
    };
    let mut stamper = Stamper::new(now, 0, Stamp::default());
    change::apply(&mut vault, &mut stamper, &mut new_id, Change::Enrol(drafts()))?;
    vault.note_stamp(stamper.last());
    Ok(vault)
}
