//! Writing a key container: one package for an account, its secret in clear or encrypted with a password.

use super::super::read::crypto::{random, seal_cbc};
use super::super::read::encoding::to_base64;
use super::super::read::kdf::{self, Key};
use super::super::target::{COMMON, Tags, Target};
use super::super::{Draft, Encryption, Sealing, Writer, Written};
use super::{Pskc, seal};
use crate::error::Result;
use crate::otp::{Algorithm, Kind};
use crate::ports::Entropy;
use crate::secret::SecretText;
use quick_xml::escape::escape;
use sha2::Sha256;
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// Of PBKDF2 with SHA-256.
const ROUNDS: u64 = 600_000;
const SALT: usize = 16;
const MAC_KEY: usize = 32;

/// The RFC has no place for an encrypted name.
const NAMES_STAY: &str = "PSKC encrypts secrets alone: issuers and accounts stay readable.";

const PSKC: Target = Target {
    holds: "PSKC holds",
    kinds: &[Kind::Totp, Kind::Hotp],
    algorithms: COMMON,
    digits: 1..=10,
    tags: Tags::None,
    notes: false,
    top: false,
    pin: false,
    trash: false,
    raw: false,
};

impl Writer for Pskc {
    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn ending(&self) -> &'static str {
        "xml"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (fit, mut lost) = PSKC.sort_but(drafts, |draft| {
            // XML 1.0 can't hold them in any way.
            let odd =
                |letter: char| letter.is_control() && !"\t\n\r".contains(letter) || ('\u{FFFE}'..='\u{FFFF}').contains(&letter);
            match draft.credential.kind {
                _ if draft.issuer.contains(odd) || draft.account.contains(odd) => Some("control characters in a name"),
                Kind::Hotp if i64::try_from(draft.credential.counter).is_err() => Some("counters so large"),
                Kind::Totp if i32::try_from(draft.credential.period).is_err() => Some("periods so long"),
                _ => None,
            }
        });
        let sealer = sealing.password.map(|password| Sealer::new(password, sealing.entropy)).transpose()?;
        let mut text = Zeroizing::new(String::with_capacity(1024 * (fit.len() + 1)));
        text.push_str(concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\" ",
            "xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\" ",
            "xmlns:pkcs5=\"http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#\">\n",
        ));
        if let Some(sealer) = &sealer {
            if !fit.is_empty() {
                lost.push(NAMES_STAY.into());
            }
            text.push_str(&sealer.head(sealing.entropy));
        }
        for (index, draft) in fit.iter().enumerate() {
            push_package(&mut text, index + 1, draft, sealer.as_ref().map(|sealer| (sealer, sealing.entropy)))?;
        }
        text.push_str("</KeyContainer>\n");
        Ok(Written::of(drafts, &fit, Zeroizing::new(text.as_bytes().to_vec()), lost))
    }
}

fn push_package(text: &mut String, id: usize, draft: &Draft, sealer: Option<(&Sealer, &dyn Entropy)>) -> Result<()> {
    let credential = &draft.credential;
    let kind = credential.kind.name();
    let named = |name: &str, value: &str| match value {
        "" => String::new(),
        value => format!("      <{name}>{}</{name}>\n", escape(value)),
    };
    let suite = match &credential.algorithm {
        Algorithm::Sha1 => String::new(),
        other => format!("        <Suite>HMAC-{}</Suite>\n", other.name()),
    };
    let moving = match credential.kind {
        Kind::Hotp => format!("        <Counter><PlainValue>{}</PlainValue></Counter>\n", credential.counter),
        _ => format!("        <TimeInterval><PlainValue>{}</PlainValue></TimeInterval>\n", credential.period),
    };
    let secret = Zeroizing::new(match sealer {
        None => format!("<PlainValue>{}</PlainValue>", to_base64(credential.secret.expose())),
        Some((sealer, entropy)) => sealer.value(credential.secret.expose(), entropy)?,
    });
    let _ = write!(
        text,
        "  <KeyPackage>\n    <Key Id=\"{id}\" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:{kind}\">\n\
         {}      <AlgorithmParameters>\n{suite}        <ResponseFormat Length=\"{}\" Encoding=\"DECIMAL\"/>\n      </AlgorithmParameters>\n\
         {}      <Data>\n        <Secret>{}</Secret>\n{moving}      </Data>\n    </Key>\n  </KeyPackage>\n",
        named("Issuer", &draft.issuer),
        credential.digits,
        named("FriendlyName", &draft.account),
        *secret,
    );
    Ok(())
}

/// Encrypts values with AES-256 under a key of the password, and adds a MAC under a random one.
struct Sealer {
    salt: [u8; SALT],
    key: Key,
    mac_key: Zeroizing<[u8; MAC_KEY]>,
}

impl Sealer {
    fn new(password: &SecretText, entropy: &dyn Entropy) -> Result<Sealer> {
        let salt = random::<SALT>(entropy);
        let key = kdf::pbkdf2::<Sha256>(password, &salt, ROUNDS)?;
        Ok(Sealer { salt, key, mac_key: Zeroizing::new(random(entropy)) })
    }

    fn head(&self, entropy: &dyn Entropy) -> String {
        format!(
            "  <EncryptionKey>\n    <xenc11:DerivedKey>\n      \
             <xenc11:KeyDerivationMethod Algorithm=\"http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2\">\n        \
             <pkcs5:PBKDF2-params>\n          <Salt><Specified>{}</Specified></Salt>\n          \
             <IterationCount>{ROUNDS}</IterationCount>\n          <KeyLength>32</KeyLength>\n          \
             <PRF Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\"/>\n        </pkcs5:PBKDF2-params>\n      \
             </xenc11:KeyDerivationMethod>\n    </xenc11:DerivedKey>\n  </EncryptionKey>\n  \
             <MACMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\">\n    <MACKey>{}</MACKey>\n  </MACMethod>\n",
            to_base64(&self.salt),
            sealed_parts(&self.encrypt(&*self.mac_key, entropy)),
        )
    }

    fn value(&self, plain: &[u8], entropy: &dyn Entropy) -> Result<String> {
        let sealed = self.encrypt(plain, entropy);
        let mac = to_base64(&seal::mac_of(&*self.mac_key, &sealed)?);
        Ok(format!("<EncryptedValue>{}</EncryptedValue><ValueMAC>{mac}</ValueMAC>", sealed_parts(&sealed)))
    }

    /// The IV and what is encrypted.
    fn encrypt(&self, plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let iv = random::<16>(entropy);
        [&iv[..], &seal_cbc(&self.key, &iv, plain)].concat()
    }
}

fn sealed_parts(sealed: &[u8]) -> String {
    format!(
        "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes256-cbc\"/>\
         <xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData>",
        to_base64(sealed)
    )
}
