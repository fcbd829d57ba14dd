"""Narrowing an inbox by facts of the case: which facts there are, and the values that occur, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from flowcase.access.permissions import may_see_cases
from flowcase.services.tasks.inboxes import MOST_VALUES
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow
from flowcase.web.tasks.inbox_addresses import FACT_NAMES
from flowcase.web.words import presenting
from flowcase.web.words.case_facts import area, status

_WORDS = {
    "status": status,
    "omraade": area,
    "distrikt": area,
    "team": presenting.group,
    "sagsbehandler": presenting.person,
    "stedfortraeder": presenting.person,
}


@dataclass(frozen=True)
class Row:
    """One fact of a filter as the page shows it."""

    name: str  # of the field with the fact, and
    value_name: str  # of the one with its value
    fact: str = ""
    value: str = ""
    values: tuple[tuple[str, str], ...] = ()  # (value, words)
    is_typed: bool = False  # more values than a list is good for

    @property
    def number(self) -> str:
        return self.name.removeprefix("fakta")


def names() -> list[tuple[str, str]]:
    """(name, words) of the facts that a list is narrowed to, for those who work with cases."""
    if not may_see_cases(actor()):
        return []
    return [
        ("distrikt", gettext("Sagens distrikt")),
        ("omraade", gettext("Sagens område")),
        ("team", gettext("Sagens team")),
        ("trin", gettext("Trin på indsatstrappen")),
        ("status", gettext("Sagens status")),
        ("sagsbehandler", gettext("Sagens rådgiver")),
        *named(),
    ]


def named() -> list[tuple[str, str]]:
    """Those that the rule sets name, in the language of the page."""
    if not may_see_cases(actor()):
        return []
    facts = flow().inboxes.routing_facts(actor())
    return [(name, words.get(current()) or words.get("da") or name) for name, words in facts.items()]


def rows(chosen: Mapping[str, str]) -> list[Row]:
    """Those of the address, and one more to choose; none for whom cases are no work."""
    if not may_see_cases(actor()):
        return []
    shown = [row(fact, chosen[fact], chosen.get(value, "")) for fact, value in FACT_NAMES if fact in chosen]
    return [*shown, *(Row(*each) for each in FACT_NAMES[len(shown) : len(shown) + 1])]


def not_narrowed(chosen: Mapping[str, str], known: Iterable[tuple[str, str]]) -> list[str]:
    """Facts of an address that narrow its list no longer: the rule sets name them no more, or never did.

    `known` are those of `names`. A saved list keeps its address while the rule sets change.
    """
    narrowing = dict(known)
    return [
        chosen[fact]
        for fact, value in FACT_NAMES
        if chosen.get(value) and chosen.get(fact, "") not in narrowing
    ]


def row(name: str, fact: str, value: str = "") -> Row:
    """One fact with the values that it has in cases; its own stays to be seen though no case has it now."""
    value_name = dict(FACT_NAMES)[name]
    known = flow().inboxes.values_of(actor(), fact) if fact else []
    if value and value not in known:
        known = [value, *known]
    values = tuple((each, in_words(fact, each)) for each in known)
    return Row(name, value_name, fact, value, values, is_typed=len(known) >= MOST_VALUES)


def in_words(fact: str, value: str) -> str:
    """A value of a fact as people read it."""
    if fact in _WORDS:
        return _WORDS[fact](value) or value
    if value in ("true", "false"):
        return gettext("Ja") if value == "true" else gettext("Nej")
    try:
        return presenting.date(dt.date.fromisoformat(value))
    except ValueError:
        pass
    try:
        return presenting.value(Decimal(value))
    except InvalidOperation:
        return value
