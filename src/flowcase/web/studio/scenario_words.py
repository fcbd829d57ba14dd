"""What steps and expectations of a scenario are called on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowcase.web.language import gettext
from flowcase.web.studio.typed_yaml import words
from flowcase.web.words.presenting import deadline_state

ACTIONS = (
    "notify",
    "start",
    "complete",
    "claim",
    "message",
    "signal",
    "set case fact",
    "choose rule sets",
    "advance the clock",
)
# What each action may be told beside who and when, in the order of the format.
TOLD: Mapping[str, tuple[str, ...]] = {
    "notify": ("notification",),
    "start": ("process", "case"),
    "complete": ("process", "element", "case", "notification", "record", "number"),
    "claim": ("process", "element", "case", "notification", "record", "number"),
    "message": ("name", "key", "case"),
    "signal": ("name", "case"),
    "set case fact": ("case", "fact", "value", "reason"),
    "choose rule sets": ("rule_sets", "settings"),
    "advance the clock": (),
}
WITH_VALUES = ("notify", "start", "complete", "message", "signal")
EXPECTED = (
    "tasks",
    "deadlines",
    "facts",
    "records",
    "decisions",
    "refusals",
    "ends",
    "messages",
    "notes",
    "notices",
    "escalations",
    "jobs",
    "incidents",
)


def action(code: str) -> str:
    return {
        "notify": gettext("en underretning kommer ind"),
        "start": gettext("starter et forløb"),
        "complete": gettext("løser en opgave"),
        "claim": gettext("tager en opgave"),
        "message": gettext("en besked kommer"),
        "signal": gettext("et signal sendes"),
        "set case fact": gettext("ændrer en oplysning om sagen"),
        "choose rule sets": gettext("vælger regelsæt"),
        "advance the clock": gettext("uret stilles frem"),
    }.get(code, code)


def expected(kind: str) -> str:
    return {
        "tasks": gettext("opgaver"),
        "deadlines": gettext("frister"),
        "facts": gettext("oplysninger om sagen"),
        "records": gettext("poster"),
        "decisions": gettext("tabellers svar"),
        "refusals": gettext("afvisninger"),
        "ends": gettext("afslutninger"),
        "messages": gettext("beskeder"),
        "notes": gettext("notater"),
        "notices": gettext("meddelelser"),
        "escalations": gettext("eskaleringer"),
        "jobs": gettext("arbejde udenfor"),
        "incidents": gettext("hændelser"),
    }.get(kind, kind)


def told(name: str) -> str:
    """The name of a field of a step or an expectation."""
    return {
        "as": gettext("Hvem"),
        "assignee": gettext("Hvem har taget den"),
        "at": gettext("Hvornår"),
        "case": gettext("Sag"),
        "caseload": gettext("Åbne sager i forvejen"),
        "count": gettext("Antal"),
        "days_late": gettext("Dage for sent"),
        "decision": gettext("Tabel"),
        "district": gettext("Distrikt"),
        "due": gettext("Frist"),
        "element": gettext("Opgave eller element"),
        "end": gettext("Afslutning"),
        "entity": gettext("Slags post"),
        "fact": gettext("Oplysning"),
        "field": gettext("Felt"),
        "form": gettext("Formular"),
        "groups": gettext("Grupper"),
        "id": gettext("Id"),
        "inputs": gettext("Input"),
        "internal_target": gettext("Internt mål"),
        "key": gettext("Nøgle"),
        "kind": gettext("Slags"),
        "met_late": gettext("Opfyldt for sent"),
        "name": gettext("Navn"),
        "notification": gettext("Underretning"),
        "number": gettext("Nummer (ældste er 1)"),
        "process": gettext("Proces"),
        "reason": gettext("Begrundelse"),
        "record": gettext("Post"),
        "reminded": gettext("Påmindelser sendt"),
        "reminders": gettext("Planlagte påmindelser"),
        "result": gettext("Svar"),
        "rule": gettext("Regel"),
        "rule_set": gettext("Regelsæt"),
        "rule_sets": gettext("Regelsæt"),
        "same_as": gettext("Som sagen"),
        "says": gettext("Siger"),
        "settings": gettext("Indstillinger"),
        "shows": gettext("Viser"),
        "state": gettext("Tilstand"),
        "team": gettext("Team"),
        "text": gettext("Tekst"),
        "timer": gettext("Frist (T-nummer)"),
        "title": gettext("Titel"),
        "to": gettext("Til"),
        "type": gettext("Type"),
        "value": gettext("Værdi"),
        "values": gettext("Værdier"),
    }.get(name, name)


def item_in_words(item: Any) -> str:
    """An expectation on one line: what it names, and what it says about it."""
    if not isinstance(item, Mapping):
        return words(item)
    return ", ".join(f"{told(name)}: {_value(item, name)}" for name in item)


def _value(item: Mapping[str, Any], name: str) -> str:
    if name == "state" and "timer" in item:
        return deadline_state(str(item[name])).lower()
    return words(item[name])
