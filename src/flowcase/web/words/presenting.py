"""How things are said on a page: instants, values, people, groups, errors; Danish unless switched."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import nh3
from flask import Flask, g
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from flowcase import errors
from flowcase.access import permissions
from flowcase.access.actor import SYSTEM
from flowcase.access.groups import group_name
from flowcase.access.guests import guest_name, is_guest
from flowcase.cases.civil_time import at_wall_clock, local_date
from flowcase.cases.written_numbers import written
from flowcase.history import deadline_names
from flowcase.history.start_facts import start_fact
from flowcase.history.story import unit_words
from flowcase.services.choosing.choice_words import away_words
from flowcase.services.forms import form_sentences
from flowcase.services.staffing.absences import Absence
from flowcase.services.transactions import (
    DatabaseFull,
    DatabaseLost,
    DatabaseSlow,
    DatabaseUnready,
    OutcomeUnknown,
    SealBroken,
)
from flowcase.values import Value
from flowcase.web.language import current, gettext
from flowcase.web.pdf import PdfUnavailable
from flowcase.web.session import actor, flow

if TYPE_CHECKING:
    from flowcase.store.queries.people import PersonRow

LOCAL = ZoneInfo("Europe/Copenhagen")

_A_YEAR = 9999  # a whole value up to here may be one, and a year is written in one piece

_WEEKDAYS = {
    "da": ("man.", "tirs.", "ons.", "tors.", "fre.", "lør.", "søn."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = {
    "da": ("jan.", "feb.", "mar.", "apr.", "maj", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def date(value: dt.date | dt.datetime | None) -> str:
    """`fre. 3. apr. 2026`; an instant is shown in local time."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.astimezone(LOCAL).date()
    language = current()
    weekday, month = _WEEKDAYS[language][value.weekday()], _MONTHS[language][value.month - 1]
    if language == "en":
        return f"{weekday} {value.day} {month} {value.year}"
    return f"{weekday} {value.day}. {month} {value.year}"


def month(day: dt.date) -> str:
    """`apr. 2026`."""
    return f"{_MONTHS[current()][day.month - 1]} {day.year}"


def weekday(day: dt.date) -> str:
    """`fre.`."""
    return _WEEKDAYS[current()][day.weekday()]


def month_name(day: dt.date) -> str:
    """`apr.`."""
    return _MONTHS[current()][day.month - 1]


def instant(value: dt.datetime | None) -> str:
    """`fre. 3. apr. 2026 kl. 14.05`; in the hour that exists twice the offset is added."""
    return "" if value is None else _instant(value, current())


@functools.lru_cache(maxsize=10_000)
def _instant(value: dt.datetime, language: str) -> str:
    local = value.astimezone(LOCAL)
    clock = f"{local:%H.%M}" if language == "da" else f"{local:%H:%M}"
    at = "kl. " if language == "da" else ""
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    offset = f" ({local:%z})" if twice else ""
    return f"{date(local)} {at}{clock}{offset}"


def clock(value: dt.datetime) -> str:
    """`kl. 14.05`, for what happened just now."""
    local = value.astimezone(LOCAL)
    return f"kl. {local:%H.%M}" if current() == "da" else f"{local:%H:%M}"


def value(given: Value) -> str:
    """Any value in words; nothing for null."""
    if given is None:
        return ""
    if isinstance(given, bool):
        return gettext("Ja") if given else gettext("Nej")
    if isinstance(given, dt.datetime):
        return instant(given)
    if isinstance(given, dt.date):
        return date(given)
    if isinstance(given, int | float | Decimal):
        is_short = given == int(given) and -_A_YEAR <= given <= _A_YEAR
        return str(int(given)) if is_short else number(given)
    if isinstance(given, Mapping):
        return ", ".join(said for item in given.values() if (said := value(item)))
    if isinstance(given, Sequence) and not isinstance(given, str):
        return "; ".join(said for item in given if (said := value(item)))
    return str(given)


def number(given: int | float | Decimal | None) -> str:
    """A count or an amount, thousands apart: `1.234,5`, in English `1,234.5`."""
    return written(given, current())


