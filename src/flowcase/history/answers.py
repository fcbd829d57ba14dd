"""What a decision table was asked and answered, in words: its name, parts by column, the rows that hit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.events import DecisionEvaluated
from flowcase.modeling.names import code_name, decision_name, heading_name
from flowcase.modeling.table_labels import TableLabels

# Numbers of the specification before a name and behind a heading: the tables' own pages tell them.
_NUMBERED = re.compile(r"^D-\d+ (?:(?:trin|række) \d+: )?")
_BESIDE = re.compile(r" \([^)]*\)$")
# What gates, warnings and suggestions answer for people: their sentence and the rule behind it.
_MESSAGE, _MESSAGE_EN, _RULE = "besked", "besked_en", "regel"
SETTINGS = "indstilling"  # the municipality's numbers; no part of the question


@dataclass(frozen=True)
class Consulted:
    """A table that was asked once, as people read it."""

    table: str
    asked: tuple[tuple[str, str], ...]  # (column, value) of what was given
    answer: str
    rows: str  # `tabellens række 4`; empty where nothing tells rows apart


def consulted(
    event: DecisionEvaluated,
    labels: TableLabels | None,
    language: str,
    plain: Callable[[Any], str],
) -> Consulted:
    """`plain` says numbers, dates and yes or no."""
    inputs, outputs = ({}, {}) if labels is None else (labels.inputs, labels.outputs)
    record = event.record if isinstance(event.record, Mapping) else {}
    given = {name: value for name, value in (record.get("inputs") or {}).items() if name != SETTINGS}
    return Consulted(
        table_name(event, labels, language),
        tuple(_parts(given, inputs, language, plain)),
        _said(event.result, outputs, language, plain),
        rows_hit(event, language),
    )


def table_name(event: DecisionEvaluated, labels: TableLabels | None, language: str) -> str:
    name = labels.name if labels is not None else ""
    return decision_name(event.decision, _NUMBERED.sub("", name), language)


def _said(value: Any, headings: Mapping[str, str], language: str, plain: Callable[[Any], str]) -> str:
    if isinstance(value, str):
        return code_name(value, language)
    if isinstance(value, Mapping) and _MESSAGE in value:
        rule = value.get(_RULE)
        message = (value.get(_MESSAGE_EN) if language == "en" else "") or value[_MESSAGE]
        return f"{str(message).rstrip('.')}{f' ({rule})' if rule else ''}"
    if isinstance(value, Mapping):
        return "; ".join(": ".join(each) for each in _parts(value, headings, language, plain)) or "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(_said(each, headings, language, plain) for each in value) or "–"
    return plain(value)


def _parts(
    value: Mapping[str, Any], headings: Mapping[str, str], language: str, plain: Callable[[Any], str]
) -> Iterator[tuple[str, str]]:
    for name, each in value.items():
        if each not in (None, "", []) and (said := _said(each, headings, language, plain)) != "–":
            yield column_name(name, headings, language), said


def column_name(name: str, headings: Mapping[str, str], language: str) -> str:
    """The heading of a column, within a sentence; the name written out where there is none."""
    found = headings.get(name)
    words = _BESIDE.sub("", heading_name(found, language)) if found else code_name(name, language)
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def row_numbers(event: DecisionEvaluated) -> list[str]:
    """Of the rows of the table itself that hit, counted from 1; not of the tables that it asked."""
    record = event.record if isinstance(event.record, Mapping) else {}
    numbers: list[str] = []
    for matched in record.get("matched_rules") or ():
        if isinstance(matched, Mapping) and matched.get("decision") == event.decision:
            numbers += [str(each) for each in matched.get("indexes") or ()]
    return numbers


def rows_hit(event: DecisionEvaluated, language: str) -> str:
    """`tabellens række 4`; empty where nothing tells rows apart."""
    numbers = row_numbers(event)
    if not numbers:
        return ""
    word = {"da": ("tabellens række", "tabellens rækker"), "en": ("row", "rows")}[language][len(numbers) > 1]
    return f"{word} {', '.join(numbers)}"
