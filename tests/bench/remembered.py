#!/usr/bin/env python3
"""Measures `code` with the unlock remembered beside `oathtool` given the bare secret, in turns.

    cargo build --release
    tests/bench/remembered.py SCRATCH [--entries 1000] [--times 300]

A vault at work factor 10; the unlock is remembered in the kernel's keyring for it and forgotten at the end. Prints the
medians in milliseconds, each with the start of the process; ends with 1 where `code` takes over three times as long.
"""
import argparse, os, pathlib, random, shutil, statistics, subprocess, sys, time

MOST = 3
PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "target" / "release" / "countersign"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def link(n, chance):
    secret = "".join(chance.choices(LETTERS, k=32))
    return f"otpauth://totp/Service%20{n % 700}:user{n:05}@example.com?secret={secret}&issuer=Service%20{n % 700}"


def took_ms(argv):
    began = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1e3


def medians(times, *commands):
    """Of each command, all in turns, so that what else the machine does hits all alike."""
    taken = [[took_ms(argv) for argv in commands] for _ in range(times)]
    return [statistics.median(of_one) for of_one in zip(*taken)]


def against_oathtool(vault, passphrase, query, times):
    """The medians of `code` with the unlock remembered and of oathtool."""
    base = [str(PROGRAM), "--vault", str(vault)]
    subprocess.run([*base, "--passphrase-file", str(passphrase), "unlock"], check=True, capture_output=True)
    try:
        return medians(times, [*base, "code", query], ["oathtool", "--totp", "-b", "JBSWY3DPEHPK3PXP"])
    finally:
        subprocess.run([*base, "lock"], check=True, capture_output=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--times", type=int, default=300)
    a = parser.parse_args()
    a.scratch.mkdir(parents=True, exist_ok=True)
    for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        os.environ[name] = str(a.scratch / "home")
    vault, passphrase, links = a.scratch / "vault", a.scratch / "passphrase", a.scratch / "links"
    passphrase.write_text("correct horse battery\n")
    chance = random.Random(5)
    links.write_text("".join(link(n, chance) + "\n" for n in range(a.entries)))
    shutil.rmtree(vault, ignore_errors=True)
    base = [str(PROGRAM), "--vault", str(vault), "--passphrase-file", str(passphrase), "--yes"]
    subprocess.run([*base, "init", "--work-factor", "10"], check=True, capture_output=True)
    subprocess.run([*base, "import", str(links)], check=True, capture_output=True)
    code, oathtool = against_oathtool(vault, passphrase, "user00007@example.com", a.times)
    print(f"code of {a.entries} {code:.2f} ms, oathtool {oathtool:.2f} ms: {code / oathtool:.2f} times (at most {MOST})")
    sys.exit(code / oathtool > MOST)


if __name__ == "__main__":
    main()
