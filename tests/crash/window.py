#!/usr/bin/env python3
"""Kills the real window after an edit that it has shown, at a random moment, also while it saves, and looks whether the
edit comes back. Each edit takes back or makes again the one of the round before, so that undo is shown to live on too.
Usage: tests/crash/window.py PROGRAM [KILLS]"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "desktop"))
from drive import Desktop, mark_byline, wait_until_marked  # noqa: E402

# What is promised: an edit is safe so long after it was made.
SAFE_AFTER_SECS = 0.1


def state(program, project, env):
    """How many edits the project has seen, and the annotations that the tester has made."""
    request = b'{"do":"list","document":"01-port-statement-wire"}\n'
    done = subprocess.run([program, "edit", project], input=request, env=env, capture_output=True)
    answer = json.loads(done.stdout)
    return answer["seq"], [it["quote"] for it in answer["annotations"] if it["annotator"] == "tester"]


def main():
    program = os.path.abspath(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    folder = tempfile.mkdtemp(prefix="ascribe-window-kill-")
    shutil.copytree(os.path.join(ROOT, "saves"), folder, dirs_exist_ok=True)
    project = os.path.join(folder, "sample.ascribe.ron")
    began, in_save = time.monotonic(), 0
    with Desktop([program, project], env={"USER": "tester"}) as desktop:
        env = dict(desktop.env, **desktop.extra)
        mark_byline(desktop)
        expected_seq, is_there = 1, True
        for number in range(kills):
            wait_until_marked(desktop, is_there)
            saves = random.random() < 0.4
            in_save += saves
            if saves:
                desktop.tool("key", "--clearmodifiers", "ctrl+s")
            time.sleep(SAFE_AFTER_SECS + random.random() * 0.2)
            desktop.app.kill()
            desktop.app.wait()
            seq, quotes = state(program, project, env)
            assert seq == expected_seq, f"kill {number + 1}: {expected_seq} edits were made, {seq} came back"
            assert bool(quotes) == is_there, f"kill {number + 1}: {quotes}, expected {is_there}"
            desktop.launch()
            wait_until_marked(desktop, is_there)
            desktop.tool("key", "--clearmodifiers", "ctrl+z" if is_there else "ctrl+shift+z")
            expected_seq, is_there = expected_seq + 1, not is_there
    shutil.rmtree(folder)
    print(f"{kills} kills of the real window, {in_save} of them while it saved: 0 edits lost; "
          f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
