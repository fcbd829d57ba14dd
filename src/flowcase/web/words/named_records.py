"""What a record is called where another names it by its id: what it is, and what tells it from its like."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from flask import g

from flowcase.cases.entities import ENTITIES, Kind, names
from flowcase.values import Value
from flowcase.web.language import current
from flowcase.web.session import flow
from flowcase.web.words.presenting import date

_RECORD = re.compile(r"[0-9a-hjkmnp-tv-z]{20}")
_USER_TASK = re.compile(r"[0-9a-hjkmnp-tv-z]{20}\.\d+")

# By entity, what tells it from others of its kind; the first of several that has a value. One that is
# called by a name needs no word for what it is.
_TELLING: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Aftale": (("hvad",), ("ny_frist", "frist")),
    "Dagsordenspunkt": (("emne", "emnetype"), ("udfald",)),
    "Familie": (("medlemmer",),),
    "Foranstaltning": (("type", "paataenkt"), ("start", "besluttet")),
    "Handleplan": (("slags",), ("godkendt",)),
    "IndividuelKontrakt": (("leverandoer_id",), ("status",)),
    "Konferenceserie": (("type",), ("omraade",), ("distrikt",)),
    "Kommissorium": (("gruppe",),),
    "Moede": (("slags",), ("afholdt", "holdt", "tid", "dato")),
    "Opfoelgning": (("afholdt", "frist"),),
    "Samtykke": (("afgiver",), ("formaal_kode",), ("givet",), ("tilbagekaldt",)),
    "Samtykkeanmodning": (("formaal_kode",), ("anmodet",)),
    "Standardkontrakt": (("leverandoer_id",), ("indsatstype",), ("udloeb",)),
    "Strategi": (("navn",),),
    "Underretning": (("modtaget",), ("underretter_type",)),
}
_NAMES = ("navn", "kaldenavn")
_DATED = frozenset({Kind.DATE, Kind.INSTANT})

Say = Callable[[str, str, Value], str]  # entity, attribute and value -> words


class Known(Protocol):
    """A record as far as the reader may see it."""

    @property
    def id(self) -> str: ...
    @property
    def entity(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def written_at(self) -> dt.datetime: ...


def remember(records: Iterable[Known]) -> None:
    """What these say may be told where others name them: their values are what the reader may see."""
    g.setdefault("known_records", {}).update({each.id: each for each in records})


def called(id: str, say: Say) -> str | None:
    """Words for the id of a record or a user task; None for what is none.

    Of a record that was not remembered only what is open (K0) is told.
    """
    if _USER_TASK.fullmatch(id):
        return flow().record_names.user_task(id)
    if not _RECORD.fullmatch(id) and id not in g.get("known_records", {}):
        return None
    said: dict[tuple[str, str], str | None] = g.setdefault("called_records", {})
    key = (id, current())
    if key not in said:
        said[key] = None  # whoever names itself, over others
        said[key] = _words(id, say)
    return said[key]


def _words(id: str, say: Say) -> str | None:
    record: Known | None = g.get("known_records", {}).get(id) or flow().record_names.find(id)
    if record is None:
        return None
    for each in _NAMES:
        if record.values.get(each):
            return str(record.values[each])
    what = names.record_name(record.entity, current())
    if record.entity == "Familie" and record.values.get("medlemmer"):
        return f"{what} ({_members(record.values['medlemmer'])})"
    telling = [_told(record, one_of, say) for one_of in _TELLING.get(record.entity, ())]
    details = [each for each in telling if each] or [date(record.written_at)]
    return f"{what} ({', '.join(details)})"


def _told(record: Known, one_of: tuple[str, ...], say: Say) -> str:
    kinds = {each.name: each for each in ENTITIES[record.entity].attributes}
    for name in one_of:
        given = record.values.get(name)
        if given in (None, "", []):
            continue
        said = say(record.entity, name, given)
        if name in kinds and kinds[name].kind in _DATED:
            label = names.attribute_names(record.entity, current())[name].split(" (")[0]
            return f"{label[:1].lower()}{label[1:]} {said}"
        return said if said[:2].isupper() else said[:1].lower() + said[1:]
    return ""


def _members(rows: Any) -> str:
    return ", ".join(str(row["navn"]) for row in rows if isinstance(row, Mapping) and row.get("navn"))
