//! What whole-output cases can't say: terminals, streams, files, secrets kept out of sight, and each exit status by a real cause.

use crate::place::{PASSPHRASE, PROGRAM, Place, finish};
use countersign::transfer::{Encryption, FORMATS, qr};
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

const GITHUB: &str = "otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub";
const VPN: &str = "otpauth://hotp/VPN:hugo?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=0";

#[test]
fn without_a_terminal_and_a_passphrase_file_the_vault_stays_locked() {
    let place = Place::new();
    let mut command = place.command(&["list"]);
    command.env_remove("COUNTERSIGN_PASSPHRASE_FILE");
    let ran = finish(command, b"");
    assert_eq!(ran.status, Some(3));
    assert_eq!(
        ran.stderr,
        "countersign: the vault is locked, and there is no terminal to ask for the passphrase\n\
         hint: give it with --passphrase-file FILE, or - for stdin\n"
    );
}

#[test]
fn the_passphrase_may_come_by_stdin_with_one_newline_of_either_kind() {
    let place = Place::new();
    for text in ["one two three", "one two three\n", "one two three\r\n"] {
        place.run_with(&["--passphrase-file", "-", "list"], text.as_bytes()).done();
    }
    let ran = place.run_with(&["--passphrase-file", "-", "list"], b"one two three\n\n");
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(3), "countersign: the passphrase is wrong\n"));
}

#[test]
fn a_passphrase_file_that_is_none_is_refused_with_the_reason() {
    let place = Place::new();
    let huge = vec![b'x'; 70_000];
    for (bytes, status, what) in [
        (&b""[..], 2, "the passphrase in stdin is empty"),
        (b"\n", 2, "the passphrase in stdin is empty"),
        (b"\xff\xfe", 2, "the passphrase in stdin is not UTF-8 text"),
        (&huge, 5, "stdin is too large"),
    ] {
        let ran = place.run_with(&["--passphrase-file", "-", "list"], bytes);
        assert_eq!(ran.status, Some(status), "{ran:?}");
        assert!(ran.stderr.starts_with(&format!("countersign: {what}\n")), "{}", ran.stderr);
    }
}

#[test]
fn two_readers_of_stdin_are_wrong_usage_and_change_nothing() {
    let place = Place::new();
    let before = place.vault_files();
    for arguments in [
        &["--passphrase-file", "-", "add", "--uri", "-"][..],
        &["--passphrase-file", "-", "import", "-"],
        &["import", "-", "-"],
        &["add", "--secret-file", "-", "--pin-file", "-", "--issuer", "X"],
    ] {
        let ran = place.run_with(arguments, GITHUB.as_bytes());
        assert_eq!(ran.status, Some(2), "{ran:?}");
        assert!(ran.stderr.starts_with("countersign: stdin can be read only once: both "), "{}", ran.stderr);
    }
    assert_eq!(place.vault_files(), before);
}

#[test]
fn a_name_lies_beside_the_default_vault_and_the_flag_goes_before_the_environment() {
    let place = Place::new();
    place.run(&["--vault", "work", "init", "--work-factor", "10"]).done();
    assert!(place.path("data/countersign/work/vault.age").is_file());
    let mut command = place.command(&["list"]);
    command.env("COUNTERSIGN_VAULT", "nowhere");
    assert_eq!(finish(command, b"").status, Some(1));
    let mut command = place.command(&["--vault", "work", "list"]);
    command.env("COUNTERSIGN_VAULT", "nowhere");
    assert_eq!(finish(command, b"").status, Some(0));
    fs::create_dir_all(place.path("config/countersign")).unwrap();
    place.file("config/countersign/config.toml", "vault = \"elsewhere\"");
    assert_eq!(place.run(&["list"]).stderr.lines().next().unwrap().rsplit('/').next(), Some("elsewhere"));
}

#[test]
fn files_are_private_from_the_start() {
    let place = Place::new();
    place.add(GITHUB);
    place.run(&["export", "--format", "json", "--output", "out.json"]).done();
    let mode = |path: std::path::PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.vault()), 0o700);
    assert_eq!(mode(place.vault().join("vault.age")), 0o600);
    assert_eq!(mode(place.path("out.json")), 0o600);
}

