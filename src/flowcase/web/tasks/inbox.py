"""Mine opgaver: what waits for me, my groups and my team, in lists whose address says what they show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode
from zlib import adler32, crc32

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_login import login_required
from markupsafe import Markup

from flowcase.errors import FlowcaseError, InvalidValues, NotFound
from flowcase.services.entitled.candidates import could_have
from flowcase.services.tasks.asked import View
from flowcase.services.tasks.inboxes import MOST_COUNTED
from flowcase.services.tasks.saved_lists import LONGEST_NAME, MOST
from flowcase.services.tasks.user_task_moves import LONGEST_REASON
from flowcase.web.compiled_pages import written
from flowcase.web.drawing import address_with
from flowcase.web.forms.form_notes import SEEN, is_to_be_warned
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.tasks import fact_filters, moving
from flowcase.web.tasks.inbox_addresses import FACT_NAMES, OF_FACT, VIEWS, asked_for, place_from, token_of
from flowcase.web.tasks.inbox_rows import TAKING, InboxRows
from flowcase.web.words import meeting_words, presenting

if TYPE_CHECKING:
    from flowcase.services.tasks.inboxes import AnyTaskRow, InboxPage, ListedTaskRow, PersonRow, Place

blueprint = Blueprint("inbox", __name__)

PAGE = 50
_NARROWING = ("frist", "forloeb", "sag", "soeg", *(value for _, value in FACT_NAMES))


@blueprint.get("/")
@login_required
def home() -> Any:
    return redirect(url_for("inbox.mine"))


@blueprint.get("/opgaver")
@login_required
def mine() -> Any:
    """One list. Its address can be kept and shared: whoever opens it sees their own user tasks by it.

    Opening one that looks for words or for a case is a search, and kept as one; that it keeps up by itself
    (`now`) is none.
    """
    return _page(request.args, is_search=True)


@blueprint.post("/opgaver/flere")
@login_required
def move() -> Any:
    """Do one thing with the user tasks that were ticked: take, hand over, delegate …, each by itself.

    Where some are refused, the others are done; the page names the refused, and they stay ticked.
    """
    ids, act = request.form.getlist("opgave"), request.form.get("handling", "")
    no_task = gettext("Sæt hak ved en eller flere opgaver først.")
    problem = moving.cannot_begin(act, request.form) if ids else no_task
    if problem:
        return _page(request.form, problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    reason = f"{act}_grund"
    if is_to_be_warned(reason, request.form.get(reason, ""), request.form):
        return _page(request.form, noted=reason)
    refused: dict[str, str] = {}
    for id in dict.fromkeys(ids):
        try:
            moving.carry_out(id, act, request.form)
        except FlowcaseError as error:
            refused[id] = moving.why_not_among_others(error)
    done = len(set(ids)) - len(refused)
    if done:
        flash(moving.done_words()[act].format(count=presenting.number(done)), "success")
    if refused:
        return _page(request.form, refused=refused), HTTPStatus.UNPROCESSABLE_ENTITY
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


@blueprint.post("/opgaver/gemte/navn")
@login_required
def rename() -> Any:
    """Call a saved list otherwise: one's own, or one of a team that one leads."""
    name, team = request.form.get("udvalg", ""), request.form.get("udvalg_team") or None
    try:
        flow().saved_lists.rename(name, request.form.get("nyt_navn", ""), team=team, actor=actor())
    except InvalidValues as error:
        return _page(request.form, problem=_why_not_so_called(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    except NotFound:
        flash(gettext("Udvalget er slettet imens."), "error")
    else:
        flash(gettext("Udvalget har fået nyt navn."), "success")
    return redirect(url_for("inbox.mine") + "?" + urlencode(asked_for(request.form)[1]))


def _why_not_so_called(error: InvalidValues) -> str:
    if error.errors["navn"] == ["taken"]:
        return gettext(
            "Et andet udvalg hedder sådan. Skriv et andet navn, eller slet det andet udvalg først."
        )
    return gettext("Skriv et navn på højst {longest} tegn.").format(longest=LONGEST_NAME)


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
    share: str | None
    shares: int


def _saved() -> list[_Saved]:
    found = []
    for row in flow().saved_lists.list(actor()):
        asked, chosen = asked_for(dict(parse_qsl(row.query)))
        address = url_for("inbox.mine") + (f"?{urlencode(chosen)}" if chosen else "")
        number = flow().inboxes.count(actor(), asked)
        found.append(_Saved(row.name, address, number, row.team, row.shared_by, row.share, row.shares))
    return found


def listed(rows: Sequence[AnyTaskRow]) -> list[PersonRow]:
    """Everybody else of the actor's groups and teams and of those that these are offered to, by name."""
    groups = set(actor().groups).union(*(row.candidate_groups for row in rows))
    people = {row.id: row for row in flow().people.list(groups=groups)}
    people |= {row.id: row for row in flow().inboxes.team(actor())}
    return _by_name(people.values())


def _by_name(people: Iterable[PersonRow]) -> list[PersonRow]:
    """All but the actor."""
    return sorted((each for each in people if each.id != actor().id), key=lambda row: row.name.casefold())


def colleagues(rows: Sequence[AnyTaskRow]) -> list[PersonRow]:
    """To whom some of these could be handed over, by name; each one is checked when it happens.

    Not who has them all already: it is handed over to nobody when it stays where it is.
    """
    return [
        each
        for each in listed(rows)
        if each.is_active
        and any(could_have(each, row) and (row.assignee != each.id or row.owner is not None) for row in rows)
    ]


def mentionable(case: str, row: AnyTaskRow | None = None) -> list[PersonRow]:
    """Whom a comment on the case or its user task may name: of those whose names are no news."""
    rows, user_task = ([row], row.id) if row else ([], None)
    return _by_name(flow().comments.readers(listed(rows), case=case, user_task=user_task))


def offered_to(rows: Sequence[AnyTaskRow]) -> dict[str, Any]:
    """What `moving.html` wants: to whom these could go, and who of them is away today."""
    found = colleagues(rows)
    return {"colleagues": found, "away": flow().absences.away([row.id for row in found])}


@blueprint.get("/opgaver/fakta")
@login_required
def values_of_fact() -> Any:
    """The choice of values of one fact, for a list that is being narrowed to it."""
    asked = next(
        ((name, request.args[name]) for name, _ in FACT_NAMES if name in request.args), ("fakta", "")
    )
    return render_template("inbox_values.html", row=fact_filters.row(*asked))


@blueprint.get("/opgaver/nu")
@login_required
def now() -> Any:
    """What an open inbox asks for again and again: the parts that change, or that none has (304)."""
    seen = _Seen(request.args)
    if request.if_none_match.contains(seen.etag):
        answer = make_response("", HTTPStatus.NOT_MODIFIED)
    else:
        answer = make_response(render_template("inbox_now.html", **seen.parts()))
    answer.set_etag(seen.etag)
    return answer


class _Seen:
    """A list as it is now, and a short word for what it says: the same word, the same list."""

    def __init__(self, args: Any, *, ticked: frozenset[str] = frozenset()) -> None:
        self.args = args
        self.asked, self.chosen = asked_for(args)
        inboxes = flow().inboxes
        if (order := inboxes.order(actor(), self.asked)) != self.asked.order:
            self.asked = replace(self.asked, order=order)
            self.chosen.pop("sorter")
        after, before = (place_from(args.get(name, ""), order) for name in ("efter", "foer"))
        inboxes.look_ahead(actor(), self.asked, after=after, before=before, limit=PAGE)
        self.page = inboxes.shown(actor(), self.asked, after=after, before=before, limit=PAGE)
        self.names = {row.process: row.name for row in flow().deployments.definitions()}
        counts = inboxes.counts(actor(), self.asked)
        self.tabs = [(code, words, counts[view]) for code, words, view in _tabs() if view in counts]
        self.is_for_leaders = self.asked.view not in counts
        self.saved = _saved()
        self.put_off = 0 if self.asked.with_put_off else inboxes.put_off(actor(), self.asked)
        here = {row.id for row in self.page.rows}
        self.elsewhere = sorted(ticked - here)  # ticked on a page of their own, or no longer in the list
        self.rows = _written(self.page, self.asked.view, self.names, ticked)
        self.encoded = self.rows.encode()
        self.digests = {
            "tabs": _digest(self.tabs),
            "saved": _digest(self.saved),
            # Of so much text two checksums take less than half as long as a hash.
            "list": f"{crc32(self.encoded):08x}{adler32(self.encoded):08x}{self.put_off:x}",
        }
        self.etag = _digest(self.digests)

    def parts(self, typed: Any = None, noted: str = "") -> dict[str, Any]:
        """What the templates of the parts that change ask for; `noted` is a field that is warned of."""
        args = self.args
        return {
            "rows": self.rows,
            "taking": TAKING,
            "has_lent": any(row.owner is not None for row in self.page.rows),
            "following": _address_of("efter", self.page.following, self.chosen),
            "previous": _address_of("foer", self.page.previous, self.chosen),
            "place": {name: args[name] for name in ("efter", "foer") if args.get(name)},
            "saved": self.saved,
            "share_with": flow().saved_lists.teams(actor()),
            "longest_name": LONGEST_NAME,
            "typed": typed or {},
            "noted": noted,
            "seen_notes": " ".join(filter(None, ((typed or {}).get(SEEN, ""), noted))),
            "elsewhere": self.elsewhere,
            **offered_to(self.page.rows),
            "most_reason": LONGEST_REASON,
            "chosen": self.chosen,
            "tabs": self.tabs,
            "is_for_leaders": self.is_for_leaders,
            "is_narrowed": any(self.chosen.get(name) for name in _NARROWING),
            "put_off": self.put_off,
            "counted": counted,
            "digests": self.digests,
            "etag": self.etag,
        }


def _page(
    args: Any,
    *,
    problem: str = "",
    noted: str = "",
    refused: Mapping[str, str] | None = None,
    is_search: bool = False,
) -> bytes:
    """`problem` says why what was sent could not begin, `noted` is a field to look at once more.

    `refused` are the ids of those with which it could not be done, and why. With any of the three, what was
    typed and ticked stays.
    """
    comes_back = bool(problem or noted or refused)
    ticked = refused or (args.getlist("opgave") if comes_back else ())
    seen = _Seen(args, ticked=frozenset(ticked))
    if refused:
        seen.elsewhere = []  # taken or done by others meanwhile: with them there is nothing to try again
    sought = " ".join(filter(None, (seen.chosen.get("soeg"), seen.chosen.get("sag"))))
    if sought and is_search:
        codes = sorted({row.case_code for row in seen.page.rows if row.case_code})
        flow().reading_log.note_search(sought, codes, page="inbox", actor=actor())
    facts = fact_filters.names()
    return written(
        "inbox.html",
        whole={"rows": seen.encoded},
        **seen.parts(args if comes_back else None, noted),
        problem=problem,
        refused=_refusals(refused or {}, seen.page.rows),
        absences=flow().absences.of(actor()),
        orders=_order_words(),
        facts=facts,
        not_narrowed=fact_filters.not_narrowed(seen.chosen, facts),
        fact_rows=fact_filters.rows(seen.chosen),
        dues=_due_words(),
        processes=sorted(seen.names.items(), key=lambda item: item[1].casefold()),
    )


def _refusals(
    refused: Mapping[str, str], shown: Sequence[AnyTaskRow]
) -> list[tuple[str, list[AnyTaskRow | None]]]:
    """By reason those that were refused; None for each that the actor may not know of."""
    known: dict[str, AnyTaskRow] = {row.id: row for row in shown}
    known |= flow().user_task_pages.named(refused.keys() - known.keys(), actor=actor()) if refused else {}
    by_reason: dict[str, list[AnyTaskRow | None]] = {}
    for id, reason in refused.items():
        by_reason.setdefault(reason, []).append(known.get(id))
    return list(by_reason.items())


def _address_of(side: str, place: Place | None, chosen: Mapping[str, str]) -> str:
    """Of the page on one side of a place; empty where there is none."""
    return address_with(side, token_of(place), "inbox.mine", **chosen) if place else ""


def _digest(said: object) -> str:
    return hashlib.sha256(str(said).encode()).hexdigest()[:20]


def _written(
    page: InboxPage[ListedTaskRow], view: View, names: Mapping[str, str], ticked: frozenset[str]
) -> Markup:
    frame = InboxRows(
        actor(),
        now=flow().clock.now(),
        process_names=names,
        ticked=ticked,
        may_take=view is not View.CASES,
        meetings={id: meeting_words.which(each) for id, each in page.meetings.items()},
    )
    return frame.html(page.rows)


def counted(number: int) -> str:
    """The number, or that there are more than were counted."""
    shown = presenting.number(min(number, MOST_COUNTED))
    return shown if number <= MOST_COUNTED else f"{shown}+"


def _tabs() -> list[tuple[str, str, View]]:
    words = {
        "alle": gettext("Mine og mine gruppers"),
        "mine": gettext("Taget af mig"),
        "grupper": gettext("Mine gruppers"),
        "team": gettext("Mit team"),
        "sager": gettext("Alle sager"),
    }
    return [(code, words[code], view) for code, view in VIEWS.items()]


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
        *((OF_FACT + name, words) for name, words in fact_filters.named()),
    ]


def _due_words() -> list[tuple[str, str]]:
    return [
        ("overskredet", gettext("Overskredet")),
        ("i_dag", gettext("I dag")),
        ("uge", gettext("Til og med søndag")),
    ]
