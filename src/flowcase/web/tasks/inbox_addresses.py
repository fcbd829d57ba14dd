"""Addresses of inboxes: which list they name, how it is narrowed, and where its next page begins."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from flowcase.services.tasks.asked import Asked, Due, View
from flowcase.services.tasks.inboxes import ByFact, Order, Place

VIEWS = {
    "alle": View.BOTH,
    "mine": View.OWN,
    "grupper": View.GROUPS,
    "team": View.TEAM,
    "sager": View.CASES,
}
ORDERS = {
    "frist": Order.DUE,
    "modtaget": Order.RECEIVED,
    "prioritet": Order.PRIORITY,
    "sag": Order.CASE,
    "vises": Order.FOLLOW_UP,
    "distrikt": Order.DISTRICT,
    "omraade": Order.AREA,
    "team": Order.TEAM,
    "trin": Order.STEP,
    "status": Order.STATUS,
    "raadgiver": Order.CASEWORKER,
}
OF_FACT = "fakta."  # before the name of a fact by which a list is sorted
LONGEST = 100
MOST_FACTS = 4  # that a list is narrowed to together
FACT_NAMES = tuple((f"fakta{nr}", f"vaerdi{nr}") for nr in ("", *range(2, MOST_FACTS + 1)))
_is_name = re.compile(r"[a-z][a-z0-9_]{0,60}").fullmatch
DUE = {"overskredet": Due.OVERDUE, "i_dag": Due.TODAY, "uge": Due.WEEK}


def asked_for(args: Mapping[str, str]) -> tuple[Asked, dict[str, str]]:
    """The list that an address names, and its parts that say so; what they cannot mean is left out."""
    args = dict(args.items())  # werkzeug's own raises and catches an error for each name that is not there
    chosen = {
        "vis": args.get("vis", ""),
        "sorter": args.get("sorter", ""),
        "frist": args.get("frist", ""),
        "forloeb": args.get("forloeb", "").strip(),
        "sag": args.get("sag", "").strip().upper(),
        "udsat": args.get("udsat", ""),
        "soeg": " ".join(args.get("soeg", "").split())[:LONGEST],
    }
    facts = _facts(args)
    for (fact, value), (name, said) in zip(FACT_NAMES, facts, strict=False):
        chosen |= {fact: name, value: said}
    by_fact = chosen["sorter"].removeprefix(OF_FACT)
    is_by_fact = chosen["sorter"].startswith(OF_FACT) and _is_name(by_fact) is not None
    if not is_by_fact and chosen["sorter"] not in ORDERS:
        chosen["sorter"] = ""
    for name, known in (("vis", VIEWS), ("frist", DUE), ("udsat", {"1": True})):
        if chosen[name] not in known:
            chosen[name] = ""
    asked = Asked(
        view=VIEWS.get(chosen["vis"], View.BOTH),
        order=ByFact(by_fact) if is_by_fact else ORDERS.get(chosen["sorter"], Order.DUE),
        process=chosen["forloeb"] or None,
        case=chosen["sag"] or None,
        due=DUE.get(chosen["frist"]),
        with_put_off=bool(chosen["udsat"]),
        facts=tuple((name, value) for name, value in facts if value),
        words=chosen["soeg"],
    )
    return asked, {name: value for name, value in chosen.items() if value}


def _facts(args: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each once; those that wait for a value come last."""
    said = ((args.get(fact, ""), args.get(value, "").strip()[:LONGEST]) for fact, value in FACT_NAMES)
    found = list(dict.fromkeys(pair for pair in said if _is_name(pair[0])))
    return sorted(found, key=lambda pair: not pair[1])


def token_of(place: Place | None) -> str:
    """Where the next page begins, for an address: the sorted value, when received, id."""
    if place is None:
        return ""
    value = place.value.isoformat() if isinstance(place.value, dt.datetime) else str(place.value or "")
    return "~".join((value, place.created_at.isoformat(), place.id))


def place_from(token: str, order: Order | ByFact) -> Place | None:
    """None, which is the first page, for a token that was damaged on its way."""
    value, _, rest = token.partition("~")
    created_at, _, id = rest.partition("~")
    try:
        read: Any = value or None
        if order is Order.PRIORITY:
            read = max(-(2**31), min(int(value), 2**31))
        elif order in (Order.DUE, Order.RECEIVED, Order.FOLLOW_UP) and value:
            read = _aware(value)
        elif order is Order.RECEIVED:
            return None
        return None if "\0" in token else Place(read, _aware(created_at), id)
    except (ValueError, OverflowError):
        return None


def _aware(said: str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(said)
    if instant.tzinfo is None:
        raise ValueError(said)
    return instant.astimezone(dt.UTC)  # which there is none of beyond the first and the last year
