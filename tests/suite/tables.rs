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
            "The names of its columns are not known: the first ones were taken for issuer and account, so check the names.",
            "The column \"Geheimnis\" was taken for the secrets: all its cells look like such."
        ]
    );
    let found = read(&format!("Office;anna;{SECRET}\n"));
    let guess =
        "The table does not tell what its columns are: the first ones were taken for issuer and account, so check the names.";
    assert_eq!(found.warnings, [guess]);
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

/// The same in a file that holds one row would give its password away as a secret.
#[test]
fn a_cell_that_looks_like_a_secret_is_none_where_its_column_says_what_else_it_is() {
    for text in [
        "name,url,username,password,note\nx.example,https://x.example/login,anna,QWERTZUIOP234567,\n",
        "\"url\",\"username\",\"password\",\"httpRealm\"\n\"https://x.example\",\"anna\",\"QWERTZUIOP234567\",\"\"\n",
        "name,username,password\nA,anna,qwertzuiop234567\nB,bob,abcdefghij234567\n",
        "name,username,recovery\nA,anna,ABCDEF234567\n",
        "name,username,Backup codes\nA,anna,ABCDEF234567\n",
        "name,license key\nA,ABCDE-FGH23-45672\n",
        "name,note\nA,ABCDEFGHIJKLMNOPQR\n",
        "Name,Kennwort\nA,ABCDEFGH234567\n",
        "Device,Serial,Owner\nRouter,ABCD234567EF,anna\n",
        "Order,Item\nABCDEF2345,Shoes\n",
    ] {
        let wanted = "no single column of the table holds secrets and nothing else".to_owned();
        assert_eq!(refusal(text), (ErrorKind::ForeignDamaged, wanted), "{text}");
    }
}

#[test]
fn links_win_over_what_looks_like_a_secret() {
    let found = read(&format!(
        "name,url,username,password,extra info\nA,https://a.example,anna,QWERTZUIOP234567,\n\
         B,https://b.example,bob,QWERTZUIOP234567,otpauth://totp/B:b?secret={SECRET}\n"
    ));
    assert_eq!(told(&found), [format!("B|b|{SECRET}")]);
    let names = "1 link has other names than what stands beside it, which was not taken: bob";
    assert_eq!(found.warnings, [names, "1 item has no one-time password."]);
}

#[test]
fn a_word_in_a_column_of_secrets_is_refused_by_the_name_of_its_row() {
    for word in [
        "Authy",
        "Yubikey",
        "pending",
        "todo",
        "keine",
        "ja",
        "nein",
        "missing",
        "unknown",
        "FIDO",
        "SMS-TAN",
        "TBD",
        "abc",
        "see note",
        "Google Authenticator",
        "google authenticator",
        "GOOGLEAUTHENTICATOR",
        "ask Anna",
        "security key",
        "deactivated",
        "see right",
    ] {
        let found = read(&format!("issuer,account,secret\nOffice,anna,{word}\nBank,bob,{SECRET}\n"));
        assert_eq!(told(&found), [format!("Bank|bob|{SECRET}")], "{word}");
        let reason = "Office: a word stands where the secret should be, or a text too short for one";
        assert_eq!(found.skipped.iter().map(|skipped| skipped.reason.as_str()).collect::<Vec<_>>(), [reason], "{word}");
    }
}

