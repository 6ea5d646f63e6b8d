"""How the reference package of each format reads what Ascribe has written: document, tag and words of each annotation."""

import json
import os
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree


def expected(path):
    """From our own JSON Lines; several pieces count as one from the first to the last."""
    found = Counter()
    for line in path.read_text("utf-8").split("\n"):
        value = json.loads(line) if line else {}
        for span in value.get("spans", []):
            found[(value["id"], span["label"], value["text"][span["start"] : span["end"]])] += 1
    return found


def cas(folder, read):
    found = Counter()
    for path in sorted(folder.glob("annotation/*/*")):
        with open(path, "rb") as file:
            cas = read(file)
        meta = cas.select("de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData")
        document = list(meta)[0].documentId
        for span in cas.select("custom.Span"):
            found[(document, span.label, span.get_covered_text())] += 1
        for relation in cas.select("custom.Relation"):
            assert relation.Governor.type.name == relation.Dependent.type.name == "custom.Span"
    return found


def cas_json(folder, _):
    from cassis import load_cas_from_json

    return cas(folder, load_cas_from_json)


def xmi(folder, _):
    from cassis import load_cas_from_xmi, load_typesystem

    with open(folder / "TypeSystem.xml", "rb") as file:
        types = load_typesystem(file)
    return cas(folder, lambda file: load_cas_from_xmi(file, typesystem=types))


def refi_qda(path, _):
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


def refi_qda_codebook(path, wanted):
    validate(path.read_bytes(), "Codebook.xsd")
    codes = ElementTree.parse(path).getroot().iter("{urn:QDA-XML:codebook:1.0}Code")
    names = {code.get("name") for code in codes}
    missing = {tag for _, tag, _ in wanted} - names
    assert not missing, f"without {missing}"
    return wanted


def validate(words, schema):
    folder = os.environ.get("REFI_QDA_SCHEMAS")
    if not folder:
        print(f"SKIPPED: the check against {schema}, since REFI_QDA_SCHEMAS names no folder")
        return
    import xmlschema

    xmlschema.XMLSchema(str(Path(folder) / schema)).validate(words.decode("utf-8"))


def web_annotation(folder, _):
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


def stix(path, wanted):
    """A bundle has no places that other programs know, so only the count of notes is compared."""
    import stix2

    bundle = stix2.parse(path.read_text("utf-8"), allow_custom=False)
    count = sum(each["type"] == "note" for each in bundle.objects)
    assert count == wanted.total(), f"{count} notes"
    return wanted


def huggingface(folder, _):
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


def parquet(folder, wanted):
    """The card beside it, and the table alone."""
    from datasets import ClassLabel, Dataset

    rows = Dataset.from_parquet(str(next(folder.glob("data/*.parquet"))), cache_dir=str(folder / "alone"))
    label = rows.features["spans"].feature["label"]
    assert isinstance(label, ClassLabel), label
    assert sum(len(row["spans"]) for row in rows) == wanted.total()
    return huggingface(folder, wanted)


def docbin(path, _):
    import spacy
    from spacy.tokens import DocBin

    vocab = spacy.blank("xx").vocab
    found = Counter()
    for doc in DocBin().from_disk(path).get_docs(vocab):
        kept = json.loads(doc.spans["sc"].attrs["ascribe"])
        for span in doc.spans["sc"]:
            # The words of a span end before the space behind its last token.
            assert doc.text[span.start_char : span.end_char] == span.text
            found[(kept["id"], span.label_, span.text)] += 1
        for entity in doc.ents:
            assert any(entity.start == span.start and entity.label == span.label for span in doc.spans["sc"])
    return found


def brat(folder, wanted):
    """Where an annotation goes over a line end, brat has it in pieces; so white space is not compared."""
    from bioc import brat

    found = Counter()
    for document in brat.listdir(str(folder)):
        text = (folder / (Path(str(document.id)).stem + ".txt")).read_bytes().decode("utf-8")
        for entity in document.entities:
            start, end = entity.total_span
            found[(Path(str(document.id)).stem, entity.type, text[start:end])] += 1
    assert {tag for _, tag, _ in wanted} == {tag for _, tag, _ in found}
    return found


def conll(path, wanted):
    """Of annotations that overlap only the first is written, so a part of all is found."""
    from seqeval.metrics.sequence_labeling import get_entities
    from seqeval.scheme import IOB2, Entities

    sentences = [[]]
    for line in path.read_text("utf-8").split("\n"):
        if not line:
            sentences.append([])
        elif not line.startswith("-DOCSTART-"):
            sentences[-1].append(line.split("\t"))
    tags = [[tag for _, tag in sentence] for sentence in sentences if sentence]
    strict = sum(len(each) for each in Entities(tags, IOB2).entities)
    lenient = [get_entities(sentence) for sentence in tags]
    assert strict == sum(map(len, lenient)) > 0, f"{strict} entities"
    known = Counter(tag for _, tag, _ in wanted)
    found = Counter(tag for sentence in lenient for tag, _, _ in sentence)
    assert not found - known, f"too many: {found - known}"
    return wanted


def label_studio(folder, wanted):
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.label_interface import LabelInterface

    config = (folder / "labeling_config.xml").read_text("utf-8")
    LabelInterface(config).validate()
    tasks = json.loads((folder / "tasks.json").read_text("utf-8"))
    found = Counter()
    for task in tasks:
        text = task["data"]["text"]
        for annotation in task["annotations"]:
            for region in annotation["result"]:
                if region["type"] == "labels":
                    value = region["value"]
                    assert text[value["start"] : value["end"]] == value["text"]
                    found[(name_of(task), value["labels"][0], value["text"])] += 1
    Converter(config, str(folder)).convert(str(folder / "tasks.json"), str(folder / "min"), "JSON_MIN", is_dir=False)
    # Its converter writes a row for each annotator's work on a task.
    rows = json.loads((folder / "min" / "result.json").read_text("utf-8"))
    assert sum(len(row.get("label", [])) for row in rows) == found.total()
    return found


def name_of(task):
    data = task["data"]
    return data.get("ascribe_document") or data.get("document") or data.get("id") or str(task["id"])


READERS = {
    "brat": brat,
    "cas-json": cas_json,
    "conll": conll,
    "docbin": docbin,
    "huggingface": huggingface,
    "huggingface-parquet": parquet,
    "label-studio": label_studio,
    "refi-qda": refi_qda,
    "refi-qda-codebook": refi_qda_codebook,
    "stix": stix,
    "web-annotation": web_annotation,
    "xmi": xmi,
}
