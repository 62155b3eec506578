#!/usr/bin/env python3
"""Measures the release build beside cotp in one run and prints the tables of docs/measurements.md.

    cargo build --release
    tests/bench/measure.py TOOLS SCRATCH [--spawns 15] [--idle 30]

TOOLS holds ptybench.py (a pseudo-terminal benchmark: last byte after a key, CPU, bytes, memory) and peers.py (the same
made-up accounts for each program). SCRATCH is a folder for the vaults. cotp is measured where it is on PATH
(`cargo install cotp`), oathtool for `code`.
"""
import argparse, json, os, pathlib, shutil, statistics, subprocess, sys, time
import remembered

SIZES = (10, 1000, 10000)
PASSPHRASE = "correct horse battery"
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target" / "release" / "countersign"


def run(*argv, **more):
    return subprocess.run([str(a) for a in argv], check=True, capture_output=True, text=True, **more).stdout


def vault(scratch, n, links):
    """A vault of n accounts at work factor 10, so that opening measures the program and not scrypt."""
    folder = scratch / f"vault_{n}"
    base = [PROGRAM, "--vault", folder, "--passphrase-file", scratch / "passphrase"]
    shutil.rmtree(folder, ignore_errors=True)
    run(*base, "init", "--work-factor", "10")
    began = time.perf_counter()
    run(*base, "import", links)
    return base, (time.perf_counter() - began) * 1e3


def bench(tools, *argv):
    out = subprocess.run([sys.executable, str(tools / "ptybench.py"), *map(str, argv)], capture_output=True, text=True)
    result = json.loads(out.stdout)
    if "error" in result:
        sys.exit(f"{result['error']}\n{result.get('screen', '')}")
    return result


def median_ms(times, *argv, **more):
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        run(*argv, **more)
        taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", type=pathlib.Path)
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("--spawns", type=int, default=15)
    parser.add_argument("--idle", type=float, default=30)
    a = parser.parse_args()
    a.scratch.mkdir(parents=True, exist_ok=True)
    for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        os.environ[name] = str(a.scratch / "home")
    (a.scratch / "passphrase").write_text(PASSPHRASE + "\n")
    run(sys.executable, a.tools / "peers.py", a.scratch, *SIZES)
    with_cotp = shutil.which("cotp") is not None
    common = ["--spawns", a.spawns, "--rows", 50, "--cols", 120, "--gap", 20]

    print("| entries | first frame of the unlock screen, ms | passphrase → list, ms | key: move, ms median / p99 | key: search, ms median / p99 "
          "| idle, 45 rows: CPU % · B/s | one shared bar, B/s | memory, MiB (peak) | import of all, ms | save, ms | `code`, ms |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for n in SIZES:
        base, import_ms = vault(a.scratch, n, a.scratch / f"uris_{n}.txt")
        tui = ["--", *base[:3]]
        unlock = bench(a.tools, *common, "--ready", "passphrase", "--idle", 0, *tui)
        search = "user00007@example.com"
        whole = bench(a.tools, *common, "--expect", "passphrase", "--send", PASSPHRASE + "\\r", "--ready", "locks in",
                      "--idle", a.idle, "--scenario", "move={DOWN}{UP}*75", "--setup", "search=/",
                      "--scenario", f"search={search}{{C-u}}*7", *tui)
        shared = bench(a.tools, "--rows", 50, "--cols", 120, "--expect", "passphrase", "--send", PASSPHRASE + "\\r", "--expect",
                       "locks in", "--send", "v", "--ready", "locks in", "--idle", a.idle, *tui)
        move, find = (whole["scenarios"][name]["last_byte_ms"] for name in ("move", "search"))
        # A save is an edit less what an `edit` that changes nothing costs.
        query = ["edit", search] if n > 7 else ["edit", "user00007"]
        nothing = median_ms(15, *base, *query, "--note", "")
        flip, taken = 0, []
        for _ in range(15):
            flip += 1
            began = time.perf_counter()
            run(*base, *query, "--note", str(flip))
            taken.append((time.perf_counter() - began) * 1e3)
        run(*base, *query, "--note", "")
        save = statistics.median(taken) - nothing
        code = median_ms(15, *base, "code", search)
        print(f"| countersign, {n} | {unlock['first_frame_stats_ms']['median']} | {whole['first_frame_stats_ms']['median']} "
              f"| {move['median']} / {move['p99']} | {find['median']} / {find['p99']} "
              f"| {whole['idle_cpu_pct_schedstat']} · {whole['idle_bytes_per_s']} | {shared['idle_bytes_per_s']} "
              f"| {whole['rss_kb'] / 1024:.1f} ({whole['peak_rss_kb'] / 1024:.1f}) | {import_ms:.0f} | {save:.1f} | {code:.1f} |", flush=True)
        if n == 1000 and shutil.which("oathtool"):
            beside_oathtool = remembered.against_oathtool(base[2], a.scratch / "passphrase", search, 300)
        if with_cotp:
            cotp = bench(a.tools, *common, "--expect", "Password", "--send", PASSPHRASE + "\\n", "--ready",
                         r"(?s)Press CTRL.*OTP.*\d{6}.*%", "--idle", a.idle, "--scenario", "move={DOWN}{UP}*75", "--setup", "search=/",
                         "--scenario", f"search={search}{{C-u}}*7", "--quit", "{ESC}{ESC}",
                         "--", "cotp", "--database-path", a.scratch / f"cotp_{n}.db")
            move, find = (cotp["scenarios"][name]["last_byte_ms"] for name in ("move", "search"))
            code = median_ms(5, "cotp", "--password-stdin", "-d", a.scratch / f"cotp_{n}.db", "extract", "--index", "5",
                             input=PASSPHRASE + "\n")
            print(f"| cotp, {n} | – | {cotp['first_frame_stats_ms']['median']} | {move['median']} / {move['p99']} "
                  f"| {find['median']} / {find['p99']} | {cotp['idle_cpu_pct_schedstat']} · {cotp['idle_bytes_per_s']} | – "
                  f"| {cotp['rss_kb'] / 1024:.1f} ({cotp['peak_rss_kb'] / 1024:.1f}) | – | – | {code:.1f} |", flush=True)
    locked = bench(a.tools, "--rows", 50, "--cols", 120, "--ready", "passphrase", "--idle", a.idle, *tui)
    print(f"\nlocked, {a.idle:.0f} s idle: {locked['idle_wakeups_per_s']} wake-ups a second, {locked['idle_bytes_per_s']} B/s, "
          f"{locked['idle_cpu_pct_schedstat']} % CPU")
    if shutil.which("oathtool"):
        code, oathtool = beside_oathtool
        print(f"`code` of 1000 with the unlock remembered: {code:.2f} ms, oathtool with the bare secret: {oathtool:.2f} ms")
    print(f"stripped binary: {PROGRAM.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
