#!/usr/bin/env python3
"""Lets the reference packages of other tools read what Ascribe writes, and compares counts and words.

    cargo build && python3 tests/interop/check.py [target/debug/ascribe]

The packages (about 1 GB) are installed once, into `target/interop`. Whatever is missing is skipped aloud. The schema of
REFI-QDA may not be copied here: name its folder (`Project.xsd`, `Codebook.xsd`) in REFI_QDA_SCHEMAS to have files
checked against it.
"""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "target" / "interop"
PACKAGES = ["dkpro-cassis", "xmlschema", "stix2", "PyLD", "datasets", "pyarrow"]


def enter_environment():
    """Runs this script again in an environment that has the packages."""
    if os.environ.get("ASCRIBE_INTEROP"):
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    python = KEPT / "bin" / "python"
    steps = []
    if not python.exists():
        steps.append([sys.executable, "-m", "venv", str(KEPT)])
    if not (KEPT / "complete").exists():
        steps.append([str(python), "-m", "pip", "install", "--quiet", *PACKAGES])
    for step in steps:
        if subprocess.run(step).returncode != 0:
            print("SKIPPED: the reference packages cannot be installed here")
            sys.exit(0)
    (KEPT / "complete").touch()
    environment = os.environ | {"ASCRIBE_INTEROP": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(KEPT / "hf")}
    sys.exit(subprocess.run([str(python), *sys.argv], env=environment).returncode)


def expected(folder):
    """Document, tag and words of every annotation of one piece, from our own JSON Lines; several pieces as one."""
    found = Counter()
    for line in (folder / "jsonl").read_text("utf-8").splitlines():
        value = json.loads(line)
        for span in value.get("spans", []):
            found[(value["id"], span["label"], value["text"][span["start"] : span["end"]])] += 1
    return found


def check_cas(folder, read):
    found = Counter()
    for path in sorted(folder.glob("annotation/*/*")):
        cas = read(path)
        meta = cas.select("de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData")
        document = list(meta)[0].documentId
        for span in cas.select("custom.Span"):
            found[(document, span.label, span.get_covered_text())] += 1
        for relation in cas.select("custom.Relation"):
            assert relation.Governor.type.name == relation.Dependent.type.name == "custom.Span"
    return found


def cas_json(folder):
    from cassis import load_cas_from_json

    def read(path):
        with open(path, "rb") as file:
            return load_cas_from_json(file)

    return check_cas(folder, read)


def xmi(folder):
    from cassis import load_cas_from_xmi, load_typesystem

    with open(folder / "TypeSystem.xml", "rb") as file:
        types = load_typesystem(file)

    def read(path):
        with open(path, "rb") as file:
            return load_cas_from_xmi(file, typesystem=types)

    return check_cas(folder, read)


def refi_qda(path):
    name = {"q": "urn:QDA-XML:project:1.0"}
    found = Counter()
    with zipfile.ZipFile(path) as archive:
        words = archive.read("project.qde")
        validate(words, "Project.xsd")
        root = ElementTree.fromstring(words)
        codes = {code.get("guid"): code.get("name") for code in root.iter("{%s}Code" % name["q"])}
        for source in root.iterfind("q:Sources/q:TextSource", name):
            inner = "sources/" + source.get("plainTextPath").removeprefix("internal://")
            text = archive.read(inner).decode("utf-8")
            for selection in source.iterfind("q:PlainTextSelection", name):
                quote = text[int(selection.get("startPosition")) : int(selection.get("endPosition"))]
                code = selection.find("q:Coding/q:CodeRef", name).get("targetGUID")
                found[(source.get("name"), codes[code], quote)] += 1
    return found


def refi_qda_codebook(path):
    validate(path.read_bytes(), "Codebook.xsd")


def validate(words, schema):
    folder = os.environ.get("REFI_QDA_SCHEMAS")
    if not folder:
        print(f"SKIPPED: the check against {schema}, since REFI_QDA_SCHEMAS names no folder")
        return
    import xmlschema

    xmlschema.XMLSchema(str(Path(folder) / schema)).validate(words.decode("utf-8"))


