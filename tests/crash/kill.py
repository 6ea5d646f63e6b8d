#!/usr/bin/env python3
"""Kills `ascribe edit` at random moments while it edits and saves a project of several megabytes, and looks each time
whether every answered edit is there, and whether undo still works. Usage: tests/crash/kill.py PROGRAM [KILLS]"""

import multiprocessing
import os
import select
import shutil
import sys
import tempfile
import time

import edited

# Two thirds of the kills come while edits are made, the others while the project is being saved.
MOST_EDITING_SECS = 0.06
MOST_SAVING_SECS = 0.15
EDITS_A_SAVE = 100
# A fresh project from time to time, and a word on how far it is.
MOST_KILLS_A_PROJECT = 250


def check(editor, maybe):
    """The model that the project is at, of those it may be at."""
    found = editor.listed()
    faults = [edited.difference(found, model) for model in maybe]
    for model, fault in zip(maybe, faults):
        if fault is None:
            return model
    raise AssertionError(f"an answered edit is lost: {faults[0]}")


def check_undo(editor, model, chance, counts):
    """Takes a few edits back and makes them again."""
    steps = chance.randint(1, 5)
    taken = 0
    for request, stack, other in [("undo", "done", "undone"), ("redo", "undone", "done")]:
        for _ in range(steps if request == "undo" else taken):
            answer = editor.ask({"do": request})
            if not getattr(model, stack):
                assert not answer["ok"], f"{request} found more than was done: {answer}"
                break
            assert answer["ok"], f"{request} after a restart: {answer}"
            getattr(model, other).append(model.now)
            model.now = getattr(model, stack).pop()
            taken += request == "undo"
        check(editor, [model])
    counts["undo"] += 1


def edit_until_killed(editor, model, chance, counts):
    """The models that the project may be at afterwards."""
    is_saving = chance.random() < 0.33
    ends_at = time.monotonic() + chance.random() * MOST_EDITING_SECS
    since_save = 0
    while True:
        request, after = model.request(chance)
        if since_save == EDITS_A_SAVE or is_saving and time.monotonic() > ends_at:
            request, after, since_save = {"do": "save"}, model, 0
            if is_saving:
                ends_at = time.monotonic() + chance.random() * MOST_SAVING_SECS
        editor.send(request)
        ready, _, _ = select.select([editor.process.stdout], [], [], max(0, ends_at - time.monotonic()))
        if not ready:
            editor.kill()
            counts["kills"] += 1
            counts["in_save"] += request["do"] == "save"
            answer = editor.answer()
            return [after] if answer and answer["ok"] else [model, after]
        answer = editor.answer()
        assert answer["ok"], f"{request}: {answer}"
        counts["answered"] += 1
        model, since_save = after, since_save + 1
        if is_saving and request["do"] == "save":
            is_saving = False
            ends_at = time.monotonic() + chance.random() * MOST_EDITING_SECS


def work(job):
    program, kills, seed = job
    counts = dict(kills=0, in_save=0, answered=0, undo=0)
    chance = edited.chance_of(seed)
    folder = tempfile.mkdtemp(prefix="ascribe-kill-")
    env = dict(os.environ, XDG_STATE_HOME=f"{folder}/state", XDG_CONFIG_HOME=f"{folder}/config",
               XDG_DATA_HOME=f"{folder}/data")
    os.makedirs(f"{folder}/p")
    project = edited.make_project(program, f"{folder}/p", env)
    counts["bytes"] = os.path.getsize(project)
    maybe = [edited.Model()]
    while counts["kills"] < kills:
        editor = edited.Editor(program, project, env)
        model = check(editor, maybe)
        if chance.random() < 0.3:
            check_undo(editor, model, chance, counts)
        maybe = edit_until_killed(editor, model, chance, counts)
        editor.process.stdin.close()
        editor.process.stdout.close()
        editor.process.stderr.close()
    # At the end everything is saved properly, and nothing of the dead programs is left beside the project.
    editor = edited.Editor(program, project, env)
    check(editor, maybe)
    assert editor.ask({"do": "save"})["ok"]
    editor.end()
    left = sorted(os.listdir(f"{folder}/p"))
    assert left == ["p.ascribe.ron", "texts"], f"left behind: {left}"
    shutil.rmtree(folder)
    return counts


def main():
    program = os.path.abspath(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    seed = int(os.environ.get("SEED", time.time()))
    began = time.monotonic()
    jobs = [(program, min(MOST_KILLS_A_PROJECT, kills - first), seed + first)
            for first in range(0, kills, MOST_KILLS_A_PROJECT)]
    done = []
    with multiprocessing.Pool(2) as pool:
        # A lost edit ends all of it at once.
        for counts in pool.imap_unordered(work, jobs):
            done.append(counts)
            print(f"  {sum(counts['kills'] for counts in done)} kills so far", file=sys.stderr)
    total = {name: sum(counts[name] for counts in done) for name in done[0]}
    print(f"{total['kills']} kills while editing a project of {done[0]['bytes'] / 1e6:.1f} MB, {total['in_save']} of them "
          f"inside a save: {total['answered']} answered edits and saves, 0 lost; undo checked after "
          f"{total['undo']} recoveries; {time.monotonic() - began:.0f} s (SEED={seed})")


if __name__ == "__main__":
    main()
