//! The HTML of the page to print, out and in. It loads nothing from anywhere and fits A4 and Letter: two accounts beside
//! each other, none cut by the end of a page.

use crate::otp::{Algorithm, Credential, Kind};
use crate::secret::SecretText;
use crate::transfer::Draft;
use crate::transfer::qr::code::{Code, MARGIN};
use crate::words::printable;
use zeroize::Zeroizing;

/// By this the page is known as ours.
const MARK: &str = "<meta name=\"generator\" content=\"countersign\">";
/// What stands before each link.
const LINK: &str = "<a class=\"code\" href=\"";

const END: &str = "</html>";

const HEAD: &str = r#"<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width">
<title>One-time passwords</title>
<style>
@page { margin: 14mm 13mm; }
body { max-width: 184mm; margin: 0 auto; padding: 4mm; color: #000; background: #fff; font: 10pt/1.35 system-ui, sans-serif; }
@media print { body { max-width: none; padding: 0; } }
h1 { margin: 0 0 1mm; font-size: 15pt; }
.warning { margin: 0 0 5mm; max-width: 150mm; }
main { font-size: 0; }
section { display: inline-flex; gap: 2mm; box-sizing: border-box; width: 50%; padding: 0 3mm 5mm 0; vertical-align: top;
  break-inside: avoid; font-size: 10pt; }
.code { flex: none; display: block; width: 36mm; height: 36mm; }
svg { display: block; width: 100%; height: 100%; background: #fff; print-color-adjust: exact; }
.words { min-width: 0; flex: 1; padding-top: 2.5mm; overflow-wrap: anywhere; }
h2, .words p { margin: 0 0 0.5mm; }
h2 { font-size: 11pt; }
.secret { font: 9pt/1.4 ui-monospace, monospace; overflow-wrap: normal; }
.secret span { display: inline-block; margin-right: 1ch; }
.details { font-size: 8.5pt; }
</style>
</head>
<body>
<h1>One-time passwords</h1>
<p class="warning">Whoever holds this page can make the codes of every account on it. Keep it where you keep your passport,
and delete the file that it was printed from.</p>
<main>
"#;

/// Whether a text is such a page.
pub fn is_ours(text: &str) -> bool {
    let head: String = text.chars().take(200).collect();
    head.starts_with("<!DOCTYPE html>") && head.contains(MARK)
}

/// Whether its end is there.
pub fn is_whole(text: &str) -> bool {
    text.trim_end().ends_with(END)
}

/// The page of these accounts, each with its link and its code.
pub fn write<'a>(accounts: impl Iterator<Item = (&'a Draft, &'a SecretText, &'a Code)>) -> Zeroizing<Vec<u8>> {
    let mut page =
        Zeroizing::new(format!("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{MARK}\n{HEAD}"));
    for (draft, link, code) in accounts {
        // Each part is wiped by itself: a page grows and leaves copies behind.
        let section = Zeroizing::new(section(draft, link, code));
        page.push_str(&section);
    }
    page.push_str("</main>\n</body>\n");
    page.push_str(END);
    page.push('\n');
    Zeroizing::new(std::mem::take(&mut *page).into_bytes())
}

fn section(draft: &Draft, link: &SecretText, code: &Code) -> String {
    let (first, second) = match (draft.issuer.as_str(), draft.account.as_str()) {
        ("", "") => ("unnamed", ""),
        ("", account) => (account, ""),
        both => both,
    };
    let shown = |text: &str| escaped(&printable(text));
    let side = code.width(MARGIN);
    let mut section = format!(
        "<section>\n{LINK}{}\"><svg viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"QR code\">\
         <path d=\"{}\"/></svg></a>\n<div class=\"words\">\n<h2>{}</h2>\n",
        escaped(link.expose()),
        *code.to_svg_path(),
        shown(first),
    );
    if !second.is_empty() {
        // A line that must end in an address ends before its host.
        section.push_str(&format!("<p>{}</p>\n", shown(second).replace('@', "<wbr>@")));
    }
    section.push_str(&format!("<p class=\"secret\">{}</p>\n", grouped(draft.credential.secret_text().expose())));
    let details = details(&draft.credential);
    if !details.is_empty() {
        section.push_str(&format!("<p class=\"details\">{}</p>\n", shown(&details)));
    }
    section.push_str("</div>\n</section>\n");
    section
}

/// By fours, so that it can be typed off the paper; a line ends only between them.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|group| format!("<span>{}</span>", escaped(&group.iter().collect::<String>()))).collect()
}

/// What is not as usual, and what must be typed besides the secret.
fn details(credential: &Credential) -> String {
    let usual = Credential::new(credential.kind, credential.secret.clone());
    let mut details = Vec::new();
    match credential.kind {
        Kind::Totp => {}
        Kind::Hotp => details.push(format!("counter-based, next counter {}", credential.counter)),
        Kind::Steam => details.push("Steam".into()),
        Kind::Motp => details.push("mOTP".into()),
        Kind::Yandex => details.push("Yandex".into()),
        Kind::Received | Kind::Unknown => details.push(credential.kind.name().into()),
    }
    if credential.algorithm != usual.algorithm && matches!(credential.kind, Kind::Totp | Kind::Hotp) {
        details.push(algorithm(&credential.algorithm));
    }
    if credential.digits != usual.digits {
        details.push(format!("{} digits", credential.digits));
    }
    if credential.period != usual.period && credential.kind != Kind::Hotp {
        details.push(format!("{} s", credential.period));
    }
    if let Some(pin) = &credential.pin {
        details.push(format!("PIN {}", pin.expose()));
    }
    details.join(" · ")
}

fn algorithm(algorithm: &Algorithm) -> String {
    match algorithm.name().strip_prefix("SHA") {
        Some(bits) => format!("SHA-{bits}"),
        None => algorithm.name().to_owned(),
    }
}

const ESCAPES: [(char, &str); 5] = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")];

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 4);
    for letter in text.chars() {
        match ESCAPES.iter().find(|(plain, _)| *plain == letter) {
            Some((_, escape)) => escaped.push_str(escape),
            None => escaped.push(letter),
        }
    }
    escaped
}

/// The links of the page's codes.
pub fn links(page: &str) -> Vec<SecretText> {
    let hrefs = page.split(LINK).skip(1).filter_map(|rest| rest.split('"').next());
    hrefs.map(|href| SecretText::new(unescaped(href))).collect()
}

fn unescaped(text: &str) -> String {
    // `&amp;` comes last, or what it stands before would be taken for an escape.
    ESCAPES.iter().rev().fold(text.to_owned(), |text, (plain, escape)| text.replace(escape, plain.encode_utf8(&mut [0; 4])))
}
