"""The values of an event as auditors read them: each by its name, codes in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowcase.cases.entities import ENTITIES
from flowcase.history import notices
from flowcase.history.act_names import act_name
from flowcase.history.field_names import field_name
from flowcase.history.kind_names import kind_name
from flowcase.modeling.names import code_name, decision_name, message_name
from flowcase.web.auditing.history_exports import PURPOSE_WORDS
from flowcase.web.auditing.revision_cases import page_name
from flowcase.web.language import current, gettext
from flowcase.web.signing_in.own_account import WAYS
from flowcase.web.words.case_facts import status
from flowcase.web.words.presenting import deadline_name, group, person, value
from flowcase.web.words.record_words import record_name, record_value


def search_fields() -> list[tuple[str, str]]:
    """What a search of the history is narrowed by: as the address has it, and as people read it."""
    return [
        ("sag", gettext("Sag")),
        ("hvem", gettext("Hvem")),
        ("slags", gettext("Slags hændelse")),
        ("regel", gettext("Regel eller tabel")),
        ("proces", gettext("Proces")),
        ("element", gettext("Element i diagrammet")),
        ("forloeb", gettext("Forløb")),
        ("nummer", gettext("Klikkets nummer")),
    ]


def said_values(values: Mapping[str, Any]) -> str:
    """On one line; what is empty says nothing."""
    return "; ".join(
        f"{field_name(name, current())}: {_said(name, value)}"
        for name, value in values.items()
        if value not in ("", {})
    )


def _said(name: str, given: Any) -> str:
    """Of an attribute of a record (`Moede.status`) as everywhere where records are read."""
    if name in _SAID:
        return _SAID[name](given)
    entity, _, attribute = name.partition(".")
    return record_value(entity, attribute, given) if entity in ENTITIES else _plain(given)


def _plain(given: Any) -> str:
    if isinstance(given, str):
        return code_name(given, current())
    if isinstance(given, (list, tuple)):
        return ", ".join(map(_plain, given))
    if isinstance(given, Mapping):
        return ", ".join(f"{code_name(name, current())} {_plain(inner)}" for name, inner in given.items())
    return value(given)


def _groups(codes: Any) -> str:
    return ", ".join(map(group, codes))


def _asked(said: Mapping[str, str]) -> str:
    """What somebody searched the history for."""
    named = dict(search_fields()) | {"fra": gettext("Fra og med"), "til": gettext("Til og med")}
    told = {"hvem": person, "slags": lambda kind: kind_name(kind, current())}
    return ", ".join(
        f"{named[place]} {told.get(place, str)(said[name])}"
        for place, name in SEARCHED.items()
        if name in said
    )


# What a search of the history is asked for by: parameter of the address -> `history_search.Asked`.
SEARCHED = {
    "sag": "case",
    "forloeb": "instance",
    "proces": "process",
    "slags": "kind",
    "hvem": "actor",
    "regel": "rule",
    "element": "element",
    "nummer": "request",
    "fra": "first",
    "til": "last",
}
_SETTINGS = {
    "regelsaet.profil": "Profil",
    "regelsaet.valgte": "Valgte regelsæt",
    "regelsaet.indstillinger": "Indstillinger, der erstatter regelsættenes",
    "clock.offset": "Demonstrationens ur",
    "database": "Databasens klynge og tidslinje",
}

# Fields of events whose codes have words of their own.
_SAID: Mapping[str, Callable[[Any], str]] = {
    "added": _groups,
    "act": lambda code: act_name(code, current()),
    "approved_by": person,
    "asked": _asked,
    "assignee": person,
    "by": lambda way: gettext(WAYS[way]) if way in WAYS else _plain(way),
    "candidate_groups": _groups,
    "decision": lambda id: decision_name(id, "", current()),
    "entity": record_name,
    "groups": _groups,
    "key": lambda key: gettext(_SETTINGS[key]) if key in _SETTINGS else str(key),
    "kinds": lambda kinds: ", ".join(kind_name(kind, current()) for kind in kinds),
    "name": lambda code: message_name(code, current()),
    "page": page_name,
    "person": person,
    "purpose": lambda code: gettext(PURPOSE_WORDS[code]) if code in PURPOSE_WORDS else _plain(code),
    "removed": _groups,
    "rule": lambda rule: f"{rule} {deadline_name(rule)}".strip(),
    "rules": lambda rules: ", ".join(rules),
    "Sag.sagsbehandler": person,
    "Sag.status": status,
    "Sag.stedfortraeder": person,
    "Sag.team": group,
    "team": group,
    "text": lambda code: notices.words(code, current()),
}
