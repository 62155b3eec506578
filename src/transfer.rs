//! Foreign formats: a file and an optional password in, drafts and what was skipped out. Nothing here prompts, prints or stores.
//! A new format is one file under `transfer/` and two lines here: its `mod` and its row in [`FORMATS`].

pub mod aegis;
pub mod andotp;
pub mod authenticator_extension;
pub mod authenticator_plus;
pub mod authy;
pub mod backup;
pub mod battle_net;
pub mod bitwarden;
pub mod chronos;
pub mod cotp;
pub mod csv;
pub mod cxf;
pub mod draft;
pub mod duo;
pub mod enpass;
pub mod ente;
pub mod file;
pub mod found;
pub mod freeotp;
pub mod freeotp_plus;
pub mod google;
pub mod google_database;
pub mod html;
pub mod json;
pub mod keepass;
pub mod keepass_csv;
pub mod keeper;
pub mod lastpass;
pub mod links;
pub mod microsoft;
pub mod onepassword;
pub mod otp_auth;
pub mod otpauth;
pub mod otpclient;
pub mod pass;
pub mod picture;
pub mod print;
pub mod proton_authenticator;
pub mod proton_pass;
pub mod pskc;
pub mod qr;
pub mod raivo;
pub mod read;
pub mod steam;
pub mod stratum;
pub mod synology;
pub mod target;
pub mod totp_authenticator;
pub mod totp_cli;
pub mod twofas;
pub mod twofauth;
pub mod winauth;

use crate::age_file::{DEFAULT_WORK_FACTOR, WorkFactor};
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Entropy;
use crate::secret::SecretText;
use crate::words::nearest;
pub use draft::Draft;
pub use file::{ForeignFile, NamedFile};
pub use found::{Found, Skipped};

/// The largest foreign file taken, in bytes.
pub const MAX_FILE: u64 = 64 * 1024 * 1024;

/// A foreign format. Detection goes by content, never by name.
pub trait Format: Sync {
    /// As in `--format`: `google`, `otpauth`.
    fn id(&self) -> &'static str;
    /// As people call it: `Google Authenticator transfer`.
    fn name(&self) -> &'static str;
    /// How to get such a file, in one line.
    fn how_to_get(&self) -> &'static str;
    /// Whether files of this format are encrypted.
    fn encryption(&self) -> Encryption {
        Encryption::Never
    }
    /// Whether a key file may be needed besides the password, or in its place.
    fn takes_key_file(&self) -> bool {
        false
    }
    /// Whether the file is of this format. Cheap. The first row of [`FORMATS`] that says yes is taken,
    /// so a format without a signature stands behind those that have one.
    fn detect(&self, file: &ForeignFile) -> bool;
    /// Whether it is one file of an export of this format that is a folder as a whole, and means nothing without the others.
    fn is_part(&self, _: &ForeignFile) -> bool {
        false
    }
    /// Reads all that is in it. `password` is for encrypted forms: `NeedsPassword` without, `WrongPassword` with a wrong one.
    /// `ForeignDamaged` where nothing at all can be taken; an entry that can't is in [`Found::skipped`].
    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found>;
    /// Writes drafts in this format, where it can be written.
    fn writer(&self) -> Option<&dyn Writer> {
        None
    }
}

/// Whether files of a format come encrypted with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    Never,
    Optional,
    Always,
}

pub trait Writer: Sync {
    /// Whether a password is used. `Optional`: encrypted with one, in clear without.
    fn encryption(&self) -> Encryption;
    /// How names of such files end, without the dot: `json`. Empty where there is no custom.
    fn ending(&self) -> &'static str {
        ""
    }
    /// Writes what the format can hold. A caller sees to it that `Always` gets a password and `Never` none.
    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written>;
    /// Whether the trash goes along unasked.
    fn is_whole(&self) -> bool {
        false
    }
    /// Where each line it writes is the text of a QR code: a writer of lines of at most `longest` bytes, as far as one
    /// account alone is not longer, and of no more than are read well.
    fn codes(&self, _longest: usize) -> Option<Box<dyn Writer>> {
        None
    }
}

/// What a writer needs besides the drafts: the password, and chance for salts, nonces and ids.
pub struct Sealing<'a> {
    pub password: Option<&'a SecretText>,
    pub entropy: &'a dyn Entropy,
    /// Of our own backup. The files of other programs cost what those programs take.
    pub work_factor: WorkFactor,
}

impl<'a> Sealing<'a> {
    /// At the usual cost.
    pub fn new(password: Option<&'a SecretText>, entropy: &'a dyn Entropy) -> Self {
        Sealing { password, entropy, work_factor: DEFAULT_WORK_FACTOR }
    }
}

/// An exported file and what the format could not hold, a sentence each.
pub struct Written {
    pub bytes: zeroize::Zeroizing<Vec<u8>>,
    /// The drafts that are not in the file at all, by their place in what was to be written, ascending.
    pub left_out: Vec<usize>,
    pub lost: Vec<String>,
}

