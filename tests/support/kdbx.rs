//! KeePass databases as a test needs them, written from the description of the format: any cipher, version and content.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockCipherEncrypt, BlockModeEncrypt, KeyInit, KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha512};
use std::io::Write;

#[derive(Clone, Copy, PartialEq)]
pub enum Cipher {
    Aes,
    Twofish,
    ChaCha20,
}

#[derive(Clone)]
pub struct Kdbx {
    pub version: u16,
    pub cipher: Cipher,
    pub is_packed: bool,
    /// Hashes of the parts of the key: password, key file.
    pub key: Vec<[u8; 32]>,
    pub rounds: u64,
    /// In place of the rounds: the whole dictionary of the key derivation.
    pub derivation: Option<Vec<u8>>,
    pub content: Vec<u8>,
}

const AES: &str = "31c1f2e6bf714350be5805216afc5aff";
const TWOFISH: &str = "ad68f29f576f4bb9a36ad47af965346c";
const CHACHA: &str = "d6038a2b8b6f4cb5a524339a31dbb59a";
const AES_KDF: &str = "c9d9f39a628a4460bf740d08c18a4fea";
const SEED: [u8; 32] = [7; 32];

pub fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// One entry, its `otp` in the clear.
pub fn document(entries: &str) -> String {
    format!("<?xml version=\"1.0\"?><KeePassFile><Meta/><Root><Group><Name>Root</Name>{entries}</Group></Root></KeePassFile>")
}

pub fn entry(title: &str, otp: &str) -> String {
    let otp = otp.replace('&', "&amp;");
    let field = |name: &str, value: &str| format!("<String><Key>{name}</Key><Value>{value}</Value></String>");
    format!("<Entry>{}{}</Entry>", field("Title", title), field("otp", &otp))
}

/// A dictionary of type, name and value.
pub fn dictionary(settings: &[(u8, &str, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0, 1];
    for (kind, name, value) in settings {
        bytes.push(*kind);
        for part in [name.as_bytes(), value] {
            bytes.extend((part.len() as u32).to_le_bytes());
            bytes.extend(part);
        }
    }
    bytes.push(0);
    bytes
}

impl Kdbx {
    pub fn new(content: impl Into<Vec<u8>>) -> Self {
        Kdbx {
            version: 4,
            cipher: Cipher::Aes,
            is_packed: true,
            key: vec![Sha256::digest("correct horse").into()],
            rounds: 1,
            derivation: None,
            content: content.into(),
        }
    }

    pub fn build(&self) -> Vec<u8> {
        let is_4 = self.version == 4;
        let iv: &[u8] = if self.cipher == Cipher::ChaCha20 { &[9; 12] } else { &[9; 16] };
        let cipher = hex(match self.cipher {
            Cipher::Aes => AES,
            Cipher::Twofish => TWOFISH,
            Cipher::ChaCha20 => CHACHA,
        });
        let rounds = self.rounds.to_le_bytes();
        let derivation = self
            .derivation
            .clone()
            .unwrap_or_else(|| dictionary(&[(0x42, "$UUID", &hex(AES_KDF)), (0x42, "S", &SEED), (5, "R", &rounds)]));
        let packed = u32::from(self.is_packed).to_le_bytes();
        let mut fields: Vec<(u8, &[u8])> = vec![(2, &cipher), (3, &packed), (4, &SEED), (7, iv)];
        match is_4 {
            true => fields.push((11, &derivation)),
            false => fields.extend([(5, &SEED[..]), (6, &rounds), (8, &SEED), (9, &SEED), (10, &[2, 0, 0, 0])]),
        }
        fields.push((0, b"\r\n\r\n"));
        let mut header = hex("03d9a29a67fb4bb5");
        header.extend([1, 0]);
        header.extend(self.version.to_le_bytes());
        for (id, value) in fields {
            header.push(id);
            let length = (value.len() as u32).to_le_bytes();
            header.extend(&length[..if is_4 { 4 } else { 2 }]);
            header.extend(value);
        }

        let derived = self.derived();
        let key: [u8; 32] = Sha256::new().chain_update(SEED).chain_update(derived).finalize().into();
        let mut plain = Vec::new();
        if is_4 {
            plain.extend([1, 4, 0, 0, 0, 3, 0, 0, 0, 2, 32, 0, 0, 0]);
            plain.extend(SEED);
            plain.extend([0; 5]);
        }
        plain.extend(&self.content);
        if self.is_packed {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            packer.write_all(&plain).unwrap();
            plain = packer.finish().unwrap();
        }
        if !is_4 {
            let mut whole = SEED.to_vec();
            for (index, block) in [(0u32, &plain[..]), (1, &[])] {
                whole.extend(index.to_le_bytes());
                whole.extend(if block.is_empty() { [0; 32] } else { Sha256::digest(block).into() });
                whole.extend((block.len() as u32).to_le_bytes());
                whole.extend(block);
            }
            plain = whole;
        }
        let sealed = match self.cipher {
            Cipher::Aes => cbc::Encryptor::<aes::Aes256>::new_from_slices(&key, iv).unwrap().encrypt_padded_vec::<Pkcs7>(&plain),
            Cipher::Twofish => {
                cbc::Encryptor::<twofish::Twofish>::new_from_slices(&key, iv).unwrap().encrypt_padded_vec::<Pkcs7>(&plain)
            }
            Cipher::ChaCha20 => {
                chacha20::ChaCha20::new_from_slices(&key, iv).unwrap().apply_keystream(&mut plain);
                plain
            }
        };
        let mut file = header.clone();
        if !is_4 {
            file.extend(sealed);
            return file;
        }
        file.extend(Sha256::digest(&header));
        file.extend(mac(&derived, u64::MAX, &[&header]));
        for (index, block) in [(0u64, &sealed[..]), (1, &[])] {
            let length = (block.len() as u32).to_le_bytes();
            file.extend(mac(&derived, index, &[&index.to_le_bytes(), &length, block]));
            file.extend(length);
            file.extend(block);
        }
        file
    }

    /// With AES alone: a file with another derivation is for showing that it is refused.
    fn derived(&self) -> [u8; 32] {
        let composite: [u8; 32] = Sha256::digest(self.key.concat()).into();
        let cipher = aes::Aes256::new(&SEED.into());
        let mut halves: [aes::Block; 2] = [0, 16].map(|at| <[u8; 16]>::try_from(&composite[at..at + 16]).unwrap().into());
        if self.rounds <= 1000 {
            (0..self.rounds).for_each(|_| cipher.encrypt_blocks(&mut halves));
        }
        Sha256::new().chain_update(halves[0]).chain_update(halves[1]).finalize().into()
    }
}

fn mac(derived: &[u8; 32], index: u64, parts: &[&[u8]]) -> Vec<u8> {
    let base = Sha512::new().chain_update(SEED).chain_update(derived).chain_update([1]).finalize();
    let key = Sha512::new().chain_update(index.to_le_bytes()).chain_update(base).finalize();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}
