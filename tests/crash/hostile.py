#!/usr/bin/env python3
"""Bad input from every side, given to the program under strace: damaged projects, archives that climb out or grow,
entities, odd tables, texts in every encoding. Each must end as its case says: without a panic, in 5 s of the
processor, in 300 MB, with nothing written outside the chosen folders, nothing read that lies in wait, and no network.
Usage: tests/crash/hostile.py PROGRAM [FOLDER]

Without a folder the cases are made here. With one, in which `expect.json` and `mutate.py` stand beside `texts/`,
`brat/`, `jsonl/`, `xmi/`, `zip/`, `csv/`, `conll/`, `ron/` and `labels.json`, its files are tried as well."""

import hashlib
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zipfile

from syscalls import has_strace

MOST_SECONDS = 5
MOST_KB = 300_000
CALLS = ("open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,"
         "symlinkat,truncate,mknod,mknodat,chmod,fchmodat,chown,fchownat,utimensat,socket,connect")
# What a hostile path would lead to; nobody has any business there.
IN_WAIT = ["/etc/hostname", "/etc/passwd"]


# The system counts what a process was before it became the program, so a small one in between starts it.
STARTER = """import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss, file=open(sys.argv[1], "w"))"""


class Fault(Exception):
    pass


class Run:
    """One call of the program in a place of its own."""

    def __init__(self, place, *arguments, words=""):
        log, used = f"{place.folder}/strace", f"{place.folder}/used"
        command = [sys.executable, "-SE", "-c", STARTER, used, "timeout", "-s", "KILL", "60",
                   "strace", "-f", "--seccomp-bpf", "-qq", "-s", "4096", "-o", log, "-e", f"trace={CALLS}", "-e", "signal=none",
                   place.program, *arguments]
        ended = subprocess.run(command, input=words.encode(), capture_output=True, env=place.env, cwd=place.folder)
        self.out, self.err = ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace")
        with open(used, encoding="utf-8") as numbers:
            code, seconds, kb = numbers.read().split()
        self.code, self.seconds, self.kb = int(code), float(seconds), int(kb)
        self.said = self.out + self.err
        place.seconds, place.kb = max(place.seconds, self.seconds), max(place.kb, self.kb)
        self.check(place, log)

    def check(self, place, log):
        if self.code not in (0, 1, 3) or "panicked" in self.said:
            raise Fault(f"it ended with {self.code}: {self.said[-500:]}")
        if self.seconds > MOST_SECONDS:
            raise Fault(f"it took {self.seconds:.1f} s of the processor")
        if self.kb > MOST_KB:
            raise Fault(f"it took {self.kb // 1000} MB")
        with open(log, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                fault = forbidden(place, line)
                if fault:
                    raise Fault(f"{fault}: {line.strip()[:300]}")


def forbidden(place, line):
    """What is wrong with a system call."""
    call = re.search(r"(\w+)\((.*)", line)
    if not call:
        return None
    name, arguments = call.groups()
    if name in ("socket", "connect"):
        return None if re.search(r"AF_(UNIX|LOCAL)", arguments) else "it wants the network"
    paths = [os.path.normpath(os.path.join(place.folder, path)) for path in re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)]
    writes = name not in ("open", "openat", "openat2") or re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", arguments)
    for path in paths if name not in ("symlink", "symlinkat") else paths[-1:]:
        is_inside = any(path == own or path.startswith(own + "/") for own in place.own)
        if path in IN_WAIT or path.startswith(place.outside):
            return "it reached outside"
        if writes and not is_inside and path not in ("/dev/null", "/dev/tty"):
            return "it wants to write outside"
    return None


class Place:
    """A folder with a project folder in it, and something outside that nobody may touch."""

    def __init__(self, program):
        self.program, self.seconds, self.kb = program, 0.0, 0
        self.folder = tempfile.mkdtemp(prefix="ascribe-hostile-")
        homes = {f"XDG_{kind}_HOME": f"{self.folder}/{kind.lower()}" for kind in ("STATE", "CONFIG", "DATA")}
        self.env = dict(os.environ, **homes)
        self.outside = f"{self.folder}/secret"
        os.makedirs(f"{self.folder}/p/texts")
        with open(f"{self.outside}.txt", "w", encoding="utf-8") as secret:
            secret.write("nobody's business\n")
        self.own = [f"{self.folder}/p", *homes.values()]
        self.project = f"{self.folder}/p/p.ascribe.ron"

    def run(self, *arguments, words=""):
        return Run(self, *arguments, words=words)

    def listed(self):
        """The annotations of the project: where, what and which words."""
        answer = json.loads(self.run("edit", self.project, words='{"do":"list"}\n').out)
        return [(each["document"], each["tag"], each["quote"]) for each in answer["annotations"]]

    def new(self):
        assert self.run("new", self.project).code == 0

    def end(self):
        shutil.rmtree(self.folder)


