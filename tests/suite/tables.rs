//! Tables of other programs and of people: which cell is a secret, which row is the header, and what names an account.

use countersign::error::ErrorKind;
use countersign::secret::SecretText;
use countersign::transfer::{self, Draft, Found};

const SECRET: &str = "JBSWY3DPEHPK3PXP";

fn read(text: &str) -> Found {
    transfer::read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{error}: {text}")).1
}

fn refusal(text: &str) -> (ErrorKind, String) {
    match transfer::read(text.as_bytes(), None) {
        Ok((_, found)) => panic!("{text} was taken: {found:?}"),
        Err(error) => (error.kind, error.what),
    }
}

/// Issuer, account and secret of each account.
fn told(found: &Found) -> Vec<String> {
    let secret = |draft: &Draft| -> SecretText { draft.credential.secret_text() };
    found.drafts.iter().map(|draft| format!("{}|{}|{}", draft.issuer, draft.account, secret(draft).expose())).collect()
}

#[test]
fn a_table_is_read_with_any_delimiter_and_whatever_stands_above_its_header() {
    for text in [
        "issuer,account,secret\nOffice,anna,SECRET\n",
        "issuer;account;secret\r\nOffice;anna;SECRET\r\n",
        "issuer\taccount\tsecret\nOffice\tanna\tSECRET\n",
        "issuer | account | secret\nOffice | anna | SECRET\n",
        "| issuer | account | secret |\n| Office | anna | SECRET |\n",
        "\u{feff}\"issuer\",\"account\",\"secret\"\n\"Office\",\"anna\",\"SECRET\"\n",
        "sep=;\nissuer;account;secret\nOffice;anna;SECRET\n",
        "\"sep=|\"\r\nissuer|account|secret\r\nOffice|anna|SECRET\r\n",
        "My accounts\n\nas of 2024\nissuer,account,secret\nOffice,anna,SECRET\n",
        "\"My accounts, all of them\",,\nissuer,account,secret\nOffice,anna,SECRET\n",
        "Issuer;Account;Notes;Secret\nOffice;anna;\"one; two\nthree\";SECRET\n",
    ] {
        let found = read(&text.replace("SECRET", SECRET));
        assert_eq!(told(&found), [format!("Office|anna|{SECRET}")], "{text}");
        assert_eq!(found.skipped, [], "{text}");
    }
}

#[test]
fn a_first_row_that_holds_data_is_no_header() {
    for text in [
        "Office,anna,hunter2,otpauth://totp/Office:anna?secret=SECRET\nBank,bob,x,otpauth://totp/Bank:bob?secret=SECRET\n",
        "Office,anna,SECRET\nBank,bob,SECRET\n",
        "Office;https://office.example;anna;hunter2;SECRET\nBank;https://bank.example;bob;correcthorse;SECRET\n",
        "Office,anna,jbsw y3dp ehpk 3pxp\nBank,bob,jbsw-y3dp-ehpk-3pxp\n",
        "Office\tanna\totpauth://totp/?secret=SECRET\nBank\tbob\totpauth://totp?secret=SECRET\n",
        "\"Office\",\"Username\",\"anna\",\"Password\",\"x\",\"TOTP\",\"SECRET\",\"\"\n\"Bank\",\"Email\",\"bob\",\"TOTP\",\"SECRET\"\n",
    ] {
        let found = read(&text.replace("SECRET", SECRET));
        assert_eq!(told(&found), [format!("Office|anna|{SECRET}"), format!("Bank|bob|{SECRET}")], "{text}");
    }
}

#[test]
fn names_that_only_their_place_tells_are_said_to_be_a_guess() {
    let found = read(&format!("Dienst;Konto;Geheimnis\nOffice;anna;{SECRET}\n"));
    assert_eq!(told(&found), [format!("Office|anna|{SECRET}")]);
    assert_eq!(
        found.warnings,
        [
            "The table does not tell what its columns are: the first ones were taken for issuer and account, so check the names.",
            "1 row above the first secret was not taken."
        ]
    );
}

#[test]
fn a_word_is_never_a_secret() {
    for word in ["yes", "SMS", "TOTP", "Authenticator", "AUTHENTICATOR", "security key", "app", "enabled", "2345672345"] {
        for column in ["2FA", "TOTP", "otp", "MFA", "Two-factor authentication"] {
            let text = format!("title,username,{column}\nOffice,anna,{word}\nBank,bob,{SECRET}\n");
            let found = read(&text);
            assert_eq!(told(&found), [format!("Bank|bob|{SECRET}")], "{text}");
            let reason = "Office: a word stands where the secret should be, or a text too short for one";
            assert_eq!(found.skipped.iter().map(|skipped| skipped.reason.as_str()).collect::<Vec<_>>(), [reason], "{text}");
        }
    }
    for nothing in ["no", "None", "-", "n/a", "false", "0"] {
        let found = read(&format!("title,username,2FA\nOffice,anna,{nothing}\nBank,bob,{SECRET}\n"));
        assert_eq!((told(&found).len(), found.skipped.len()), (1, 0), "{nothing}");
        assert_eq!(found.warnings, ["1 item has no one-time password."], "{nothing}");
    }
}

#[test]
fn a_column_that_only_says_whether_there_is_a_second_factor_does_not_hide_the_secret() {
    let found = read(&format!("title,username,OTP,2FA,TOTP secret\nOffice,anna,,yes,{SECRET}\nBank,bob,SMS,no,\n"));
    assert_eq!(told(&found), [format!("Office|anna|{SECRET}")]);
    assert_eq!(found.skipped.len(), 1);
}

#[test]
fn a_column_without_a_known_name_is_one_of_secrets_only_where_all_its_cells_are() {
    for text in [
        "Office,anna,SECRET\nBank,bob,ask Carl\n",
        "Service,Login,Wert\nOffice,anna,SECRET\nBank,bob,hunter2\n",
        "Office,SECRET,SECRET\nBank,SECRET,SECRET\n",
    ] {
        let wanted = "no single column of the table holds secrets and nothing else".to_owned();
        assert_eq!(refusal(&text.replace("SECRET", SECRET)), (ErrorKind::ForeignDamaged, wanted), "{text}");
    }
    for text in ["Shop,anna,correcthorse\n", "GitHub, the site, CONSECTETUR\n", "a,b\nc,d\n", "Name,Phone\nAnna,2345672345\n"] {
        assert_eq!(refusal(text).0, ErrorKind::UnknownFormat, "{text}");
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_the_rows_below_it() {
    let refused = refusal(&format!("title,totp\nA,{SECRET}\n\"B,{SECRET}\nC,{SECRET}\n"));
    assert_eq!(refused, (ErrorKind::ForeignDamaged, "a quoted cell of the table has no end".to_owned()));
}

#[test]
fn an_account_without_any_name_is_reported() {
    for (text, warning) in [
        (format!("title,username,totp\n,,{SECRET}\n"), "1 entry has no name in the file: edit it to give it one."),
        (
            format!("otpauth://totp?secret={SECRET}\notpauth://totp/?secret={SECRET}\n"),
            "2 entries have no name in the file: edit them to give them one.",
        ),
    ] {
        assert_eq!(read(&text).warnings, [warning], "{text}");
    }
}
