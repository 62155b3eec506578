//! Recovery codes as sites print them.

use countersign::ops::recovery_codes::split;
use countersign::secret::SecretText;
use proptest::prelude::*;

fn codes(text: &str) -> Vec<String> {
    split(&SecretText::new(text)).iter().map(|code| code.expose().to_owned()).collect()
}

#[test]
fn one_a_line_or_with_commas_or_spaces() {
    for text in ["a1b2\nc3d4\ne5f6\n", "a1b2, c3d4,e5f6", "a1b2 c3d4 e5f6", "a1b2\tc3d4\r\n\r\n  e5f6  ", "a1b2; c3d4 | e5f6"] {
        assert_eq!(codes(text), ["a1b2", "c3d4", "e5f6"], "{text:?}");
    }
}

#[test]
fn numbers_and_bullets_of_a_list_are_no_codes() {
    for text in [
        "1. f3k9-2mqa\n2. 81xz-77pd\n",
        "1) f3k9-2mqa\n2) 81xz-77pd",
        "- f3k9-2mqa\n- 81xz-77pd",
        "• f3k9-2mqa\n[ ] 81xz-77pd",
        "1.f3k9-2mqa\n10.81xz-77pd",
    ] {
        assert_eq!(codes(text), ["f3k9-2mqa", "81xz-77pd"], "{text:?}");
    }
}

#[test]
fn two_short_groups_of_digits_are_one_code() {
    let google = "SAVE YOUR BACKUP CODES\nKeep these backup codes somewhere safe but accessible.\n\n1. 1234 5678      6. 2345 6789\n2. 3456 7890      7. 4567 8901\n";
    assert_eq!(codes(google), ["1234 5678", "2345 6789", "3456 7890", "4567 8901"]);
}

#[test]
fn words_are_kept_where_there_is_nothing_else() {
    assert_eq!(codes("correct horse battery staple"), ["correct", "horse", "battery", "staple"]);
    assert_eq!(codes("ABCDEFGH\nIJKLMNOP"), ["ABCDEFGH", "IJKLMNOP"]);
}

#[test]
fn nothing_gives_nothing() {
    for text in ["", " \n\t\r\n", "---", "1.", ", ;|"] {
        assert_eq!(codes(text), Vec::<String>::new(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn every_code_stands_in_the_text(text in "\\PC{0,80}(\n\\PC{0,40}){0,4}") {
        let squeezed: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for code in codes(&text) {
            prop_assert!(!code.trim().is_empty());
            prop_assert!(squeezed.contains(&code), "{code:?}");
        }
    }
}