def expect(is_so, words):
    if not is_so:
        raise Fault(words)


# ---- projects -------------------------------------------------------------------------------------------------------

TEXT = "Le régime denied it. Уряд заперечив 🦉.\n"
START = TEXT.encode().index(b"denied")
ENTRY = f'(id: "mara-1", document: "d1", spans: [({START}, {START + 6})], tag: "denial", quote: "denied"),'
WHOLE = f"""(
  version: 1,
  name: "p",
  codebook: (name: "c", tags: [(name: "denial", color: "#0072B2")]),
  annotators: [
    (id: "mara"),
  ],
  documents: [
    (id: "d1", path: "texts/a.txt"),
  ],
  regions: [
  ],
  annotations: [
    {ENTRY}
  ],
  links: [
  ],
  claims: [
  ],
)
"""


def changed(old, new):
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def place_at(start, end):
    return changed(f"({START}, {START + 6})", f"({start}, {end})")


def path(written):
    return changed('"texts/a.txt"', json.dumps(written))


REFUSED, KEPT, ASIDE, SOUND = "refused", "kept and said", "kept aside", "sound"
PROJECTS = {
    "whole": (WHOLE, SOUND, ""),
    "cut": (WHOLE[:WHOLE.index("mara-1")], ASIDE, "breaks off"),
    "empty": ("", REFUSED, "empty"),
    "zeros": (b"\0" * 4096, REFUSED, "zeros"),
    "zeros at the end": (WHOLE.encode()[:-60] + b"\0" * 4096, ASIDE, "line"),
    "span reversed": (place_at(START + 6, START), ASIDE, "reversed"),
    "span past the end": (place_at(4000, 4006), KEPT, "not in the text"),
    "span huge": (place_at(2**64 - 16, 2**64 - 1), KEPT, "not in the text"),
    "number too big": (place_at(START, 10**30), ASIDE, "out of bounds"),
    "span in a character": (place_at(5, 9), KEPT, "not in the text"),
    "id twice": (changed(ENTRY, f"{ENTRY}\n    {ENTRY}"), ASIDE, "has this id"),
    "unknown tag": (changed('tag: "denial"', 'tag: "rumour"'), KEPT, "no tag"),
    "unknown document": (changed('document: "d1"', 'document: "d9"'), KEPT, "not in the project"),
    "unknown field": (changed('tag: "denial"', 'tag: "denial", colour: "red"'), ASIDE, "colour"),
    "newer": (changed("version: 1", "version: 9"), REFUSED, "newer version"),
    "no version": (changed("  version: 1,\n", ""), REFUSED, "version"),
    "deep": ("(version: 1, name: " + "[" * 500_000, REFUSED, "line|breaks off"),
    "deep in an unknown field": (changed('quote: "denied"', 'quote: "denied", x: ' + "[" * 500_000), ASIDE, "."),
    "comments in comments": ("(version: 1, name: " + "/*" * 500_000, REFUSED, "line|breaks off"),
    "a million empty entries": (changed(ENTRY, "(),\n" * 1_000_000), ASIDE, "line|id"),
    "ids twice, by the thousand": (changed(ENTRY, f"{ENTRY}\n" * 20_000), ASIDE, "has this id"),
    "path out": (path("../secret.txt"), KEPT, "could not be read"),
    "path absolute": (path("/etc/hostname"), KEPT, "could not be read"),
    "path of Windows": (path("C:\\\\Windows\\\\win.ini"), KEPT, "could not be read"),
    "path to a server": (path("//127.0.0.1/share/a.txt"), KEPT, "could not be read"),
    "path reserved": (path("texts/nul.txt"), KEPT, "could not be read"),
    "mark": ("\ufeff" + WHOLE, SOUND, ""),
    "CR LF": (WHOLE.replace("\n", "\r\n"), SOUND, ""),
    "UTF-16": (b"\xff\xfe" + WHOLE.encode("utf-16-le"), REFUSED, "UTF-16"),
    "not UTF-8": (WHOLE.encode().replace(b'"p"', b'"\xc3("'), REFUSED, "UTF-8"),
    "more behind the end": (WHOLE + "hello\n", ASIDE, "behind its end|line"),
    "merge conflict": (changed(ENTRY, f"<<<<<<< ours\n    {ENTRY}\n=======\n    {ENTRY}\n>>>>>>> theirs"), ASIDE,
                       "merge conflict"),
    "colour that is none": (changed('"#0072B2"', "NaN"), REFUSED, r":\d+:\d+: "),
    "direction mark in a tag": (changed('tag: "denial"', 'tag: "den\\u{202E}ial"'), KEPT, "no tag"),
}


