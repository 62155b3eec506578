#!/usr/bin/env python3
"""Faults of the system under the real program: strace kills it at, or fails, each write, fsync and rename in turn.

    tests/faults/strace.py [PROGRAM]        target/release/countersign unless given

For each operation below a vault is made and the operation traced once, to count its system calls. Then, on a fresh copy of
that vault each time, the n-th call of each kind kills the process, fails with ENOSPC, and fails with EIO. Afterwards:

  - the vault opens with the content from before or from after the operation, and with that from after if the program
    said that it had succeeded;
  - every backup that counts opens (countersign verify);
  - no key that the vault is not sealed to was left behind: the next change works.

It counts the points it tried. It needs strace and the right to trace; where it has not, it says that it is skipped.
A new operation is a row of OPERATIONS.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OLD, NEW = "one two three", "three two one"

# Name, arguments, what is given on stdin, the passphrases that may open it afterwards (the last one after success).
OPERATIONS = [
    ("a save", ["add", "--uri", "-"], "otpauth://totp/npm:hugo?secret=JBSWY3DPEHPK3PXP&issuer=npm\n", [OLD]),
    ("an import", ["import", "{home}/import.txt"], "", [OLD]),
    ("a merge of a backup", ["restore-backup", "--yes", "{home}/other"], "", [OLD]),
    ("a backup put in the place of a damaged vault", ["restore-backup", "--yes", "{home}/other"], "", [OLD]),
    ("a new passphrase", ["passwd", "--new-passphrase-file", "{home}/new"], "", [OLD, NEW]),
]
# What the second to last operation finds instead of a vault.
DAMAGED = "a backup put in the place of a damaged vault"
# The calls, by what they do.
CALLS = {"write": "write", "fsync": "fsync", "rename": "rename", "mkdir": "mkdir", "unlink": "unlink", "create": "openat"}
FAULTS = ["signal=KILL", "error=ENOSPC", "error=EIO"]


class Home:
    """A home of its own, with everything the program reads."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def run(self, arguments, stdin="", passphrase=OLD, around=()):
        self.write("passphrase", passphrase + "\n")
        environment = {
            "HOME": self.folder,
            "XDG_DATA_HOME": self.path("data"),
            "XDG_STATE_HOME": self.path("state"),
            "XDG_CONFIG_HOME": self.path("config"),
            "COUNTERSIGN_PASSPHRASE_FILE": self.path("passphrase"),
        }
        arguments = [argument.format(home=self.folder) for argument in arguments]
        return subprocess.run(
            [*around, PROGRAM, *arguments],
            input=stdin.encode(),
            capture_output=True,
            env=environment,
            cwd=self.folder,
            start_new_session=True,
        )

    def done(self, *arguments, **more):
        ran = self.run(list(arguments), **more)
        if ran.returncode != 0:
            raise SystemExit(f"{arguments} failed: {ran.stderr.decode()}")
        return ran

    def accounts(self, passphrases):
        """What the vault holds, without what is new in each run, and the passphrase that opened it."""
        said = ""
        for passphrase in passphrases:
            ran = self.run(["export", "--format", "json", "--trash"], passphrase=passphrase)
            if ran.returncode == 0:
                entries = json.loads(ran.stdout)["entries"]
                for entry in entries:
                    entry.pop("id", None)
                return sorted(json.dumps(entry, sort_keys=True) for entry in entries), passphrase
            said = ran.stderr.decode()
        return None, said


def prepare(folder, name):
    """A vault with two accounts, and beside it what the operations read."""
    home = Home(folder)
    home.write("new", NEW + "\n")
    links = ["GitHub:hugo?secret=GEZDGNBVGY3TQOJQ&issuer=GitHub", "Bank:hugo?secret=MFRGGZDFMZTWQ2LK&issuer=Bank"]
    home.write("import.txt", "".join(f"otpauth://totp/{link}\n" for link in links))
    home.done("init", "--work-factor", "10")
    home.done("add", "--uri", "-", stdin="otpauth://totp/first:hugo?secret=JBSWY3DPEHPK3PXQ&issuer=first\n")
    if "backup" in name:
        # A copy with one account more.
        shutil.copytree(home.path("data/countersign/vault"), home.path("before"))
        home.done("add", "--uri", "-", stdin="otpauth://totp/second:hugo?secret=JBSWY3DPEHPK3PXR&issuer=second\n")
        shutil.copytree(home.path("data/countersign/vault"), home.path("other"))
        shutil.rmtree(home.path("data/countersign/vault"))
        shutil.move(home.path("before"), home.path("data/countersign/vault"))
    # The next change is to make a backup of its own.
    shutil.rmtree(home.path("data/countersign/vault/backups"), ignore_errors=True)
    if name == DAMAGED:
        home.write("data/countersign/vault/vault.age", "")
    return home


