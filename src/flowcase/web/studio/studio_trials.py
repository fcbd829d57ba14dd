"""Prøv scenarier: the stories played with one's drafts, and what they went through on the diagram."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict
from flowcase.modeling import Finding, Severity
from flowcase.services.studio.scenario_trials import Trials
from flowcase.store.queries.trials import TrialRow
from flowcase.web.language import gettext
from flowcase.web.pictures.diagram_drawing import DONE, Drawn, drawn
from flowcase.web.session import actor, flow
from flowcase.web.studio.difference_words import worded
from flowcase.web.studio.play_words import act
from flowcase.web.words.presenting import instant
from flowcase.web.words.rules_in_danish import title_of

blueprint = Blueprint("studio_trials", __name__, url_prefix="/studie/scenarier")

FAILED = "removed"  # drawn in red, with a sign beside the colour


@blueprint.get("/<path:path>")
@login_required
def show(path: str) -> Any:
    """Every scenario with how it went for these files, and the coverage of the diagram."""
    found = flow().scenario_trials.beside(path, actor=actor())
    return render_template(
        "studio_trials.html",
        found=found,
        words=trial_in_words,
        act=act,
        worded=worded,
        trouble=trial_trouble,
        against=trial_findings,
        title_of=title_of,
        drawing=_drawing(found),
        moment=lambda text: instant(dt.datetime.fromisoformat(text)),
    )


@blueprint.post("/<path:path>")
@login_required
def play(path: str) -> Any:
    """Play one; for a script the answer is JSON."""
    wants_json = request.accept_mimetypes.best == "application/json"
    try:
        row = flow().scenario_trials.play(request.form.get("scenarie", ""), path=path, actor=actor())
    except Conflict:
        words = gettext("En anden prøve er i gang på serveren. Vent et øjeblik, og prøv igen.")
        if wants_json:
            return jsonify(words=words), HTTPStatus.CONFLICT
        flash(words, "warning")
        return redirect(url_for("studio_trials.show", path=path))
    if wants_json:
        return jsonify(words=trial_in_words(row), passed=row.passed)
    return redirect(url_for("studio_trials.show", path=path, _anchor=f"scenarie-{row.scenario}"))


def trial_in_words(row: TrialRow | None) -> str:
    if row is None:
        return gettext("Ikke prøvet")
    if row.passed:
        return gettext("Som ventet ({number} forløb)").format(number=row.report["passed"])
    if "trouble" in row.report:
        return gettext("Kunne ikke spilles")
    return gettext("Anderledes end ventet ({failed} af {all} forløb)").format(
        failed=row.report["failed"], all=row.report["failed"] + row.report["passed"]
    )


def trial_findings(row: TrialRow) -> list[Finding]:
    """The errors for which the files could not be played."""
    return [
        Finding(**{**each, "severity": Severity(each["severity"])}) for each in row.report.get("findings", ())
    ]


def trial_trouble(row: TrialRow) -> str:
    """Why a scenario came to nothing."""
    return {
        "too_long": gettext("Scenariet blev stoppet, fordi det tog for lang tid. Løber noget i ring?"),
        "not_deployed": gettext(
            "Filerne kan ikke sættes i drift, så intet kunne spilles. Ret fejlene først."
        ),
        "unusable": gettext("Scenariets fil har fejl."),
    }[row.report["trouble"]]


def _drawing(found: Trials) -> Drawn | None:
    if found.reached is None:
        return None
    states = dict.fromkeys(found.reached.elements, DONE) | dict.fromkeys(found.reached.failed, FAILED)
    return drawn(found.content, states, walked=found.reached.flows)
