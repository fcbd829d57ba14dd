"""A record's values in Danish, as the journal's readers get them: what the forms call answers, and names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flowcase.access.groups import NAMES
from flowcase.cases.civil_time import COPENHAGEN
from flowcase.cases.entities import Attribute, DataClass, Kind, entity, names
from flowcase.errors import NotFound
from flowcase.modeling.names import code_name, in_danish
from flowcase.modeling.option_labels import OptionLabels
from flowcase.services.casework.case_work import CaseWork
from flowcase.values import Value

_CODED = frozenset({Kind.CODE, Kind.CODES, Kind.REFERENCE, Kind.REFERENCES})
_COLUMNS = (
    ("bekymringer", "Bekymringer"),
    ("fungerer", "Det der fungerer"),
    ("vil_se_ske", "Det vi vil se ske"),
)
# What tells a record that another one names: its entity follows from the attribute that names it.
_NAMED_BY = {
    "leverandoer": ("Leverandoer", "navn"),
    "leverandoer_id": ("Leverandoer", "navn"),
    "foranstaltning_id": ("Foranstaltning", "type"),
    "standardkontrakt_id": ("Standardkontrakt", "indsatstype"),
}


@dataclass(frozen=True)
class Words:
    """Of one document; nothing above `highest` is told, also not of a record that it names."""

    labels: OptionLabels
    work: CaseWork
    highest: DataClass

    def of(self, entity_name: str, attribute: Attribute, value: Value) -> str:
        """Several lines begin on a new one."""
        if attribute.kind is Kind.BOARD and isinstance(value, Mapping):
            return _lines(self._board(value))
        if attribute.kind is Kind.ROWS and isinstance(value, list):
            return _lines([self._row(entity_name, attribute.name, row) for row in value])
        if attribute.kind not in _CODED:
            return _plain(value)
        if isinstance(value, list):
            return _lines([self._coded(entity_name, attribute.name, each) for each in value])
        return self._coded(entity_name, attribute.name, value)

    def _board(self, board: Mapping[str, Value]) -> list[str]:
        said = []
        for key, heading in _COLUMNS:
            rows = board.get(key)
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, Mapping) and row.get("hvad"):
                    who = f" ({row['hvem']})" if row.get("hvem") else ""
                    said.append(f"{heading}{who}: {row['hvad']}")
        return said

    def _row(self, entity_name: str, attribute: str, row: Value) -> str:
        if not isinstance(row, Mapping):
            return self._coded(entity_name, attribute, row)
        parts = []
        asked = [place for of, place, code in self.labels if (of, code) == (entity_name, "")]
        known = [key for key in (place.removeprefix(f"{attribute}.") for place in asked) if key in row]
        for key in dict.fromkeys((*known, *row)):  # in the order of the form
            place, value = f"{attribute}.{key}", row[key]
            many = value if isinstance(value, list) else [value]
            said = ", ".join(self._coded(entity_name, place, each) for each in many if each is not None)
            if said:
                label = self.labels.get((entity_name, place, ""), {}).get("da") or in_danish(key)
                parts.append(f"{label.rstrip('?')}: {said}")
        return "; ".join(parts)

    def _coded(self, entity_name: str, attribute: str, value: Value) -> str:
        if not isinstance(value, str):
            return _plain(value)
        label = self.labels.get((entity_name, attribute, value))
        if label is not None:
            return label["da"]
        if value in NAMES:
            return NAMES[value][0]
        named = self._named(attribute, value) or self.work.name_of(value)
        return code_name(value) if named == value else named

    def _named(self, attribute: str, id: str) -> str | None:
        """What the record is told by; only what it is, where that is more confidential than may leave."""
        if attribute not in _NAMED_BY:
            return None
        entity_name, told_by = _NAMED_BY[attribute]
        try:
            value = self.work.get(entity_name, id)[told_by]
        except NotFound:
            return None
        if value is None or entity(entity_name).attribute(told_by).data_class.rank > self.highest.rank:
            return names.record_name(entity_name, "da")
        return self._coded(entity_name, told_by, value)


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(COPENHAGEN):%d.%m.%Y kl. %H.%M}"
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, list):
        return _lines([_plain(each) for each in value])
    if isinstance(value, Mapping):
        return "; ".join(
            f"{in_danish(name)}: {_plain(each)}" for name, each in value.items() if each is not None
        )
    return str(value)


def _lines(said: list[str]) -> str:
    return "".join(f"\n  - {each}" for each in said)