#[test]
fn an_export_overwrites_only_when_told_to() {
    let place = Place::new();
    place.add(GITHUB);
    let out = place.file("out.json", "mine");
    let ran = place.run(&["export", "--format", "json", "--output", &out]);
    assert_eq!((ran.status, fs::read(&out).unwrap()), (Some(7), b"mine".to_vec()));
    place.run(&["export", "--format", "json", "--output", &out, "--force"]).done();
    let printed = place.run(&["export", "--format", "json", "--output", "-"]).done();
    assert_eq!(fs::read(&out).unwrap(), printed.stdout);
    let left: Vec<_> = fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("tmp")), "{left:?}");
}

#[test]
fn every_format_is_written_privately_and_overwrites_nothing() {
    let (place, other) = (Place::new(), Place::new());
    place.add(GITHUB);
    let password = place.file("password", "of the file");
    for format in FORMATS {
        let Some(writer) = format.writer() else { continue };
        let ways: &[bool] = match writer.encryption() {
            Encryption::Never => &[false],
            Encryption::Optional => &[false, true],
            Encryption::Always => &[true],
        };
        for sealed in ways {
            let id = format.id();
            let name = format!("{id}-{sealed}");
            let with_password: &[&str] = if *sealed { &["--password-file", &password] } else { &[] };
            let export = || place.run(&[&["export", "--format", id, "--output", &name], with_password].concat());
            let told = export().done().stderr;
            assert_eq!(told.contains("holds every secret in clear"), !sealed, "{name}: {told}");
            let bytes = fs::read(place.path(&name)).unwrap();
            assert_eq!(fs::metadata(place.path(&name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
            assert_eq!((export().status, fs::read(place.path(&name)).unwrap()), (Some(7), bytes), "{name}");
            let path = place.path(&name);
            let plan = other.run(&[&["import", path.to_str().unwrap(), "--dry-run", "--json"], with_password].concat());
            let plan = plan.done().json();
            assert_eq!((&plan["format"], plan["new"].as_array().unwrap().len()), (&id.into(), 1), "{name}");
        }
    }
}

/// Twelve accounts: more than one code of a transfer holds.
fn dozen() -> String {
    (0..12).map(|n| format!("otpauth://totp/Site{n}:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Site{n}\n")).collect()
}

#[test]
fn a_transfer_in_pictures_is_private_complete_and_overwrites_nothing() {
    let place = Place::new();
    place.add(&dozen());
    let export = |more: &[&str]| place.run(&[&["export", "--format", "google", "--output", "transfer.PNG"], more].concat());
    place.file("transfer-2-of-2.png", "mine");
    let ran = export(&[]);
    assert_eq!(ran.status, Some(7), "{ran:?}");
    assert!(ran.stderr.starts_with("countersign: transfer-2-of-2.png is there already\n"), "{}", ran.stderr);
    assert!(!place.path("transfer-1-of-2.png").exists(), "all or none");
    assert_eq!(fs::read(place.path("transfer-2-of-2.png")).unwrap(), b"mine");
    export(&["--force"]).done();
    fs::remove_file(place.path("transfer-2-of-2.png")).unwrap();
    fs::remove_file(place.path("transfer-1-of-2.png")).unwrap();
    let told = export(&[]).done().stderr;
    assert!(told.ends_with("Wrote 12 entries to 2 pictures: transfer-1-of-2.png … transfer-2-of-2.png\n"), "{told}");
    let names = ["transfer-1-of-2.png", "transfer-2-of-2.png"];
    for name in names {
        assert_eq!(fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let other = Place::new();
    let paths = names.map(|name| place.path(name).to_str().unwrap().to_owned());
    other.run(&["import", &paths[0], &paths[1]]).done();
    assert_eq!(other.run(&["list"]).done().text().lines().count(), place.run(&["list"]).done().text().lines().count());
}

#[test]
fn with_nothing_that_a_code_can_hold_there_is_no_picture() {
    let place = Place::new();
    place.add("otpauth://totp/Slow:hugo?secret=JBSWY3DPEHPK3PXP&period=60");
    let ran = place.run(&["export", "--format", "google", "--output", "transfer.png"]);
    assert_eq!(ran.status, Some(4), "{ran:?}");
    assert!(ran.stderr.ends_with("countersign: there is no entry that such a QR code can hold\n"), "{}", ran.stderr);
    assert!(!place.path("transfer.png").exists());
}

#[test]
fn a_backup_brings_back_all_of_a_vault_with_its_trash() {
    let place = Place::new();
    place.add(&format!("{GITHUB}\n{VPN}\n"));
    place.run(&["edit", "github", "--note", "a", "--tag", "work", "--pin"]).done();
    place.run(&["rm", "vpn"]).done();
    let password = place.file("password", "of the file");
    let export = ["export", "--format", "backup", "--output", "backup.age", "--password-file", &password];
    place.run(&export).done();
    let other = Place::new();
    let backup = place.path("backup.age");
    let import = |password: &str| other.run(&["import", backup.to_str().unwrap(), "--password-file", password]);
    let wrong = other.file("wrong", "another");
    assert_eq!(import(&wrong).status, Some(5));
    import(&password).done();
    let all = |place: &Place| {
        let mut json = place.run(&["export", "--format", "json", "--trash"]).done().json();
        json["entries"].as_array_mut().unwrap().iter_mut().for_each(|entry| drop(entry.as_object_mut().unwrap().remove("id")));
        json
    };
    assert_eq!(all(&other), all(&place));
    assert_eq!(all(&other)["entries"].as_array().unwrap().len(), 2);
}

#[test]
fn an_export_comes_back_as_it_was() {
    let place = Place::new();
    place.add(&format!("{GITHUB}\n{VPN}\n"));
    place.run(&["edit", "github", "--note", "a\nb", "--tag", "work", "--pin"]).done();
    let exported = place.run(&["export", "--format", "json"]).done();
    let other = Place::new();
    other.run_with(&["import", "-"], &exported.stdout).done();
    let again = other.run(&["export", "--format", "json"]).done();
    let strip = |ran: crate::place::Ran| {
        let mut json = ran.json();
        json["entries"].as_array_mut().unwrap().iter_mut().for_each(|entry| drop(entry.as_object_mut().unwrap().remove("id")));
        json
    };
    assert_eq!(strip(again), strip(exported));
}

#[test]
fn a_counter_advances_with_code_alone() {
    let place = Place::new();
    place.add(VPN);
    let counter = || place.run(&["list", "--json"]).done().json()[0]["counter"].clone();
    place.run(&["list", "--codes"]).done();
    place.run(&["show", "vpn", "--uri"]).done();
    assert_eq!(counter(), 0);
    assert_eq!(place.run(&["code", "vpn"]).done().text(), "755224\n");
    assert_eq!(place.run(&["code", "vpn"]).done().text(), "287082\n");
    assert_eq!(counter(), 2);
}

#[test]
fn a_counter_at_its_end_gives_an_error_and_stays() {
    let place = Place::new();
    place.add("otpauth://hotp/VPN:hugo?secret=MFRGG&counter=18446744073709551615");
    let before = place.vault_files();
    let ran = place.run(&["code", "vpn"]);
    assert_eq!((ran.status, ran.text()), (Some(1), ""));
    assert!(ran.stderr.starts_with("countersign: VPN (hugo) gives no code: the counter is used up\n"), "{}", ran.stderr);
    assert_eq!(place.vault_files(), before);
}

#[test]
fn codes_equal_those_of_oathtool() {
    if Command::new("oathtool").arg("--version").output().is_err() {
        println!("skipped: oathtool is not installed");
        return;
    }
    let place = Place::new();
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    place.add(&format!(
        "otpauth://totp/one?secret={secret}\notpauth://totp/two?secret={secret}&algorithm=SHA256&digits=8&period=45\n\
         otpauth://totp/three?secret={secret}&algorithm=SHA512&digits=7&period=10\n"
    ));
    for (query, totp, digits, period) in [("one", "sha1", 6, 30), ("two", "sha256", 8, 45), ("three", "sha512", 7, 10)] {
        for at in [0u64, 59, 1_111_111_109, 1_700_000_000, 20_000_000_000] {
            let ours = place.run(&["code", query, "--at", &at.to_string()]).done();
            let theirs = Command::new("oathtool")
                .args([
                    &format!("--totp={totp}"),
                    "-b",
                    secret,
                    &format!("--digits={digits}"),
                    &format!("--time-step-size={period}s"),
                ])
                .arg(format!("--now=@{at}"))
                .output()
                .unwrap();
            assert_eq!(ours.text(), String::from_utf8(theirs.stdout).unwrap(), "{query} at {at}");
        }
    }
}

#[test]
fn a_shown_qr_code_reads_back_as_the_link() {
    let place = Place::new();
    place.add(GITHUB);
    let link = place.run(&["show", "github", "--uri"]).done().text().trim().to_owned();
    let drawn = place.run(&["show", "github", "--qr"]).done();
    // Two modules a character, light where something is drawn.
    let light = |c: char, lower: bool| matches!((c, lower), ('█', _) | ('▀', false) | ('▄', true));
    let rows: Vec<Vec<bool>> = drawn
        .text()
        .lines()
        .flat_map(|line| [false, true].map(|lower| line.chars().map(|c| light(c, lower)).collect::<Vec<_>>()))
        .collect();
    let (width, height, scale) = (rows[0].len(), rows.len(), 4);
    let mut pixels = Vec::new();
    for y in 0..height * scale {
        for x in 0..width * scale {
            let value = if rows[y / scale][x / scale] { 255 } else { 0 };
            pixels.extend([value, value, value, 255]);
        }
    }
    let picture = countersign::ports::Picture { width: (width * scale) as u32, height: (height * scale) as u32, rgba: pixels };
    let read: Vec<_> = qr::decode(&picture, &qr::Effort::default()).texts.iter().map(|text| text.expose().to_owned()).collect();
    assert_eq!(read, [link]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_a_full_disk_is_one() {
    let place = Place::new();
    place.add("otpauth://totp/Fast:x?secret=JBSWY3DPEHPK3PXP&period=1");
    let mut child = place.command(&["code", "fast", "--watch"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 7];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
    assert!(first[..6].iter().all(u8::is_ascii_digit) && first[6] == b'\n', "{first:?}");

    let mut full = place.command(&["list"]);
    let output = full.stdout(File::create("/dev/full").unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "countersign: can't write the output: no space left on device\n");
}

#[test]
fn a_vault_in_use_is_busy_and_stays_readable() {
    let place = Place::new();
    place.add(GITHUB);
    let lock = File::options().write(true).create(true).truncate(false).open(place.vault().join("vault.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(place.run(&["list"]).status, Some(0));
    let ran = place.run(&["rm", "github"]);
    assert_eq!(ran.status, Some(6), "{ran:?}");
}

#[test]
fn a_damaged_vault_is_told_and_left_alone() {
    let place = Place::new();
    place.add(GITHUB);
    let path = place.vault().join("vault.age");
    let whole = fs::read(&path).unwrap();
    for damaged in [&b""[..], b"garbage", &whole[..whole.len() / 2]] {
        fs::write(&path, damaged).unwrap();
        for arguments in [&["list"][..], &["add", "--uri", "-"], &["rm", "github"]] {
            let ran = place.run_with(arguments, GITHUB.as_bytes());
            assert_eq!(ran.status, Some(5), "{ran:?}");
            assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("countersign: ")).count(), 1, "{ran:?}");
        }
        assert_eq!(fs::read(&path).unwrap(), damaged);
    }
}

#[test]
fn another_vault_at_the_same_place_is_not_trusted_until_told() {
    let (place, other) = (Place::new(), Place::new());
    for name in ["vault.age", "unlock/passphrase.age"] {
        fs::copy(other.vault().join(name), place.vault().join(name)).unwrap();
    }
    assert_eq!(place.run(&["list"]).status, Some(7));
    assert_eq!(place.run(&["list", "--trust-vault"]).status, Some(0));
    assert_eq!(place.run(&["list"]).status, Some(0));
}

#[test]
fn no_secret_is_in_errors_warnings_or_the_vault_files() {
    let place = Place::new();
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let link = format!("otpauth://totp/Bank:hugo?secret={secret}&digits=99");
    let ran = place.run_with(&["add", "--uri", "-"], link.as_bytes());
    assert_eq!(ran.status, Some(5), "{ran:?}");
    assert!(!ran.stderr.contains(&secret[..8]), "{}", ran.stderr);
    let wrong = place.run_with(&["--passphrase-file", "-", "list"], b"my other secret");
    assert!(!wrong.stderr.contains("my other"), "{}", wrong.stderr);
    place.add(&format!("otpauth://totp/Bank:hugo?secret={secret}"));
    for text in [place.run(&["list"]).done(), place.run(&["list", "--json", "--codes"]).done()] {
        assert!(!text.text().contains(&secret[..8]));
    }
    for bytes in place.vault_files().into_values() {
        assert!(!bytes.windows(8).any(|window| window == &secret.as_bytes()[..8]));
    }
}

#[test]
fn init_can_make_up_the_passphrase() {
    let place = Place::empty();
    let mut command = place.command(&["init", "--work-factor", "10", "--generate"]);
    command.env_remove("COUNTERSIGN_PASSPHRASE_FILE");
    let ran = finish(command, b"").done();
    assert_eq!(ran.text().split_whitespace().count(), 6);
    place.file("passphrase", &ran.stdout);
    place.run(&["list"]).done();
}

#[test]
fn undisplayable_names_do_not_reach_the_terminal() {
    let place = Place::new();
    let evil = r#"{"version":1,"entries":[{"kind":"totp","issuer":"a\u001b[2Jb\u202e","account":"c\u0007","secret":"MFRGG"}]}"#;
    place.run_with(&["import", "-"], evil.as_bytes()).done();
    for arguments in [&["list"][..], &["code", "zzz"], &["rm", "a"], &["trash"]] {
        let ran = place.run(arguments);
        let all = format!("{}{}", ran.text(), ran.stderr);
        assert!(!all.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{all:?}");
    }
}

#[test]
fn copying_without_a_clipboard_says_so() {
    let place = Place::new();
    place.add(GITHUB);
    let ran = place.run(&["code", "github", "--copy", "--min-left", "0"]);
    assert_eq!((ran.status, ran.text()), (Some(1), ""));
    assert_eq!(ran.stderr, "countersign: the code was not copied: no clipboard was found\nhint: without --copy it is printed\n");
}

#[test]
fn the_program_runs_without_a_home_only_to_say_so() {
    let output = Command::new(PROGRAM).arg("--version").env_clear().output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("countersign {}\n", env!("CARGO_PKG_VERSION")));
    assert!(!PASSPHRASE.is_empty());
}

#[test]
fn a_made_up_passphrase_that_nobody_could_read_makes_no_vault() {
    let place = Place::empty();
    let mut command = place.command(&["init", "--generate", "--work-factor", "10"]);
    command.env_remove("COUNTERSIGN_PASSPHRASE_FILE").stdout(File::create("/dev/full").unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.ends_with("countersign: the passphrase could not be printed, so no vault was made\n"), "{said}");
    assert!(!place.vault().exists());

    // A reader that went away is no excuse here.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = place.command(&["init", "--generate", "--work-factor", "10"]).stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!place.vault().exists());
}

#[test]
fn a_new_vault_without_any_way_to_a_passphrase_says_what_is_missing() {
    let place = Place::empty();
    let mut command = place.command(&["init"]);
    command.env_remove("COUNTERSIGN_PASSPHRASE_FILE");
    let ran = finish(command, b"");
    assert_eq!(ran.status, Some(2));
    assert_eq!(
        ran.stderr,
        "countersign: a new vault needs a passphrase, and there is no terminal to ask for it\n\
         hint: give it with --passphrase-file FILE, or - for stdin; --generate makes one up\n"
    );
    assert!(!place.vault().exists());
}

#[test]
fn of_several_files_what_was_not_taken_is_told_by_file() {
    let place = Place::new();
    let good = place.file("good.txt", GITHUB);
    let bad = place.file("bad.txt", format!("{VPN}\notpauth://totp/x?secret=\n"));
    let ran = place.run(&["import", &good, &bad]).done();
    let said = format!("warning: not taken, number 2: {bad}: line 2: the link holds no secret\n");
    assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    // One alone needs no name.
    let ran = place.run(&["import", "--dry-run", &bad]).done();
    assert!(ran.stderr.contains("warning: not taken, number 2: line 2: the link holds no secret\n"), "{}", ran.stderr);
}

#[test]
fn the_longest_period_there_is_can_be_listed_and_watched() {
    let place = Place::new();
    place.add("otpauth://totp/Slow:x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=10000000000");
    assert!(place.run(&["list", "--codes"]).done().text().contains("755224"));
    assert_eq!(place.run(&["code", "slow", "--next"]).done().text(), "287082\n");
    let mut child = place.command(&["code", "slow", "--watch"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 7];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
    assert_eq!(&first, b"755224\n");
    // It waits for the next code, for longer than any test: no panic ended it.
    assert!(child.try_wait().unwrap().is_none());
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    child.wait().unwrap();
}

#[test]
fn a_secret_may_come_from_another_program_through_a_pipe() {
    let place = Place::new();
    let line = format!("exec {PROGRAM} --passphrase-file <(echo '{PASSPHRASE}') import <(echo '{GITHUB}')");
    if !std::path::Path::new("/bin/bash").is_file() {
        println!("skipped: bash is not installed");
        return;
    }
    let mut command = Command::new("/bin/bash");
    let like = place.command(&[]);
    command.env_clear().envs(like.get_envs().filter_map(|(name, value)| Some((name, value?)))).args(["-c", &line]);
    let ran = finish(command, b"").done();
    assert!(ran.stderr.ends_with("Imported: 1 new\n"), "{}", ran.stderr);
}
