//! Codes: the vectors of the standards and of other programs, the limits, and the comparison with `oathtool`.

use crate::support::fixtures;
use crate::support::world::FakeEntropy;
use countersign::otp::{Algorithm, Credential, Kind, NotComputable, Window, base32};
use countersign::ports::Entropy;
use countersign::secret::{Secret, SecretText};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::process::Command;

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

#[test]
fn base32_is_read_as_people_write_it() {
    let read = |text: &str| base32::decode(text).map(|secret| secret.expose().to_vec());
    for text in [
        "JBSWY3DP",
        "jbswy3dp",
        "JBSW Y3DP",
        "jbsw-y3dp",
        " JBSWY3DP\r\n",
        "JBSWY3DP======",
        "JB\u{a0}SW\u{2011}Y3\u{200b}DP = =",
    ] {
        assert_eq!(read(text), Some(b"Hello".to_vec()), "{text:?}");
    }
    assert_eq!(read("ME"), Some(b"a".to_vec()));
    assert_eq!(read("ABCDEFG"), Some(vec![0x00, 0x44, 0x32, 0x14]), "an odd length gives its whole bytes");
    assert_eq!(read("MFRGGZ"), Some(b"abc".to_vec()), "a stray letter adds nothing");
    for text in ["", " ", "=", "A", "JBSW=Y3DP", "JBSW1", "JBSW0", "JBSW8", "JBSWÖ", "ＪＢＳＷ", "{\"a\":1}"] {
        assert_eq!(read(text), None, "{text:?}");
    }
    assert_eq!(base32::encode(&Secret::new(b"Hello!".to_vec())).expose(), "JBSWY3DPEE");
}

#[test]
fn one_to_ten_digits_of_every_hash() {
    let hotp =
        |algorithm, digits| Credential { algorithm, digits, ..Credential::new(Kind::Hotp, Secret::new(RFC_SECRET.to_vec())) };
    let code = |algorithm: Algorithm, digits, counter| hotp(algorithm, digits).code_for(counter).unwrap().expose().to_owned();
    assert_eq!(code(Algorithm::Sha1, 10, 1), "1094287082");
    assert_eq!(code(Algorithm::Sha1, 1, 1), "2");
    for known in Algorithm::KNOWN {
        let ten = code(known.clone(), 10, 3);
        for digits in 1..=10 {
            assert_eq!(code(known.clone(), digits, 3), ten[10 - digits as usize..], "{} {digits}", known.name());
        }
    }
    // Worked out apart from this program, with Python's hmac.
    assert_eq!([0, 4, 6, 11].map(|at| code(Algorithm::Sha224, 8, at)), ["42893239", "96943696", "26794718", "28211763"]);
    assert_eq!([0, 3, 6, 11].map(|at| code(Algorithm::Sha384, 8, at)), ["60502125", "23317355", "21446854", "27200801"]);
    // Of MD5's 16 bytes too few are left at 0, 2 and 4: the missing ones count as 0.
    assert_eq!([0, 1, 2, 4].map(|at| code(Algorithm::Md5, 8, at)), ["62270976", "78532013", "51249152", "37488896"]);
}

#[test]
fn a_code_holds_from_the_first_to_the_last_second_of_its_period() {
    let credential = Credential { period: 45, ..totp(RFC_SECRET) };
    let window = credential.code_at(100).unwrap();
    assert_eq!((window.from, window.until), (90, 135));
    assert_eq!(credential.code_at(90).unwrap(), window);
    assert_eq!(credential.code_at(134).unwrap(), window);
    assert_ne!(credential.code_at(135).unwrap().code, window.code);
    let each_second = Credential { period: 1, ..totp(RFC_SECRET) };
    assert_eq!(each_second.code_at(1).unwrap(), Window { code: SecretText::new("287082"), from: 1, until: 2 });
}

#[test]
fn the_end_of_time_does_not_overflow() {
    let credential = totp(RFC_SECRET);
    let last = credential.code_at(u64::MAX).unwrap();
    assert_eq!((last.from, last.until), (u64::MAX - 15, u64::MAX));
    let endless = Credential { period: u64::MAX, ..credential };
    assert_eq!(endless.code_at(1_700_000_000).unwrap(), Window { code: SecretText::new("755224"), from: 0, until: u64::MAX });
    assert_eq!(endless.code_at(u64::MAX).unwrap().until, u64::MAX);
}

#[test]
fn the_last_counter_is_never_used() {
    let hotp = Credential::new(Kind::Hotp, Secret::new(b"12".to_vec()));
    let last = Credential { digits: 7, ..hotp.clone() };
    assert_eq!(last.code_for(u64::MAX - 1).map(|code| code.expose().to_owned()), Ok("5049794".to_owned()));
    assert_eq!(hotp.code_for(u64::MAX), Err(NotComputable::CounterExhausted));
}

