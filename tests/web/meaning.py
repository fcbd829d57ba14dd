"""What a BPMN, DMN or form file says, apart from how it is written down.

Drawing (DI), the order of BPMN's elements, of attributes and of references, prefixes, comments, white space
and attributes that state the standard's default say nothing; everything else does, also elements of other
vendors.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DRAWING = re.compile(r"omg\.org/spec/(BPMN/20100524/DI|DD/20100524/D[CI]|DMN/20\d+/DMNDI|DMN/20\d+/D[CI])")
_BIODI = "http://bpmn.io/schema/dmn/biodi"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
# Order among these children is no statement: they are references from one element to its neighbours.
_UNORDERED = {"incoming", "outgoing", "flowNodeRef"}
# Attribute -> default, from the BPMN 2.0.2 and DMN 1.3 schemas; writing a default out says nothing more.
_DEFAULTS = {
    "isForCompensation": "false", "startQuantity": "1", "completionQuantity": "1", "isClosed": "false",
    "isExecutable": "false", "triggeredByEvent": "false", "cancelActivity": "true", "isInterrupting": "true",
    "parallelMultiple": "false", "isSequential": "false", "instantiate": "false", "isCollection": "false",
    "eventGatewayType": "Exclusive", "gatewayDirection": "Unspecified", "behavior": "All",
    "processType": "None",
    "isMarkerVisible": "false", "implementation": "##unspecified", "associationDirection": "None",
    "ordering": "Parallel", "isImmediate": "true", "textFormat": "text/plain", "testBefore": "false",
    "expressionLanguage": "http://www.w3.org/1999/XPath", "typeLanguage": "http://www.w3.org/2001/XMLSchema",
    "hitPolicy": "UNIQUE", "preferredOrientation": "Rule-as-Row", "waitForCompletion": "true",
}  # fmt: skip


def meaning(content: bytes, path: str) -> Any:
    """Comparable; equal for two files that say the same. Raises what the parsers raise for broken files."""
    if path.endswith(".form"):
        return _of_form(json.loads(content))
    names: dict[str, str] = {}
    root: ET.Element | None = None
    for event, found in ET.iterparse(BytesIO(content), events=("start-ns", "start")):
        if event == "start-ns":
            names[found[0]] = found[1]
        elif root is None:
            root = found
    assert root is not None
    return _of_element(root, names)


def differences(before: Any, after: Any, at: str = "") -> Iterator[str]:
    """The places where two meanings part, in words for a failing test."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from differences(before.get(key), after.get(key), f"{at}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{at}[{number}]")
    elif isinstance(before, tuple) and isinstance(after, tuple) and before[0] == after[0]:
        here = f"{at}/{before[0].rpartition('}')[2]}"
        for lost in sorted(set(before[1]) - set(after[1])):
            yield f"{here}: lost {lost}"
        for new in sorted(set(after[1]) - set(before[1])):
            yield f"{here}: new {new}"
        if before[2] != after[2]:
            yield f"{here}: {before[2]!r} became {after[2]!r}"
        if len(before[3]) != len(after[3]):
            kinds = [Counter(child[0].rpartition("}")[2] for child in side[3]) for side in (before, after)]
            yield f"{here}: children lost {dict(kinds[0] - kinds[1])}, new {dict(kinds[1] - kinds[0])}"
        else:
            for one, other in zip(before[3], after[3], strict=True):
                yield from differences(one, other, here)
    else:
        yield f"{at}: {str(before)[:200]} became {str(after)[:200]}"


def _of_element(element: ET.Element, names: dict[str, str]) -> Any:
    attributes = tuple(sorted(
        (name, _resolved(" ".join(value.split()), names, is_type=name == _TYPE))
        for name, value in element.attrib.items()
        if name != _SCHEMA and _DEFAULTS.get(name) != value
    ))  # fmt: skip
    children = [
        _of_element(child, names)
        for child in element
        if isinstance(child.tag, str) and not _is_drawing(child.tag) and not _is_empty_holder(child)
    ]
    references = sorted(each for each in children if each[0].rpartition("}")[2] in _UNORDERED)
    others = [each for each in children if each[0].rpartition("}")[2] not in _UNORDERED]
    kinds = sorted({each[0] for each in others})
    # A schema fixes which kind comes first; the order within a kind is the file's, and says something in DMN.
    ordered = [each for kind in kinds for each in others if each[0] == kind]
    if element.tag.startswith("{" + _BPMN):
        ordered = sorted(ordered)
    text = "" if len(element) else (element.text or "").strip()
    if element.tag.startswith("{" + _BPMN) and element.tag.endswith("Ref"):
        text = _resolved(text, names)
    return (element.tag, attributes, text, tuple(references + ordered))


def _is_drawing(tag: str) -> bool:
    return bool(_DRAWING.search(tag)) or tag.startswith("{" + _BIODI)


def _is_empty_holder(element: ET.Element) -> bool:
    """`extensionElements` that hold nothing, or nothing but drawing."""
    return element.tag.endswith("}extensionElements") and all(
        isinstance(child.tag, str) and _is_drawing(child.tag) for child in element
    )


def _resolved(name: str, names: dict[str, str], *, is_type: bool = False) -> str:
    """A qualified name with its namespace instead of its prefix; other texts as they are."""
    if not re.fullmatch(r"([\w.-]+:)?[\w.-]+", name):
        return name
    prefix, colon, local = name.rpartition(":")
    if colon or is_type:
        return f"{{{names[prefix]}}}{local}" if prefix in names else name
    return name


def _of_form(value: Any) -> Any:
    """A form without its fields' places in the grid, who wrote it, and names made for nameless parts."""
    if isinstance(value, list):
        return [_of_form(each) for each in value]
    if isinstance(value, dict):
        kept = {
            key: _of_form(each)
            for key, each in value.items()
            if key not in ("layout", "exporter", "schemaVersion") and not _is_made(key, each)
        }
        if kept.get("type") == "button":
            kept.setdefault("action", "submit")
        return kept
    return value


def _is_made(key: str, value: Any) -> bool:
    """Whether an id is one that form-js makes up for a part that has none: no expression can name it."""
    return key == "id" and isinstance(value, str) and bool(re.fullmatch(r"(Field|Form)_\w{7}", value))
