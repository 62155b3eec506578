//! Links as people keep them: two on a line, in quotes, in lists and sentences, wrapped by mail programs. Each is found, and
//! what stands beside it is said.

use crate::support::drawing::{code, gray_picture};
use countersign::error::ErrorKind;
use countersign::ops::import::no_codes;
use countersign::ops::intake::Intake;
use countersign::otp::{Algorithm, Kind};
use countersign::transfer::{self, Draft, Found, picture};
use std::time::Instant;

const ONE: &str = "otpauth://totp/One:ann?secret=JBSWY3DPEHPK3PXP&issuer=One";
const TWO: &str = "otpauth://totp/Two:bob?secret=GEZDGNBVGY3TQOJQ&issuer=Two";

fn read(text: &str) -> Found {
    transfer::read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{text}\n{error}")).1
}

/// Name, secret and digits of each account.
fn told(found: &Found) -> Vec<String> {
    let told =
        |draft: &Draft| format!("{} {} {}", draft.label(), draft.credential.secret_text().expose(), draft.credential.digits);
    found.drafts.iter().map(told).collect()
}

fn reasons(found: &Found) -> Vec<&str> {
    found.skipped.iter().map(|skipped| skipped.reason.as_str()).collect()
}

fn refusal(text: &str) -> (ErrorKind, String) {
    match transfer::read(text.as_bytes(), None) {
        Ok((format, found)) => panic!("taken as {}: {found:?}", format.id()),
        Err(error) => (error.kind, error.what),
    }
}

const BOTH: [&str; 2] = ["One (ann) JBSWY3DPEHPK3PXP 6", "Two (bob) GEZDGNBVGY3TQOJQ 6"];

#[test]
fn two_links_on_a_line_are_two_accounts_whatever_stands_between_them() {
    for between in ["", " ", ",", ", ", ";", "\t", " | ", " and ", ", Two: ", "\" \"", "\\n"] {
        assert_eq!(told(&read(&format!("{ONE}{between}{TWO}\n"))), BOTH, "{between:?}");
    }
    let mixed =
        read("otpauth://totp/A:b?secret=JBSW Y3DP EHPK 3PXP motp://VPN:x?secret=7ac61d47&pin=1234, steam://GEZDGNBVGY3TQOJQ");
    assert_eq!(told(&mixed), ["A (b) JBSWY3DPEHPK3PXP 6", "VPN (x) 7ac61d47 6", "unnamed GEZDGNBVGY3TQOJQ 5"]);
    let display = "&codeDisplay=%7B%22note%22%3A%22n%22%7D";
    let ente = read(&format!("{ONE}{display},{TWO}{display}"));
    assert_eq!((told(&ente), ente.drafts[1].note.as_str()), (BOTH.map(str::to_owned).to_vec(), "n"));
}

#[test]
fn two_links_in_one_place_are_two_accounts_in_every_format() {
    for text in [
        format!("[\"{ONE},{TWO}\"]"),
        format!("{{\"backup\": {{\"codes\": \"{ONE} {TWO}\"}}}}"),
        format!("name,otpauth\nMine,\"{ONE} {TWO}\"\n"),
        format!(
            "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\n,,login,N,,,0,,u,p,\"{ONE},{TWO}\"\n"
        ),
        format!("Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\nN,,,,\"{ONE} {TWO}\",,,,\n"),
        format!("<html><body><p>{ONE} {TWO}</p></body></html>"),
    ] {
        assert_eq!(told(&read(&text)), BOTH, "{text}");
    }
    let shown = picture::read_picture(&gray_picture(code(&format!("{ONE} {TWO}"), 4))).unwrap();
    assert_eq!(told(&shown), BOTH);
}

