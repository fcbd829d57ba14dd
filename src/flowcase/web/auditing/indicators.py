"""Nøgletal: the figures of a period for leaders and auditors, one over time, and all as a CSV file."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_login import login_required

from flowcase.cases.civil_time import local_date
from flowcase.errors import InvalidValues
from flowcase.history.indicators import INDICATORS, REPORTS, Question
from flowcase.history.indicators.periods import Kind, Period
from flowcase.history.indicators.sheet import rows, to_csv
from flowcase.services.auditing.indicators import ONE_FILTER, WHOLE_PERIODS
from flowcase.web.forms import asked_days
from flowcase.web.language import current, gettext
from flowcase.web.pictures import charts
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import month

blueprint = Blueprint("indicators", __name__, url_prefix="/indikatorer")

REPORT = "ledelse"  # what a leader sees first
TOO_LONG = "Vælg en periode på højst ti år."
WHOLE_YEARS = "Af et team, et distrikt eller et regelsæt vises kun de længere perioder. Vælg en af dem."
NONE_FINISHED = "Ingen periode er slut endnu. Tallene vises, når den første er det."
LONGEST = 3_660  # days


@blueprint.get("")
@login_required
def index() -> Any:
    teams, districts, rule_sets = flow().indicators.scopes(actor=actor())
    periods = flow().indicators.periods(actor=actor())
    question, problems = _question(periods)
    report = REPORTS.get(request.args.get("rapport", REPORT))
    if report is None:
        abort(HTTPStatus.NOT_FOUND)
    found = {} if problems else flow().indicators.compute(question, report.indicators, actor=actor())
    spoken = _spoken()
    page = render_template(
        "indicators.html",
        question=question,
        problems=problems,
        report=report,
        reports=[(each.id, each.name[spoken]) for each in REPORTS.values()],
        scopes={"team": teams, "distrikt": districts, "regelsaet": rule_sets},
        asked=_asked(),
        periods=periods and [(each.code, period_name(each)) for each in periods],
        chosen=_code_of(question, periods),
        parts=[
            (
                INDICATORS[id],
                list(rows({id: figures}, current())),
                charts.bars(figures, current()),
            )
            for id, figures in found.items()
        ],
        spoken=spoken,
        number=charts.number,
        step=charts.BAR_STEP,
        whole=charts.BAR_WIDTH,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    """One indicator month by month, or period by period."""
    periods = flow().indicators.periods(actor=actor())
    question, problems = _question(periods)
    if problems:
        raise InvalidValues("period", problems)
    trend = flow().indicators.trend(id, question, actor=actor())
    months = [(_called(asked, periods), figure) for asked, figure in trend.months]
    return render_template(
        "indicator.html",
        indicator=INDICATORS[id],
        question=question,
        months=[
            (label, None if figure is None else next(rows({id: [figure]}, current())))
            for label, figure in months
        ],
        line=charts.line(months, current()),
        asked=_asked(),
        spoken=_spoken(),
        number=charts.number,
        width=charts.LINE_WIDTH,
        height=charts.LINE_HEIGHT,
        margin=charts.MARGIN,
    )


@blueprint.get("/indikatorer.csv")
@login_required
def sheet() -> Any:
    question, problems = _question(flow().indicators.periods(actor=actor()))
    if problems:
        raise InvalidValues("period", problems)
    report = REPORTS.get(request.args.get("rapport", REPORT))
    found = flow().indicators.compute(question, report.indicators if report else None, actor=actor())
    text = "\ufeff" + to_csv(found, current())  # the mark tells spreadsheets that it is UTF-8
    name = f"indikatorer-{question.first}-{question.last}.csv"
    return Response(
        text,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _question(periods: list[Period] | None) -> tuple[Question, dict[str, list[str]]]:
    """The period and the scope that the address asks for.

    By default this year until today; for who is shown whole periods only, the newest of the usual kind.
    """
    problems: dict[str, list[str]] = {}
    scope = [request.args.get(name, "").strip() or None for name in ("team", "distrikt", "regelsaet")]
    if len([each for each in scope if each]) > 1:
        problems["team"] = [ONE_FILTER]
    first, last = _days(problems) if periods is None else _whole(periods, any(scope), problems)
    return Question(first, last, *scope), problems


def _days(problems: dict[str, list[str]]) -> tuple[dt.date, dt.date]:
    today = local_date(flow().clock.now())
    days = {"fra": today.replace(month=1, day=1), "til": today}
    for name in days:
        typed, problem = asked_days.day(request.args, name)
        if problem:
            problems[name] = [problem]
        days[name] = typed or days[name]
    turned_round = asked_days.order(days["fra"], days["til"])
    if not problems.keys() & days.keys() and turned_round:
        problems["til"] = [turned_round]
    elif not problems.keys() & days.keys() and (days["til"] - days["fra"]).days > LONGEST:
        problems["til"] = [TOO_LONG]
    return days["fra"], days["til"]


def _whole(periods: list[Period], is_part: bool, problems: dict[str, list[str]]) -> tuple[dt.date, dt.date]:
    shown = flow().indicators.periods(actor=actor(), of_part=True) if is_part else periods
    code = request.args.get("periode", "").strip()
    asked = next((each for each in shown or () if each.code == code), None)
    if (code and asked is None) or request.args.keys() & {"fra", "til"}:
        problems["periode"] = [WHOLE_YEARS if is_part else WHOLE_PERIODS]
    elif not shown:
        problems["periode"] = [NONE_FINISHED]
    asked = asked or next(iter(shown or ()), None)
    today = local_date(flow().clock.now())
    return (asked.first, asked.last) if asked else (today, today)


def _code_of(question: Question, periods: list[Period] | None) -> str:
    days = (question.first, question.last)
    return next((each.code for each in periods or () if (each.first, each.last) == days), "")


def _called(asked: Question, periods: list[Period] | None) -> str:
    days = (asked.first, asked.last)
    return next((period_name(p) for p in periods or () if (p.first, p.last) == days), month(asked.first))


def period_name(period: Period) -> str:
    """As people say it: 3. kvartal 2026."""
    number = (period.first.month - 1) // 3 + 1
    return {
        Kind.YEAR: str(period.first.year),
        Kind.HALF: f"{period.first.month // 6 + 1}. {gettext('halvår')} {period.first.year}",
        Kind.QUARTER: f"{number}. {gettext('kvartal')} {period.first.year}",
        Kind.MONTH: month(period.first),
    }[period.kind]


def _asked() -> dict[str, str]:
    """What the address asks for, to be carried on by links."""
    names = ("fra", "til", "periode", "team", "distrikt", "regelsaet", "rapport")
    said = {name: request.args[name] for name in names if request.args.get(name)}
    return said | asked_days.held(request.args, "fra", "til")


def _spoken() -> int:
    return 1 if current() == "en" else 0