impl Written {
    /// `fit` are those of `drafts` that are in the file, in the same order.
    pub fn of(drafts: &[Draft], fit: &[&Draft], bytes: zeroize::Zeroizing<Vec<u8>>, lost: Vec<String>) -> Written {
        let mut fit = fit.iter().peekable();
        let is_left_out = |place: &usize| fit.next_if(|next| std::ptr::eq(**next, &drafts[*place])).is_none();
        Written { bytes, left_out: (0..drafts.len()).filter(is_left_out).collect(), lost }
    }
}

/// All formats, in the order of detection.
pub static FORMATS: &[&dyn Format] = &[
    &picture::QrPicture,
    &backup::Backup,
    &keepass::KeePass,
    &aegis::Aegis,
    &twofas::TwoFas,
    &stratum::Stratum,
    &ente::Ente,
    &proton_authenticator::ProtonAuthenticator,
    &bitwarden::Bitwarden,
    &onepassword::OnePassword,
    &proton_pass::ProtonPass,
    &cxf::Cxf,
    &keeper::Keeper,
    &enpass::Enpass,
    &synology::SynologyC2,
    &keepass_csv::KeePassCsv,
    &csv::Csv,
    &raivo::Raivo,
    &lastpass::LastPass,
    &duo::Duo,
    &freeotp_plus::FreeOtpPlus,
    &chronos::Chronos,
    &twofauth::TwoFAuth,
    &cotp::Cotp,
    &steam::Steam,
    &google_database::GoogleDatabase,
    &microsoft::Microsoft,
    &authenticator_plus::AuthenticatorPlus,
    &otpclient::OtpClient,
    &totp_cli::TotpCli,
    &freeotp::FreeOtp,
    &authy::Authy,
    &battle_net::BattleNet,
    &winauth::WinAuth,
    &pskc::Pskc,
    &json::Json,
    &print::Print,
    &html::Html,
    &authenticator_extension::AuthenticatorExtension,
    &google::Google,
    &otpauth::Otpauth,
    &pass::Pass,
    &otp_auth::OtpAuth,
    &totp_authenticator::TotpAuthenticator,
    &andotp::AndOtp,
];

/// The format of this file, or `UnknownFormat` with what is known about it.
pub fn detect(file: &ForeignFile) -> Result<&'static dyn Format> {
    if file.bytes().is_empty() && !file.is_folder() {
        return Err(Error::new(ErrorKind::UnknownFormat, "the file is empty"));
    }
    FORMATS.iter().copied().find(|format| format.detect(file)).ok_or_else(|| unknown(file))
}

/// Whether the folder it lies in is to be read in its place.
pub fn is_part(file: &ForeignFile) -> bool {
    FORMATS.iter().any(|format| format.is_part(file))
}

/// The format of this id, or `Usage` with the nearest one named.
pub fn by_id(id: &str) -> Result<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.id().eq_ignore_ascii_case(id)).ok_or_else(|| {
        let ids: Vec<&str> = FORMATS.iter().map(|format| format.id()).collect();
        let hint = match nearest(id, &ids) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("the formats are {}", ids.join(", ")),
        };
        Error::new(ErrorKind::Usage, format!("there is no format \"{}\"", id.escape_debug())).hint(hint)
    })
}

/// Detects the format and reads the file.
pub fn read(bytes: &[u8], password: Option<&SecretText>) -> Result<(&'static dyn Format, Found)> {
    let file = ForeignFile::new(bytes);
    let format = detect(&file)?;
    Ok((format, read_as(format, &file, password)?))
}

/// Reads the file in this format, and says what holds for files of all formats: of an encoding that was guessed, and of
/// entries without a name.
pub fn read_as(format: &dyn Format, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
    let mut found = format.read(file, password)?;
    found.note_guess(file);
    found.note_nameless();
    Ok(found)
}

fn unknown(file: &ForeignFile) -> Error {
    if file.is_folder() {
        return Error::new(ErrorKind::UnknownFormat, "the folder is no export of a known program")
            .hint("to read the files in it, give them one by one");
    }
    if let Some(error) = file.json_error() {
        return Error::new(ErrorKind::ForeignDamaged, format!("the file is damaged JSON: {error}"))
            .hint("it may be cut short: export or copy it again");
    }
    if let Some(error) = file.xml_error() {
        return Error::new(ErrorKind::ForeignDamaged, error).hint("it may be cut short: export or copy it again");
    }
    if let Some(error) = file.text().and_then(links::explain) {
        return error;
    }
    let what = match file.text() {
        Some(_) => "the text holds no link and is of no known format",
        None => "the file is of no known format",
    };
    Error::new(ErrorKind::UnknownFormat, what).hint("`countersign formats` lists what can be read and how to get it")
}
