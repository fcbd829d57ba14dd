"""What a step of a played scenario expected and what came, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.web.language import current, gettext
from flowcase.web.studio.scenario_words import item_in_words
from flowcase.web.studio.typed_yaml import words
from flowcase.web.words import incidents_in_danish
from flowcase.web.words.danish_catalogue import DanishCatalogue

CATALOGUE = DanishCatalogue("steps.da.po")

_LEADS = ("number", "times")  # to what follows them
_TOLD_AT_ANY_RATE = ("value", "result")


@dataclass(frozen=True)
class Worded:
    """A difference on a page."""

    expected: str
    came: str
    language: str  # English of a trial from before there were codes


def worded(difference: Mapping[str, Any]) -> Worded:
    if "brought" not in difference:
        return Worded(difference["expected"], difference["came"], "en")
    brought = difference["brought"]
    leads = [_said(each) for each in brought if each["code"] in _LEADS]
    others = "; ".join(_said(each) for each in brought if each["code"] not in _LEADS)
    came = ": ".join([*leads, *([others] if others else [])])
    return Worded(_said(difference["expects"]), came, current())


def on_one_line(difference: Mapping[str, Any]) -> str:
    """Of a step, by its number."""
    found = worded(difference)
    said = gettext("trin {number}: ventet var {expected}, men der kom {came}")
    return said.format(number=difference["number"], expected=found.expected, came=found.came)


def why_not(sentence: str) -> str:
    """Why a step could not be carried out; what no catalogue has stays as it is."""
    if current() != "da":
        return sentence
    return CATALOGUE.danish(sentence) or incidents_in_danish.cause(sentence).sentence


def _said(one: Mapping[str, Any]) -> str:
    given = one["given"]
    found = _SENTENCES.get(one["code"])
    return _told(given) if found is None else found(given)


def _told(given: Mapping[str, Any]) -> str:
    """Whatever is named, as an expectation names it."""
    is_told = {
        name: value
        for name, value in given.items()
        if name in _TOLD_AT_ANY_RATE or value is False or value not in (None, "", [], {}, 0)
    }
    return item_in_words(is_told)


def _incident(given: Mapping[str, Any]) -> str:
    place = _told({name: given[name] for name in ("process", "element", "case")})
    return f"{place} {gettext('står stille')}: {incidents_in_danish.cause(given['message']).sentence}"


def _refusal(given: Mapping[str, Any]) -> str:
    """As a person would read it."""
    if given["errors"]:
        return "; ".join(
            f"{field}: {' '.join(map(gettext, sentences))}" for field, sentences in given["errors"].items()
        )
    why = {
        "Refused": given["because"],
        "Forbidden": gettext("personen har ikke adgang til det"),
        "Conflict": gettext("det er ændret eller gjort færdigt imens"),
    }.get(given["kind"]) or why_not(given["sentence"])
    return f"{why} ({', '.join(given['named'])})" if given["named"] else str(why)


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "item": lambda given: item_in_words(given["item"]),
    "not_item": lambda given: gettext("ikke {item}").format(item=item_in_words(given["item"])),
    "carried_out": lambda _: gettext("at trinet gennemføres"),
    "is_done": lambda _: gettext("at trinet gennemføres"),
    "all_go_on": lambda _: gettext("at hvert forløb går videre"),
    "clock_reaches": lambda given: gettext("at uret når {at}").format(at=words(given["at"])),
    "number": lambda given: gettext("{count} i alt").format(count=given["count"]),
    "times": lambda given: (
        gettext("1 gang") if given["count"] == 1 else gettext("{count} gange").format(count=given["count"])
    ),
    "nothing": lambda _: gettext("intet af den slags"),
    "error": lambda given: why_not(given["sentence"]),
    "is_refused": lambda given: gettext("trinet afvises: {why}").format(why=_refusal(given)),
    "refusal": _refusal,
    "incident": _incident,
}