#[test]
fn links_are_found_in_other_text() {
    let escaped = |link: &str| percent_encoding::utf8_percent_encode(link, percent_encoding::NON_ALPHANUMERIC).to_string();
    let amp = |link: &str| link.replace('&', "&amp;");
    for text in [
        format!("\"{ONE}\"\n'{TWO}'\n"),
        format!("\"{ONE}\",\n\"{TWO}\",\n"),
        format!("<{ONE}>\n({TWO}).\n"),
        format!("- {ONE}\n2. {TWO}\n"),
        format!("`{ONE}` **{TWO}**\n"),
        format!("“{ONE}”\n„{TWO}“\n"),
        format!("One: {ONE}\nTwo: {TWO}\n"),
        format!("export ONE=\"{ONE}\"\nTWO='{TWO}'\n"),
        format!("# Mine\n\n* [One]({ONE})\n| Two | {TWO} | x |\n"),
        format!("Scan {ONE} with the app, or {TWO} with another one.\n"),
        format!("2026-01-02 INFO added uri={ONE} ok\n2026-01-02 INFO added uri={TWO} ok\n"),
        format!("codes:\n  - name: One\n    uri: {ONE}\n  - uri: '{TWO}'\n"),
        format!("[one]\nuri = \"{ONE}\"\n[two]\nuri={TWO}\n"),
        format!("Bank,{ONE},a note\nShop,{TWO},another\n"),
        format!("{ONE}\ta note\n{TWO}\tanother\n"),
        format!("{{\"uri\": \"{}\"}}\n{{\"uri\": \"{TWO}\"}}\n", ONE.replace('/', "\\/").replace('&', "\\u0026")),
        format!("['{ONE}', '{TWO}',]\n"),
        format!("{}\n&lt;{}&gt;\n", amp(ONE), amp(TWO)),
        format!("<list><code>{}</code><code uri=\"{}\"/></list>", amp(ONE), amp(TWO)),
        format!("<p>{ONE}</p>\n<p>{TWO}</p>\n"),
        format!("https://chart.example/?chl={}&size=9\nhttps://qr.example/{}\n", escaped(ONE), escaped(&escaped(TWO))),
        format!("one=otpauth\\://totp/One\\:ann?secret\\=JBSWY3DPEHPK3PXP&issuer\\=One\n{TWO}\n"),
        format!("https://chart.example/?chl=otpauth://totp/One:ann%3Fsecret%3DJBSWY3DPEHPK3PXP%26issuer%3DOne&size=9\n{TWO}\n"),
    ] {
        assert_eq!(told(&read(&text)), BOTH, "{text}");
    }
}

#[test]
fn a_wrapped_link_is_one_account() {
    for text in [
        "otpauth://totp/One:ann?secret=JBSWY3DPEHPK3\n PXP&issuer=One\n",
        "otpauth://totp/One:ann?secret=JBSWY3DPEHPK3\nPXP&issuer=One\n",
        "otpauth://totp/One:ann?issuer=One&secret=JBSWY3DPEHP\nK3PXP\n",
        "otpauth://totp/One:ann?sec\nret=JBSWY3DPEHPK3PXP&iss\n",
        "otpauth://totp/One:ann\n  ?secret=JBSWY3DPEHPK3PXP\n  &issuer=One\n  &digits=6\n",
        "<otpauth://totp/One:ann?sec\nret=JBSWY3DP\nEHPK3PXP&iss\nuer=One>\n",
        "> otpauth://totp/One:ann?secret=JBSWY3DPEHPK3\n> PXP&issuer=One\n",
        "otpauth://totp/One:ann?secret=JBSWY3DPEHPK3=\nPXP&issuer=One\n",
        "otpauth://totp/One:ann?secret=3DJBSWY3DPEHPK3PXP=\n&issuer=3DOne\n",
        "Content-Transfer-Encoding: quoted-printable\n\notpauth://totp/One:ann?secret=3DJBSWY3DPEH=\nPK3PXP\n",
    ] {
        assert_eq!(told(&read(&format!("{text}{TWO}\n"))), BOTH, "{text}");
    }
    // A secret may begin with 3D, and a heading may look like the end of a secret.
    let text = format!("otpauth://totp/One:ann?secret=3DJBSWY3DPEHPK3P\nBANK\n{TWO}\n");
    let found = read(&text);
    assert_eq!(told(&found), ["One (ann) 3DJBSWY3DPEHPK3P 6", BOTH[1]]);
    assert_eq!(found.warnings, ["Line 2 holds no link and was not taken."]);
}

