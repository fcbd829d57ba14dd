"""What the rows of a gate or a warning say: rule, sentence, and the field that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flowcase.errors import Refused
from flowcase.services.casework.case_work import CaseWork
from flowcase.services.forms.form_sentences import WithEnglish, together
from flowcase.values import Value

ACTOR = "aktoer"  # name under which gates and warnings read who completes the user task or starts the flow


class Hit(NamedTuple):
    rule: str
    sentence: str
    field: str = ""  # key of the form's field; empty where it is about several


def hits_in(decision: str, value: Value) -> list[Hit]:
    """Every row that hit."""
    return [
        Hit(
            str(hit.get("regel") or decision),
            WithEnglish(str(hit.get("besked") or ""), str(hit.get("besked_en") or "")),
            str(hit.get("felt") or ""),
        )
        for hit in (value if isinstance(value, list) else [value])
        if isinstance(hit, Mapping)
    ]


def asked(work: CaseWork, decision: str, inputs: Mapping[str, Value]) -> list[Hit]:
    return hits_in(decision, work.ask(decision, inputs))


def refused(attempt: str, hits: Sequence[Hit]) -> Refused:
    fields: dict[str, list[str]] = {}
    for hit in hits:
        if hit.field:
            fields.setdefault(hit.field, []).append(hit.sentence)
    return Refused(
        attempt,
        together([hit.sentence for hit in hits]),  # whole sentences: a test reads every table
        rules=tuple(dict.fromkeys(hit.rule for hit in hits)),
        fields=fields,
    )