#[test]
fn steam_codes_are_letters() {
    let steam = Credential::new(Kind::Steam, base32::decode("63BEDWCQZKTQWPESARIERL5DTTQFCJTK").unwrap());
    assert_eq!(shown(&steam, 1511200518), "FR8RV");
    assert_eq!(shown(&Credential { algorithm: Algorithm::Sha512, ..steam.clone() }, 1511200518), "FR8RV", "its hash is fixed");
    assert_eq!(shown(&Credential { digits: 1, ..steam.clone() }, 1511200518), "F");
    assert_eq!(shown(&Credential { digits: 6, ..steam.clone() }, 1511200518)[..5], *"FR8RV");
    assert_eq!(Credential { digits: 7, ..steam }.check(), Err(NotComputable::Digits(7)));
}

#[test]
fn motp_secrets_are_text() {
    let motp = |text: &str, pin: &str| Credential {
        pin: Some(SecretText::new(pin)),
        ..Credential::new(Kind::Motp, Kind::Motp.read_secret(text).unwrap())
    };
    assert_eq!(shown(&motp("7ac61d4736f51a2b", "5555"), 0), "c42a26");
    assert_eq!(shown(&motp(" 7AC6-1D47 36F5 1A2B\n", "5555"), 0), "c42a26");
    assert_eq!(shown(&motp("7ac61d4736f51a2", "1234"), 1_700_000_000), "e42009", "an odd number of digits");
    assert_eq!(shown(&motp("asdasddasadsadsadsads2133", "1234"), 1_700_000_000), "d20212", "text that is not hexadecimal");
    assert_eq!(shown(&Credential { digits: 10, ..motp("7ac61d4736f51a2", "1234") }, 1_700_000_000), "e4200994e1");
    assert_eq!(motp("7AC61", "1").secret_text().expose(), "7ac61");
    let bytes = Credential::new(Kind::Motp, Secret::new(vec![0, 0xff]));
    assert_eq!(bytes.secret_text().expose(), "base32:AD7Q", "not text: marked, so that it is not taken for hexadecimal text");
    assert_eq!(Kind::Motp.read_secret("base32:AD7Q"), Some(bytes.secret));
    for text in ["", " -", "7ac6é", "\0"] {
        assert_eq!(Kind::Motp.read_secret(text), None, "{text:?}");
    }
}

#[test]
fn yandex_codes_lose_a_leading_zero_of_their_key() {
    let yandex = |pin: &str| Credential {
        pin: Some(SecretText::new(pin)),
        ..Credential::new(Kind::Yandex, Secret::new(b"0123456789abcdef".to_vec()))
    };
    // Worked out apart from this program.
    assert_eq!(shown(&yandex("1179"), 1581064020), "gqqxyegh");
    assert_eq!(shown(&yandex("1234"), 480), "aadhipht");
}

#[test]
fn yandex_secrets_are_checked() {
    let check =
        |secret: Secret| Credential { pin: Some(SecretText::new("1234")), ..Credential::new(Kind::Yandex, secret) }.check();
    for length in [1, 15, 17, 25, 27] {
        let refused = Err(NotComputable::Secret("a Yandex secret has 16 or 26 bytes"));
        assert_eq!(check(Secret::new(vec![7; length])), refused, "{length} bytes");
    }
    let Some(secrets) = fixtures::json("vectors/yandex_secrets.json") else { return };
    for case in secrets.as_array().unwrap() {
        let secret = base32::decode(case["secret"].as_str().unwrap()).unwrap();
        assert_eq!(check(secret).is_ok(), case["valid"].as_bool().unwrap(), "{}", case["why"]);
    }
}

#[test]
fn what_cannot_be_computed_says_why() {
    let usual = |kind| Credential { pin: Some(SecretText::new("1234")), ..Credential::new(kind, Secret::new(vec![7; 16])) };
    let whirlpool = || Algorithm::Other("Whirlpool".into());
    let cases = [
        (Credential { secret: Secret::new(vec![]), ..usual(Kind::Totp) }, "the secret is empty"),
        (Credential { algorithm: whirlpool(), ..usual(Kind::Totp) }, "the hash Whirlpool is not known"),
        (Credential { algorithm: whirlpool(), ..usual(Kind::Hotp) }, "the hash Whirlpool is not known"),
        (Credential { digits: 0, ..usual(Kind::Totp) }, "a code of 0 characters can't be computed"),
        (Credential { digits: 11, ..usual(Kind::Hotp) }, "a code of 11 characters can't be computed"),
        (Credential { digits: u32::MAX, ..usual(Kind::Yandex) }, "a code of 4294967295 characters can't be computed"),
        (Credential { period: 0, ..usual(Kind::Totp) }, "a period of 0 s can't be computed"),
        (Credential { period: 0, ..usual(Kind::Motp) }, "a period of 0 s can't be computed"),
        (Credential { pin: None, ..usual(Kind::Motp) }, "the PIN is missing"),
        (Credential { pin: Some(SecretText::new("")), ..usual(Kind::Yandex) }, "the PIN is missing"),
        (usual(Kind::Received), "codes of this kind are received, not computed"),
        (usual(Kind::Unknown), "this version does not know this kind of code"),
    ];
    for (credential, why) in cases {
        let refusal = credential.check().unwrap_err();
        assert_eq!(refusal.to_string(), why);
        assert_eq!(credential.code_at(0), Err(refusal.clone()));
        assert_eq!(credential.code_for(0), Err(refusal));
    }
    assert_eq!(usual(Kind::Hotp).code_at(0), Err(NotComputable::CounterBased));
    for kind in [Kind::Totp, Kind::Steam, Kind::Motp, Kind::Yandex] {
        assert_eq!(usual(kind).code_for(0), Err(NotComputable::TimeBased), "{}", kind.name());
    }
}