#[test]
fn names_with_blanks_quotes_and_signs_stay_whole() {
    for (line, name) in [
        ("otpauth://totp/My Bank #1:bob (home)?secret=JBSWY3DPEHPK3PXP&issuer=My Bank #1", "My Bank #1 (bob (home))"),
        ("'otpauth://totp/Bob's:x?secret=JBSWY3DPEHPK3PXP&issuer=Bob's Shop',", "Bob's Shop (x)"),
        ("\"otpauth://totp/My \\\"big\\\" shop:x?secret=JBSWY3DPEHPK3PXP\"", "My \"big\" shop (x)"),
        ("Scan otpauth://totp/My Site:x?secret=JBSWY3DPEHPK3PXP&issuer=My Site with the app", "My Site (x)"),
        ("otpauth://totp/A:b?secret=JBSWY3DPEHPK3PXP&issuer=Foo, Inc", "Foo, Inc (b)"),
        ("otpauth://totp/b?secret=JBSWY3DPEHPK3PXP&issuer=A (work)", "A (work) (b)"),
        ("otpauth://totp/What?:b?secret=JBSWY3DPEHPK3PXP", "What? (b)"),
        ("otpauth://totp/A:b?secret=JBSWY3DPEHPK3PXP&issuer=What?", "What? (b)"),
    ] {
        assert_eq!(told(&read(line)), [format!("{name} JBSWY3DPEHPK3PXP 6")], "{line}");
    }
}

#[test]
fn words_behind_a_secret_or_a_number_are_not_of_it() {
    let found = read(
        "otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXP GITHUB\notpauth://totp/B:b?secret=JBSWY3DPEHPK3PXP&digits=8 my old one\n\
         otpauth://totp/C:c?secret=JBSW Y3DP EHPK 3PXP home\n",
    );
    assert_eq!(told(&found), ["A (a) JBSWY3DPEHPK3PXP 6", "B (b) JBSWY3DPEHPK3PXP 8", "C (c) JBSWY3DPEHPK3PXP 6"]);
    assert_eq!(found.warnings, ["What stands beside the links was not taken: see lines 1, 2 and 3."]);
    let (kind, why) = refusal("otpauth://totp/A:a?secret=JBSW0Y3DPEHPK3PXP\n");
    assert_eq!(
        (kind, why.as_str()),
        (ErrorKind::ForeignDamaged, "the secret in the link can't be read: character 5 is 0: did the site show the letter O?")
    );
}

const UNCLEAR: &str = "it is not clear where the link ends: put all of it on one line, and nothing else";

