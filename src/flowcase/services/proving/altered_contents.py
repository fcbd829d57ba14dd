"""Contents of documents, and the rows by which cases are listed by a fact, that do not fit what names them.

A document's record and the facts of a case are compared with the history. What lies beside them follows from
them: a content that waits for its scan is one of a document in quarantine, and `case_fact` repeats the facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flowcase.services.case_files.documents import DECLINED, ENTITY, QUARANTINE, READY, REPLACED
from flowcase.store import Tx
from flowcase.store.queries import as_kept_contents as as_kept
from flowcase.store.queries.as_kept_contents import KeptContent
from flowcase.values import canonical_json, to_json

_SCANS = {READY: "passed", QUARANTINE: "waiting", DECLINED: "refused"}  # of one that was replaced: any
_TAGS_IN_LISTS = ("date", "instant", "number")
_LONGEST_IN_LISTS = 200  # characters


def of_documents(
    records: Mapping[str, Any], contents: Mapping[tuple[str, str], KeptContent]
) -> Iterator[tuple[str, str]]:
    """Record, and what is wrong with the content that it names."""
    for id, row in records.items():
        status = row.open.get("status")
        if row.entity != ENTITY or status not in (*_SCANS, REPLACED):
            continue
        kept = contents.get((row.stream, str(row.open.get("indhold"))))
        if kept is None:
            yield id, "its content is gone"
        elif status in _SCANS and kept.scan != _SCANS[status]:
            yield id, f"its content's scan is {kept.scan}, and the document is {status}"
        elif kept.scan != "refused" and kept.parts != kept.parts_there:
            yield id, f"{kept.parts_there} of {kept.parts} parts of its content are there"
        elif kept.size != row.open.get("stoerrelse"):
            yield id, "its content has another size"


def of_facts(tx: Tx, cases: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Case, and by which facts it is listed otherwise than it is."""
    kept = as_kept.facts(tx, list(cases))
    for code, row in cases.items():
        here, told = kept.get(code, {}), _listed(row.facts)
        if other := sorted(each for each in here.keys() | told.keys() if here.get(each) != told.get(each)):
            yield code, f"is not listed by its {', '.join(other)}"


def _listed(facts: Mapping[str, Any]) -> dict[str, str]:
    """As the database writes it: texts, numbers, dates, and yes or no."""
    found = {}
    for name, value in json.loads(canonical_json(to_json(dict(facts)))).items():
        if isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif isinstance(value, int):
            found[name] = str(value)
        elif isinstance(value, str) and 1 <= len(value) <= _LONGEST_IN_LISTS:
            found[name] = value
        elif isinstance(value, dict) and value.get("$") in _TAGS_IN_LISTS:
            found[name] = value["v"]
    return found
