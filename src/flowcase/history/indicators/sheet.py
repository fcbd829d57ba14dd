"""Figures as rows of a sheet: for the command line, the page's table and the CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flowcase.history.indicators.figure import Figure, Unit
from flowcase.history.indicators.registry import INDICATORS

UNITS: Mapping[Unit, tuple[str, str]] = {
    Unit.PERCENT: ("%", "%"),
    Unit.COUNT: ("", ""),
    Unit.DAYS: ("dage", "days"),
    Unit.HOURS: ("timer", "hours"),
    Unit.PER_CASE: ("i snit", "on average"),
    Unit.KRONER: ("kr.", "DKK"),
}
SUPPRESSED = ("for få til at vise", "too few to show")
NOTHING = ("intet at tælle", "nothing to count")
HEADER = (
    ("Nr.", "No."),
    ("Nøgletal", "Indicator"),
    ("Del", "Part"),
    ("Værdi", "Value"),
    ("Enhed", "Unit"),
    ("Tæller", "Numerator"),
    ("Nævner", "Denominator"),
    ("Mål eller reference", "Goal or reference"),
    ("Bemærkning", "Remark"),
)
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Row:
    id: str
    name: str
    label: str
    value: Decimal | None
    unit: str
    numerator: int | None
    denominator: int | None
    reference: Decimal | None
    remark: str

    def cells(self) -> tuple[object, ...]:
        return (
            self.id,
            self.name,
            self.label,
            self.value,
            self.unit,
            self.numerator,
            self.denominator,
            self.reference,
            self.remark,
        )


def rows(found: Mapping[str, Sequence[Figure]], language: str = "da") -> Iterator[Row]:
    """One row per figure; an indicator without any has one that says so."""
    spoken = 1 if language == "en" else 0
    for id, figures in found.items():
        name = INDICATORS[id].name[spoken]
        if not figures:
            yield Row(id, name, "", None, "", None, None, None, NOTHING[spoken])
        for each in figures:
            remark = SUPPRESSED if each.is_suppressed else NOTHING if each.value is None else ("", "")
            yield Row(
                id,
                name,
                each.label[spoken],
                each.value,
                UNITS[each.unit][spoken],
                each.numerator,
                each.denominator,
                each.reference,
                remark[spoken],
            )


def to_csv(found: Mapping[str, Sequence[Figure]], language: str = "da") -> str:
    """Semicolons and decimal commas in Danish, as the spreadsheets of a Danish office read them."""
    spoken = 1 if language == "en" else 0
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if spoken else ";", lineterminator="\r\n")
    writer.writerow([words[spoken] for words in HEADER])
    for row in rows(found, language):
        writer.writerow([_cell(item, spoken) for item in row.cells()])
    return out.getvalue()


def _cell(item: object, spoken: int) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if item is None:
        return ""
    if isinstance(item, (int, Decimal)):
        return str(item) if spoken else str(item).replace(".", ",")
    text = str(item)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text