#[test]
fn a_line_behind_a_link_is_not_added_to_its_secret_because_it_fits() {
    for (secret, next) in [
        // 26 letters are a secret of 128 bits.
        ("JBSWY3DPEHPK3PXPJBSWY3DPEE", "AMAZON"),
        ("jbswy3dpehpk3pxpjbswy3dpee", "amazon"),
        ("JBSWY3DPEHPK3PXPJBSQ", "BANK"),
        ("JBSWY3DPEHPK3PXP", "    WORK"),
        ("JBSWY3DPEHPK3PXP", "\tADMIN"),
        ("JBSWY3DPEHPK3PXPGEZDGNBVGY3TQOJQ", "  BACKUP"),
        ("JBSWY3DPEHPK3PXPAA=", "Hello there"),
        ("JBSWY3DPEHPK3PXP=", "GITHUB"),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEE======", "GITHUB"),
    ] {
        let found = read(&format!("otpauth://totp/One:ann?issuer=One&secret={secret}\n{next}\n{TWO}\n"));
        let secret = secret.trim_end_matches('=').to_ascii_uppercase();
        assert_eq!(told(&found), [format!("One (ann) {secret} 6"), BOTH[1].to_owned()], "{secret} {next}");
        assert_eq!(found.warnings, ["Line 2 holds no link and was not taken."], "{secret} {next}");
    }
    // A secret that was stored before with the words behind it.
    for (line, secret) in [
        ("JBSWY3DPEHPK3PXPJBSWY3DPEE GITHUB", "JBSWY3DPEHPK3PXPJBSWY3DPEE"),
        ("JBSWY3DPEE GITHUB", "JBSWY3DPEE"),
        ("jbswy3dpehpk3pxpjbswy3dpee please scan it", "JBSWY3DPEHPK3PXPJBSWY3DPEE"),
        ("jbswy3dp and then some text", "JBSWY3DP"),
        ("JBSWY3DP OK", "JBSWY3DP"),
        ("JBSW Y3DP EHPK 3PXP OK", "JBSWY3DPEHPK3PXP"),
    ] {
        let found = read(&format!("otpauth://totp/One:ann?secret={line}\n"));
        assert_eq!(told(&found), [format!("One (ann) {secret} 6")], "{line}");
        assert_eq!(found.warnings, ["What stands beside the links was not taken: see line 1."], "{line}");
    }
}

#[test]
fn a_link_that_may_go_on_or_not_is_refused_and_its_line_named() {
    for text in [
        "steam://JBSWY3DP\n EHPK3PXP\n",
        "otpauth://totp/One:ann?secret=JBSWY3DPEHPK3\nPXP\n",
        "otpauth://totp/One:ann?secret=JBSWY3DPEHPK3PXP\n GEZDGNBVGY3TQOJQ\n",
        "otpauth://totp/One:ann?secret=JBSWY3DPEHPK3PXP\nGEZDGNBVGY3TQOJQ\n",
        "otpauth://totp/One:ann?secret=JBSWY3DPEHPK3PXP&period=6\n 0\n",
        "otpauth://totp/One:ann?secret=JBSWY3DPEHPK3PXP&digits=1\n0\n",
        "otpauth://hotp/One:ann?secret=JBSWY3DPEHPK3PXP&counter=12\n345\n",
        "otpauth://totp/Some Long\n Name:ann?secret=JBSWY3DPEHPK3PXP\n",
        "otpauth://totp/One:ann?secret=jbsw y3dp ehpk 3pxp with this code\n",
        "otpauth://totp/One:ann?secret=JBSWY3DP BUSINESS\n",
    ] {
        let found = read(&format!("{text}{TWO}\n"));
        assert_eq!((told(&found), reasons(&found)), (vec![BOTH[1].to_owned()], vec![&*format!("line 1: {UNCLEAR}")]), "{text}");
    }
}

