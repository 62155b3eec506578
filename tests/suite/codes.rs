//! Codes: the vectors of the standards and of other programs, the limits, and the comparison with `oathtool`.

use crate::support::fixtures;
use countersign::otp::{Algorithm, Credential, Kind};
use countersign::secret::{Secret, SecretText};

/// What a credential shows at a time: the code, or why there is none.
fn shown(credential: &Credential, unix: u64) -> String {
    match credential.code_at(unix) {
        Ok(window) => window.code.expose().to_owned(),
        Err(why) => why.to_string(),
    }
}

fn totp(secret: &[u8]) -> Credential {
    Credential::new(Kind::Totp, Secret::new(secret.to_vec()))
}

const RFC_SECRET: &[u8] = b"12345678901234567890";

#[test]
fn hotp_gives_the_codes_of_rfc_4226_appendix_d() {
    let hotp = Credential::new(Kind::Hotp, Secret::new(RFC_SECRET.to_vec()));
    let codes: Vec<_> = (0..10).map(|counter| hotp.code_for(counter).unwrap().expose().to_owned()).collect();
    let expected = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
    assert_eq!(codes, expected);
}

#[test]
fn totp_gives_the_codes_of_rfc_6238_appendix_b() {
    let seed = |length: usize| RFC_SECRET.iter().copied().cycle().take(length).collect::<Vec<u8>>();
    let with = |algorithm, length| Credential { algorithm, digits: 8, ..totp(&seed(length)) };
    let (sha1, sha256, sha512) = (with(Algorithm::Sha1, 20), with(Algorithm::Sha256, 32), with(Algorithm::Sha512, 64));
    for (unix, codes) in [
        (59, ["94287082", "46119246", "90693936"]),
        (1111111109, ["07081804", "68084774", "25091201"]),
        (1111111111, ["14050471", "67062674", "99943326"]),
        (1234567890, ["89005924", "91819424", "93441116"]),
        (2000000000, ["69279037", "90698825", "38618901"]),
        (20000000000, ["65353130", "77737706", "47863826"]),
    ] {
        assert_eq!([shown(&sha1, unix), shown(&sha256, unix), shown(&sha512, unix)], codes, "at {unix}");
    }
}

#[test]
fn every_collected_vector_is_met() {
    let Some(vectors) = fixtures::json("vectors/otp_codes.json") else { return };
    let vectors = vectors.as_array().unwrap();
    for vector in vectors {
        let text = |key: &str| vector[key].as_str();
        let kind = Kind::from_name(text("kind").unwrap()).unwrap();
        let secret = kind.read_secret(text("secret_base32").or(text("secret_hex")).unwrap()).unwrap();
        let mut credential = Credential::new(kind, secret);
        if let Some(name) = text("algorithm") {
            credential.algorithm = Algorithm::from_name(name);
        }
        if let Some(digits) = vector["digits"].as_u64() {
            credential.digits = digits as u32;
        }
        if let Some(period) = vector["period"].as_u64() {
            credential.period = period;
        }
        credential.pin = text("pin").map(SecretText::new);
        let code = match vector["counter"].as_u64() {
            Some(counter) => credential.code_for(counter).unwrap(),
            None => credential.code_at(vector["time"].as_u64().unwrap()).unwrap().code,
        };
        assert_eq!(Some(code.expose()), text("code"), "{vector}");
    }
    assert!(vectors.len() >= 50, "only {} vectors were found", vectors.len());
}
