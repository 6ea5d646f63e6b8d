"""A project of several megabytes, edited through `ascribe edit`, and what it must hold.

The model knows every edit that was answered. One request may be on its way when the program dies: then the project may
hold it or not, but nothing else may differ.
"""

import copy
import json
import os
import random
import subprocess

TAGS = ["attribution", "denial", "impact"]
WORK = "work"
WORDS = "Estonia blamed the group; 该组织否认了指控 👩‍👩‍👧. Уряд заперечив це, вони نفت التهمة café. " * 40


def run(program, *arguments, env=None):
    subprocess.run([program, *arguments], check=True, stdout=subprocess.DEVNULL, env=env)


def make_project(program, folder, env, annotations=12_000):
    """A small document to work on, and a large one that makes every save long."""
    path = os.path.join(folder, "p.ascribe.ron")
    os.makedirs(os.path.join(folder, "texts"))
    bulk = "Cranes at Port Lisse stood still for three hours. " * 11_000
    for name, words in [(WORK, WORDS), ("bulk", bulk)]:
        with open(os.path.join(folder, "texts", f"{name}.txt"), "w", encoding="utf-8") as text:
            text.write(words)
    run(program, "new", path, env=env)
    run(program, "add", path, "--annotator", "mara", os.path.join(folder, "texts"), env=env)
    lines = []
    for number in range(annotations):
        start = number * 45 % (len(bulk) - 60)
        quote = bulk[start:start + 40]
        lines.append((start, number + 1, f'    (id: "bulk-{number + 1}", document: "bulk", spans: [({start}, {start + 40})], '
                      f'tag: "impact", quote: "{quote}", attributes: {{"kind": "disruption", "quantity": {number}}}, '
                      f'note: "written for the sake of size, number {number}"),\n'))
    with open(path, encoding="utf-8") as project:
        words = project.read()
    words = words.replace("  annotations: [\n", "  annotations: [\n" + "".join(line for _, _, line in sorted(lines)))
    words = words.replace("  annotators: [\n", '  annotators: [\n    (id: "bulk", name: "bulk"),\n')
    with open(path, "w", encoding="utf-8") as project:
        project.write(words)
    return path


class Model:
    """The annotations of the small document, and what can be undone."""

    def __init__(self):
        self.now, self.done, self.undone, self.next, self.edits = {}, [], [], 1, 0

    def request(self, chance):
        """A request that will not be refused, and the model after it."""
        after = copy.copy(self)
        after.now, after.done, after.undone = dict(self.now), list(self.done), list(self.undone)
        after.edits += 1
        draw = chance.random()
        if draw < 0.12 and self.done:
            after.undone.append(after.now)
            after.now = after.done.pop()
            return {"do": "undo"}, after
        if draw < 0.2 and self.undone:
            after.done.append(after.now)
            after.now = after.undone.pop()
            return {"do": "redo"}, after
        after.done.append(dict(self.now))
        after.undone = []
        if not self.now or draw < 0.6 and len(self.now) < 60:
            start = chance.randrange(len(WORDS) - 60)
            # Ends that nothing else has, so that no annotation is a twin of another.
            end = start + 1 + self.edits % 50
            number = 1 + max((int(name.split("-")[1]) for name in self.now), default=0)
            tag = chance.choice(TAGS)
            twins = [it for it in self.now.values() if it["spans"] == [[start, end]] and it["tag"] == tag]
            if twins:
                return self.request(chance)
            after.now[f"mara-{number}"] = {"spans": [[start, end]], "tag": tag, "note": "", "quote": WORDS[start:end]}
            return {"do": "annotate", "document": WORK, "start": start, "end": end, "unit": "char", "tag": tag,
                    "annotator": "mara"}, after
        name = chance.choice(sorted(self.now))
        if draw < 0.75:
            del after.now[name]
            return {"do": "delete", "id": name}, after
        note = f"нотатка {self.edits} 👩‍👩‍👧"
        after.now[name] = dict(self.now[name], note=note)
        return {"do": "set", "id": name, "note": note}, after


class Editor:
    """`ascribe edit`, running."""

    def __init__(self, program, project, env, wrapped_in=()):
        self.process = subprocess.Popen([*wrapped_in, program, "edit", project], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)

    def send(self, request):
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def answer(self):
        """`None` if the program died before it answered."""
        line = self.process.stdout.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    def ask(self, request):
        self.send(request)
        return self.answer()

    def listed(self):
        answer = self.ask({"do": "list", "document": WORK})
        if answer is None or not answer["ok"]:
            return answer
        kept = ("spans", "tag", "note", "quote")
        return {it["id"]: {key: it[key] for key in kept} for it in answer["annotations"]}

    def end(self):
        """Closes it properly; what it said on standard error."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # It has ended by itself, or was killed.
        words = self.process.stderr.read().decode(errors="replace")
        self.process.stdout.close()
        self.process.stderr.close()
        self.process.wait()
        return words

    def kill(self):
        self.process.kill()
        self.process.wait()


def difference(found, model):
    """The first thing that is not as it should be."""
    for name in sorted(set(found) | set(model.now)):
        if found.get(name) != model.now.get(name):
            return f"{name}: found {found.get(name)}, expected {model.now.get(name)}"
    return None


def chance_of(seed):
    return random.Random(seed)
