"""Whether what a table tells in Danish is there in English too, where the file has any of it in English.

The output `x_en` is the English of the output `x`, as `besked_en` is of `besked`.
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.dmn_source import Element, Source

_RULE, _ENGLISH = "dmn-english", "_en"
_NOTHING = frozenset({"", "-", "null", '""'})


def check_english(source: Source) -> None:
    """Reports a table that lacks a column which another of the file has, and a rule without its sentence."""
    tables = [
        (table, [output.get("name") or "" for output in source.children(table, "output")])
        for table in source.all("decisionTable")
    ]
    told = {name.removesuffix(_ENGLISH) for _, names in tables for name in names if name.endswith(_ENGLISH)}
    for table, names in tables:
        for danish in (name for name in names if name in told):
            english = f"{danish}{_ENGLISH}"
            if english in names:
                _check_rules(source, table, names.index(danish), names.index(english))
            else:
                _report(
                    source,
                    table,
                    f"The output '{danish}' has no English here, and another table of the file has.",
                    f"Add an output '{english}' with the same in English.",
                )


def _check_rules(source: Source, table: Element, danish: int, english: int) -> None:
    for rule in source.children(table, "rule"):
        cells = [source.text(entry) for entry in source.children(rule, "outputEntry")]
        if max(danish, english) >= len(cells):
            continue  # `dmn-rule-cells` says so
        if cells[danish] not in _NOTHING and cells[english] in _NOTHING:
            _report(
                source,
                rule,
                "This rule tells something in Danish and leaves its English empty.",
                "Write the same in English.",
            )


def _report(source: Source, element: Element, message: str, remedy: str) -> None:
    source.report(_RULE, element, message, remedy, severity=Severity.WARNING)
