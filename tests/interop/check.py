#!/usr/bin/env python3
"""Lets the reference packages of other tools read what Ascribe writes, and Ascribe read what they write.

    cargo build && python3 tests/interop/check.py [target/debug/ascribe]

The packages (about 1 GB) are installed once, into `target/interop`. Whatever is missing is skipped aloud; with
ASCRIBE_INTEROP_KEPT_ONLY nothing is installed. The schema of REFI-QDA may not be copied here: name its folder
(`Project.xsd`, `Codebook.xsd`) in REFI_QDA_SCHEMAS to have files checked against it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from samples import SAMPLES
from readers import READERS, expected

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "target" / "interop"
PACKAGES = [
    "bioc",
    "datasets",
    "dkpro-cassis",
    "label-studio-sdk",
    "pyarrow",
    "PyLD",
    "seqeval",
    "spacy",
    "stix2",
    "xmlschema",
]
# Installing takes a few minutes; more means that nobody answers.
MOST_SECONDS = 900


def enter_environment():
    """Runs this script again in an environment that has the packages."""
    if os.environ.get("ASCRIBE_INTEROP"):
        return
    python = KEPT / "bin" / "python"
    complete = KEPT / "complete"
    wanted = "\n".join(PACKAGES)
    if not complete.exists() or complete.read_text() != wanted:
        if os.environ.get("ASCRIBE_INTEROP_KEPT_ONLY"):
            skip("the reference packages are not installed yet")
        KEPT.mkdir(parents=True, exist_ok=True)
        steps = [[str(python), "-m", "pip", "install", "--quiet", *PACKAGES]]
        if not python.exists():
            steps.insert(0, [sys.executable, "-m", "venv", str(KEPT)])
        for step in steps:
            try:
                outcome = subprocess.run(step, timeout=MOST_SECONDS).returncode
            except subprocess.TimeoutExpired:
                outcome = 1
            if outcome != 0:
                skip("the reference packages cannot be installed here")
        complete.write_text(wanted)
    environment = os.environ | {"ASCRIBE_INTEROP": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(KEPT / "hf")}
    environment |= {"HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    sys.exit(subprocess.run([str(python), *sys.argv], env=environment).returncode)


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(0)


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)


class Outcome:
    """What was compared so far."""

    def __init__(self):
        self.passed = self.failed = 0

    def compare(self, name, found, wanted):
        if found == wanted:
            self.passed += 1
            print(f"{name}: agrees ({wanted.total()} annotations)")
        else:
            self.fail(name, f"missing {dict(wanted - found)}, not there before {dict(found - wanted)}")

    def fail(self, name, words):
        self.failed += 1
        print(f"{name}: FAILED: {words}")

    def attempt(self, name, deed):
        """What the deed gives; `None` if it fails or cannot be done here, which is said."""
        try:
            return deed()
        except ImportError as error:
            print(f"SKIPPED: {name}: {error}")
        except Exception as error:
            self.fail(name, f"{type(error).__name__}: {error}")
        return None


def they_read_ours(program, source, name, outcome):
    """Writes one project in every format, and lets the packages read it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for form in ["jsonl", *READERS]:
            written = run(program, *[form if part is None else part for part in source], "--out", folder / form)
            if not (folder / form).exists():
                outcome.fail(f"{name} as {form}", f"not written: {written.stderr.strip()}")
        wanted = expected(folder / "jsonl")
        for form, read in READERS.items():
            if (folder / form).exists():
                label = f"{name} as {form}"
                found = outcome.attempt(label, lambda: read(folder / form, wanted))
                if found is not None:
                    outcome.compare(label, found, wanted)


def we_read_theirs(program, outcome):
    """Lets the packages write a few annotations, and reads them."""
    for name, (form, sample) in SAMPLES.items():
        with tempfile.TemporaryDirectory() as place:
            folder, back = Path(place) / "theirs", Path(place) / "back.jsonl"
            folder.mkdir()
            wanted = outcome.attempt(name, lambda: sample(folder))
            if wanted is None:
                continue
            read = run(program, "convert", folder, "--format", form, "--to", "jsonl", "--out", back)
            if read.returncode == 0 or (read.returncode == 3 and back.exists()):
                outcome.compare(name, expected(back), wanted)
            else:
                outcome.fail(name, read.stderr.strip())


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target" / "debug" / "ascribe")
    outcome = Outcome()
    sample = ["export", ROOT / "saves" / "sample.ascribe.ron", "--format", None]
    crossing = ["convert", ROOT / "tests" / "golden" / "jsonl" / "documents.jsonl", "--to", None]
    they_read_ours(program, sample, "the sample", outcome)
    they_read_ours(program, crossing, "crossing annotations", outcome)
    we_read_theirs(program, outcome)
    print(f"\n{outcome.passed} passed, {outcome.failed} failed")
    sys.exit(1 if outcome.failed else 0)


if __name__ == "__main__":
    enter_environment()
    main()
