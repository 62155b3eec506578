//! Names that stand in a file come in with the account, and what a program writes for no name does not.

use countersign::transfer::{self, Found};
use serde_json::json;

const SECRET: &str = "JBSWY3DPEHPK3PXP";

fn read(text: &str) -> Found {
    transfer::read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{error}: {text}")).1
}

fn labels(found: &Found) -> Vec<String> {
    found.drafts.iter().map(|draft| draft.label()).collect()
}

fn bitwarden(name: &str, user: Option<&str>, totp: &str) -> String {
    json!({"encrypted": false, "items": [{"type": 1, "name": name, "login": {"username": user, "totp": totp}}]}).to_string()
}

#[test]
fn what_a_program_writes_for_nothing_is_no_name() {
    for nothing in ["null", "undefined", "(null)", "None"] {
        let link = |label: &str| format!("otpauth://totp/{label}?secret={SECRET}");
        for (name, user, code, wanted) in [
            (format!(":{nothing}"), None, link(""), "unnamed"),
            (nothing.to_owned(), Some(nothing), SECRET.to_owned(), "unnamed"),
            (format!("Shop:{nothing}"), None, link(&format!("Shop:{nothing}")), "Shop"),
            (format!("Shop:{nothing}"), None, SECRET.to_owned(), "Shop"),
            ("Shop".to_owned(), Some(nothing), SECRET.to_owned(), "Shop"),
            ("Nonesuch".to_owned(), Some("nullius"), SECRET.to_owned(), "Nonesuch (nullius)"),
        ] {
            assert_eq!(labels(&read(&bitwarden(&name, user, &code))), [wanted], "{name} {user:?} {code}");
        }
        let table = format!("title,username,totp\nShop,{nothing},{SECRET}\n{nothing},anna,{SECRET}\n");
        assert_eq!(labels(&read(&table)), ["Shop", "anna"], "{table}");
        let andotp = json!([{"secret": SECRET, "issuer": nothing, "label": "anna", "type": "TOTP", "algorithm": "SHA1"}]);
        assert_eq!(labels(&read(&andotp.to_string())), ["anna"], "{nothing}");
        assert_eq!(labels(&read(&format!("otpauth://totp/anna?secret={SECRET}&issuer={nothing}"))), ["anna"], "{nothing}");
    }
}

#[test]
fn several_one_time_passwords_of_one_item_keep_the_titles_of_their_fields() {
    let notes = |text: String| read(&text).drafts.into_iter().map(|draft| draft.note).collect::<Vec<_>>();
    let field = |title: &str| json!({"title": title, "id": "TOTP_1", "value": {"totp": SECRET}});
    let onepassword = json!({"accounts": [{"vaults": [{"items": [{
        "overview": {"title": "Shop"},
        "details": {"notesPlain": "call first", "sections": [{"fields": [field("one-time password"), field("Admin")]}]},
    }]}]}]});
    assert_eq!(notes(onepassword.to_string()), ["call first", "call first\nAdmin"]);
    let proton = json!({"vaults": {"v": {"name": "Personal", "items": [{"data": {
        "metadata": {"name": "Shop"},
        "content": {"totpUri": SECRET},
        "extraFields": [{"fieldName": "Admin", "type": "totp", "data": {"totpUri": SECRET}}],
    }}]}}});
    assert_eq!(read(&proton.to_string()).drafts[1].raw, Some(json!({"kept": {"fieldName": "Admin"}})));
    let keeper = json!({"shared_folders": [], "records": [{"title": "Shop", "$type": "login", "login": "hugo", "custom_fields": {
        "$oneTimeCode": SECRET, "$oneTimeCode:Admin:2": SECRET,
    }}]});
    assert_eq!(notes(keeper.to_string()), ["", "Admin"]);
    let enpass = format!(
        "\"Shop\",\"Username\",\"anna\",\"TOTP\",\"{SECRET}\",\"Admin code\",\"otpauth://totp/?secret={SECRET}\",\"call\"\n"
    );
    assert_eq!(notes(enpass), ["call", "call\nAdmin code"]);
}

fn freeotp_plus(token: serde_json::Value) -> Found {
    let mut whole = json!({"secret": [49, 50, 51, 52, 53, 54, 55, 56, 57, 48], "digits": 6, "period": 30, "algo": "SHA1"});
    whole.as_object_mut().unwrap().extend(token.as_object().unwrap().clone());
    read(&json!({"tokenOrder": [], "tokens": [whole]}).to_string())
}

