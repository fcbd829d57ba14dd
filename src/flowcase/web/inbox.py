"""Mine opgaver: what waits for me, my groups and my team, in lists whose address says what they show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from flowcase.cases.civil_time import local_date
from flowcase.errors import Conflict, FlowcaseError, Forbidden, InvalidValues
from flowcase.services.inboxes import MOST_COUNTED, Asked, Due, Order, Place, View
from flowcase.services.saved_lists import LONGEST_NAME, MOST
from flowcase.services.user_task_moves import LONGEST_REASON
from flowcase.web.inbox_rows import InboxRows
from flowcase.web.language import current, gettext
from flowcase.web.presenting import sentence
from flowcase.web.session import actor, flow

if TYPE_CHECKING:
    from flowcase.services.inboxes import PersonRow, UserTaskRow

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
    "vises": Order.FOLLOW_UP,
    "distrikt": Order.DISTRICT,
    "omraade": Order.AREA,
    "team": Order.TEAM,
    "trin": Order.STEP,
    "status": Order.STATUS,
    "raadgiver": Order.CASEWORKER,
}
_DUE = {"overskredet": Due.OVERDUE, "i_dag": Due.TODAY, "uge": Due.WEEK}


@blueprint.get("/")
@login_required
def home() -> Any:
    return redirect(url_for("inbox.mine"))


@blueprint.get("/opgaver")
@login_required
def mine() -> Any:
    """One list. Its address can be kept and shared: whoever opens it sees their own user tasks by it."""
    return _page(request.args)


@blueprint.post("/opgaver/flere")
@login_required
def move() -> Any:
    """Do one thing with the user tasks that were ticked: take, hand over, delegate …, each by itself."""
    ids, act = request.form.getlist("opgave"), request.form.get("handling", "")
    problem = _cannot_begin(ids, act)
    if problem:
        return _page(request.form, problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    problems: Counter[str] = Counter()
    for id in dict.fromkeys(ids):
        try:
            _move(id, act)
        except FlowcaseError as error:
            problems[_why_not(error)] += 1
    done = len(set(ids)) - problems.total()
    if done:
        flash(_done_words()[act].format(count=done), "success")
    for words, count in problems.items():
        flash(gettext("Ikke ændret: {count}.").format(count=count) + " " + words, "error")
    where: dict[str, Any] = asked_for(request.form)[1]
    where |= {name: request.form[name] for name in ("efter", "foer") if request.form.get(name)}
    return redirect(url_for("inbox.mine", **where))


@blueprint.post("/opgaver/gemte")
@login_required
def save() -> Any:
    """Keep the list under a name; the same name again replaces it."""
    chosen = asked_for(request.form)[1]
    try:
        team = request.form.get("del_med") or None
        flow().saved_lists.save(request.form.get("navn", ""), urlencode(chosen), team=team, actor=actor())
    except InvalidValues:
        problem = gettext("Skriv et navn på højst {longest} tegn. Du kan gemme højst {most} udvalg.")
        said = problem.format(longest=LONGEST_NAME, most=MOST)
        return _page(request.form, problem=said), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("Udvalget er gemt."), "success")
    return redirect(url_for("inbox.mine") + "?" + urlencode(chosen))


@blueprint.post("/opgaver/gemte/slet")
@login_required
def forget() -> Any:
    team = request.form.get("team") or None
    flow().saved_lists.delete(request.form.get("navn", ""), team=team, actor=actor())
    flash(gettext("Udvalget er slettet."), "success")
    return redirect(url_for("inbox.mine") + "?" + urlencode(asked_for(request.form)[1]))


@dataclass(frozen=True)
class _Saved:
    """A saved list as the page shows it."""

    name: str
    address: str
    number: int  # of this person's user tasks in it now
    team: str | None
    shared_by: str | None


def _saved() -> list[_Saved]:
    found = []
    for row in flow().saved_lists.list(actor()):
        asked, chosen = asked_for(dict(parse_qsl(row.query)))
        address = url_for("inbox.mine") + (f"?{urlencode(chosen)}" if chosen else "")
        number = flow().inboxes.count(actor(), asked)
        found.append(_Saved(row.name, address, number, row.team, row.shared_by))
    return found


def _cannot_begin(ids: list[str], act: str) -> str:
    """What has to be chosen or put right first; empty when nothing has."""
    if not ids:
        return gettext("Sæt hak ved en eller flere opgaver først.")
    if act not in _done_words():
        return gettext("Vælg med en knap, hvad der skal ske med opgaverne.")
    if act == "uddeleger" and not request.form.get("uddeleger_til"):
        return gettext("Vælg den kollega, der skal hjælpe med opgaverne.")
    if act == "overdrag" and not request.form.get("overdrag_til"):
        return gettext("Vælg den kollega, der skal have opgaverne.")
    if (
        max(len(request.form.get(name, "")) for name in ("overdrag_grund", "uddeleger_grund"))
        > LONGEST_REASON
    ):
        return gettext("Begrundelsen er for lang. Skriv højst {most} tegn.").format(most=LONGEST_REASON)
    if act == "udsaet" and _day() is None:
        return gettext("Vælg den dag, opgaverne skal vises igen.")
    return ""


def _move(id: str, act: str) -> None:
    if act == "tag":
        flow().user_tasks.claim(id, actor=actor())
    elif act == "slip":
        flow().user_tasks.unclaim(id, actor=actor())
    elif act == "overdrag":
        to, reason = request.form["overdrag_til"], request.form.get("overdrag_grund", "")
        flow().user_task_moves.hand_over(id, to, reason=reason, actor=actor())
    elif act == "uddeleger":
        to, reason = request.form["uddeleger_til"], request.form.get("uddeleger_grund", "")
        flow().delegations.delegate(id, to, reason=reason, actor=actor())
    elif act == "giv_tilbage":
        flow().delegations.give_back(id, actor=actor())
    elif act == "tag_tilbage":
        flow().delegations.take_back(id, actor=actor())
    else:
        flow().user_task_moves.put_off(id, _day() if act == "udsaet" else None, actor=actor())


def _day() -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.form.get("vis_igen_den", ""))
    except ValueError:
        return None


def _why_not(error: FlowcaseError) -> str:
    if isinstance(error, InvalidValues) and "kollega" in error.errors:
        return gettext("Kollegaen er ikke blandt dem, der må løse opgaven.")
    if isinstance(error, InvalidValues) and "dato" in error.errors:
        return gettext("Vælg en dag efter i dag og ikke senere end opgavens frist.")
    if isinstance(error, Conflict) and "delegated" in error.because:
        return gettext("Opgaven er uddelegeret nu, eller den er ikke uddelegeret længere.")
    if isinstance(error, Conflict):
        return gettext("Opgaven er taget af en anden eller ikke længere åben.")
    if isinstance(error, Forbidden):
        return gettext("Opgaven er ikke din. Tag den først, eller spørg den, der har den.")
    return sentence(error)


def _done_words() -> dict[str, str]:
    return {
        "tag": gettext("Opgaver taget: {count}."),
        "slip": gettext("Opgaver lagt tilbage: {count}."),
        "overdrag": gettext("Opgaver overdraget: {count}."),
        "uddeleger": gettext("Opgaver uddelegeret: {count}."),
        "giv_tilbage": gettext("Opgaver givet tilbage: {count}."),
        "tag_tilbage": gettext("Opgaver taget tilbage: {count}."),
        "udsaet": gettext("Opgaver udsat: {count}."),
        "vis_nu": gettext("Opgaver, der vises igen: {count}."),
    }


def colleagues(rows: Iterable[UserTaskRow]) -> list[PersonRow]:
    """To whom some of these could be handed over, by name; each one is checked when it happens."""
    groups = set(actor().groups).union(*(row.candidate_groups for row in rows))
    people = {row.id: row for row in flow().people.list(groups=groups)}
    people |= {row.id: row for row in flow().inboxes.team(actor())}
    found = [row for row in people.values() if row.kind == "person" and row.id != actor().id]
    return sorted(found, key=lambda row: row.name.casefold())


def _page(args: Any, *, problem: str = "") -> str:
    """`problem` says why what was sent could not begin; what was typed and ticked stays."""
    asked, chosen = asked_for(args)
    after = place_from(args.get("efter", ""), asked.order)
    before = place_from(args.get("foer", ""), asked.order)
    flow().inboxes.look_ahead(actor(), asked, after=after, before=before, limit=PAGE)
    page = flow().inboxes.page(actor(), asked, after=after, before=before, limit=PAGE)
    names = {row.process: row.name for row in flow().deployments.definitions()}
    counts = flow().inboxes.counts(actor(), asked)
    ticked = set(args.getlist("opgave")) if problem else set()
    return render_template(
        "inbox.html",
        rows=_written(page.rows, asked.view, names, ticked),
        has_lent=any(row.owner is not None for row in page.rows),
        following=token_of(page.following),
        previous=token_of(page.previous),
        place={name: args[name] for name in ("efter", "foer") if args.get(name)},
        problem=problem,
        absences=flow().absences.of(actor()),
        saved=_saved(),
        share_with=flow().saved_lists.teams(actor()),
        longest_name=LONGEST_NAME,
        typed=args if problem else {},
        colleagues=colleagues(page.rows),
        tomorrow=local_date(flow().clock.now()) + dt.timedelta(days=1),
        most_reason=LONGEST_REASON,
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
    )


def _written(rows: Sequence[UserTaskRow], view: View, names: Mapping[str, str], ticked: set[str]) -> Markup:
    frame = InboxRows(
        actor(),
        now=flow().clock.now(),
        process_names=names,
        ticked=ticked,
        may_take=view is not View.CASES,
        csrf_token=generate_csrf(),
    )
    return frame.html(rows)


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


def _tabs() -> list[tuple[str, str, View]]:
    words = {
        "alle": gettext("Mine og mine gruppers"),
        "mine": gettext("Taget af mig"),
        "grupper": gettext("Mine gruppers"),
        "team": gettext("Mit team"),
        "sager": gettext("Alle sager"),
    }
    return [(code, words[code], view) for code, view in _VIEWS.items()]


def _order_words() -> list[tuple[str, str]]:
    return [
        ("frist", gettext("Frist")),
        ("modtaget", gettext("Modtaget")),
        ("prioritet", gettext("Prioritet")),
        ("sag", gettext("Sag")),
        ("vises", gettext("Vises igen")),
        ("distrikt", gettext("Sagens distrikt")),
        ("omraade", gettext("Sagens område")),
        ("team", gettext("Sagens team")),
        ("trin", gettext("Trin på indsatstrappen")),
        ("status", gettext("Sagens status")),
        ("raadgiver", gettext("Sagens rådgiver")),
    ]


def _due_words() -> list[tuple[str, str]]:
    return [
        ("overskredet", gettext("Overskredet")),
        ("i_dag", gettext("I dag")),
        ("uge", gettext("Til og med søndag")),
    ]


def token_of(place: Place | None) -> str:
    """Where the next page begins, for an address: the sorted value, when received, id."""
    if place is None:
        return ""
    value = place.value.isoformat() if isinstance(place.value, dt.datetime) else str(place.value or "")
    return "~".join((value, place.created_at.isoformat(), place.id))


def place_from(token: str, order: Order) -> Place | None:
    """None, which is the first page, for a token that was damaged on its way."""
    value, _, rest = token.partition("~")
    created_at, _, id = rest.partition("~")
    try:
        read: Any = value or None
        if order is Order.PRIORITY:
            read = int(value)
        elif order in (Order.DUE, Order.RECEIVED, Order.FOLLOW_UP) and value:
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