def try_project(place, content, outcome, words):
    """Looks at a project: the file and its folder are as before, whatever comes of it."""
    with open(f"{place.folder}/p/texts/a.txt", "w", encoding="utf-8") as text:
        text.write(TEXT)
    with open(place.project, "wb") as project:
        project.write(content if isinstance(content, bytes) else content.encode())
    look = lambda: [(name, os.stat(name).st_mtime_ns, hashlib.sha256(open(name, "rb").read()).hexdigest())
                    for name in (place.project, f"{place.folder}/p/texts/a.txt")] + sorted(os.listdir(f"{place.folder}/p"))
    before = look()
    checked = place.run("check", place.project)
    answer = place.run("edit", place.project, words='{"do":"list"}\n')
    expect(look() == before, "looking at it has changed something")
    expect(re.search(words, checked.said), f"“{words}” is not in “{checked.said[-300:]}”")
    expect((checked.code == 0) == (outcome == SOUND), f"it ended with {checked.code}: {checked.said[-300:]}")
    if outcome == REFUSED:
        expect(answer.code != 0 and not answer.out, f"it was opened: {answer.out[:200]}")
    elif outcome in (KEPT, SOUND):
        expect(len(json.loads(answer.out)["annotations"]) == 1, f"its annotation is gone: {answer.out[:200]}")
    else:
        expect(re.search(r":\d+: ", checked.said) or outcome == "any", f"no line is named: {checked.said[:300]}")


# ---- imports --------------------------------------------------------------------------------------------------------

class Import:
    """What must come of an import: refused with words, or these quotes at least, with words in the report."""

    def __init__(self, files, words="", quotes=None, is_refused=False, arguments=()):
        self.files, self.words, self.quotes = files, words, quotes or []
        self.is_refused, self.arguments = is_refused, arguments

    def __call__(self, place):
        place.new()
        before = open(place.project, "rb").read()
        chosen = f"{place.folder}/chosen"
        for name, content in self.files.items():
            os.makedirs(os.path.dirname(f"{chosen}/{name}"), exist_ok=True)
            with open(f"{chosen}/{name}", "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
        only = f"{chosen}/{next(iter(self.files))}" if len(self.files) == 1 else chosen
        run = place.run("import", place.project, only, *self.arguments)
        expect(re.search(self.words, run.said), f"“{self.words}” is not in “{run.said[-400:]}”")
        if self.is_refused:
            expect(run.code == 1, f"it was not refused: {run.code} {run.said[-300:]}")
            expect(open(place.project, "rb").read() == before, "the project was changed")
            return
        # Of a file in which everything is bad nothing comes over, and each thing is said all the same.
        is_empty = run.code == 1 and not self.quotes and re.search("nothing could be (read|placed)", run.said)
        expect(run.code in (0, 3) or is_empty, f"it was refused: {run.said[-300:]}")
        expect(run.code != 0 or not self.words or "left out" not in run.said, "a loss is no success")
        quotes = [quote for _, _, quote in place.listed()]
        missing = [quote for quote in self.quotes if quote not in quotes]
        expect(not missing, f"{missing} are not among {quotes}")


def refused(files, words):
    return Import(files, words, is_refused=True)


def archive(members, after=lambda data: data, link=None):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as zip_file:
        for name, content in members:
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            if name == link:
                info.create_system, info.external_attr = 3, 0o120777 << 16
            zip_file.writestr(info, content)
    return after(data.getvalue())


def qde(source="internal://s.txt", before="", name="p"):
    return (f'<?xml version="1.0" encoding="utf-8"?>{before}<Project name="{name}" xmlns="urn:QDA-XML:project:1.0">'
            '<CodeBook><Codes><Code guid="c1" name="denial" isCodable="true"/></Codes></CodeBook><Sources>'
            f'<TextSource guid="s1" name="s" plainTextPath="{source}"><PlainTextSelection guid="p1" startPosition="10" '
            'endPosition="16"><Coding guid="k1"><CodeRef targetGUID="c1"/></Coding></PlainTextSelection></TextSource>'
            "</Sources></Project>")


def xmi(text="Le régime denied it.", before="", spans="", end=16):
    return (f'<?xml version="1.0" encoding="UTF-8"?>{before}<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" '
            'xmlns:cas="http:///uima/cas.ecore" xmlns:custom="http:///webanno/custom.ecore" xmi:version="2.0">'
            f'<custom:Span xmi:id="5" sofa="1" begin="10" end="{end}" label="denial"/>{spans}'
            f'<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" sofaString="{text}"/></xmi:XMI>')


def broken_crc(data):
    at = data.rindex(b"PK\x01\x02") + 16
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1:]