def web_annotation(folder):
    from pyld import jsonld

    # Of the context of the standard what we use, so that nothing is fetched.
    terms = {"@vocab": "http://www.w3.org/ns/oa#", "id": "@id", "type": "@type"}
    terms |= {"target": {"@id": "hasTarget"}, "body": {"@id": "hasBody"}, "selector": {"@id": "hasSelector"}}
    collection = json.loads((folder / "annotations.jsonld").read_text("utf-8"))
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    expanded = jsonld.expand(collection | {"@context": terms})
    assert len(expanded) == 1
    names = {document["source"]: document["id"] for document in collection["documents"]}
    found = Counter()
    for item in collection["first"]["items"]:
        if item["motivation"] == "linking":
            continue
        tag = next(body["value"] for body in item["body"] if body["purpose"] == "tagging")
        targets = item["target"] if isinstance(item["target"], list) else [item["target"]]
        source = targets[0]["source"]
        text = (folder / source).read_bytes().decode("utf-8")
        for target in targets:
            place, quote = target["selector"]
            assert text[place["start"] : place["end"]] == quote["exact"], item["id"]
        start, end = targets[0]["selector"][0]["start"], targets[-1]["selector"][0]["end"]
        found[(names[source], tag, text[start:end])] += 1
    return found


def stix(path):
    import stix2

    bundle = stix2.parse(path.read_text("utf-8"), allow_custom=False)
    kinds = Counter(each["type"] for each in bundle.objects)
    print("   ", dict(kinds))
    return kinds["note"]


def huggingface(folder):
    from datasets import load_dataset

    # The library would take two folders of the same name for one.
    rows = load_dataset(str(folder), split="train", cache_dir=str(folder / "cache"))
    label = rows.features["spans"].feature["label"]
    found = Counter()
    for row in rows:
        for span in row["spans"]:
            words = row["text"][span["start"] : span["end"]]
            found[(row["id"], label.int2str(span["label"]), words)] += 1
    return found


CHECKS = {
    "cas-json": cas_json,
    "xmi": xmi,
    "refi-qda": refi_qda,
    "refi-qda-codebook": refi_qda_codebook,
    "web-annotation": web_annotation,
    "stix": stix,
    "huggingface": huggingface,
}


def check(program, arguments, name):
    """Exports one project in every format. How many formats fail."""
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for form in ["jsonl", *CHECKS]:
            command = [program, *[part.format(form) for part in arguments], "--out", str(folder / form)]
            outcome = subprocess.run(command, capture_output=True, text=True)
            if not (folder / form).exists():
                print(f"{name}, {form}: not written: {outcome.stderr.strip()}")
                failed += 1
        wanted = expected(folder)
        for form, read in CHECKS.items():
            if not (folder / form).exists():
                continue
            try:
                found = read(folder / form)
            except ImportError as error:
                print(f"SKIPPED: {form}: {error}")
                continue
            except Exception as error:
                print(f"{name}, {form}: FAILED: {type(error).__name__}: {error}")
                failed += 1
                continue
            if isinstance(found, Counter) and found != wanted:
                print(f"{name}, {form}: FAILED: missing {wanted - found}, not ours {found - wanted}")
                failed += 1
            elif isinstance(found, int) and found != wanted.total():
                print(f"{name}, {form}: FAILED: {found} instead of {wanted.total()}")
                failed += 1
            elif found is None:
                print(f"{name}, {form}: nothing is wrong with it")
            else:
                print(f"{name}, {form}: the reference reader agrees ({wanted.total()} annotations)")
    return failed


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target" / "debug" / "ascribe")
    sample = ["export", str(ROOT / "saves" / "sample.ascribe.ron"), "--format", "{}"]
    crossing = ["convert", str(ROOT / "tests" / "golden" / "jsonl" / "documents.jsonl"), "--to", "{}"]
    failed = check(program, sample, "sample") + check(program, crossing, "crossing")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    enter_environment()
    main()
