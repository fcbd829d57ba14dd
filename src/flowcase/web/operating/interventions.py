"""What an operator does to one instance: suspend, resume, cancel, and each of its tokens, seen first."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict, NotFound, Refused
from flowcase.services.operating.token_moves import Change, Foreseen, TokenAct
from flowcase.web.forms.typed_values import sent_values
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.reasons import reason_problem

blueprint = Blueprint("interventions", __name__, url_prefix="/forloeb")

_ACTS = {"pause": "suspend", "genoptag": "resume", "afbryd": "cancel"}
_ROWS = 3  # lines for variables
_TOKEN_ACTS = {"spring-over": "skip", "fjern": "cancel", "flyt": "move"}


@blueprint.get("/<id>/indgreb")
@login_required
def show(id: str) -> Any:
    return _page(id, "")


@blueprint.get("/<id>/indgreb/afbryd")
@login_required
def ending(id: str) -> Any:
    """What it would mean to cancel the instance."""
    return _ending(id, "")


@blueprint.post("/<id>/indgreb/<act>")
@login_required
def whole(id: str, act: str) -> Any:
    """`pause`, `genoptag` or `afbryd` the instance, with a reason."""
    if act not in _ACTS:
        raise NotFound("intervention", act)
    reason = request.form.get("begrundelse", "").strip()
    flow().token_moves.places(id, actor=actor())  # asks whether one may, and whether it is there
    if wrong := reason_problem(reason):
        again = _ending if act == "afbryd" else _page
        return again(id, wrong), 422
    try:
        getattr(flow().instances, _ACTS[act])(id, reason=reason, actor=actor())
    except Conflict:
        return _page(id, _why_not(id, act)), HTTPStatus.CONFLICT
    flash(gettext("Det er gjort og står i historikken."), "success")
    return redirect(url_for("instances.show", id=id), HTTPStatus.SEE_OTHER)


@blueprint.route("/<id>/indgreb/<token>/<act>", methods=["GET", "POST"])
@login_required
def token(id: str, token: str, act: str) -> Any:
    """What it would mean, and with a reason the doing."""
    if act not in _TOKEN_ACTS:
        raise NotFound("intervention", act)
    places = flow().token_moves.places(id, actor=actor())
    place = next((each for each in places if each.element_instance == token), None)
    if place is None:
        flash(gettext("Forløbet er gået videre imens."), "warning")
        return redirect(url_for("interventions.show", id=id), HTTPStatus.SEE_OTHER)
    variables, errors = sent_values(_ROWS)
    asked = TokenAct(_TOKEN_ACTS[act], request.values.get("til", ""), variables)
    reason = request.form.get("begrundelse", "")
    if request.method == "POST":
        if wrong := reason_problem(reason):
            errors["begrundelse"] = wrong
        if not errors:
            try:
                flow().token_moves.do(id, token, asked, reason=reason, actor=actor())
            except (Conflict, Refused):
                errors["handling"] = gettext("Det kan ikke gøres nu. Se hvorfor herunder.")
            else:
                flash(gettext("Det er gjort og står i historikken."), "success")
                return redirect(url_for("instances.show", id=id), HTTPStatus.SEE_OTHER)
    seen = None
    if asked.kind != "move" or asked.target:
        seen = flow().token_moves.preview(id, token, asked, actor=actor())
    instance = flow().instances.get(id, actor=actor())
    flow().reading_log.note(instance.case_code, page="diagram", actor=actor())
    page = render_template(
        "token.html",
        instance=instance,
        place=place,
        act=act,
        asked=asked,
        seen=seen,
        words=_words,
        obstacle=_obstacle(seen),
        errors=errors,
        reason=reason,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK


def _why_not(id: str, act: str) -> str:
    instance = flow().instances.get(id, actor=actor())
    if instance.status not in ("active", "suspended"):
        return gettext("Forløbet er slut.")
    if act == "afbryd":
        return obstacle_words("was_called")
    return {
        "active": gettext("Forløbet er i gang og ikke sat på pause."),
        "suspended": gettext("Forløbet er allerede sat på pause."),
    }[instance.status]


def _ending(id: str, error: str) -> Any:
    seen = flow().token_moves.preview_of_the_end(id, actor=actor())
    instance = flow().instances.get(id, actor=actor())
    flow().reading_log.note(instance.case_code, page="diagram", actor=actor())
    return render_template(
        "intervention_end.html",
        instance=instance,
        seen=seen,
        words=_words,
        obstacle=_obstacle(seen),
        error=error,
        reason=request.form.get("begrundelse", ""),
    )


def _page(id: str, error: str) -> Any:
    places = flow().token_moves.places(id, actor=actor())
    instance = flow().instances.get(id, actor=actor())
    flow().reading_log.note(instance.case_code, page="diagram", actor=actor())
    return render_template(
        "intervention.html",
        instance=instance,
        places=places,
        error=error,
        reason=request.form.get("begrundelse", ""),
    )


def _words(change: Change) -> str:
    return {
        "task_closed": gettext("Opgaven lukkes"),
        "job_withdrawn": gettext("Arbejdet ud af huset trækkes tilbage"),
        "call_cancelled": gettext("Det kaldte forløb afbrydes"),
        "timer_dropped": gettext("Uret stopper"),
        "message_dropped": gettext("Der ventes ikke længere på meddelelsen"),
        "signal_dropped": gettext("Der ventes ikke længere på signalet"),
        "incident_resolved": gettext("Hændelsen lukkes"),
        "task_opened": gettext("En opgave åbnes"),
        "job_asked": gettext("Et automatisk trin udføres"),
        "decision_asked": gettext("En tabel spørges"),
        "call_begun": gettext("Et andet forløb begynder"),
        "timer_set": gettext("Et ur sættes"),
        "message_awaited": gettext("Der ventes på en meddelelse"),
        "signal_awaited": gettext("Der ventes på et signal"),
        "message_sent": gettext("En meddelelse sendes"),
        "incident_raised": gettext("Forløbet går i stå med en hændelse"),
        "instance_begins": gettext("Et forløb begynder"),
        "instance_ends": gettext("Forløbet slutter"),
        "deadline_opened": gettext("Fristen begynder at løbe"),
        "deadline_met": gettext("Fristen er overholdt"),
        "deadline_cancelled": gettext("Fristen annulleres"),
    }[change.code]


def _obstacle(seen: Foreseen | None) -> str:
    return "" if seen is None or not seen.obstacle else obstacle_words(seen.obstacle)


def obstacle_words(code: str) -> str:
    """Why an operator cannot do it to a token, as a sentence with the way out."""
    return {
        "gateway": gettext("En gateway kan ikke springes over. Flyt i stedet til et trin bag den."),
        "repeated": gettext("Trinnet gentages for flere. Spring gentagelserne over én for én i stedet."),
        "not_begun": gettext("Trinnet er ikke begyndt. Prøv hændelsen igen, eller flyt til et andet trin."),
        "only_one": gettext(
            "Det er det eneste sted, forløbet er her. Spring over, flyt, eller afbryd forløbet."
        ),
        "other_scope": gettext("Det ligger i et andet delforløb. Vælg et trin i det samme."),
        "unknown_element": gettext("Det findes ikke i forløbets udgave."),
        "same_element": gettext("Der er det allerede."),
        "begins_by_itself": gettext("Det begynder af sig selv. Vælg et trin bag det."),
        "many_flows": gettext("Flere pile mødes der. Vælg et trin bag det."),
        "join_would_wait": gettext("En samling ville vente for evigt på den gren."),
        "suspended": gettext("Forløbet er sat på pause. Genoptag det først."),
        "was_called": gettext("Det er kaldt af et andet forløb. Afbryd det i stedet."),
        "completed": gettext("Forløbet er slut."),
        "cancelled": gettext("Forløbet er slut."),
    }.get(code, gettext("Forløbet er gået videre imens."))
