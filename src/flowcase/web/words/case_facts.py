"""The facts of a case as people read them: labels and words for codes, names for ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from flowcase.cases.ages import age_on
from flowcase.history.case_statuses import case_status
from flowcase.web.language import current, gettext
from flowcase.web.words.presenting import group, person, value
from flowcase.web.words.record_words import labels_of, record_value

if TYPE_CHECKING:
    from flowcase.services.case_files.case_pictures import Item
    from flowcase.services.case_files.cases import Case


def called(child: Item, today: dt.date) -> str:
    """The child's name, with its age where the day of birth is known and past."""
    name, born = str(child["navn"]), child["foedt"]
    if not isinstance(born, dt.date) or born > today:
        return name
    return gettext("{name}, {years} år").format(name=name, years=age_on(born, today))


def status(code: str | None) -> str:
    return case_status(code or "", current())


def area(code: str | None) -> str:
    return {
        "nord": gettext("Nord"),
        "midt": gettext("Midt"),
        "syd": gettext("Syd"),
        "handicap": gettext("Handicap"),
    }.get(code or "", code or "")


def notifier(code: str | None) -> str:
    """Who notified, by role."""
    return {
        "skole": gettext("Skole"),
        "dagtilbud": gettext("Dagtilbud"),
        "klub": gettext("Klub eller fritidstilbud"),
        "sundhedspleje": gettext("Sundhedspleje"),
        "ppr": gettext("PPR"),
        "laege": gettext("Læge"),
        "sygehus": gettext("Sygehus"),
        "politi": gettext("Politi"),
        "forebyggende_raadgiver": gettext("Forebyggende socialrådgiver"),
        "anden_kommune": gettext("Anden kommune"),
        "anden_fagperson": gettext("Anden fagperson"),
        "barnet_selv": gettext("Barnet eller den unge selv"),
        "familie": gettext("Forælder eller anden familie"),
        "borger": gettext("Borger"),
        "andet": gettext("Andet"),
    }.get(code or "", code or "")


def notification_outcome(code: str | None) -> str:
    """What came of a notification."""
    return {
        "til_familieteam": gettext("til Familieteam"),
        "til_forebyggende": gettext("tilbage til distriktet"),
        "til_handicapteam": gettext("til Handicapteam"),
        "tillaegsunderretning": gettext("lagt til en tidligere"),
        "videresendes": gettext("sendt til anden kommune"),
        "videresendt_kommune": gettext("sendt til anden kommune"),
        "lukkes": gettext("lukket uden videre"),
    }.get(code or "", code or gettext("ikke afgjort endnu"))


def known_facts(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, words) of everything that was known of a case at some time, records by what they are called."""
    labels = labels_of("Sag")
    say: dict[str, Callable[[Any], str]] = {
        "status": status,
        "team": group,
        "omraade": area,
        "sagsbehandler": person,
        "stedfortraeder": person,
    }
    known = [name for name in sorted(facts) if value(facts[name])]
    found = []
    for name in known:
        said = say[name](facts[name]) if name in say else record_value("Sag", name, facts[name])
        found.append((labels.get(name, name), said))
    return found


def shown_facts(case: Case) -> list[tuple[str, str]]:
    """(label, words) of the facts that have a value, in reading order; internal ids are left out."""
    asked: list[tuple[str, str, Callable[[Any], str]]] = [
        ("status", gettext("Status"), status),
        ("team", gettext("Team"), group),
        ("sagsbehandler", gettext("Sagsbehandler"), person),
        ("stedfortraeder", gettext("Stedfortræder"), person),
        ("kendskabsdato", gettext("Kendskabsdato"), value),
        ("omraade", gettext("Område"), area),
        ("distrikt", gettext("Distrikt"), value),
        ("trin", gettext("Trin på indsatstrappen"), value),
        ("underretninger", gettext("Underretninger"), lambda ids: str(len(ids))),
        ("undersoegelse_i_gang", gettext("Undersøgelse i gang"), value),
        ("undersoegelse_afsluttet", gettext("Undersøgelse afsluttet"), value),
        ("plan_slags", gettext("Slags plan"), partial(record_value, "Sag", "plan_slags")),
        ("handleplan_godkendt", gettext("Planen godkendt"), value),
        ("journalnr", gettext("Journalnummer"), value),
        ("aabnet", gettext("Åbnet"), value),
        ("afsluttet", gettext("Lukket"), value),
        ("regelsaet", gettext("Regelsæt"), value),
    ]
    facts = {"aabnet": case.opened_at, "afsluttet": case.closed_at, **case.facts}
    return [(label, say(facts[name])) for name, label, say in asked if facts.get(name) not in (None, "", [])]