#[test]
fn the_counter_of_freeotp_plus_is_that_of_the_next_code() {
    for (stored, next) in [(-1, 0), (0, 0), (1, 1), (41, 41)] {
        let found = freeotp_plus(json!({"label": "vpn", "type": "HOTP", "counter": stored}));
        assert_eq!(found.drafts[0].credential.counter, next, "stored as {stored}");
    }
}

#[test]
fn names_that_the_user_gave_in_freeotp_win_and_the_others_are_kept() {
    let found = freeotp_plus(json!({
        "type": "TOTP", "issuerExt": "Keycloak", "issuerAlt": "Work VPN", "label": "user-17", "labelAlt": "anna (prod)",
        "category": "work", "alias": "Own name",
    }));
    let draft = &found.drafts[0];
    assert_eq!((draft.issuer.as_str(), draft.account.as_str()), ("Work VPN", "anna (prod)"));
    assert_eq!((draft.tags.as_slice(), draft.note.as_str()), (&["work".to_owned()][..], "Own name"));
    assert_eq!(draft.raw, Some(json!({"kept": {"issuerExt": "Keycloak", "label": "user-17"}})));
}

#[test]
fn blanks_are_no_name_and_each_category_is_a_tag() {
    let found = freeotp_plus(json!({"type": "HOTP", "label": "anna", "labelAlt": " ", "category": ["a", "b"], "counter": "-1"}));
    let draft = &found.drafts[0];
    assert_eq!((draft.account.as_str(), draft.credential.counter), ("anna", 0));
    assert_eq!(draft.tags, ["a", "b"]);
}

/// People write into the field of a one-time password that they have none, or how the code comes.
#[test]
fn a_word_in_the_field_of_a_password_manager_is_no_secret() {
    let field = |code: &str| json!({"title": "one-time password", "value": {"totp": code}});
    let puxed = |code: &str| {
        let item = |code: &str| json!({"overview": {"title": "Shop"}, "details": {"sections": [{"fields": [field(code)]}]}});
        json!({"accounts": [{"vaults": [{"items": [item(code)]}]}]}).to_string()
    };
    for word in ["yes", "SMS", "TOTP", "Authy", "todo", "Google Authenticator"] {
        for (file, name) in [
            (bitwarden("Shop", None, word), "Shop: "),
            (format!("folder,type,name,login_totp\n,login,Shop,{word}\n"), "Shop: "),
            (format!("Title,Url,Username,Password,OTPAuth\nShop,,anna,pw,{word}\n"), "Shop: "),
            (puxed(word), "Shop: "),
            (format!("Display_Name,Login_Username,Login_TOTP\nShop,anna,{word}\n"), "Shop: "),
            (format!("Group,Title,Username,TOTP,Last Modified\nRoot,Shop,anna,{word},\n"), "Shop: "),
            (format!("Title,TimeOtp-Secret-Base32\nShop,{word}\n"), "Shop: "),
            (format!("Title,TOTP Seed\nShop,{word}\n"), "Shop: "),
            (format!("Shop,Username,anna,Password,pw,2FA,{word},\n"), "Shop: "),
            (format!(",Shop,anna,pw,,,,TFC:Keeper,{word}\n"), "Shop: "),
            (format!("hunter2\ntotp: {word}\n"), ""),
        ] {
            let error = transfer::read(file.as_bytes(), None).err().unwrap_or_else(|| panic!("{file}")).what;
            let why = "a word stands where the secret should be, or a text too short for one";
            assert_eq!(error, format!("no entry could be read; entry 1: {name}{why}"), "{file}");
        }
    }
    for secret in ["ABC", "DFDFDEF", "fsfsfsfsefefef"] {
        let found = read(&bitwarden("Shop", None, secret));
        assert_eq!(found.drafts.len(), 1, "{secret}");
    }
}