/// Any credential, computable or not.
fn credential() -> impl Strategy<Value = Credential> {
    let algorithm = prop_oneof![
        9 => prop::sample::select(Algorithm::KNOWN.to_vec()),
        1 => any::<String>().prop_map(Algorithm::Other),
    ];
    let digits = prop_oneof![4 => 0u32..=11, 1 => any::<u32>()];
    let period = prop_oneof![3 => 0u64..100, 1 => any::<u64>(), 1 => Just(u64::MAX)];
    let secret = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..100),
        prop::collection::vec(any::<u8>(), 16),
        prop::collection::vec(any::<u8>(), 26)
    ];
    let pin = prop::option::of("\\PC{0,5}".prop_map(SecretText::new));
    (prop::sample::select(Kind::ALL.to_vec()), secret, algorithm, digits, period, any::<u64>(), pin).prop_map(
        |(kind, secret, algorithm, digits, period, counter, pin)| Credential {
            kind,
            secret: Secret::new(secret),
            algorithm,
            digits,
            period,
            counter,
            pin,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 10_000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn what_check_lets_through_gives_a_code(
        credential in credential(),
        unix in prop_oneof![any::<u64>(), u64::MAX - 100..=u64::MAX, 0u64..4_000_000_000],
    ) {
        let code = match (credential.code_at(unix), credential.code_for(unix)) {
            (Ok(window), Err(NotComputable::TimeBased)) => {
                prop_assert!(window.from <= unix && (unix < window.until || window.until == u64::MAX));
                prop_assert_eq!(credential.code_at(window.from), Ok(window.clone()));
                Some(window.code)
            }
            (Err(NotComputable::CounterBased), Ok(code)) => Some(code),
            (Err(NotComputable::CounterBased), Err(NotComputable::CounterExhausted)) => {
                prop_assert_eq!(unix, u64::MAX);
                return Ok(());
            }
            (Err(one), Err(other)) => {
                prop_assert_eq!(&one, &other);
                prop_assert_eq!(credential.check(), Err(one));
                None
            }
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        if let Some(code) = code {
            prop_assert_eq!(credential.check(), Ok(()));
            prop_assert_eq!(code.expose().chars().count(), credential.digits as usize);
            prop_assert!(code.expose().bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
    }

    #[test]
    fn base32_reads_back_what_it_writes(bytes in prop::collection::vec(any::<u8>(), 1..80), text in any::<String>()) {
        let secret = Secret::new(bytes);
        prop_assert_eq!(base32::decode(base32::encode(&secret).expose()), Some(secret));
        base32::decode(&text);
    }
}

/// What `oathtool` prints, or `None` where it is not installed.
fn oathtool(arguments: &[String]) -> Option<String> {
    let output = match Command::new("oathtool").args(arguments).output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        output => output.unwrap(),
    };
    assert!(output.status.success(), "oathtool {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn codes_equal_those_of_oathtool() {
    let entropy = FakeEntropy::seed(6238);
    let draw = |below: u64| {
        let mut bytes = [0; 8];
        entropy.fill(&mut bytes);
        u64::from_le_bytes(bytes) % below
    };
    for round in 0..5_500 {
        let mut secret = vec![0; 1 + draw(64) as usize];
        entropy.fill(&mut secret);
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let digits = 6 + draw(3) as u32;
        let (ours, arguments) = if round % 11 == 0 {
            let counter = draw(1 << (1 + draw(63)));
            let hotp = Credential { digits, ..Credential::new(Kind::Hotp, Secret::new(secret)) };
            (hotp.code_for(counter).unwrap(), vec![format!("--counter={counter}")])
        } else {
            let algorithm = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512][draw(3) as usize].clone();
            let (period, unix) = ([30, 60, 10, 1, 1 + draw(1000)][draw(5) as usize], draw(1 << (30 + draw(6))));
            let mode = format!("--totp={}", algorithm.name().to_lowercase());
            let totp = Credential { algorithm, digits, period, ..totp(&secret) };
            (totp.code_at(unix).unwrap().code, vec![mode, format!("--time-step-size={period}s"), format!("--now=@{unix}")])
        };
        let arguments: Vec<String> = arguments.into_iter().chain([format!("--digits={digits}"), hex]).collect();
        let Some(theirs) = oathtool(&arguments) else {
            println!("skipped: oathtool is not installed");
            return;
        };
        assert_eq!(ours.expose(), theirs, "oathtool {}", arguments.join(" "));
    }
}