#[test]
fn parameters_that_are_wrapped_are_read_as_they_were() {
    let parameters = |text: &str| {
        let credential = &read(text).drafts[0].credential;
        (credential.algorithm.clone(), credential.digits, credential.period)
    };
    let one = |rest: &str| format!("{ONE}{rest}\n{TWO}\n");
    for (text, told) in [
        (one("&digits=\n 8"), (Algorithm::Sha1, 8, 30)),
        (one("&dig\n its=8"), (Algorithm::Sha1, 8, 30)),
        (one("&dig\nits=8"), (Algorithm::Sha1, 8, 30)),
        (one("&algorithm=SHA\n 512"), (Algorithm::Sha512, 6, 30)),
        (one("&algorithm=SHA 256"), (Algorithm::Sha256, 6, 30)),
        (one("&algorithm=SHA-256 (default)"), (Algorithm::Sha256, 6, 30)),
        (one("&digits=8&\nperiod=60"), (Algorithm::Sha1, 8, 60)),
        (format!("> my link: {ONE}&dig\n> its=8&period=60\n"), (Algorithm::Sha1, 8, 60)),
        (format!("NOTE:{ONE}&digi\n ts=8\n"), (Algorithm::Sha1, 8, 30)),
        (one("&digits=\nRegards"), (Algorithm::Sha1, 6, 30)),
        (one("&digits=8\nRegards"), (Algorithm::Sha1, 8, 30)),
    ] {
        assert_eq!(parameters(&text), told, "{text}");
    }
    for (text, name) in [
        ("otpauth://totp/A:a?secret=\nJBSWY3DPEHPK3PXP", "A (a)"),
        ("otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXP&issuer=My%2\n0Bank", "My Bank (a)"),
        ("otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXP&issuer=100%\nBank", "100% (a)"),
        ("'otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXP&issuer=Git\nHub'", "GitHub (a)"),
    ] {
        assert_eq!(told(&read(text)), [format!("{name} JBSWY3DPEHPK3PXP 6")], "{text}");
    }
}

#[test]
fn a_secret_that_begins_with_3d_is_not_taken_for_mail() {
    for text in [
        "otpauth://totp/3D Print:x?secret=3DJBSWY3DPEHPK3P&issuer=3D Print\n".to_owned(),
        "otpauth://totp/3D Print:x?secret=3DJBSWY3DPEHPK3P&issuer=3D Print\nThis is no quoted-printable text=\n".to_owned(),
    ] {
        assert_eq!(told(&read(&text)), ["3D Print (x) 3DJBSWY3DPEHPK3P 6"], "{text}");
    }
    let said = "content-transfer-encoding: Quoted-Printable\n\n";
    let mail = read(&format!("{said}otpauth://totp/A:a?secret=3DJBSWY3DPEHPK3PXP&iss=\nuer=3DB=FCro\n"));
    assert_eq!(told(&mail), ["Büro (a) JBSWY3DPEHPK3PXP 6"]);
    let bare = read("otpauth://totp/A:a?secret=3DJBSWY3DPEHPK3PXP&issuer=3DA\n");
    assert_eq!(told(&bare), ["A (a) JBSWY3DPEHPK3PXP 6"]);
}

#[test]
fn a_quote_or_bracket_that_is_not_closed_swallows_no_lines() {
    for (text, beside) in [
        (format!("<{ONE}\nRegards\nBob <bob@x.example>\n"), "Lines 2 and 3 hold no link and were not taken."),
        (format!(">{ONE}\n>Regards, Bob\n><bob@x.example>\n"), "Lines 2 and 3 hold no link and were not taken."),
        (format!("({ONE}\nsee :)\n"), "Line 2 holds no link and was not taken."),
        (format!("\"{ONE}\nRegards\nBob \"Bobby\" Tables\n"), "Lines 2 and 3 hold no link and were not taken."),
        (format!("*{ONE}\n*not important*\n"), "Line 2 holds no link and was not taken."),
    ] {
        let found = read(&text);
        assert_eq!((told(&found), found.warnings), (vec![BOTH[0].to_owned()], vec![beside.to_owned()]), "{text}");
    }
}

#[test]
fn words_behind_an_issuer_that_the_label_names_are_not_of_it() {
    for line in [
        format!("{ONE} (old phone)"),
        format!("{ONE} - my main account"),
        format!("{ONE} # comment"),
        format!("one = {ONE} ; work"),
        format!("name=A;uri={ONE};pw=hunter2"),
        format!("One: {ONE} is the new one"),
        format!("<{ONE}|{ONE}>"),
        format!("||{ONE}|| look"),
    ] {
        let found = read(&line);
        assert_eq!(told(&found), [BOTH[0]], "{line}");
        assert!(
            line.starts_with(['<', '|']) || found.warnings == ["What stands beside the links was not taken: see line 1."],
            "{line}"
        );
    }
    let shops =
        "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&issuer=My Shop otpauth://totp/b?secret=GEZDGNBVGY3TQOJQ&issuer=Other Shop";
    assert_eq!(told(&read(shops)), ["My Shop (a) JBSWY3DPEHPK3PXP 6", "Other Shop (b) GEZDGNBVGY3TQOJQ 6"]);
    let unnamed = read("name=A;uri=otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&issuer=Shop;pw=hunter2");
    assert_eq!(told(&unnamed), ["Shop (a) JBSWY3DPEHPK3PXP 6"]);
}

