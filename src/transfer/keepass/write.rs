//! Writing KDBX 4.0: AES-256, Argon2id, one entry in the root group for each account, its tags as those of KeePassXC.

use super::container::{Stream, block_mac};
use super::header::{AES_256, ARGON2_ID, KDBX, field};
use super::{key, otp};
use crate::error::{Error, Result};
use crate::otp::{Algorithm, Credential, Kind, base32};
use crate::secret::SecretText;
use crate::transfer::otpauth;
use crate::transfer::read::crypto::{needs_password, random};
use crate::transfer::read::encoding::to_base64;
use crate::transfer::read::kdf::{self, Cost, Version};
use crate::transfer::target::{COMMON, Tags, Target};
use crate::transfer::{Draft, Encryption, Sealing, Writer, Written};
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use flate2::Compression;
use flate2::write::GzEncoder;
use hmac::Mac;
use quick_xml::escape::escape;
use sha2::{Digest, Sha256};
use std::io::Write;
use zeroize::Zeroizing;

pub struct Kdbx;

const KEEPASS: Target = Target {
    holds: "KeePass holds",
    kinds: &[Kind::Totp, Kind::Hotp, Kind::Steam],
    algorithms: COMMON,
    digits: 1..=10,
    tags: Tags::Many,
    notes: true,
    top: false,
    pin: false,
    trash: false,
    raw: false,
};

const VERSION: [u8; 4] = [0, 0, 4, 0];
/// The second choice of RFC 9106, section 4.
const COST: Cost = Cost { memory_kib: 64 << 10, passes: 3, lanes: 4 };
const BLOCK: usize = 1 << 20;

impl Writer for Kdbx {
    fn encryption(&self) -> Encryption {
        Encryption::Always
    }

    fn ending(&self) -> &'static str {
        "kdbx"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (fit, mut lost) = KEEPASS.sort(drafts);
        let odd = |has: fn(&Draft) -> bool| fit.iter().filter(|draft| has(draft)).count();
        for (number, what) in [
            (odd(|draft| draft.tags.iter().any(|tag| !is_tag(tag))), "no tags with a comma, a semicolon or space around"),
            (odd(|draft| texts(draft).any(|text| text.contains(|letter| !is_xml(letter)))), "no control characters"),
        ] {
            if number > 0 {
                let entries = if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") };
                lost.push(format!("KeePass holds {what}: left out for {entries}."));
            }
        }
        let bytes = seal(&fit, sealing)?;
        Ok(Written::of(drafts, &fit, bytes, lost))
    }
}

fn is_tag(tag: &str) -> bool {
    !tag.contains([',', ';']) && tag.trim() == tag
}

/// XML 1.0, section 2.2.
fn is_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn texts(draft: &Draft) -> impl Iterator<Item = &String> {
    [&draft.issuer, &draft.account, &draft.note].into_iter().chain(&draft.tags)
}

fn seal(drafts: &[&Draft], sealing: &Sealing) -> Result<Zeroizing<Vec<u8>>> {
    let entropy = sealing.entropy;
    let (seed, iv, salt) = (random::<32>(entropy), random::<16>(entropy), random::<32>(entropy));
    let mut header = [&KDBX[..], &VERSION].concat();
    for (id, value) in [
        (field::CIPHER, &AES_256[..]),
        (field::COMPRESSION, &1u32.to_le_bytes()),
        (field::MASTER_SEED, &seed),
        (field::IV, &iv),
        (field::DERIVATION, &derivation(&salt)),
        (field::END, b"\r\n\r\n"),
    ] {
        header.push(id);
        header.extend_from_slice(&(value.len() as u32).to_le_bytes());
        header.extend_from_slice(value);
    }
    let missing = || needs_password("a password for the KeePass database");
    let composite = key::composite(sealing.password, None)?.ok_or_else(missing)?;
    let derived = kdf::argon2(kdf::Algorithm::Argon2id, Version::V0x13, &*composite, &salt, COST)?;
    let key = Zeroizing::new(<[u8; 32]>::from(Sha256::new().chain_update(seed).chain_update(*derived).finalize()));
    let content = content(drafts, sealing)?;
    let sealed = cbc::Encryptor::<aes::Aes256>::new(&(*key).into(), &iv.into()).encrypt_padded_vec::<Pkcs7>(&content);

    let mut bytes = Zeroizing::new(header.clone());
    bytes.extend_from_slice(&Sha256::digest(&header));
    bytes.extend_from_slice(&block_mac(&derived, &seed, u64::MAX).chain_update(&header).finalize().into_bytes());
    // An empty block is the end.
    for (index, block) in (0u64..).zip(sealed.chunks(BLOCK).chain([&[][..]])) {
        let length = (block.len() as u32).to_le_bytes();
        let mac = block_mac(&derived, &seed, index).chain_update(index.to_le_bytes()).chain_update(length).chain_update(block);
        bytes.extend_from_slice(&mac.finalize().into_bytes());
        bytes.extend_from_slice(&length);
        bytes.extend_from_slice(block);
    }
    Ok(bytes)
}