def lying_size(data):
    """The list of members says that the last one takes four gigabytes."""
    at = data.rindex(b"PK\x01\x02") + 24
    return data[:at] + struct.pack("<I", 2**32 - 2) + data[at + 4:]


SOURCE = "Le régime denied it.\n"
MEMBERS = [("project.qde", qde()), ("sources/s.txt", SOURCE)]
ENTITIES = "<!DOCTYPE x [<!ENTITY a0 \"lol\">" + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"


def made_imports():
    rows = 60_000
    return {
        "archive, whole": Import({"p.qdpx": archive(MEMBERS)}, quotes=["denied"]),
        "archive that climbs out": refused({"p.qdpx": archive(MEMBERS + [("../evil.txt", "x")])}, "leads outside"),
        "archive with a path of its own": refused({"p.qdpx": archive(MEMBERS + [("/tmp/evil.txt", "x")])}, "leads outside"),
        "archive with a drive": refused({"p.qdpx": archive(MEMBERS + [("C:\\evil.txt", "x")])}, "leads outside"),
        "archive with a link": refused({"p.qdpx": archive(MEMBERS, link="sources/s.txt")}, "is a link"),
        "archive that grows": refused({"p.qdpx": archive([MEMBERS[0], ("sources/s.txt", b"\0" * 150_000_000)])}, "grows"),
        "archive that grows piece by piece": refused(
            {"p.zip": archive([(f"{n}.conll", b"a O\n" * 2_400_000) for n in range(40)])}, "grow to far more"),
        "archives in archives that grow": refused(
            {"p.zip": archive([(f"{n}.zip", archive([(f"{k}.conll", b"a O\n" * 2_400_000) for k in range(8)]))
                               for n in range(8)])}, "grow to far more"),
        "archive that lies about sizes": Import({"p.qdpx": archive(MEMBERS, lying_size)}, "archive|1 document:"),
        "archive with a wrong checksum": refused({"p.qdpx": archive(MEMBERS, broken_crc)}, "checksum"),
        "archive cut off": refused({"p.qdpx": archive(MEMBERS)[:-30]}, "no whole zip archive"),
        "archive of another kind": refused({"p.qdpx": b"Rar!\x1a\x07\0"}, "no whole zip archive"),
        "archive, empty": refused({"p.qdpx": b""}, "empty"),
        "archive with too many members": refused(
            {"p.zip": archive([(f"{n}.txt", "x") for n in range(12_000)])}, "more than"),
        "source outside": Import({"p.qdpx": archive([("project.qde", qde("relative:///../../../../etc/hostname"))])},
                                 "lies outside"),
        "entity of a file in an archive": refused({"p.qdpx": archive([("project.qde", qde(
            before='<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/hostname">]>', name="&amp;e;"))])}, "document type"),
        "entity of a file": refused({"a.xmi": xmi("&e;", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>')},
                                    "document type"),
        "entity of the network": refused({"a.xmi": xmi(before='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">')},
                                         "document type"),
        "entities that grow": refused({"a.xmi": xmi("&a9;", ENTITIES)}, "document type"),
        "entity that nobody knows": refused({"a.xmi": xmi("&nobody;")}, "nobody"),
        "elements in elements": refused({"a.xmi": "<a>" * 50_000 + "</a>" * 50_000}, "deep"),
        "element closed wrongly": refused({"a.xmi": "<a><b></a></b>"}, "line 1"),
        "offsets outside": Import({"a.xmi": xmi(spans='<custom:Span xmi:id="6" sofa="1" begin="-1" end="3" label="x"/>'
                                                '<custom:Span xmi:id="7" sofa="1" begin="9" end="99999999999" label="x"/>')},
                                  "id 6.*id 7", quotes=["denied"]),
        "brackets in brackets": Import({"a.json": "[" * 1_000_000}, "a.json:1"),
        "objects in objects": Import({"a.jsonl": '{"text":"denied","spans":[]}\n' + '{"a":' * 100_000 + "\n"},
                                     "recursion|column|nested|line|:2"),
        "lines that are none": Import({"a.jsonl": '{"text":"It was denied","spans":[{"start":7,"end":13,"label":"d"}]}\n'
                                       '{"text":"cut\nnull\n\n{"text":"x","spans":[{"start":0,"end":1e999}]}\n'},
                                      "a.jsonl:2", quotes=["denied"]),
        "a quote never closed": Import({"a.csv": 'text,label\n"It was denied",denial\n"open,denial\n'}, "a.csv:3",
                                       quotes=["It was denied"]),
        "formulas": Import({"a.csv": 'text,label\n=1+1,a\n@SUM(A1),b\n'}, quotes=["=1+1", "@SUM(A1)"]),
        "another label in every row": Import({"a.csv": "text,label\n" + "".join(
            f"words {n},label {n}\n" for n in range(rows))}, f"{rows} documents", arguments=("--dry-run",)),
        "words that are nowhere": Import({"a.jsonl": json.dumps({"text": "It was denied. " * 20_000, "spans": [
            {"start": n * 7, "end": n * 7 + 9, "label": "d", "text": f"nowhere {n}"} for n in range(20_000)]})},
            "not placed", arguments=("--format", "jsonl")),
        "one long line of tokens": Import({"a.conll": "denied " * 500_000 + "O\nIt O\nwas O\n"}, "."),
        "a token in every line": Import({"a.conll": "x B-y\n" * 20_000}, "y: 20000"),
        "brat with offsets beyond all numbers": Import(
            {"a.txt": TEXT, "a.ann": "T1\td 10 16\tdenied\nT2\td 10 99999999999999999999\tx\nT3\td 9 8\tx\n#1\tN T9\tx\n"},
            "a.ann:2", quotes=["denied"]),
        "relations in rings": Import({"a.txt": TEXT, "a.ann": "T1\td 10 16\tdenied\nE1\td:T1 A:E2\nE2\td:T1 A:E1\n"
                                      "R1\tr Arg1:R1 Arg2:R1\n*\te T1 T1 T1\n"}, "."),
        "numbers that are none": Import({"a.tsv": "#FORMAT=WebAnno TSV 3.3\n#T_SP=custom.Span|label\n\n\n#Text=denied it\n"
                                         "1-1\t0-6\tdenied\tdenial\t\n1-99999999999999999999\t7-9\tit\tx[99999999999]\t\n"
                                         "1-2\t9-7\tit\tx\t\n"}, "."),
        "regions without a text": Import({"a.json": '[{"id":1,"data":{"text":"It was denied"},"annotations":[{"result":'
                                          '[{"id":"x","type":"labels","value":{"start":7,"end":13,"labels":["d"]}},'
                                          '{"type":"labels","value":{"start":"a","end":-4,"labels":["d"]}},'
                                          '{"type":"relation","from_id":"x","to_id":"nobody"}]}]}]'}, ".", quotes=["denied"]),
    }


# ---- texts ----------------------------------------------------------------------------------------------------------

class Added:
    """A text that is added: its bytes stay, and spans count the same in every unit."""

    def __init__(self, name, content, spans, words="", is_refused=False):
        self.name, self.content, self.spans, self.words = name, content, spans, words
        self.is_refused = is_refused

    def __call__(self, place):
        place.new()
        given = f"{place.folder}/p/{self.name}"
        with open(given, "wb") as text:
            text.write(self.content)
        run = place.run("add", place.project, given)
        expect(re.search(self.words, run.said), f"“{self.words}” is not in “{run.said[-300:]}”")
        if self.is_refused:
            expect(run.code != 0 and not place.listed(), "it was not refused")
            return
        expect(run.code == 0, run.said[-300:])
        document = os.path.splitext(self.name)[0]
        requests = [{"do": "annotate", "document": document, "start": start, "end": end, "unit": unit, "tag": "denial",
                     "annotator": unit} for spans in self.spans for unit, (start, end) in spans["places"].items()]
        lines = "".join(json.dumps(request) + "\n" for request in requests + [{"do": "save"}])
        answers = place.run("edit", place.project, words=lines).out.splitlines()
        expect(all(json.loads(answer)["ok"] for answer in answers), f"{answers}")
        quotes = sorted(quote for _, _, quote in place.listed())
        expect(quotes == sorted(spans["words"] for spans in self.spans for _ in spans["places"]), f"{quotes}")
        expect(open(given, "rb").read() == self.content, "the text was written")


def span_of(text, words):
    before, there = text[:text.index(words)], text[:text.index(words)] + words
    counts = {"char": len, "byte": lambda it: len(it.encode()), "utf16": lambda it: len(it.encode("utf-16-le")) // 2}
    return {"words": words, "places": {unit: (count(before), count(there)) for unit, count in counts.items()}}


def made_texts():
    long = "Le régime denied it. " * 100_000 + "🦉 denied"
    spans = [span_of(TEXT, "заперечив 🦉"), span_of(TEXT, "denied")]
    return {
        "text in UTF-16": Added("a.txt", b"\xff\xfe" + TEXT.encode("utf-16-le"), spans),
        "text with a mark": Added("a.txt", b"\xef\xbb\xbf" + TEXT.encode(), spans),
        "text in windows-1251": Added("a.txt", "Уряд заперечив причетність до цього.".encode("cp1251"),
                                      [span_of("Уряд заперечив причетність до цього.", "заперечив")], "guess"),
        "text with a byte that means nothing": Added("a.txt", (TEXT * 4).encode() + b"\xff", [], "mean nothing"),
        "text of nothing": Added("a.txt", b"", []),
        "text with NUL and line ends of all kinds": Added(
            "a.txt", "a\0b\r\nc\rd\u2028e\n".encode(), [span_of("a\0b\r\nc\rd\u2028e\n", "\rd\u2028")]),
        "text in one line of two megabytes": Added("a.txt", long.encode(), [span_of(long, "🦉 denied")]),
        "text that is a program": Added("a.txt", b"\x7fELF" + bytes(range(256)) * 9, [], "program", is_refused=True),
        "text that is a picture": Added("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(99), [], "picture", is_refused=True),
    }


# ---- a folder of others ---------------------------------------------------------------------------------------------

IMPORT_CASES = {
    "brat/doc.ann": ("a.ann|doc.ann:3(.|\n)*doc.ann:20", ["denied", "Power failed", "in Kyiv", "denied … attack", "💡"]),
    "brat/crlf.ann": ("2 of 2", ["denied", "Power failed"]),
    "jsonl/errors.jsonl": ("errors.jsonl:2(.|\n)*errors.jsonl:20|errors.jsonl:2", ["Moscow", "denied", "lamp", "a\0b"]),
    "jsonl/cr_only.jsonl": ("2 documents", []),
    "jsonl/array_not_lines.json": ("2 documents", []),
    "xmi/x01_xxe_file.xmi": ("document type", None),
    "xmi/x02_xxe_net.xmi": ("document type", None),
    "xmi/x03_billion_laughs.xmi": ("document type", None),
    "xmi/x04_offsets_outside.xmi": ("id 6.*id 7.*id 8", ["denied"]),
    "xmi/x05_utf16_offsets.xmi": ("1 placed exactly", ["denied"]),
    "xmi/x06_duplicate_ids.xmi": ("same id", ["a", "b"]),
    "xmi/x07_no_sofa.xmi": ("no text", None),
    "xmi/x08_deep.xmi": ("deep", None),
    "xmi/x09_wrong_nesting.xmi": ("line", None),
    "xmi/x10_declared_utf16.xmi": ("no text", None),
    "xmi/x11_newline_attr.xmi": ("1 placed exactly", ["denied"]),
    "zip/z01_ok.qdpx": ("1 document:", []),
    "zip/z02_zip_slip.qdpx": ("leads outside", None),
    "zip/z03_absolute.qdpx": ("leads outside", None),
    "zip/z04_backslash.qdpx": ("leads outside", None),
    "zip/z05_symlink.qdpx": ("is a link", None),
    "zip/z06_bomb_200mb.qdpx": ("grows to more than", None),
    "zip/z07_no_project.qdpx": ("no project.qde", None),
    "zip/z08_bad_crc.qdpx": ("checksum", None),
    "zip/z09_truncated.qdpx": ("no whole zip archive", None),
    "zip/z10_case_twins.qdpx": ("some systems take for one", []),
    "zip/z11_outside_source.qdpx": ("lies outside", []),
    "zip/z12_xxe.qdpx": ("document type", None),
    "zip/z13_not_a_zip.qdpx": ("no whole zip archive", None),
    "zip/z14_empty.qdpx": ("empty", None),
    "csv/c01_import.csv": ("never closed.*:3", ["Moscow denied it."]),
    "csv/c02_formula.csv": ("", ["=1+1", "@SUM(A1)", "+49 30 1234", "-3 degrees"]),
    "csv/c03_columns.csv": (":2.*:3", []),
    "csv/c04_semicolon_latin1.csv": ("windows-1252(.|\n)*“;”", ["Le ministère dément"]),
    "csv/c05_nul.csv": ("", ["a\0b"]),
    "conll/k01.conll": ("inside tag", ["Moscow", "denied"]),
}


def cases_of(folder):
    cases = {}
    read = lambda name: open(f"{folder}/{name}", "rb").read()
    for each in json.load(open(f"{folder}/expect.json", encoding="utf-8")):
        name = each["file"]
        if each["kind"] == "text":
            spans = [{"words": span["text"], "places": {"char": (span["char_start"], span["char_end"]),
                                                        "byte": (span["utf8_start"], span["utf8_end"]),
                                                        "utf16": (span["utf16_start"], span["utf16_end"])}}
                     for span in each["spans"]]
            # Bytes that are no UTF-8 are something else to us, and it is said that this is a guess.
            words = "mean nothing|guess" if each["lossy"] else ""
            cases[name] = Added(os.path.basename(name), read(name), spans, words)
        elif each["kind"] == "ron":
            # In a form that is not ours, so refused whatever else is in it. Ours are tried by the same points above.
            words = "empty" if not read(name) else "."
            cases[name] = lambda place, name=name, words=words: try_project(place, read(name), REFUSED, words)
        elif each["kind"] != "labels":
            words, quotes = IMPORT_CASES[name]
            beside = {"doc.txt": read("brat/doc.txt")} if each["kind"] == "brat" else {}
            own = "doc.ann" if beside else os.path.basename(name)
            words = words.replace("crlf.ann", "doc.ann")
            files = {own: read(name), **beside}
            cases[name] = Import(files, words, quotes, is_refused=quotes is None)
    cases["labels.json"] = lambda place: try_labels(place, json.loads(read("labels.json")))
    return cases


def ron(words):
    """A string of RON."""
    shown = lambda c: c if c.isalnum() or c in " _-.,:;" else f"\\u{{{ord(c):x}}}"
    return '"' + "".join(map(shown, words)) + '"'


def try_labels(place, labels):
    """Each as the name of a tag, of an annotator and of a document's title, and as a note; out in every format and
    back, which every export proves before it calls the work done."""
    # A name of nothing but space is refused when it is typed.
    tags = [label for label in labels if label.strip()]
    entry = lambda n, label: (f"    (id: {ron(label + f'-{n + 1}')}, document: {ron(f'd{n}')}, spans: [({START}, {START + 6})], "
                              f"tag: {ron(label)}, quote: \"denied\", note: {ron(label)}),")
    documents = "\n".join(f"    (id: {ron(f'd{n}')}, path: \"texts/{n}.txt\", fields: {{\"title\": {ron(label)}}}),"
                          for n, label in enumerate(tags))
    words = changed(ENTRY, "\n".join(entry(n, label) for n, label in enumerate(tags)))
    words = words.replace('    (id: "d1", path: "texts/a.txt"),', documents)
    words = words.replace('(name: "denial", color: "#0072B2")', ", ".join(
        f'(name: {ron(label)}, color: "#0072B2")' for label in tags))
    words = words.replace('(id: "mara"),', "\n    ".join(f"(id: {ron(label)}, name: {ron(label)})," for label in tags))
    for n in range(len(tags)):
        with open(f"{place.folder}/p/texts/{n}.txt", "w", encoding="utf-8") as text:
            text.write(TEXT)
    with open(place.project, "w", encoding="utf-8") as project:
        project.write(words)
    found = place.listed()
    expect(sorted(tag for _, tag, _ in found) == sorted(tags), "they do not read as they were written")
    touched = [{"do": "set", "id": f"{label}-{n + 1}", "note": label + "!", "annotator": "mara"}
               for n, label in enumerate(tags)]
    lines = "".join(json.dumps(request) + "\n" for request in touched + [{"do": "save"}])
    answers = place.run("edit", place.project, words=lines).out.splitlines()
    expect(all(json.loads(answer)["ok"] for answer in answers), f"{[it for it in answers if 'false' in it]}")
    expect(sorted(place.listed()) == sorted(found), "they are not the same after saving")
    formats = re.search(r"possible values: ([^\]]*)", place.run("export", "--help").out)
    for name in formats.group(1).split(","):
        run = place.run("export", place.project, "--format", name.strip(), "--out", f"{place.folder}/p/{name.strip()}-out")
        # Some formats name files after annotators, and no system takes a name of ten thousand letters.
        expect(run.code == 0 or "name too long" in run.said.lower(), f"{name}: {run.said[-300:]}")


def damaged(program, folder):
    """Every way in which `mutate.py` damages the sample; one place for all, since they are many."""
    place = Place(program)
    sample = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "saves")
    shutil.copytree(sample, f"{place.folder}/p", dirs_exist_ok=True)
    source = next(f"{place.folder}/p/{name}" for name in os.listdir(f"{place.folder}/p") if name.endswith(".ascribe.ron"))
    subprocess.run([sys.executable, f"{folder}/mutate.py", source, f"{place.folder}/damaged", "100"], check=True,
                   stdout=subprocess.DEVNULL)
    counts = {0: 0, 1: 0}
    for name in sorted(os.listdir(f"{place.folder}/damaged")):
        shutil.copy(f"{place.folder}/damaged/{name}", place.project)
        before = open(place.project, "rb").read()
        run = place.run("check", place.project)
        expect(open(place.project, "rb").read() == before, f"{name}: looking has changed it")
        expect(run.code in counts and (run.code == 0 or run.said.strip()), f"{name}: {run.code} {run.said[-200:]}")
        if run.code == 0:
            stats = json.loads(place.run("stats", place.project, "--json").out)
            expect(stats["documents"] > 0, f"{name}: opened as empty")
        counts[run.code] += 1
    place.end()
    print(f"  {sum(counts.values())} damaged samples: {counts[0]} open and are in order, {counts[1]} say what is wrong; "
          f"most {place.seconds:.1f} s, {place.kb // 1000} MB")
    return sum(counts.values())


# ---------------------------------------------------------------------------------------------------------------------

def try_the_watch():
    """What bad input must not do is seen where it is done."""
    for deed in ["open('out.txt', 'w')", "open('secret.txt')", "open('/etc/hostname')", "import os; os.symlink('a', 'b')",
                 "import socket; socket.socket(socket.AF_INET)", "print('x' * 400_000_000)", "raise SystemExit(7)",
                 "all(range(1, 10**9))"]:
        place = Place(sys.executable)
        try:
            place.run("-SE", "-c", deed)
        except Fault:
            place.end()
        else:
            raise AssertionError(f"nobody has seen this: {deed}")


def main():
    program = os.path.abspath(sys.argv[1])
    folder = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
    if not has_strace():
        print("SKIPPED: what bad input makes the program do is seen by strace, which is not there or may not trace")
        return
    began = time.monotonic()
    try_the_watch()
    cases = {f"project: {name}": lambda place, case=case: try_project(place, *case) for name, case in PROJECTS.items()}
    cases |= made_imports() | made_texts()
    if folder:
        cases |= cases_of(folder)
    faults, most_seconds, most_kb = [], ("", 0), ("", 0)
    for name, case in cases.items():
        place = Place(program)
        try:
            case(place)
            place.end()
        except (Fault, ValueError) as fault:
            faults.append(name)
            print(f"  FAILED {name}: {fault}")
        most_seconds = max(most_seconds, (name, place.seconds), key=lambda it: it[1])
        most_kb = max(most_kb, (name, place.kb), key=lambda it: it[1])
        if folder:
            print(f"  {name}: {place.seconds:.2f} s, {place.kb // 1000} MB")
    count = len(cases) + (damaged(program, folder) if folder else 0)
    print(f"bad input: {count} cases, {len(faults)} not as promised; most {most_seconds[1]:.1f} s of the processor "
          f"({most_seconds[0]}), {most_kb[1] // 1000} MB ({most_kb[0]}), in {time.monotonic() - began:.0f} s")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