#[test]
fn escapes_are_undone_and_backslashes_of_names_kept() {
    for (text, name) in [
        ("otpauth://totp/X:CORP\\_svc?secret=JBSWY3DPEHPK3PXP&issuer=X", "X (CORP\\_svc)"),
        ("otpauth://totp/X:CORP\\nina?secret=JBSWY3DPEHPK3PXP&issuer=X", "X (CORP\\nina)"),
        ("$x = 'otpauth://totp/B\\'s:b?secret=JBSWY3DPEHPK3PXP&issuer=B\\'s';", "B's (b)"),
        ("{\"x\":\"otpauth:\\/\\/totp\\/\\ud83d\\ude00:b?secret=JBSWY3DPEHPK3PXP\"}\n{\"x\":1}\n", "😀 (b)"),
    ] {
        assert_eq!(told(&read(text)), [format!("{name} JBSWY3DPEHPK3PXP 6")], "{text}");
    }
}

#[test]
fn links_behind_others_and_in_lists_of_lists_are_taken_once_each() {
    let encoded = "otpauth%3A%2F%2Ftotp%2FTwo%3Abob%3Fsecret%3DGEZDGNBVGY3TQOJQ";
    for text in [
        format!("{ONE},{encoded}\n"),
        format!("{ONE};{encoded}\n"),
        format!("[\"{ONE}\", {{\"k\": \"{TWO}\"}}]"),
        format!("[\"{ONE}\", [[\"{TWO}\"]]]"),
        format!("<a href=\"{ONE}\">{ONE}</a>\n<a href='{TWO}'>{TWO}</a>\n"),
        format!("{ONE}<{ONE}>\n{TWO}\n"),
    ] {
        assert_eq!(told(&read(&text)), BOTH, "{text}");
    }
    let kept = read(&format!("{ONE}\n{ONE}\n"));
    assert_eq!(told(&kept), [BOTH[0], BOTH[0]]);
}

#[test]
fn what_stands_beside_the_links_is_said_and_so_is_a_link_in_a_comment() {
    let found = read(&format!("My codes\n---\nOne: {ONE}\n# {TWO}\n#{TWO}\n# bye\n"));
    assert_eq!(told(&found), [BOTH[0]]);
    assert_eq!(
        found.warnings,
        [
            "The links in lines 4 and 5 were not taken: they stand in comments, behind a #.",
            "What stands beside the links was not taken: see line 3.",
            "Line 1 holds no link and was not taken."
        ]
    );
    let commented =
        (ErrorKind::ForeignDamaged, "The link in line 1 was not taken: it stands in a comment, behind a #".to_owned());
    assert_eq!(refusal(&format!("# {ONE}\n")), commented);
    let none = (ErrorKind::UnknownFormat, "the text holds no link and is of no known format".to_owned());
    assert_eq!(refusal("just some words: and more\n"), none);
}

#[test]
fn links_under_any_key_of_json_are_taken_but_not_those_of_a_file_that_is_cut() {
    let found = read(&format!("{{\"a\": {{\"b\": [{{\"any key\": \"{ONE}\"}}, 7]}}, \"c\": \"{TWO}\", \"d\": \"e\"}}"));
    assert_eq!(told(&found), BOTH);
    assert_eq!(found.warnings, ["This JSON is of no known format: only the links in it were taken."]);
    let (kind, why) = refusal(&format!("{{\"a\": [\"{ONE}\", \"{TWO}\""));
    assert_eq!(kind, ErrorKind::ForeignDamaged);
    assert!(why.starts_with("the file is damaged JSON"), "{why}");
}

