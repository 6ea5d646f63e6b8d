#!/usr/bin/env python3
"""The main job in the real window: open the sample, select by mouse, tag by key, save, close, reopen, export,
compare. Usage: tests/desktop/main_job.py PROGRAM"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

from drive import Desktop, mark_byline

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def exported(program, project, folder, name):
    """The project's annotations by id, and its texts, as the program exports them."""
    path = os.path.join(folder, name)
    subprocess.run([program, "export", project, "--format", "jsonl", "--out", path], check=True)
    with open(path, encoding="utf-8") as lines:
        documents = [line for line in map(json.loads, lines) if line["type"] == "document"]
    texts = {document["id"]: document["text"] for document in documents}
    return {span["id"]: dict(span, document=document["id"]) for document in documents for span in document["spans"]}, texts


def main():
    program = os.path.abspath(sys.argv[1])
    folder = tempfile.mkdtemp(prefix="ascribe-main-job-")
    shutil.copytree(os.path.join(ROOT, "saves"), folder, dirs_exist_ok=True)
    project = os.path.join(folder, "sample.ascribe.ron")
    before, _ = exported(program, project, folder, "before.jsonl")

    with Desktop([program, project], env={"USER": "tester"}) as desktop:
        mark_byline(desktop)
        assert desktop.find("Safe"), "the edit is not shown as safe in the journal"
        desktop.key("ctrl+s")
        desktop.find("Saved")
        desktop.key("ctrl+q")
        assert desktop.wait_for_end() == 0, desktop.output()

        after, texts = exported(program, project, folder, "after.jsonl")
        added = [span for name, span in after.items() if name not in before]
        assert len(added) == 1, f"one annotation should be new: {added}"
        assert {name: after.get(name) for name in before} == before, "another annotation has changed"
        span = added[0]
        assert span["label"] == "denial" and span["annotator"] == "tester", span
        assert span["text"] == texts[span["document"]][span["start"]:span["end"]], span
        assert span["text"].startswith("Continental"), span

        desktop.launch()
        desktop.find(f"denial by tester: “{span['text']}”")
        desktop.key("ctrl+z")  # Undo reaches behind the restart.
        desktop.find("Safe")
        desktop.key("ctrl+shift+z")
        desktop.find(f"denial by tester: “{span['text']}”")
        desktop.key("ctrl+s")
        desktop.find("Saved")
        desktop.key("ctrl+q")
        assert desktop.wait_for_end() == 0, desktop.output()
        again, _ = exported(program, project, folder, "again.jsonl")
        assert again == after, "undo and redo after a restart have changed the project"
    shutil.rmtree(folder)
    print(f"The main job works: “{span['text']}” was tagged, saved, reopened and exported.")


if __name__ == "__main__":
    main()