#[test]
fn a_secret_in_any_usual_writing_is_read_where_its_column_says_so() {
    for secret in [
        "JBSWY3DPEHPK3PXP",
        "jbswy3dpehpk3pxp",
        "JBSW Y3DP EHPK 3PXP",
        "jbsw-y3dp-ehpk-3pxp",
        "Jbswy3dpehpk3pxp",
        "JBSWY3DPEHPK3PXP====",
        "'JBSWY3DPEHPK3PXP",
        "=\"JBSWY3DPEHPK3PXP\"",
        "`JBSWY3DPEHPK3PXP`",
        "JBSWY3DP EHPK3PXP",
    ] {
        let found = read(&format!("issuer,account,secret\nOffice,anna,{secret}\n"));
        assert_eq!(told(&found), [format!("Office|anna|{SECRET}")], "{secret}");
    }
    for secret in ["ABCDEFGHII", "ABCDEFGHIJKLMNOP", "abcdefghijklmnop", "abcd efgh ijkl mnop"] {
        let found = read(&format!("issuer,account,secret\nOffice,anna,{secret}\n"));
        assert_eq!(told(&found), [format!("Office|anna|{}", secret.replace(' ', "").to_uppercase())], "{secret}");
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_the_rows_below_it() {
    for (text, line) in [
        ("title,totp\nA,SECRET\n\"B,SECRET\nC,SECRET\n", 3),
        ("issuer,account,secret\n\"A,anna,SECRET\nB,\"bob\",SECRET\n", 2),
        ("sep=,\nissuer,account,secret\nA,anna,SECRET\nB,\"bob,SECRET\nC,eve,SECRET\nD,\"dan\",SECRET\n", 4),
    ] {
        let what = format!("a quoted cell of the table, which begins in line {line}, has no end");
        assert_eq!(refusal(&text.replace("SECRET", SECRET)), (ErrorKind::ForeignDamaged, what), "{text}");
    }
    let text = format!("issuer,account,secret\nB,\"bob,{SECRET}\nC,eve\",{SECRET}\n");
    let what = "a quoted cell of the table, in line 2 or below, holds another row".to_owned();
    assert_eq!(refusal(&text), (ErrorKind::ForeignDamaged, what));
    let text = format!("issuer,account,secret,notes\nA,\"an\"\"na\",{SECRET},\"one, two,\nthree, four, \"\"five\"\"\"\n");
    assert_eq!(told(&read(&text)), [format!("A|an\"na|{SECRET}")]);
    assert_eq!(read(&text).drafts[0].note, "one, two,\nthree, four, \"five\"");
}

#[test]
fn each_of_several_codes_in_a_row_is_an_account() {
    const OTHER: &str = "GEZDGNBVGY3TQOJQ";
    for (text, names) in [
        ("GitHub,LINK1,LINK2\n", ["One|one", "Two|two"]),
        ("A,anna,LINK1,B,bob,LINK2\n", ["One|one", "Two|two"]),
        ("A,anna,BARE1,B,bob,BARE2\n", ["A|anna", "B|bob"]),
        ("name,phone,tablet\nGitHub,LINK1,LINK2\n", ["One|one", "Two|two"]),
        ("issuer,account,secret,otpauth\nTwo,two,OTHER,LINK1\n", ["One|one", "Two|two"]),
        ("name,user,totp,totp\nGitHub,anna,LINK1,LINK2\n", ["One|one", "Two|two"]),
        ("name,user,totp\nGitHub,anna,\"LINK1 LINK2\"\n", ["One|one", "Two|two"]),
        ("Work,Shop,anna,pw,https://s.example,,,TFC:Keeper,\"LINK1 LINK2\"\n", ["One|one", "Two|two"]),
        ("Shop,Username,anna,Password,pw,TOTP,\"LINK1 LINK2\",\n", ["One|one", "Two|two"]),
    ] {
        let link = |name: &str, secret: &str| format!("otpauth://totp/{name}?secret={secret}");
        let text = text.replace("LINK1", &link("One:one", SECRET)).replace("LINK2", &link("Two:two", OTHER));
        let text = text.replace("BARE1", &link("", SECRET)).replace("BARE2", &link("", OTHER)).replace("OTHER", OTHER);
        let wanted = [format!("{}|{SECRET}", names[0]), format!("{}|{OTHER}", names[1])];
        assert_eq!(told(&read(&text)), wanted, "{text}");
    }
    let link = format!("otpauth://totp/One:one?secret={SECRET}");
    let found = read(&format!("issuer,account,secret,otpauth\nOne,one,{SECRET},{link}\n"));
    assert_eq!(told(&found), [format!("One|one|{SECRET}")]);
}

#[test]
fn a_row_without_a_secret_above_the_others_is_no_header() {
    for first in ["Email,anna,-", "Email,anna,", "Email,anna,SMS", "Name,anna,none"] {
        let found = read(&format!("{first}\nBank,bob,{SECRET}\nShop,eve,{SECRET}\n"));
        assert_eq!(told(&found), [format!("Bank|bob|{SECRET}"), format!("Shop|eve|{SECRET}")], "{first}");
        let is_without = found.warnings.contains(&"1 item has no one-time password.".to_owned());
        assert_eq!((is_without, found.skipped.len()), if first.ends_with("SMS") { (false, 1) } else { (true, 0) }, "{first}");
    }
    // Nor is what stands above a header lost.
    let found = read(&format!("Office,anna,{SECRET}\nissuer,account,secret\nBank,bob,{SECRET}\n"));
    assert_eq!(told(&found), [format!("Office|anna|{SECRET}"), format!("Bank|bob|{SECRET}")]);
}

#[test]
fn drawn_lines_and_a_repeated_header_are_no_rows() {
    let link = format!("otpauth://totp/?secret={SECRET}");
    for text in [
        "| Account | Service | Link |\n|:---|---|---:|\n| anna | Office | LINK |\n",
        "| Account | Service | Code |\n|---|---|---|\n| anna | Office | SECRET |\n",
        "+---+---+---+\n| issuer | account | secret |\n+===+===+===+\n| Office | anna | SECRET |\n+---+---+---+\n",
        "issuer,account,secret\nOffice,anna,SECRET\nissuer,account,secret\n",
    ] {
        let found = read(&text.replace("LINK", &link).replace("SECRET", SECRET));
        assert_eq!(told(&found), [format!("Office|anna|{SECRET}")], "{text}");
        let is_told = |warning: &String| !warning.contains("was taken for the secrets");
        assert_eq!(found.warnings.into_iter().filter(is_told).collect::<Vec<_>>(), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn names_come_from_the_columns_that_have_them() {
    let link = |label: &str| format!("otpauth://totp/{label}?secret={SECRET}");
    for (text, wanted) in [
        (format!("{SECRET},GitHub,anna\n"), "GitHub|anna"),
        (format!("1,{},GitHub,anna\n", link("")), "GitHub|anna"),
        (format!("GitHub,hunter2,{}\n", link("GitHub:anna")), "GitHub|anna"),
        (format!("GitHub,hunter2,{}\n", link("GitHub")), "|GitHub"),
        (format!("GitHub,hunter2,{}\n", link("anna")), "GitHub|anna"),
        (format!("account,url\nanna,{}\n", link("")), "|anna"),
        (format!("Titel;Benutzername;Passwort;OTP\nGitHub;anna;pw;{SECRET}\n"), "GitHub|anna"),
        (format!("username,title,password,otpUrl\nbob,Bank,pw,{}\n", link("Bank")), "Bank|bob"),
        (format!("folder,type,name,login_username,login_totp\n,login,N,realuser,{}\n", link("N")), "N|realuser"),
    ] {
        assert_eq!(told(&read(&text)), [format!("{wanted}|{SECRET}")], "{text}");
    }
}

#[test]
fn what_is_not_taken_of_a_table_is_said() {
    let link = format!("otpauth://totp/Office:anna?secret={SECRET}&issuer=Office");
    for (text, wanted) in [
        (format!("Name,URI,Owner\nOffice,{link},carl\n"), "What stands in the column \"Owner\" was not taken."),
        (
            format!("Titel;Benutzername;Passwort;OTP\nGitHub;anna;pw;{SECRET}\n"),
            "The column \"Titel\" was taken for the names, so check them.",
        ),
        (
            format!("issuer,account,link\nOffice,anna,{link}, Inc\n"),
            "Line 2 has more cells than the table has columns: a text with the separator in it was cut, so check the names.",
        ),
    ] {
        let found = read(&text);
        assert_eq!((found.drafts.len(), found.warnings.as_slice()), (1, &[wanted.to_owned()][..]), "{text}");
    }
}

#[test]
fn the_code_is_not_kept_in_the_note_as_well() {
    let link = format!("otpauth://totp/Office:anna?secret={SECRET}");
    for text in [format!("name,username,notes\nOffice,anna,{link}\n"), format!("name,otp,notes\nOffice,{SECRET},{link}\n")] {
        assert_eq!(read(&text).drafts.into_iter().map(|draft| draft.note).collect::<Vec<_>>(), [""], "{text}");
    }
}

#[test]
fn the_parameters_of_a_code_are_read_from_columns_of_any_usual_name() {
    let link = format!("otpauth://totp/Office:anna?secret={SECRET}");
    for (text, (digits, period)) in [
        (format!("issuer,account,secret,algorithm,length,interval\nA,a,{SECRET},SHA256,8,60\n"), (8, 60)),
        (format!("issuer,account,secret,algorithm,Digits,Time Step\nA,a,{SECRET},SHA256,8.0,60.0\n"), (8, 60)),
        (format!("issuer,account,secret,hash,digits,period\nA,a,{SECRET},SHA256,null,None\n"), (6, 30)),
        (format!("issuer,account,otpauth,algorithm,digits,period\nOffice,anna,{link},SHA256,8,60\n"), (8, 60)),
        (format!("issuer,account,otpauth,algorithm,digits,period\nOffice,anna,{link}&digits=7,SHA256,8,60\n"), (7, 60)),
    ] {
        let found = read(&text);
        let credential = &found.drafts[0].credential;
        let all = (credential.algorithm.name(), credential.digits, credential.period);
        assert_eq!(all, ("SHA256", digits, period), "{text}");
        assert_eq!(found.warnings, Vec::<String>::new(), "{text}");
    }
    for kind in ["login", "Time-based", "TOTP (time)", "totp", ""] {
        let found = read(&format!("issuer,account,secret,type\nA,a,{SECRET},{kind}\n"));
        assert_eq!(found.drafts[0].credential.kind.name(), "totp", "{kind}");
    }
}

#[test]
fn an_error_quotes_no_name_that_may_be_a_secret() {
    for text in [
        "JBSWY3DPEHPK3PX0;otpauth://totp/GitHub:x?secret=!\n",
        "GEZDGNBVGY3TQOJQ,Bank,\nJBSWY3DPEHPK3PX0,GitHub,otpauth://totp/x?secret=JBSW!\n",
        "title,totp\nGEZDGNBVGY3TQOJQ,yes\n",
        "title,totp\notpauth://totp/x?secret=!,JBSWY3DPEHPK3PX0\n",
    ] {
        let told = refusal(text).1;
        assert!(!told.contains("PX0") && !told.contains("GEZD") && !told.contains("://"), "{told}");
    }
}

#[test]
fn a_table_below_a_title_in_brackets_is_no_damaged_json() {
    for text in ["[1];\nissuer;account;secret\nOffice;anna;SECRET\n", "{name},\nissuer,account,secret\nOffice,anna,SECRET\n"] {
        assert_eq!(told(&read(&text.replace("SECRET", SECRET))), [format!("Office|anna|{SECRET}")], "{text}");
    }
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

/// Columns of private things were printed as names that were not taken, and as the names of rows that were refused.
#[test]
fn what_stands_in_a_private_or_unknown_column_is_never_said() {
    let link = format!("otpauth://totp/Office:anna?secret={SECRET}");
    for text in [
        format!("Kennwort,username,otpauth\nhunter2!geheim,anna,{link}\n"),
        format!("username,recovery codes,otpauth\nanna,hunter2!geheim,{link}\n"),
        format!("Quark,username,otpauth\nhunter2!geheim,anna,{link}\n"),
        format!("username,Mot de passe,totp\nanna,hunter2!geheim,{SECRET}\n"),
        format!("username,Kennwort,totp\nanna,hunter2!geheim,yes\nbob,x,{SECRET}\n"),
    ] {
        let found = read(&text);
        let said: Vec<&String> = found.warnings.iter().chain(found.skipped.iter().map(|skipped| &skipped.reason)).collect();
        assert!(said.iter().all(|said| !said.contains("hunter2")), "{said:?}");
        assert!(found.drafts.iter().all(|draft| !draft.label().contains("hunter2")), "{text}");
    }
}

/// In a table of logins a length is that of the password: a link got eight digits, and no code of it was right.
#[test]
fn a_link_takes_no_parameters_from_columns_that_may_be_of_something_else() {
    let link = format!("otpauth://totp/Office:anna?secret={SECRET}");
    for (column, cell) in
        [("length", "8"), ("length", "24"), ("hash", "5f4dcc3b"), ("interval", "90 days"), ("digits", "many"), ("period", "0")]
    {
        let found = read(&format!("name,username,password,otpauth,{column}\nOffice,anna,x,{link},{cell}\n"));
        let credential = &found.drafts[0].credential;
        assert_eq!((credential.algorithm.name(), credential.digits, credential.period), ("SHA1", 6, 30), "{column} {cell}");
    }
}

#[test]
fn a_note_with_many_lines_and_commas_is_a_note() {
    let note = "Backup codes:\nABCD2345EF,GHIJ3456KL,MNOP4567QR,STUV5672WX";
    let found = read(&format!("name,username,totp,notes\nA,anna,{SECRET},\"{note}\"\n\"Home\" router,bob,{SECRET},\n"));
    assert_eq!(told(&found), [format!("A|anna|{SECRET}"), format!("Home router|bob|{SECRET}")]);
    assert_eq!(found.drafts[0].note, note);
}

#[test]
fn an_unusual_secret_in_a_column_of_secrets_is_taken() {
    for secret in ["GEZDGNBV", "JbswYzdpehpkPxpq", "abcd2345", "ABCD EFGH IJKLM", "jbsw y3dp ehpk 3pxpq"] {
        assert_eq!(read(&format!("name,secret\nA,{secret}\nB,{SECRET}\n")).drafts.len(), 2, "{secret}");
    }
}