#[test]
fn a_second_question_mark_ends_a_value_and_links_cut_short_are_refused() {
    let found = read(
        "otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXP?issuer=My%20A\notpauth://totp/B:b?issuer=B?secret=GEZDGNBVGY3TQOJQ?digits=8\n\
         otpauth://totp?secret=JBSWY3DPEHPK3PXP\notpauth://totp/T:al@proxy.example:3080?secret=GEZDGNBVGY3TQOJQ\n\
         otpauth://totp/A:b\notpauth://totp/A:b?secret=\notpauth://to\notpauth://totp/A:b?secret=JBSWY3DP&secret=GEZDGNBV\n",
    );
    assert_eq!(
        told(&found),
        [
            "My A (a) JBSWY3DPEHPK3PXP 6",
            "B (b) GEZDGNBVGY3TQOJQ 8",
            "unnamed JBSWY3DPEHPK3PXP 6",
            "T (al@proxy.example:3080) GEZDGNBVGY3TQOJQ 6"
        ]
    );
    assert_eq!(
        reasons(&found),
        [
            "line 5: the link holds no secret",
            "line 6: the link holds no secret",
            "line 7: the link does not say which type of code it is for",
            "line 8: the link holds two secrets"
        ]
    );
}

#[test]
fn every_spelling_of_one_hash_is_that_hash_and_no_other() {
    for (name, hash) in [
        ("Algorithm.sha1", Algorithm::Sha1),
        ("HmacSHA256", Algorithm::Sha256),
        ("HMAC-SHA-256", Algorithm::Sha256),
        ("sha-512", Algorithm::Sha512),
        ("SHA_1", Algorithm::Sha1),
        ("kSHA384", Algorithm::Sha384),
        ("hmac.md5", Algorithm::Md5),
        ("totp_sha224_hash", Algorithm::Sha224),
    ] {
        assert_eq!(Algorithm::from_name(name), hash, "{name}");
    }
    for name in ["SHA1withSHA256", "SHA-512/256", "SHA3-256", "SHA", "SHA1024", "Whirlpool", ""] {
        assert_eq!(Algorithm::from_name(name), Algorithm::Other(name.to_owned()), "{name}");
    }
}

#[test]
fn a_refused_secret_says_which_character_is_wrong_and_what_it_may_have_been() {
    for (secret, why) in [
        ("JBSW 0Y3D", "character 5 is 0: did the site show the letter O?"),
        ("JBSW-1Y3D", "character 5 is 1: did the site show the letter I or L?"),
        ("JBSW8Y3D", "character 5 is 8: did the site show the letter B?"),
        (
            "JBSWY3DP%3D%3D",
            "character 9 is %, as links write other characters: %3D at the end stands for =, which may be left out",
        ),
        ("JBSW=Y3DP", "character 5 is =, which stands only at the end: is there more than one secret?"),
        ("JBSWЁ3DP", "character 5 is a letter of another alphabet than A to Z"),
        ("JBSW_Y3DP", "character 5 is neither a letter nor a digit"),
        ("0123456789abcdef0123456789abcdef01234567", "its 40 characters look like hexadecimal, not base32"),
        ("zvIayjCr+5bSbzsYYGOcbqVFVfc=", "it looks like base64, as in Steam's files, not base32"),
        ("A", "it is too short"),
        (" - ", "it is empty"),
        (ONE, "it is a link, not a secret"),
    ] {
        assert_eq!(Kind::Totp.read_secret(secret), None, "{secret}");
        assert_eq!(Kind::Totp.why_no_secret(secret), why, "{secret}");
    }
}

