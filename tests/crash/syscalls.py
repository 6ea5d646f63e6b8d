#!/usr/bin/env python3
"""Lets every file system call of `ascribe edit` fail once, and kills the program in every one once. Each time the old
or the new file must be whole, no answered edit lost, no refused one there, and what went wrong said.
Usage: tests/crash/syscalls.py PROGRAM"""

import hashlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time

import edited

FAULTS = {
    "openat": ["EIO", "EACCES", "EMFILE"],
    "write": ["EIO", "ENOSPC", "EDQUOT"],
    "fsync": ["EIO", "ENOSPC"],
    "rename": ["EIO", "EACCES", "EXDEV"],
    "mkdir": ["EACCES", "EROFS"],
    "chmod": ["EACCES"],
    "unlink": ["EACCES"],
    "read": ["EIO"],
    "statx": ["EIO"],
    "flock": ["ENOLCK"],
}


def has_strace():
    try:
        return subprocess.run(["strace", "-o", os.devnull, "true"], stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


class Place:
    """A fresh copy of a small project, and the paths that the program uses."""

    def __init__(self, template):
        self.folder = tempfile.mkdtemp(prefix="ascribe-calls-")
        shutil.copytree(template, f"{self.folder}/p")
        self.project = f"{self.folder}/p/p.ascribe.ron"
        self.env = dict(os.environ, XDG_STATE_HOME=f"{self.folder}/state", XDG_CONFIG_HOME=f"{self.folder}/config",
                        XDG_DATA_HOME=f"{self.folder}/data")

    def paths(self, journal_name):
        state = f"{self.folder}/state"
        journals = f"{state}/ascribe/journals"
        return [self.project, f"{self.folder}/p", f"{self.folder}/p/.p.ascribe.ron.1.tmp",
                f"{self.folder}/p/texts/work.txt", state, f"{state}/ascribe", journals, f"{journals}/{journal_name}",
                f"{journals}/.{journal_name}.1.tmp"]


def journal_name(project):
    """As the program names it: the file's name and the hash of its path."""
    return f"p.ascribe.ron-{hashlib.sha256(os.fsencode(os.path.realpath(project))).hexdigest()[:16]}.journal"


def work(editor, model):
    """Edits and saves; the models that the project may be at, and whether anything was refused."""
    chance, refused = edited.chance_of(7), []
    for step in range(9):
        request, after = model.request(chance)
        if step in (2, 5, 8):
            request, after = {"do": "save"}, model
        answer = editor.ask(request)
        if answer is None:
            return [model, after], refused
        if answer["ok"]:
            model = after
        else:
            refused.append(answer["error"])
    return [model], refused


def run(job):
    program, template, call, fault, has_journal, number = job
    place = Place(template)
    log = f"{place.folder}/strace"
    how = "signal=KILL" if fault == "KILL" else f"error={fault}"
    paths = [argument for path in place.paths(journal_name(place.project)) for argument in ("-P", path)]
    # What an earlier run has left in the journal alone must come back too.
    chance, model = edited.chance_of(8), edited.Model()
    earlier = edited.Editor(program, place.project, place.env)
    for _ in range(2 if has_journal else 0):
        request, model = model.request(chance)
        assert earlier.ask(request)["ok"]
    earlier.end()
    strace = ["strace", "-f", "-qq", "-o", log, *paths, "-e", f"inject={call}:{how}:when={number}"]
    editor = edited.Editor(program, place.project, place.env, strace)
    maybe, refused = work(editor, model)
    said = editor.end()
    with open(log, encoding="utf-8", errors="replace") as lines:
        is_injected = any("INJECTED" in line or "killed by SIGKILL" in line for line in lines)
    before = {"p.ascribe.ron", "texts"}
    again = edited.Editor(program, place.project, place.env)
    found = again.listed()
    complaint = again.end()
    what = f"{call} {fault} {number}"
    assert found is not None, f"{what}: it does not open: {complaint}"
    faults = [edited.difference(found, model) for model in maybe]
    assert None in faults, f"{what}: {faults}"
    assert "changed by another program" not in complaint, f"{what}: {complaint}"
    others = set(os.listdir(f"{place.folder}/p")) - before
    assert others <= {".p.ascribe.ron.1.tmp", ".p.ascribe.ron.journal"}, f"{what}: {others}"
    is_told = bool(refused) or "could not" in said or editor.process.returncode != 0
    shutil.rmtree(place.folder)
    return is_injected, is_told


def every_number(job):
    """Each call of a kind in turn, until there is none left."""
    program, template, call, fault, has_journal = job
    runs, silent = 0, 0
    for number in range(1, 200):
        is_injected, is_told = run((program, template, call, fault, has_journal, number))
        if not is_injected:
            break
        runs += 1
        silent += not is_told and fault != "KILL"
    return call, fault, runs, silent


def main():
    program = os.path.abspath(sys.argv[1])
    if not has_strace():
        print("SKIPPED: failing system calls need strace, and leave to trace")
        return
    began = time.monotonic()
    folder = tempfile.mkdtemp(prefix="ascribe-template-")
    os.makedirs(f"{folder}/p")
    env = dict(os.environ, XDG_STATE_HOME=f"{folder}/state", XDG_CONFIG_HOME=f"{folder}/config",
               XDG_DATA_HOME=f"{folder}/data")
    edited.make_project(program, f"{folder}/p", env, annotations=20)
    jobs = [(program, f"{folder}/p", call, fault, has_journal) for call, faults in FAULTS.items()
            for fault in [*faults, "KILL"] for has_journal in (False, True)]
    with multiprocessing.Pool(2) as pool:
        done = pool.map(every_number, jobs, chunksize=1)
    shutil.rmtree(folder)
    runs = sum(runs for _, _, runs, _ in done)
    # What nobody was told of must have been made good: the journal was written anew, and every edit found again.
    silent = sum(silent for _, _, _, silent in done)
    assert runs > 300, "hardly any call was made to fail"
    print(f"every file system call failing or killing once: {runs} runs, 0 answered edits lost, 0 broken files, "
          f"{silent} made good without a word; {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