def due_words(due: dt.datetime | None, now: dt.datetime) -> tuple[str, str]:
    """(code, words) for how near a due instant is: overdue, today, week (tomorrow is said too) or later."""
    if due is None:
        return "none", ""
    return next(((code, near) for before, code, near in due_bounds(now) if due < before), ("later", ""))


def due_bounds(now: dt.datetime) -> Sequence[tuple[dt.datetime, str, str]]:
    """What `due_words` calls whatever is due before each of these instants, the nearest first."""
    return _due_bounds(now, current())


@functools.lru_cache(maxsize=16)  # a page asks for each of its rows
def _due_bounds(now: dt.datetime, _language: str) -> Sequence[tuple[dt.datetime, str, str]]:
    today = local_date(now)

    def midnight(days: int) -> dt.datetime:
        return at_wall_clock(today + dt.timedelta(days=days), dt.time()).astimezone(dt.UTC)

    return (
        (now, "overdue", gettext("Overskredet")),
        (midnight(1), "today", gettext("I dag")),
        (midnight(2), "week", gettext("I morgen")),
        (midnight(7 - today.weekday()), "week", gettext("Denne uge")),
    )


def said(sentence: str) -> str:
    """A sentence in the reader's language: one made from a template, else one that the catalogue knows."""
    return gettext(sentence) if type(sentence) is str else said_of(sentence)


def said_of(words: str) -> str:
    """Words that may know how to be said in the reader's language; a plain text stays as it is."""
    if isinstance(words, form_sentences.Said):
        return gettext(words.template).format(**{name: _part(each) for name, each in words.values.items()})
    if isinstance(words, form_sentences.GroupName):
        return group(words.code)
    if isinstance(words, form_sentences.PersonId):
        return person(words) if is_account(words) else gettext("en uden for kommunen")
    if isinstance(words, form_sentences.WithEnglish):
        return (words.english if current() == "en" else "") or words
    return gettext(words) if isinstance(words, form_sentences.Term) else words


def language_of(words: str) -> str:
    """What words are said in: `da` also on an English page where they have no English."""
    return "da" if current() == "en" and said(words) == words else current()


# Quoted in a told sentence: a step, a flow, a table, an outcome or what somebody wrote. A deadline, whose
# name its rule follows, is called in English.
_QUOTED = re.compile(r"“[^”]*”(?! \([A-Z][A-Z0-9_]*\))")


def marked_names(told: str) -> str | Markup:
    """A told sentence in which the names on an English page are marked as the Danish that they are."""
    if current() != "en":
        return told
    marked = Markup()
    begin = 0
    for name in _QUOTED.finditer(told):
        marked += escape(told[begin : name.start()]) + Markup('<span lang="da">{}</span>').format(name[0])
        begin = name.end()
    return marked + escape(told[begin:])


def _part(given: Any) -> Any:
    if isinstance(given, tuple):
        return ", ".join(map(said_of, given))
    if isinstance(given, str):
        return said_of(given)
    return date(given) if isinstance(given, dt.date) else given


def absence(away: Absence) -> str:
    """The days of an absence, and who stands in where anybody does."""
    return said_of(away_words(away, person(away.deputy) if away.deputy else None))


def unit(code: str) -> str:
    return unit_words(code, current())


def deadline_name(rule: str) -> str:
    return deadline_names.deadline_name(rule, current())


def lasting_kind(kind: str) -> str:
    """What stays done when an instance goes back, by the kind of event that told it."""
    return {
        "HandlerRan": gettext("Udført af systemet"),
        "JobCompleted": gettext("Udført uden for forløbet"),
        "MessagePublished": gettext("Besked sendt til et andet forløb"),
        "SignalBroadcast": gettext("Signal sendt til sagens forløb"),
        "EscalationThrown": gettext("Eskaleret"),
        "CallRequested": gettext("Delforløb sat i gang"),
        "DeadlineOpened": gettext("Frist sat"),
        "DeadlineMet": gettext("Frist overholdt"),
        "DeadlineMoved": gettext("Frist flyttet"),
        "DeadlineCancelled": gettext("Frist annulleret"),
        "RecordCreated": gettext("Oplysninger skrevet i sagen"),
        "RecordUpdated": gettext("Oplysninger ændret i sagen"),
        "NoticeSent": gettext("Besked sendt til en medarbejder"),
    }.get(kind, gettext("Ændring i sagen"))


