#!/usr/bin/env python3
"""Power cuts: a file system in an image is copied at a random moment while `ascribe edit` works on it, and the copy is
mounted in the place of the original. Every edit that was answered before the cut must be there.
Usage: tests/crash/power.py PROGRAM [CUTS]"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import edited

SYSTEMS = {
    # Without its default the file system does not flush by itself what is renamed over another file.
    "ext4": (["mkfs.ext4", "-q", "-F"], "loop,noauto_da_alloc"),
    # The copy has the name of the original, which is still mounted; XFS takes the two for one unless it is told not to.
    "xfs": (["mkfs.xfs", "-q", "-f"], "loop,nouuid"),
}
IMAGE_MB = {"ext4": 48, "xfs": 320}


def quiet(*argv):
    return subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class Disk:
    """A mounted image with a project and its journal on it."""

    def __init__(self, program, system):
        self.program, self.system = program, system
        self.folder = tempfile.mkdtemp(prefix=f"ascribe-power-{system}-")
        self.image, self.place = f"{self.folder}/image", f"{self.folder}/disk"
        os.mkdir(self.place)
        with open(self.image, "wb") as image:
            image.truncate(IMAGE_MB[system] * 1_000_000)
        make, self.options = SYSTEMS[system]
        self.is_mounted = bool(shutil.which(make[0])) and quiet(*make, self.image) and quiet(
            "mount", "-o", self.options, self.image, self.place)
        self.env = dict(os.environ, **{f"XDG_{kind}_HOME": f"{self.place}/{kind.lower()}"
                                       for kind in ("STATE", "CONFIG", "DATA")})

    def end(self):
        if self.is_mounted:
            quiet("umount", "-l", self.place)
        shutil.rmtree(self.folder)

    def found_after_cut(self, project):
        """What the copy of the disk holds, mounted in its place, where only this one look sees it."""
        look = f'umount -l "$1" && mount -o {self.options} "$2" "$1" && exec "$3" edit "$4"'
        request = json.dumps({"do": "list", "document": edited.WORK}).encode() + b"\n"
        done = subprocess.run(["unshare", "-m", "sh", "-c", look, "sh", self.place, f"{self.image}-copy", self.program,
                               project], input=request, env=self.env, capture_output=True)
        assert done.stdout.endswith(b"\n"), f"{self.system}: it does not open after a cut: {done.stderr.decode()}"
        answer = json.loads(done.stdout)
        assert b"changed by another program" not in done.stderr, done.stderr
        return {it["id"]: {key: it[key] for key in ("spans", "tag", "note", "quote")} for it in answer["annotations"]}


def cut(disk, cuts, chance):
    os.makedirs(f"{disk.place}/p")
    project = edited.make_project(disk.program, f"{disk.place}/p", disk.env, annotations=1_000)
    os.sync()
    editor = edited.Editor(disk.program, project, disk.env)
    try:
        return cut_while(editor, project, disk, cuts, chance)
    finally:
        editor.kill()


def cut_while(editor, project, disk, cuts, chance):
    model, in_save = edited.Model(), 0
    for number in range(cuts):
        for _ in range(random.randint(0, 25)):
            request, after = model.request(chance)
            if chance.random() < 0.1:
                request, after = {"do": "save"}, model
            assert editor.ask(request)["ok"]
            model = after
        request, after = model.request(chance)
        if chance.random() < 0.5:
            request, after, in_save = {"do": "save"}, model, in_save + 1
        editor.send(request)
        time.sleep(random.random() * (0.05 if request["do"] == "save" else 0.003))
        editor.process.send_signal(signal.SIGSTOP)
        quiet("cp", disk.image, f"{disk.image}-copy")
        found = disk.found_after_cut(project)
        faults = [edited.difference(found, model) for model in (model, after)]
        assert None in faults, f"{disk.system}, cut {number + 1}: {faults}"
        editor.process.send_signal(signal.SIGCONT)
        assert editor.answer()["ok"]
        model = after
    return in_save


def main():
    program = os.path.abspath(sys.argv[1])
    cuts = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    for system in SYSTEMS:
        disk, began = Disk(program, system), time.monotonic()
        try:
            if not disk.is_mounted:
                print(f"SKIPPED: power cuts on {system} need its tools and leave to mount an image")
                continue
            in_save = cut(disk, cuts, edited.chance_of(time.time()))
            print(f"power cuts on {system} ({disk.options}): {cuts}, {in_save} of them inside a save, 0 answered edits "
                  f"lost, 0 broken files; {time.monotonic() - began:.0f} s")
        finally:
            disk.end()


if __name__ == "__main__":
    main()
