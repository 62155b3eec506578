//! Google transfer links, written by hand.

use base64::Engine;

/// One part of a transfer; accounts are issuer, account and secret. Texts are shorter than 100 bytes.
pub fn transfer(index: u8, of: u8, accounts: &[(&str, &str, &str)]) -> String {
    let mut payload = Vec::new();
    for (issuer, account, secret) in accounts {
        let mut inner = Vec::new();
        for (tag, text) in [(0x0a, secret), (0x12, account), (0x1a, issuer)] {
            inner.extend([tag, text.len() as u8]);
            inner.extend(text.as_bytes());
        }
        // SHA-1, 6 digits, TOTP.
        inner.extend([0x20, 1, 0x28, 1, 0x30, 2]);
        payload.extend([0x0a, inner.len() as u8]);
        payload.extend(inner);
    }
    payload.extend([0x10, 1, 0x18, of, 0x20, index, 0x28, 77]);
    let data = base64::engine::general_purpose::URL_SAFE.encode(payload);
    format!("otpauth-migration://offline?data={}", data.replace('=', "%3D"))
}
