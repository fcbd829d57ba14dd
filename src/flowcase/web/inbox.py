"""Mine opgaver: what waits for me, my groups and my team, in lists whose address says what they show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.services.inboxes import MOST_COUNTED, Asked, Due, Order, Place, View
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("inbox", __name__)

PAGE = 50
_VIEWS = {
    "alle": View.BOTH,
    "mine": View.OWN,
    "grupper": View.GROUPS,
    "team": View.TEAM,
    "sager": View.CASES,
}
_ORDERS = {
    "frist": Order.DUE,
    "modtaget": Order.RECEIVED,
    "prioritet": Order.PRIORITY,
    "sag": Order.CASE,
}
_DUE = {"overskredet": Due.OVERDUE, "i_dag": Due.TODAY, "uge": Due.WEEK}
_NORMAL = 50  # Camunda 8's default priority


@blueprint.get("/")
@login_required
def home() -> Any:
    return redirect(url_for("inbox.mine"))


@blueprint.get("/opgaver")
@login_required
def mine() -> Any:
    """One list. Its address can be kept and shared: whoever opens it sees their own user tasks by it."""
    asked, chosen = asked_for(request.args)
    page = flow().inboxes.page(actor(), asked, after=_place(request.args.get("efter", "")), limit=PAGE)
    names = {row.process: row.name for row in flow().deployments.definitions()}
    counts = flow().inboxes.counts(actor(), asked)
    return render_template(
        "inbox.html",
        rows=page.rows,
        following=_token(page.following),
        is_first="efter" not in request.args,
        chosen=chosen,
        tabs=[(code, words, counts[view]) for code, words, view in _tabs() if view in counts],
        orders=_order_words(),
        dues=_due_words(),
        processes=sorted(names.items(), key=lambda item: item[1].casefold()),
        process_names=names,
        is_narrowed=bool(asked.process or asked.case or asked.due),
        put_off=0 if asked.with_put_off else flow().inboxes.put_off(actor(), asked),
        now=flow().clock.now(),
        counted=counted,
        priority=priority,
    )


def asked_for(args: Mapping[str, str]) -> tuple[Asked, dict[str, str]]:
    """The list that an address names, and its parts that say so; what they cannot mean is left out."""
    chosen = {
        "vis": args.get("vis", ""),
        "sorter": args.get("sorter", ""),
        "frist": args.get("frist", ""),
        "forloeb": args.get("forloeb", "").strip(),
        "sag": args.get("sag", "").strip().upper(),
        "udsat": args.get("udsat", ""),
    }
    for name, known in (("vis", _VIEWS), ("sorter", _ORDERS), ("frist", _DUE), ("udsat", {"1": True})):
        if chosen[name] not in known:
            chosen[name] = ""
    asked = Asked(
        view=_VIEWS.get(chosen["vis"], View.BOTH),
        order=_ORDERS.get(chosen["sorter"], Order.DUE),
        process=chosen["forloeb"] or None,
        case=chosen["sag"] or None,
        due=_DUE.get(chosen["frist"]),
        with_put_off=bool(chosen["udsat"]),
    )
    return asked, {name: value for name, value in chosen.items() if value}


def counted(number: int) -> str:
    """The number, or that there are more than were counted."""
    if number <= MOST_COUNTED:
        return str(number)
    return "1.000+" if current() == "da" else "1,000+"


def priority(number: int) -> tuple[str, str]:
    """(code, words) of a user task's priority."""
    if number == _NORMAL:
        return "normal", gettext("Almindelig")
    words = gettext("Høj") if number > _NORMAL else gettext("Lav")
    return "high" if number > _NORMAL else "low", f"{words} ({number})"


def _tabs() -> list[tuple[str, str, View]]:
    words = {
        "alle": gettext("Mine og mine gruppers"),
        "mine": gettext("Taget af mig"),
        "grupper": gettext("Mine gruppers"),
        "team": gettext("Mit teams"),
        "sager": gettext("Alle sagers"),
    }
    return [(code, words[code], view) for code, view in _VIEWS.items()]


def _order_words() -> list[tuple[str, str]]:
    return [
        ("frist", gettext("Frist")),
        ("modtaget", gettext("Modtaget")),
        ("prioritet", gettext("Prioritet")),
        ("sag", gettext("Sag")),
    ]


def _due_words() -> list[tuple[str, str]]:
    return [
        ("overskredet", gettext("Overskredet")),
        ("i_dag", gettext("I dag")),
        ("uge", gettext("Til og med søndag")),
    ]


def _token(place: Place | None) -> str:
    """Where the next page begins, for an address: the sorted value, when received, id."""
    if place is None:
        return ""
    value = place.value.isoformat() if isinstance(place.value, dt.datetime) else str(place.value or "")
    return "~".join((value, place.created_at.isoformat(), place.id))


def _place(token: str) -> Place | None:
    """None, which is the first page, for a token that was damaged on its way."""
    value, _, rest = token.partition("~")
    created_at, _, id = rest.partition("~")
    order = asked_for(request.args)[0].order
    try:
        read: Any = value or None
        if order is Order.PRIORITY:
            read = int(value)
        elif order in (Order.DUE, Order.RECEIVED) and value:
            read = _aware(value)
        elif order is Order.RECEIVED:
            return None
        return Place(read, _aware(created_at), id)
    except ValueError:
        return None


def _aware(said: str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(said)
    if instant.tzinfo is None:
        raise ValueError(said)
    return instant
