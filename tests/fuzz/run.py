#!/usr/bin/env python3
"""Fuzzes the parsers, each for so many minutes of the processor, however busy the machine is.
Usage: tests/fuzz/run.py MINUTES [NAME...]     builds first; needs `cargo install cargo-fuzz`; stable Rust will do

What the fuzzer learns is kept in `target/fuzz/corpus`, what breaks a parser in `target/fuzz/artifacts`. A find is made
small (`cargo fuzz tmin`), mended, and goes into `tests/fuzz/corpus`, which `cargo test` replays."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
TARGET = f"{ROOT}/target/fuzz"
PROGRAMS = f"{TARGET}/x86_64-unknown-linux-gnu/release"
ALL = sorted(os.listdir(f"{FOLDER}/corpus"))


def build():
    # The versions that the program itself is built with.
    shutil.copy(f"{ROOT}/Cargo.lock", f"{FOLDER}/Cargo.lock")
    # Only a nightly compiler takes the fuzzer's flags unasked; no sanitizer, since there is no unsafe code here.
    subprocess.run(["cargo", "fuzz", "build", "--fuzz-dir", FOLDER, "--target-dir", TARGET, "--sanitizer", "none"],
                   env=dict(os.environ, RUSTC_BOOTSTRAP="1"), cwd=ROOT, check=True)


def seconds_of(pid):
    """The processor's time that a process has had, with its threads and children."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def fuzz(name, seconds):
    """Runs a fuzzer until it has had its time or found something."""
    program = f"{PROGRAMS}/{name}"
    learnt, artifacts, log = (f"{TARGET}/{kind}/{name}" for kind in ("corpus", "artifacts", "logs"))
    for folder in (learnt, artifacts, os.path.dirname(log)):
        os.makedirs(folder, exist_ok=True)
    # The fuzzer's limit counts time that a busy machine gives to others, so it is a wide one.
    command = [program, "-timeout=60", "-rss_limit_mb=1024", "-print_final_stats=1", "-max_len=8192",
               f"-artifact_prefix={artifacts}/", learnt, f"{FOLDER}/corpus/{name}"]
    with open(log, "w", encoding="utf-8") as words:
        # One thread for each import: many small ones would only wait for each other.
        process = subprocess.Popen(command, stdout=words, stderr=words, env=dict(os.environ, RAYON_NUM_THREADS="1"))
        used = 0.0
        while process.poll() is None:
            used = seconds_of(process.pid)
            if used >= seconds:
                process.send_signal(signal.SIGINT)
                process.wait()
            time.sleep(1)
    with open(log, encoding="utf-8", errors="replace") as words:
        log = words.read()
    runs = re.findall(r"(?:executed_units: +|^#)(\d+)", log, re.M)
    features = re.findall(r"ft: (\d+)", log)
    found = re.findall(r"Test unit written to (.*)", log)
    count, reached = int(runs[-1]) if runs else 0, features[-1] if features else "?"
    print(f"{name}: {used / 60:.1f} minutes, {count} runs, {reached} features, finds: {', '.join(found) or 'none'}", flush=True)
    return not found


def main():
    minutes, names = float(sys.argv[1]), sys.argv[2:] or ALL
    build()
    outcomes = [fuzz(name, minutes * 60) for name in names]
    sys.exit(0 if all(outcomes) else 1)


if __name__ == "__main__":
    main()