def incident_kind(code: str) -> str:
    """Why an instance stands still."""
    return {
        "expression_failed": gettext("et udtryk kunne ikke beregnes"),
        "no_flow_taken": gettext("ingen vej passede"),
        "uncaught_error": gettext("en fejl, som intet fangede"),
        "job_failed": gettext("arbejde ud af huset gik galt"),
        "handler_failed": gettext("et trin i flowcase gik galt"),
        "decision_failed": gettext("en tabel kunne ikke svare"),
        "called_process_missing": gettext("den kaldte proces findes ikke"),
        "called_process_suspended": gettext("den kaldte proces er på pause"),
        "runaway_loop": gettext("en løkke uden ende"),
    }.get(code, code)


def deadline_state(code: str, seconds_late: int | None = None) -> str:
    """One that was met after it was due was not kept."""
    if code == "met" and seconds_late:
        return gettext("Opfyldt for sent")
    return {
        "open": gettext("Løber"),
        "met": gettext("Overholdt"),
        "breached": gettext("Overskredet"),
        "cancelled": gettext("Bortfaldet"),
    }.get(code, code)


def instance_state(code: str) -> str:
    return {
        "active": gettext("i gang"),
        "completed": gettext("afsluttet"),
        "cancelled": gettext("afbrudt"),
        "suspended": gettext("sat på pause"),
        "failed": gettext("endt i fejl"),
    }.get(code, code)


def group(code: str) -> str:
    return group_name(code, current())


def person(id: str | None) -> str:
    """The name behind a person's id, looked up once per request; flowcase's own where nobody acted."""
    if not id:
        return ""
    if id == SYSTEM.id:
        return "flowcase"
    if is_guest(id):
        return guest_name(id, current())
    found = _account(id)
    return id if found is None else found.name or id


def person_or_group(id: str) -> str:
    """The name behind an id of either: whoever has no account is a group."""
    return person(id) if is_account(id) else group(id)


def is_account(id: str) -> bool:
    """Whether somebody has an account of this name: whoever is known of from a case alone has none."""
    return _account(id) is not None


def _account(id: str) -> PersonRow | None:
    """Closed ones too: whoever left is told of by name."""
    known: dict[str, PersonRow | None] = g.setdefault("accounts", {})
    if id not in known:
        known[id] = flow().people.known(id)
    return known[id]


def _begins_flows() -> bool:
    """Whether the reader may begin a flow outside of any case; looked up once for each request."""
    found: bool | None = g.get("begins_flows")
    if found is None:
        found = g.begins_flows = flow().startable_flows.has_any(actor())
    return found


def _leads_a_team() -> bool:
    """Whether the menu offers *Mit team*; asked once per request."""
    found: bool | None = g.get("leads_a_team")
    if found is None:
        found = g.leads_a_team = flow().team_overviews.has_team(actor())
    return found


def whose(row: Any) -> str:
    """Who has a user task, or whom it is offered to."""
    if row.assignee:
        return person(row.assignee)
    offered = [*map(group, row.candidate_groups), *map(person, row.candidate_users)]
    return ", ".join(dict.fromkeys(offered)) or gettext("Alle")  # one may be named twice


def title_of(error: errors.FlowcaseError) -> str:
    titles: Mapping[type, str] = {
        errors.Erased: gettext("Slettet"),
        errors.NotFound: gettext("Det findes ikke"),
        errors.Conflict: gettext("En anden nåede det først"),
        errors.Forbidden: gettext("Det har du ikke adgang til"),
        errors.Refused: gettext("Det kan ikke gøres endnu"),
        errors.InvalidValues: gettext("Nogle felter skal rettes"),
        SealBroken: gettext("Det, der er gemt, passer ikke"),
        DatabaseLost: gettext("Databasen svarer ikke"),
        DatabaseUnready: gettext("Databasen svarer ikke"),
    }
    return next(
        (titles[kind] for kind in type(error).__mro__ if kind in titles),
        gettext("Det kan ikke lade sig gøre"),
    )