/// The dictionary of the settings: types 4, 5 and 0x42 are numbers of 4 and 8 bytes, and bytes.
fn derivation(salt: &[u8]) -> Vec<u8> {
    let mut dictionary = vec![0, 1];
    for (kind, name, value) in [
        (0x42, "$UUID", &ARGON2_ID[..]),
        (0x42, "S", salt),
        (0x05, "M", &(COST.memory_kib << 10).to_le_bytes()),
        (0x05, "I", &COST.passes.to_le_bytes()),
        (0x04, "P", &(COST.lanes as u32).to_le_bytes()),
        (0x04, "V", &(Version::V0x13 as u32).to_le_bytes()),
    ] {
        dictionary.push(kind);
        for part in [name.as_bytes(), value] {
            dictionary.extend_from_slice(&(part.len() as u32).to_le_bytes());
            dictionary.extend_from_slice(part);
        }
    }
    dictionary.push(0);
    dictionary
}

/// Inner header and XML, packed.
fn content(drafts: &[&Draft], sealing: &Sealing) -> Result<Zeroizing<Vec<u8>>> {
    let stream_key = Zeroizing::new(random::<64>(sealing.entropy));
    let mut plain = Zeroizing::new(Vec::new());
    for (id, value) in [(1, &Stream::CHACHA_20.to_le_bytes()[..]), (2, &*stream_key), (0, &[])] {
        plain.push(id);
        plain.extend_from_slice(&(value.len() as u32).to_le_bytes());
        plain.extend_from_slice(value);
    }
    let mut stream = Stream::new(Stream::CHACHA_20, &*stream_key)?;
    plain.extend_from_slice(document(drafts, sealing, &mut stream).as_bytes());
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let failed = |_| Error::failed("packing failed");
    packed.write_all(&plain).map_err(failed)?;
    packed.finish().map(Zeroizing::new).map_err(failed)
}

fn document(drafts: &[&Draft], sealing: &Sealing, stream: &mut Stream) -> Zeroizing<String> {
    let new_id = || to_base64(&random::<16>(sealing.entropy));
    let mut xml = Zeroizing::new(String::with_capacity(1024 + drafts.len() * 1024));
    xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<KeePassFile><Meta>");
    xml.push_str(
        "<Generator>countersign</Generator><MemoryProtection><ProtectPassword>True</ProtectPassword></MemoryProtection>",
    );
    xml.push_str("<RecycleBinEnabled>True</RecycleBinEnabled><RecycleBinUUID>AAAAAAAAAAAAAAAAAAAAAA==</RecycleBinUUID>");
    xml.push_str(&format!("</Meta><Root><Group><UUID>{}</UUID><Name>countersign</Name>", new_id()));
    for draft in drafts {
        xml.push_str(&format!("<Entry><UUID>{}</UUID>", new_id()));
        let tags: Vec<&str> = draft.tags.iter().filter(|tag| is_tag(tag)).map(String::as_str).collect();
        if !tags.is_empty() {
            xml.push_str(&format!("<Tags>{}</Tags>", plain(&tags.join(";"))));
        }
        let way = way(draft);
        // An entry of no title is hard to find again.
        let title =
            if draft.issuer.is_empty() && way.iter().any(|(name, _)| name == otp::LINK) { &draft.account } else { &draft.issuer };
        for (name, value) in [(otp::TITLE, title), (otp::USER, &draft.account), (otp::NOTES, &draft.note)] {
            xml.push_str(&format!("<String><Key>{name}</Key><Value>{}</Value></String>", plain(value)));
        }
        for (name, value) in way {
            let mut hidden = Zeroizing::new(value.expose().as_bytes().to_vec());
            stream.apply(&mut hidden);
            let hidden = to_base64(&hidden);
            xml.push_str(&format!("<String><Key>{name}</Key><Value Protected=\"True\">{hidden}</Value></String>"));
        }
        xml.push_str("</Entry>");
    }
    xml.push_str("</Group></Root></KeePassFile>\n");
    xml
}

fn plain(text: &str) -> String {
    escape(text.chars().filter(|letter| is_xml(*letter)).collect::<String>()).into_owned()
}

/// The fields that hold the one-time password: KeePass's own for a counter, as far as they go, else the link that
/// KeePassXC and others read.
fn way(draft: &Draft) -> Vec<(String, SecretText)> {
    let credential = &draft.credential;
    let bare = Credential { counter: 0, period: 0, pin: None, ..credential.clone() };
    if bare == Credential::new(Kind::Hotp, credential.secret.clone()) {
        let counter = SecretText::new(credential.counter.to_string());
        return vec![
            (format!("{}Secret-Base32", otp::COUNT), base32::encode(&credential.secret)),
            (format!("{}Counter", otp::COUNT), counter),
        ];
    }
    // KeePassXC tells Steam by a parameter of a link that is otherwise one of TOTP.
    let link = match credential.kind {
        Kind::Steam => {
            let plain = Credential { kind: Kind::Totp, algorithm: Algorithm::Sha1, ..credential.clone() };
            let link = otpauth::link(&Draft { credential: plain, raw: None, ..draft.clone() });
            link.map(|link| SecretText::new(format!("{}&encoder=steam", link.expose().replace("&encoder=default", ""))))
        }
        _ => otpauth::link(&Draft { raw: None, ..draft.clone() }),
    };
    link.map(|link| (otp::LINK.to_owned(), link)).into_iter().collect()
}
