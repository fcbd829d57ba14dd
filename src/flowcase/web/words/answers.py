"""Answers that were given before, in the words of their form."""

from __future__ import annotations

from typing import Any

from flowcase.modeling.form import Field, FieldType
from flowcase.modeling.names import code_name
from flowcase.values import Value
from flowcase.web.language import current, gettext
from flowcase.web.words import presenting
from flowcase.web.words.named_records import called
from flowcase.web.words.record_words import record_value


def said(asked: Field, value: Value) -> tuple[str, str]:
    """(label, words) of one answer; codes by their labels, a board and rows line by line."""
    english = current() == "en"
    label = (asked.label_en if english else "") or asked.label
    return label, _words(asked, value)


def _words(asked: Field, value: Any) -> str:
    if asked.type in (FieldType.CHOICE, FieldType.CHOICES):
        known = {each.value: asked.option_label(each, current()) for each in asked.options}
        given = value if isinstance(value, list) else [value]
        return ", ".join(known.get(str(each)) or _name(str(each)) for each in given)
    if asked.type is FieldType.FILE:
        count = len(value) if isinstance(value, list) else 1
        return gettext("1 dokument") if count == 1 else gettext("{count} dokumenter").format(count=count)
    if isinstance(value, dict):
        lines = []
        for name, rows in value.items():
            child = next((each for each in asked.children if each.path and each.path[-1] == name), None)
            for row in rows if isinstance(rows, list) else [rows]:
                heading = (child.label if child else "") or name
                lines.append(f"{heading}: {presenting.value(row)}")
        return "\n".join(lines)
    if isinstance(value, list):
        return "\n".join(_row(asked, row) for row in value)
    return presenting.value(value)


def _row(asked: Field, row: Any) -> str:
    """The answers of one row of a list, in the order of its form."""
    fields = [each for each in asked.children if each.path]
    if not isinstance(row, dict) or not fields:
        return presenting.value(row)
    told = [(each, row.get(each.path[-1])) for each in fields]
    return ", ".join(_words(each, given) for each, given in told if given not in (None, "", []))


def _name(code: str) -> str:
    record = called(code, record_value)
    if record is not None:
        return record
    named = presenting.person_or_group(code)
    return code_name(code, current()) if named == code else named
