#!/usr/bin/env python3
"""Measures an import of 10,000 accounts out of a plain Aegis file, less what opening the vault costs.

    cargo build --release
    tests/bench/import.py SCRATCH [--entries 10000] [--times 7]

Each time into a new vault at work factor 10. Prints the medians in milliseconds; ends with 1 where the import is over 250.
"""
import argparse, json, os, pathlib, random, shutil, statistics, subprocess, sys, time

MOST_MS = 250
PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "target" / "release" / "countersign"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def aegis(entries):
    chance = random.Random(5)
    return {"version": 1, "header": {"slots": None, "params": None}, "db": {"version": 3, "groups": [
        {"uuid": f"group-{n}", "name": f"tag {n}"} for n in range(8)], "entries": [{
            "type": "totp", "uuid": f"entry-{n}", "name": f"user{n:05}@example.com", "issuer": f"Service {n % 700}",
            "note": "" if n % 9 else f"note {n}", "favorite": n % 50 == 0, "icon": None, "groups": [f"group-{n % 8}"],
            "info": {"secret": "".join(chance.choices(LETTERS, k=32)), "algo": "SHA1", "digits": 6, "period": 30}}
        for n in range(entries)]}}


def took_ms(*argv):
    began = time.perf_counter()
    subprocess.run([str(a) for a in argv], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=7)
    a = parser.parse_args()
    a.scratch.mkdir(parents=True, exist_ok=True)
    for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        os.environ[name] = str(a.scratch / "home")
    (a.scratch / "passphrase").write_text("correct horse battery\n")
    (a.scratch / "aegis.json").write_text(json.dumps(aegis(a.entries)))
    base = [PROGRAM, "--vault", a.scratch / "vault", "--passphrase-file", a.scratch / "passphrase", "--yes"]
    opening, imports = [], []
    for _ in range(a.times):
        shutil.rmtree(a.scratch / "vault", ignore_errors=True)
        shutil.rmtree(a.scratch / "home", ignore_errors=True)
        took_ms(*base, "init", "--work-factor", "10")
        opening.append(took_ms(*base, "list"))
        imports.append(took_ms(*base, "import", a.scratch / "aegis.json"))
    listed = subprocess.run([*map(str, base), "list"], check=True, capture_output=True, text=True).stdout
    assert len(listed.splitlines()) >= a.entries, "not all were imported"
    whole, opened = statistics.median(imports), statistics.median(opening)
    print(f"import of {a.entries} {whole:.0f} ms, opening {opened:.1f} ms, beyond opening {whole - opened:.0f} ms (at most {MOST_MS})")
    sys.exit(whole - opened > MOST_MS)


if __name__ == "__main__":
    main()
