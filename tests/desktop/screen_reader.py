#!/usr/bin/env python3
"""What a screen reader hears of the real window: the text in the order of reading, the caret and what is selected,
and the annotations. Usage: tests/desktop/screen_reader.py PROGRAM"""

import os
import shutil
import subprocess
import sys
import tempfile

from drive import Desktop

WORDS = "The navy denied it.\n\nنفت الوزارة ذلك يوم 15 مايو.\nab שלום cd 👩‍👩‍👧 cafe\u0301.\n"


def main():
    program = os.path.abspath(sys.argv[1])
    folder = tempfile.mkdtemp(prefix="ascribe-screen-reader-")
    project = os.path.join(folder, "read.ascribe.ron")
    text = os.path.join(folder, "words.txt")
    with open(text, "w", encoding="utf-8") as file:
        file.write(WORDS)
    subprocess.run([program, "new", project], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program, "add", project, text], check=True, stdout=subprocess.DEVNULL)

    with Desktop([program, project], env={"USER": "tester"}) as desktop:
        desktop.key("Right", "Left")
        heard = desktop.read_text()
        assert heard["text"] == WORDS, f"the text is heard as {heard['text']!r}"
        assert (heard["caret"], heard["selections"]) == (0, []), heard
        assert heard["line"] == "The navy denied it.\n", heard
        assert "focused" in heard["states"], heard

        desktop.key("ctrl+Right", "ctrl+shift+Right")
        heard = desktop.read_text()
        start, end = WORDS.index("navy"), WORDS.index("denied")
        assert heard["selections"] == [[start, end]] and heard["caret"] == end, heard

        desktop.key("Down", "Down", "Home")
        heard = desktop.read_text()
        assert heard["caret"] == WORDS.index("نفت") and heard["line"].startswith("نفت"), heard
        desktop.key("Left")
        assert desktop.read_text()["caret"] == WORDS.index("نفت") + 1, "left is onwards in Arabic"

        desktop.key("j", "2")
        paragraph = desktop.find("نفت الوزارة ذلك يوم 15 مايو.", "paragraph")
        assert paragraph["w"] > 100, paragraph
        mark = desktop.find("denial by tester: “نفت الوزارة ذلك يوم 15 مايو.”")
        assert mark["role"] == "static", mark

        heard = desktop.read_text(WORDS.index("cd"))
        assert heard["caret"] == WORDS.index("cd"), f"a screen reader can put the caret: {heard}"
    shutil.rmtree(folder)
    print("A screen reader hears the text, the caret, the selection and the annotations.")


if __name__ == "__main__":
    main()