def copy_of(home, folder):
    shutil.copytree(home.folder, folder, symlinks=True)
    return Home(folder)


def count_calls(home, arguments, stdin):
    """How often each call is made. All are counted: which of them matter is not ours to say."""
    trace = home.path("trace")
    around = ["strace", "-f", "-qq", "-o", trace, "-e", "trace=" + ",".join(CALLS.values())]
    ran = home.run(arguments, stdin, around=around)
    if ran.returncode != 0:
        raise SystemExit(f"{arguments} failed under strace: {ran.stderr.decode()}")
    counts = dict.fromkeys(CALLS, 0)
    with open(trace) as lines:
        for line in lines:
            call = line.split(None, 1)[1].split("(")[0]
            for kind, name in CALLS.items():
                counts[kind] += call == name
    return counts


def main():
    if shutil.which("strace") is None:
        return print("skipped: strace is not installed")
    probe = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True)
    if probe.returncode != 0:
        return print("skipped: strace may not trace here: " + probe.stderr.decode().strip())
    known = subprocess.run([PROGRAM, "--help"], capture_output=True).stdout.decode()
    total, failures = 0, []
    with tempfile.TemporaryDirectory() as base:
        for name, arguments, stdin, passphrases in OPERATIONS:
            if f"\n  {arguments[0]} " not in known:
                print(f"{name}: left out, this program has no command {arguments[0]}")
                continue
            os.mkdir(os.path.join(base, "start"))
            start = prepare(os.path.join(base, "start"), name)
            before = None if name == DAMAGED else start.accounts([OLD])[0]
            whole = copy_of(start, os.path.join(base, "whole"))
            counts = count_calls(whole, arguments, stdin)
            after, _ = whole.accounts([passphrases[-1]])
            tried, outcomes = 0, {"before": 0, "after": 0}
            for kind, call in CALLS.items():
                for n in range(1, counts[kind] + 1):
                    for fault in FAULTS:
                        if kind == "create" and fault != "signal=KILL":
                            # Every file that is read is opened too; reads that fail are not what is tried here.
                            continue
                        point = f"{name}: {kind} {n} of {counts[kind]}, {fault}"
                        home = copy_of(start, os.path.join(base, "point"))
                        inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call]
                        inject += ["-e", f"inject={call}:{fault}:when={n}"]
                        ran = home.run(arguments, stdin, around=inject)
                        held, opened = home.accounts(passphrases)
                        tried += 1
                        wrong = judge(home, ran, held, opened, before, after, passphrases)
                        if wrong:
                            failures.append(f"{point}: {wrong}; it said: {ran.stderr.decode().strip()}")
                        else:
                            outcomes["after" if held == after else "before"] += 1
                        shutil.rmtree(home.folder)
            print(f"{name}: {tried} points, {outcomes['before']} left it as before, {outcomes['after']} as after")
            if not (outcomes["before"] and outcomes["after"]):
                failures.append(f"{name}: both outcomes should be met")
            total += tried
            shutil.rmtree(start.folder)
            shutil.rmtree(whole.folder)
    for failure in failures:
        print("FAILED " + failure)
    print(f"{total} points tried, {len(failures)} failed")
    return 1 if failures else 0


def judge(home, ran, held, opened, before, after, passphrases):
    """What is wrong after a fault; nothing where all is well."""
    if ran.returncode == 0 and held != after:
        return "it said that it had succeeded, and the new content is not there"
    if held not in (before, after):
        return f"neither the old nor the new content is there: {opened}"
    if held is None:
        # It was damaged before and is so still: the same again must put it back.
        again = home.run(["restore-backup", "--yes", "{home}/other"])
        return None if again.returncode == 0 else "it can't be put back any more: " + again.stderr.decode()
    verified = home.run(["verify"], passphrase=opened)
    if verified.returncode != 0:
        return "a backup that counts does not open: " + verified.stdout.decode() + verified.stderr.decode()
    link = "otpauth://totp/next:hugo?secret=JBSWY3DPEHPK3PXT&issuer=next\n"
    saved = home.run(["add", "--uri", "-"], link, passphrase=opened)
    if saved.returncode != 0:
        return "the next change fails: " + saved.stderr.decode()
    left = [name for _, _, names in os.walk(home.path("data")) for name in names if name.endswith(".tmp")]
    if left:
        return f"the next change leaves {left} behind"
    return None


PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "target/release/countersign"))

if __name__ == "__main__":
    sys.exit(main())
