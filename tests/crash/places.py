#!/usr/bin/env python3
"""What happens when the place of a project is not as it should be: the disk is full, writing is not allowed, the file
is gone, or something else stands there. Usage: tests/crash/places.py PROGRAM

Run by the administrator, everything happens as an ordinary user, whom the system really refuses something."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

import edited

NOBODY = 65534
IS_ROOT = os.geteuid() == 0
AS_USER = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if IS_ROOT else []


class Place:
    """A small project with a journal of its own, and `ascribe edit` on it."""

    def __init__(self, program, name):
        self.program, self.name = program, name
        self.folder = tempfile.mkdtemp(prefix=f"ascribe-{name}-")
        self.env = dict(os.environ, **{f"XDG_{kind}_HOME": f"{self.folder}/{kind.lower()}"
                                       for kind in ("STATE", "CONFIG", "DATA")})
        os.makedirs(f"{self.folder}/p")
        self.project = edited.make_project(program, f"{self.folder}/p", self.env, annotations=3_000)
        shutil.rmtree(f"{self.folder}/state")  # Adding the texts was an edit too.
        self.give(self.folder)
        self.model, self.chance = edited.Model(), edited.chance_of(3)

    def give(self, path):
        """To the ordinary user."""
        for folder, _, files in os.walk(path):
            for it in [folder, *(os.path.join(folder, name) for name in files)]:
                if IS_ROOT:
                    os.chown(it, NOBODY, NOBODY, follow_symlinks=False)

    def open(self):
        self.editor = edited.Editor(self.program, self.project, self.env, AS_USER)
        return self

    def edit(self):
        request, after = self.model.request(self.chance)
        answer = self.editor.ask(request)
        if answer["ok"]:
            self.model = after
        return answer

    def save(self):
        return self.editor.ask({"do": "save"})

    def check(self):
        """Every answered edit is there, and no other."""
        fault = edited.difference(self.editor.listed(), self.model)
        assert fault is None, f"{self.name}: {fault}"

    def hash(self):
        with open(self.project, "rb") as project:
            return hashlib.sha256(project.read()).hexdigest()

    def reopen(self):
        words = self.editor.end()
        self.open()
        self.check()
        return words

    def end(self):
        self.editor.end()
        shutil.rmtree(self.folder)
        print(f"  {self.name}: as promised")


def refused(answer, *words):
    assert not answer["ok"] and any(word in answer["error"] for word in words), answer


def looking(program):
    place = Place(program, "looking")
    look = lambda: {path: (os.stat(path).st_mtime_ns, os.path.isfile(path) and open(path, "rb").read())
                    for folder, _, files in os.walk(f"{place.folder}/p")
                    for path in [folder, *(os.path.join(folder, name) for name in files)]}
    before = look()
    place.open().check()
    words = place.editor.end()
    assert look() == before and words == "", words
    assert not os.path.exists(f"{place.folder}/state"), "looking has left a journal behind"
    place.open().end()


def denied(program):
    place = Place(program, "writing denied").open()
    before = place.hash()
    os.chmod(f"{place.folder}/p", 0o555)
    assert place.edit()["ok"], "the journal lies elsewhere"
    refused(place.save(), "Permission denied")
    assert place.hash() == before
    place.reopen()
    os.chmod(f"{place.folder}/p", 0o755)
    assert place.save()["ok"] and place.hash() != before
    place.reopen()
    place.end()


def journal_denied(program):
    place = Place(program, "journal denied").open()
    os.makedirs(f"{place.folder}/state", exist_ok=True)
    os.chmod(f"{place.folder}/state", 0o555)
    assert place.edit()["ok"], "the journal goes beside the project"
    assert os.path.exists(f"{place.folder}/p/.p.ascribe.ron.journal")
    place.reopen()
    os.chmod(f"{place.folder}/p", 0o555)
    assert place.edit()["ok"], "the journal that is open goes on"
    place.editor.end()
    os.remove(f"{place.folder}/p/.p.ascribe.ron.journal") if IS_ROOT else None
    os.chmod(f"{place.folder}/state", 0o755)
    os.chmod(f"{place.folder}/p", 0o755)
    place.open().end()


def nowhere_to_write(program):
    place = Place(program, "nowhere to write").open()
    os.makedirs(f"{place.folder}/state", exist_ok=True)
    for folder in ("state", "p"):
        os.chmod(f"{place.folder}/{folder}", 0o555)
    refused(place.edit(), "nothing was changed")
    place.check()
    for folder in ("state", "p"):
        os.chmod(f"{place.folder}/{folder}", 0o755)
    if IS_ROOT:
        os.chown(f"{place.folder}/state", NOBODY, NOBODY)
    assert place.edit()["ok"], "it goes on when it can"
    place.reopen()
    place.end()


def gone(program):
    place = Place(program, "file gone").open()
    assert place.edit()["ok"]
    os.rename(place.project, f"{place.folder}/away")
    refused(place.save(), "gone")
    assert place.edit()["ok"] and not os.path.exists(place.project)
    os.rename(f"{place.folder}/away", place.project)
    place.reopen()
    assert place.save()["ok"]
    place.end()


def replaced(program, name, make):
    """Something else stands where the project was: it is not touched, and the edits stay."""
    place = Place(program, f"replaced by a {name}").open()
    assert place.edit()["ok"]
    os.rename(place.project, f"{place.folder}/away")
    make(place)
    state = lambda: (os.lstat(place.project).st_mode, os.lstat(place.project).st_mtime_ns, os.listdir(f"{place.folder}/p"))
    before = state()
    refused(place.save(), "stands in the way", "changed by another program")
    assert state() == before, "it was touched"
    assert place.edit()["ok"]
    os.rmdir(place.project) if name == "folder" else os.remove(place.project)
    os.rename(f"{place.folder}/away", place.project)
    place.reopen()
    assert place.save()["ok"]
    place.end()


def link_to_other(place):
    other = f"{place.folder}/other"
    with open(other, "w", encoding="utf-8") as file:
        file.write("somebody else's")
    os.symlink(other, place.project)


def rights_kept(program):
    place = Place(program, "link, owner and permissions kept")
    real = f"{place.folder}/real.ron"
    os.rename(place.project, real)
    os.chmod(real, 0o640)
    os.symlink(real, place.project)
    if IS_ROOT:
        os.chown(real, 1234, 1235)
    before = os.stat(real)
    place.editor = edited.Editor(place.program, place.project, place.env)
    assert place.edit()["ok"] and place.save()["ok"]
    after = os.stat(real)
    assert os.path.islink(place.project) and after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    place.end()


def full(program, what):
    """The disk of the project, of the journal, or of both is full to the last byte."""
    place = Place(program, f"disk full: {what}")
    folders = {"project": ["p"], "journal": ["state"], "both": ["p", "state"]}[what]
    mounted = []
    for name in folders:
        folder = f"{place.folder}/{name}"
        kept = f"{place.folder}/{name}-kept"
        os.makedirs(folder, exist_ok=True)
        shutil.copytree(folder, kept)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], stderr=subprocess.DEVNULL).returncode:
            print(f"  SKIPPED: disk full ({what}) needs leave to mount")
            return
        mounted.append(folder)
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        place.give(folder)
    try:
        before = place.hash()
        place.open()
        for folder in mounted:
            subprocess.run(["dd", "if=/dev/zero", f"of={folder}/filler", "bs=4096"], stderr=subprocess.DEVNULL)
        answers = [place.edit() for _ in range(50)]
        if what == "both":
            for answer in answers:
                refused(answer, "nothing was changed")
        else:
            assert all(answer["ok"] for answer in answers), answers
        if "p" in folders:
            refused(place.save(), "No space left")
            assert place.hash() == before
        place.check()
        for folder in mounted:
            os.remove(f"{folder}/filler")
        assert place.edit()["ok"] and place.save()["ok"]
        place.reopen()
        place.editor.end()
    finally:
        for folder in mounted:
            subprocess.run(["umount", "-l", folder], check=True)
    place.open = lambda: place
    shutil.rmtree(place.folder)
    print(f"  {place.name}: as promised")


def everywhere(program):
    looking(program)
    denied(program)
    journal_denied(program)
    nowhere_to_write(program)
    gone(program)
    replaced(program, "folder", lambda place: os.mkdir(place.project))
    replaced(program, "pipe", lambda place: os.mkfifo(place.project))
    replaced(program, "link", link_to_other)
    rights_kept(program)
    for what in ("project", "journal", "both"):
        full(program, what)


def main():
    program = os.path.abspath(sys.argv[1])
    if IS_ROOT and shutil.which("setpriv") is None:
        print("SKIPPED: the administrator is refused nothing, and there is no setpriv to become somebody else")
        return
    # An ordinary user may not be let into the folder that the program was built in.
    with tempfile.TemporaryDirectory(prefix="ascribe-program-") as folder:
        os.chmod(folder, 0o755)
        everywhere(shutil.copy(program, folder))
    print("places that are not as they should be: every edit kept, every reason named, nothing else touched")


if __name__ == "__main__":
    main()