def sentence(error: errors.FlowcaseError) -> str:
    """What a caseworker reads; the English grammar of the error family stays for programs."""
    if isinstance(error, errors.Erased):
        return gettext("Indholdet er slettet og kan ikke hentes frem igen.")
    if isinstance(error, errors.NotFound):
        return gettext("Det, du søger, findes ikke længere, eller du må ikke se det.")
    if isinstance(error, errors.Conflict):
        return gettext("Det er ændret, siden du åbnede siden. Gå tilbage, og se, hvordan det står nu.")
    if isinstance(error, errors.SavedElsewhere):
        return gettext("Kladden er også gemt fra et andet faneblad eller en anden maskine.")
    if isinstance(error, errors.Forbidden):
        return gettext("Din rolle giver ikke adgang til dette. Spørg din leder.")
    if isinstance(error, errors.Refused):
        return said_of(error.because)
    if isinstance(error, OutcomeUnknown):
        return gettext("Forbindelsen blev afbrudt. Se på sagen, om det blev gemt, før du gør det igen.")
    if isinstance(error, PdfUnavailable):
        return gettext(
            "Serveren mangler biblioteket Pango, som PDF-filer skrives med. Brug Udskriv i stedet, eller "
            "sig det til den, der driver systemet."
        )
    if isinstance(error, SealBroken):
        return gettext(
            "Noget af det, der er gemt her, er ændret uden om systemet eller beskadiget. Det vises ikke. "
            "Sig det straks til den, der driver systemet, og oplys nummeret {number}."
        ).format(number=g.get("request_id", ""))
    if isinstance(error, DatabaseFull):
        return gettext("Intet er ændret: der er ikke mere plads. Sig det til den, der driver systemet.")
    if isinstance(error, DatabaseSlow):
        return gettext("Intet er ændret: svaret tog for lang tid. Bed om mindre ad gangen, eller prøv igen.")
    if isinstance(error, (DatabaseLost, DatabaseUnready)):
        return gettext("Intet er ændret. Varer det ved, så sig det til den, der driver systemet.")
    return gettext("Intet er ændret. Prøv igen, eller spørg den, der driver systemet.")


_markdown = MarkdownIt("commonmark", {"html": False})
_ALLOWED = {"p", "h2", "h3", "h4", "ul", "ol", "li", "em", "strong", "br"}


def markdown(text: str) -> Markup:
    """A form's display text; what it may contain is decided here, not by who wrote the form.

    Its headings stand below the page's own.
    """
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
    made = _markdown.renderer.render(tokens, _markdown.options, {})
    return Markup(nh3.clean(made, tags=_ALLOWED, attributes={}))  # noqa: S704


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        date=date,
        instant=instant,
        clock=clock,
        markdown=markdown,
        number=number,
        group=group,
        person=person,
        unit=unit,
        value=value,
        said=said,
        marked_names=marked_names,
        absence=absence,
    )
    app.jinja_env.globals.update(
        due_words=due_words,
        whose=whose,
        language_of=language_of,
        with_english=form_sentences.WithEnglish,
        deadline_name=deadline_name,
        start_fact=start_fact,
        lasting_kind=lasting_kind,
        deadline_state=deadline_state,
        instance_state=instance_state,
        may_see_cases=permissions.may_see_cases,
        may_audit=permissions.may_audit,
        may_hand_out=lambda code: flow().case_dossiers.may_make(code, actor=actor()),
        may_ask_access=lambda code: flow().access_reports.may_ask(code, actor=actor()),
        may_approve_access_report=permissions.may_approve_access_report,
        may_see_figures=permissions.may_see_figures,
        may_see_retention=permissions.may_see_retention,
        may_register_notifications=permissions.may_register_notifications,
        may_operate=permissions.may_operate,
        begins_flows=_begins_flows,
        leads_a_team=_leads_a_team,
    )