/// "entry 3" had to be counted in a file that nobody can read. A name that is a link would show its secret.
#[test]
fn an_entry_that_is_refused_is_named_by_what_stands_in_it() {
    const BAD: &str = "JBSWY3DPEHPK3PX0";
    let aegis = |entry| json!({"version": 1, "header": {"slots": null}, "db": {"version": 2, "entries": [entry]}});
    let twofas = |service| json!({"services": [service], "schemaVersion": 4});
    let stratum = |one| json!({"Authenticators": [one], "Categories": [], "AuthenticatorCategories": []});
    let bitwarden = |item| json!({"encrypted": false, "items": [item]});
    let proton = |uri: String| json!({"version": 1, "entries": [{"id": "1", "content": {"uri": uri, "entry_type": "Totp", "name": "hugo"}}]});
    for (file, wanted) in [
        (aegis(json!({"type": "totp", "name": "hugo", "issuer": "Shop", "info": {"secret": BAD}})), "Shop"),
        (aegis(json!({"type": "totp", "name": "hugo", "issuer": "", "info": {"secret": BAD}})), "hugo"),
        (aegis(json!({"type": "totp", "name": format!("otpauth://totp/A?secret={SECRET}"), "info": {"secret": BAD}})), ""),
        (json!([{"secret": BAD, "issuer": "null", "label": "anna", "type": "TOTP", "algorithm": "SHA1"}]), "anna"),
        (twofas(json!({"name": "Shop", "secret": BAD, "otp": {"account": "hugo"}})), "Shop"),
        (twofas(json!({"secret": BAD, "otp": {"account": "hugo"}})), "hugo"),
        (stratum(json!({"Type": 2, "Issuer": "Shop", "Username": "hugo", "Secret": BAD})), "Shop"),
        (bitwarden(json!({"type": 1, "name": "Shop", "login": {"username": "hugo", "totp": BAD}})), "Shop"),
        (proton(format!("otpauth://totp/Shop:hugo?secret={BAD}")), "hugo"),
        (json!({"a": {"account": "hugo", "issuer": "Shop", "secret": BAD, "type": "totp", "index": 0}}), "Shop"),
    ] {
        let text = file.to_string();
        let error = transfer::read(text.as_bytes(), None).err().unwrap().what;
        let name = if wanted.is_empty() { String::new() } else { format!("{wanted}: ") };
        let what = if text.contains("\"uri\"") { "the secret in the link" } else { "the secret" };
        let why = format!(
            "no entry could be read; entry 1: {name}{what} can't be read: character 16 is 0: did the site show the letter O?"
        );
        assert_eq!(error, why, "{text}");
    }
}

/// An item called "Work GitHub" came in as its link calls it, and nobody was told.
#[test]
fn names_beside_a_link_that_names_itself_otherwise_are_said() {
    let link = format!("otpauth://totp/GitHub:anna?secret={SECRET}&issuer=GitHub");
    let said = |text: &str| {
        let found = read(text);
        assert!(labels(&found).iter().all(|label| label == "GitHub (anna)"), "{text}");
        found.warnings.into_iter().filter(|warning| warning.contains("other names")).collect::<Vec<_>>()
    };
    let one = |names: &str| vec![format!("1 link has other names than what stands beside it, which was not taken: {names}")];
    for (title, user, names) in [
        ("Work GitHub", Some("anna2"), "Work GitHub, anna2"),
        ("GitHub", Some("anna"), ""),
        ("GITHUB (anna)", None, ""),
        ("github", Some("Anna"), ""),
        ("GitHub", Some("anna@example.org"), "anna@example.org"),
    ] {
        let wanted = if names.is_empty() { Vec::new() } else { one(names) };
        assert_eq!(said(&bitwarden(title, user, &link)), wanted, "{title} {user:?}");
    }
    assert_eq!(said(&format!("title,username,password,notes,totp\nMine,me,hunter2,call first,{link}\n")), one("Mine, me"));
    let onepassword = json!({"accounts": [{"vaults": [{"items": [{
        "overview": {"title": "Work GitHub"},
        "details": {"loginFields": [], "sections": [{"fields": [{"title": "one-time password", "id": "TOTP_1", "value": {"totp": link}}]}]},
    }]}]}]});
    assert_eq!(said(&onepassword.to_string()), one("Work GitHub"));
    let rows: String = (1..=5).map(|at| format!("Mine {at},,{link}\n")).collect();
    let many = "5 links have other names than what stands beside it, which was not taken: Mine 1; Mine 2; Mine 3 …";
    assert_eq!(said(&format!("title,username,totp\n{rows}")), [many]);
    // Without a header, what stands there may be a password.
    assert_eq!(said(&format!("Mine,hunter2,{link}\n")), [] as [&str; 0]);
}
