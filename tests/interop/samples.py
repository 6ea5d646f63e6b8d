"""What the reference packages write, in texts that show how places are counted, with the annotations that are in it."""

import json
from collections import Counter

TEXT = "🦉 Уряд заперечив це.\nالوزير نفى ذلك, said Mara Lind."
SPANS = [("заперечив", "denial"), ("Mara Lind", "PERSON"), ("الوزير نفى", "denial"), ("Уряд", "ORG")]


def placed():
    """Start, end and tag in characters."""
    places = [(TEXT.index(words), words, tag) for words, tag in SPANS]
    return sorted((start, start + len(words), tag) for start, words, tag in places)


def wanted(document):
    return Counter((document, tag, words) for words, tag in SPANS)


def cas():
    from cassis import Cas, TypeSystem

    types = TypeSystem()
    span = types.create_type("custom.Span", supertypeName="uima.tcas.Annotation")
    types.create_feature(domainType=span, name="label", rangeType="uima.cas.String")
    cas = Cas(types)
    cas.sofa_string, cas.sofa_mime = TEXT, "text/plain"
    for start, end, tag in placed():
        cas.add(span(begin=start, end=end, label=tag))
    return cas, types


def cas_json(folder):
    cas()[0].to_json(folder / "a.json")
    return wanted("a")


def xmi(folder):
    made, types = cas()
    made.to_xmi(folder / "a.xmi")
    types.to_xml(folder / "TypeSystem.xml")
    return wanted("a")


def docbin(folder):
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("xx")
    doc = nlp(TEXT)
    spans = [doc.char_span(start, end, label=tag) for start, end, tag in placed()]
    assert all(spans)
    doc.spans["sc"], doc.ents = spans[:3], spans[1:]
    DocBin(docs=[doc]).to_disk(folder / "a.spacy")
    return wanted("a")


def prodigy(folder):
    import srsly

    spans = [{"start": start, "end": end, "label": tag} for start, end, tag in placed()]
    srsly.write_jsonl(folder / "a.jsonl", [{"text": TEXT, "spans": spans, "id": "a"}])
    return wanted("a")


def rows():
    from datasets import ClassLabel, Dataset, Features, List, Value

    names = sorted({tag for _, tag in SPANS})
    spans = List({"start": Value("int64"), "end": Value("int64"), "label": ClassLabel(names=names)})
    features = Features({"id": Value("string"), "text": Value("string"), "spans": spans})
    values = [{"start": start, "end": end, "label": names.index(tag)} for start, end, tag in placed()]
    return Dataset.from_list([{"id": "a", "text": TEXT, "spans": values}], features=features)


def parquet(folder):
    rows().to_parquet(folder / "train.parquet")
    return wanted("a")


def plain_parquet(folder):
    """As pandas and polars write it: large strings, names instead of classes, nothing said by `datasets`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = [{"start": start, "end": end, "label": tag} for start, end, tag in placed()]
    table = pa.table({"id": pa.array(["a"], pa.large_string()), "text": [TEXT], "spans": [values]})
    pq.write_table(table, folder / "train.parquet", compression="none", data_page_version="2.0")
    return wanted("a")


def json_lines(folder):
    rows().to_json(folder / "train.jsonl", force_ascii=False)
    card = "---\ndataset_info:\n  features:\n  - name: spans\n    list:\n    - name: label\n      dtype:\n        class_label:\n          names:\n"
    for number, name in enumerate(sorted({tag for _, tag in SPANS})):
        card += f"            '{number}': {name}\n"
    (folder / "README.md").write_text(card + "---\n", "utf-8")
    return wanted("a")


def brat(folder):
    from bioc import brat

    document = brat.BratDocument()
    document.text = TEXT
    for number, (start, end, tag) in enumerate(placed(), 1):
        entity = brat.BratEntity()
        entity.id, entity.type, entity.text = f"T{number}", tag, TEXT[start:end]
        entity.add_span(start, end)
        document.add_annotation(entity)
    (folder / "a.txt").write_text(TEXT, "utf-8")
    with open(folder / "a.ann", "w", encoding="utf-8") as file:
        brat.dump_ann(document, file)
    return wanted("a")


def label_studio(folder, form="JSON"):
    from label_studio_sdk.converter import Converter

    labels = "".join(f'<Label value="{tag}"/>' for tag in sorted({tag for _, tag in SPANS}))
    config = f'<View><Labels name="label" toName="text">{labels}</Labels><Text name="text" value="$text"/></View>'
    result = [
        {
            "id": f"r{number}",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": start, "end": end, "text": TEXT[start:end], "labels": [tag]},
        }
        for number, (start, end, tag) in enumerate(placed())
    ]
    task = {"id": 1, "data": {"text": TEXT}, "annotations": [{"id": 1, "completed_by": 1, "result": result}]}
    source = folder.parent / "tasks.json"
    source.write_text(json.dumps([task]), "utf-8")
    Converter(config, str(folder)).convert(str(source), str(folder), form, is_dir=False)
    return wanted("result")


def label_studio_min(folder):
    """The only form that keeps the number of the task."""
    label_studio(folder, "JSON_MIN")
    return wanted("1")


def web_annotation(folder):
    """Compacted anew, which keeps what it says and changes how."""
    from pyld import jsonld

    terms = {"@vocab": "http://www.w3.org/ns/oa#", "id": "@id", "type": "@type"}
    terms |= {"value": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value", "source": "hasSource", "exact": "exact"}
    terms |= {"target": {"@id": "hasTarget"}, "body": {"@id": "hasBody"}, "selector": {"@id": "hasSelector"}}
    items = [
        {
            "@context": terms,
            "id": f"urn:a:{number}",
            "type": "Annotation",
            "body": {"type": "TextualBody", "purpose": "tagging", "value": tag},
            "target": {
                "source": "a.txt",
                "selector": [
                    {"type": "TextPositionSelector", "start": start, "end": end},
                    {"type": "TextQuoteSelector", "exact": TEXT[start:end]},
                ],
            },
        }
        for number, (start, end, tag) in enumerate(placed())
    ]
    compacted = [jsonld.compact(jsonld.expand(item), terms) for item in items]
    for item in compacted:
        item["@context"] = "http://www.w3.org/ns/anno.jsonld"
    (folder / "a.json").write_text(json.dumps(compacted), "utf-8")
    (folder / "a.txt").write_bytes(TEXT.encode())
    return wanted("a")


# seqeval and xmlschema write nothing, and bundles of STIX are not read.
SAMPLES = {
    "JSON of dkpro-cassis": ("cas-json", cas_json),
    "XMI of dkpro-cassis": ("xmi", xmi),
    "a DocBin of spaCy": ("docbin", docbin),
    "JSON Lines of srsly": ("jsonl", prodigy),
    "Parquet of datasets": ("huggingface", parquet),
    "JSON Lines of datasets": ("huggingface", json_lines),
    "Parquet of pyarrow": ("huggingface", plain_parquet),
    "standoff of bioc": ("brat", brat),
    "JSON of label-studio-sdk": ("label-studio", label_studio),
    "JSON_MIN of label-studio-sdk": ("label-studio-min", label_studio_min),
    "JSON-LD of PyLD": ("web-annotation", web_annotation),
}