#[test]
fn control_characters_in_what_is_imported_become_spaces_and_that_is_said() {
    let links = "otpauth://totp/A%1B%5B31mred:b%0Ac?secret=JBSWY3DPEHPK3PXP\notpauth://totp/Good:b?secret=GEZDGNBVGY3TQOJQ\n\
                 otpauth://totp/Up%E2%80%AEside:d%C2%9Be?secret=JBSWY3DPEHPK3PXQ&algorithm=x%07y\n";
    let intake = Intake::elsewhere(transfer::by_id("otpauth").unwrap(), read(links));
    let names: Vec<(&str, &str)> =
        intake.found.drafts.iter().map(|draft| (draft.issuer.as_str(), draft.account.as_str())).collect();
    assert_eq!(names, [("A [31mred", "b c"), ("Good", "b"), ("Up side", "d e")]);
    assert_eq!(intake.found.warnings, ["Control characters in the texts of 2 accounts were replaced with spaces."]);
    assert_eq!(no_codes(&intake.found.drafts[2]).unwrap(), "the hash x y is not known");
    assert_eq!(no_codes(&intake.found.drafts[1]), None);
}

#[test]
fn a_megabyte_of_anything_is_read_in_a_moment() {
    let long = |piece: &str| piece.repeat((1 << 20) / piece.len());
    for piece in [
        "otpauth://",
        "otpauth://totp/A?secret=JBSW\n",
        "otpauth://totp/A?secret=JBSW ",
        "\"otpauth://totp/A?secret=JBSW\n",
        "(otpauth://totp/A?secret=(((\n",
        "<otpauth%3A%2F%2F",
        "motp://a?b&c=d&",
        "x\n",
        "\\u0026&amp;://",
        "otpauth://totp/A?secret=JBSW=3D=\n",
        "'a' ",
        "&c",
        "?",
        " AAA",
        "otpauth%3A%2F%2Fx",
        "?secret=&amp;",
        "\"otpauth://\n",
        &format!("\"otpauth://totp/A?secret=A\n{}", format!("{}\n", "x".repeat(1000)).repeat(62)),
        &format!("otpauth://totp/A?secret=A\n{}", format!("{}&pin=1\n", "x".repeat(100)).repeat(62)),
        &format!("otpauth-migration://offline?data=A\n{}", format!("{}\n", "x".repeat(1000)).repeat(62)),
    ] {
        let begin = Instant::now();
        let _ = transfer::read(long(piece).as_bytes(), None);
        let _ = transfer::read(format!("\"otpauth://totp/A?secret={}", long(piece)).as_bytes(), None);
        assert!(begin.elapsed().as_secs() < 20, "{:.80} took {:?}", piece, begin.elapsed());
    }
}

#[test]
fn paths_are_read_as_terminals_paste_them() {
    use countersign::tui::widget::path::dropped;
    for (text, paths) in [
        ("/tmp/a b.txt", &["/tmp/a b.txt"][..]),
        ("/tmp/a\\ b\\(1\\).txt ", &["/tmp/a b(1).txt"]),
        ("'/tmp/a b' '/tmp/it'\\''s'", &["/tmp/a b", "/tmp/it's"]),
        ("\"C:\\Users\\Ann Lee\\codes.json\"", &["C:\\Users\\Ann Lee\\codes.json"]),
        ("C:\\Users\\ann\\codes.json", &["C:\\Users\\ann\\codes.json"]),
        ("file:///tmp/a%20b.txt\r\nfile://host/tmp/c", &["/tmp/a b.txt", "/tmp/c"]),
        ("file:/tmp/a", &["/tmp/a"]),
        ("~/a.json /tmp/b.json", &["~/a.json", "/tmp/b.json"]),
        ("/tmp/Bob's file", &["/tmp/Bob's file"]),
        ("My\\ File", &["My File"]),
        ("my file", &["my file"]),
    ] {
        assert_eq!(dropped(text), paths.iter().map(std::path::PathBuf::from).collect::<Vec<_>>(), "{text}");
    }
}
