"""Møder: a person's week of meetings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import login_required

from flowcase.cases.civil_time import local_date
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("meetings", __name__, url_prefix="/moeder")

YEARS = range(2000, 2101)  # of a week that an address may ask for


@blueprint.get("")
@login_required
def week() -> Any:
    """The week of the day `uge`, by default this one."""
    today = local_date(flow().clock.now())
    day = _day(request.args.get("uge", ""), today)
    monday = day - dt.timedelta(days=day.weekday())
    entries = flow().meetings.week(actor(), monday)
    days = [monday + dt.timedelta(days=number) for number in range(7)]
    return render_template(
        "meetings.html",
        monday=monday,
        today=today,
        week_number=monday.isocalendar().week,
        days=[(each, [one for one in entries if one.day == each]) for each in days],
        before=monday - dt.timedelta(days=7),
        after=monday + dt.timedelta(days=7),
        kind=kind,
        state=state,
    )


def kind(code: str) -> str:
    """What kind of meeting it is."""
    return {
        "dagsmoede": gettext("Frontens dagsmøde"),
        "moede": gettext("Møde"),
        "andet": gettext("Møde"),
        "familiemoede": gettext("Familiemøde"),
        "koordineringskonference": gettext("Koordineringskonference"),
        "kreativt_raad": gettext("Det Kreative Råd"),
        "netvaerksmoede": gettext("Netværksmøde"),
        "tvaerprofessionelt_forum": gettext("Tværprofessionelt forum"),
        "forum": gettext("Tværprofessionelt forum"),
        "visitation": gettext("Visitationsmøde"),
        "opfoelgning": gettext("Opfølgningsmøde"),
        "ssd": gettext("SSD-møde"),
    }.get(code, code.replace("_", " ").capitalize())


def state(code: str) -> str:
    """How far a meeting is."""
    return {
        "aaben": gettext("I gang"),
        "planlagt": gettext("Planlagt"),
        "afholdt": gettext("Holdt"),
        "afsluttet": gettext("Afsluttet"),
        "overfoert": gettext("Ikke holdt; punkterne er overført"),
        "aflyst": gettext("Aflyst"),
        "sprunget_over": gettext("Springes over"),
    }.get(code, code)


def _day(said: str, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(said)
    except ValueError:
        return today
    return day if day.year in YEARS else today
