"""Spil igennem: a process owner plays a process by hand, act by act, and saves it as a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import yaml
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict, InvalidValues, NotFound
from flowcase.modeling.yaml_places import compose, construct
from flowcase.services.case_files.notifications import MESSAGE
from flowcase.services.studio.play_processes import Broken, Getting, Stopped
from flowcase.services.studio.plays import Impossible, Lost, Played, Refusal
from flowcase.web.language import current, gettext
from flowcase.web.pictures.diagram_drawing import DONE, HERE, Drawn, drawn
from flowcase.web.session import actor, flow
from flowcase.web.studio import difference_words, play_words
from flowcase.web.studio.play_words import WrongTime
from flowcase.web.words.findings_in_danish import finding_words

blueprint = Blueprint("studio_plays", __name__, url_prefix="/studie/spil")

FAILED = "removed"  # drawn in red, with a sign beside the colour


@blueprint.get("/")
@login_required
def index() -> Any:
    """One's own plays."""
    return render_template("studio_plays.html", plays=flow().plays.all(actor=actor()))


@blueprint.route("/ny/<path:path>", methods=["GET", "POST"])
@login_required
def new(path: str) -> Any:
    """What to begin with, and the beginning."""
    if request.method == "GET":
        choice = flow().plays.choices(path, actor=actor())
        return render_template("studio_play_new.html", choice=choice, words=play_words)
    scenario, _, number = request.form.get("begyndelse", "").rpartition("|")
    id = flow().plays.begin(
        path,
        with_drafts=request.form.get("filer") != "i_drift",
        scenario=scenario,
        number=int(number) if number.isdigit() else 0,
        actor=actor(),
    )
    return redirect(url_for("studio_plays.show", id=id))


@blueprint.post("/klar/<path:path>")
@login_required
def ready(path: str) -> Any:
    """Somebody has begun to choose how to play."""
    flow().plays.get_ready(path, actor=actor())
    return "", HTTPStatus.NO_CONTENT


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    """Where the play stands, and what can happen now."""
    return _page(id)


@blueprint.post("/<id>")
@login_required
def act(id: str) -> Any:
    """One act that needs no form. Whatever is wrong, the page comes back as it was typed."""
    try:
        asked = _asked(id)
    except (WrongTime, InvalidValues) as error:
        return _page(id, problem=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _done(id, asked) or redirect(url_for("studio_plays.show", id=id, _anchor="nu"))


@blueprint.route("/<id>/formular", methods=["GET", "POST"])
@login_required
def form(id: str) -> Any:
    """The form of a user task, of a start by hand, or of a notification, as the person whom one picks."""
    values = request.values
    person, case = values.get("som", ""), values.get("sag") or None
    if task := values.get("opgave"):
        page: dict[str, Any] = {"user_task": task, "person": person}
        asked: dict[str, Any] = {"do": "complete", "as": person, "task": task}
    elif process := values.get("start"):
        page = {"start_page": process, "case": case, "person": person}
        asked = {"do": "start", "as": person, "process": process, **({"case": case} if case else {})}
    else:
        page = {"notification_page": True}
        asked = {"do": "notify", "as": person}
    try:
        played = flow().plays.open(id, actor=actor(), language=current(), page=page)
    except (Getting, Stopped, Broken, Lost):
        return redirect(url_for("studio_plays.show", id=id))
    if played.page is None:
        flash(played.no_page or gettext("Det kan ikke åbnes nu."), "warning")
        return redirect(url_for("studio_plays.show", id=id, _anchor="nu"))
    sheet = play_words.Sheet(played, person)
    if request.method == "GET" or sheet.only_shows():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if sheet.problems else HTTPStatus.OK
        return _sheet(played, sheet, person), status
    if asked["do"] == "notify":
        asked["notification"] = f"UND-{len(played.acts) + 1:03}"
    asked["values"] = sheet.sent()
    if "_afvist" in request.form:
        asked["refused"] = True
    try:
        # With a file that was not taken only what else is wrong is asked, and told together with it.
        flow().plays.act(id, asked, seen=_seen(), is_kept=not sheet.problems, actor=actor())
    except Refusal as refusal:
        sheet = play_words.Sheet(played, person, refusal)
    except (Impossible, Stopped, Broken, Lost, InvalidValues, Conflict, Getting) as error:
        return _page(id, problem=play_words.trouble(error), status=HTTPStatus.CONFLICT)
    else:
        if not sheet.problems:
            return redirect(url_for("studio_plays.show", id=id, _anchor="nu"))
    return _sheet(played, sheet, person), HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.post("/<id>/tilbage")
@login_required
def back(id: str) -> Any:
    """To before the act of this number."""
    number = request.form.get("trin", "")
    try:
        flow().plays.back(id, int(number) if number.isdigit() else -1, seen=_seen(), actor=actor())
    except Conflict as error:
        return _page(id, problem=play_words.trouble(error), status=HTTPStatus.CONFLICT)
    return redirect(url_for("studio_plays.show", id=id, _anchor="nu"))


@blueprint.post("/<id>/forfra")
@login_required
def renew(id: str) -> Any:
    """Anew with the files as they are now; with the same acts as far as they go, or with none."""
    try:
        number, because = flow().plays.renew(
            id, seen=_seen(), again=request.form.get("trin") == "samme", actor=actor()
        )
    except (Conflict, Getting, Stopped, Broken) as error:
        return _page(id, problem=play_words.trouble(error), status=HTTPStatus.CONFLICT)
    if because:
        said = gettext("{number} trin kunne spilles igen. Det næste gik ikke mere: {because}")
        flash(said.format(number=number, because=because), "warning")
    else:
        flash(gettext("Begyndt forfra. {number} trin er spillet igen.").format(number=number), "success")
    return redirect(url_for("studio_plays.show", id=id, _anchor="nu"))


@blueprint.post("/<id>/scenarie")
@login_required
def save(id: str) -> Any:
    """As a draft of a scenario file, or as the file itself."""
    name, title = request.form.get("navn", "").strip(), request.form.get("titel", "")
    try:
        if "_hent" in request.form:
            found = flow().plays.scenario(id, name=name, title=title, is_tried=False, actor=actor())
            sent = {"Content-Disposition": f'attachment; filename="{name}.yaml"'}
            return Response(found.text, mimetype="application/yaml", headers=sent)
        found = flow().plays.save(id, name=name, title=title, actor=actor())
    except InvalidValues as error:
        return _page(id, errors=error.errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except (Impossible, Getting, Stopped, Broken, Lost) as error:
        return _page(id, problem=play_words.trouble(error), status=HTTPStatus.CONFLICT)
    if found.passed:
        words = gettext("Gemt som kladden {path}. Scenariet er spillet forfra og kom, som det siger.")
        flash(words.format(path=found.path), "success")
    else:
        words = gettext("Gemt som kladden {path}, men spillet forfra kom det anderledes: {said}")
        said = "; ".join(difference_words.on_one_line(each) for each in found.differences[:3])
        flash(words.format(path=found.path, said=said), "warning")
    return redirect(url_for("studio_plays.show", id=id, _anchor="gem"))


@blueprint.post("/<id>/slet")
@login_required
def delete(id: str) -> Any:
    flow().plays.delete(id, actor=actor())
    flash(gettext("Gennemspillet er slettet."), "success")
    return redirect(url_for("studio_plays.index"))


# --- inside ----------------------------------------------------------------------------------------


def _sheet(played: Played, sheet: play_words.Sheet, person: str) -> str:
    return render_template(
        "studio_play_form.html",
        played=played,
        sheet=sheet,
        person=person,
        played_person=play_words.person,
        played_moment=play_words.moment,
    )


def _seen() -> int:
    text = request.form.get("set", "")
    return int(text) if text.isdigit() and len(text) < 9 else -1


def _done(id: str, asked: Mapping[str, Any]) -> Any:
    """Nothing when it was done; else the page that says why not."""
    try:
        flow().plays.act(id, asked, seen=_seen(), actor=actor())
    except Refusal as refusal:
        return _page(id, refusal=refusal, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except InvalidValues as error:
        return _page(
            id,
            problem=" ".join(gettext(each) for each in error.errors["trin"]),
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    except (Impossible, Conflict, Getting, Stopped, Broken, Lost) as error:
        return _page(id, problem=play_words.trouble(error), status=HTTPStatus.CONFLICT)
    return None


def _asked(id: str) -> dict[str, Any]:
    """The act that a button of the page stands for. Raises WrongTime, InvalidValues and NotFound."""
    sent = request.form
    does = sent.get("goer", "")
    case = {"case": sent["sag"]} if sent.get("sag") else {}
    if does == "ur":
        at = sent.get("til") or play_words.instant_typed(
            sent.get("dato", ""), sent.get("kl", ""), is_second="anden" in sent
        )
        return {"do": "advance the clock", "at": at}
    if does == "besked":
        key = {"key": sent["noegle"]} if sent.get("noegle") else {}
        return {"do": "message", "name": sent.get("navn", ""), **case, **key, "values": _values()}
    if does == "signal":
        return {"do": "signal", "name": sent.get("navn", ""), **case, "values": _values()}
    if does == "start":
        return {"do": "start", "process": sent.get("proces", ""), **case, "values": _values()}
    if does == "fakta":
        value = _yaml(sent.get("vaerdi", ""))
        return {"do": "set case fact", **case, "fact": sent.get("fakta", "").strip(), "value": value}
    if does == "svar":
        answer: dict[str, Any] = {}
        if sent.get("svar") == "fejler":
            answer = {"fails": True}
        elif sent.get("svar", "").startswith("fejlkode:"):
            answer = {"error": sent["svar"].removeprefix("fejlkode:")}
        return {"do": "answer jobs", "type": sent.get("type", ""), "answer": answer}
    raise NotFound("act", does)


def _values() -> dict[str, Any]:
    """What was typed as variables, one a line: `navn: værdi`."""
    values = _yaml(request.form.get("vaerdier", "")) or {}
    if not isinstance(values, dict):
        raise WrongTime(gettext("Skriv én variabel på hver linje, som navn: værdi."))
    return values


def _yaml(text: str) -> Any:
    try:
        node = compose(text[:20_000])
        return construct(node, (), {}) if node is not None else None
    except yaml.YAMLError:
        raise WrongTime(gettext("Skriv én variabel på hver linje, som navn: værdi.")) from None


def _page(
    id: str,
    *,
    problem: str = "",
    refusal: Refusal | None = None,
    errors: Mapping[str, Any] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    plays = flow().plays
    process = request.args.get("proces")
    try:
        played = plays.open(id, actor=actor(), language=current(), process=process)
    except Getting:
        return render_template("studio_play_waits.html", id=id)
    except (Stopped, Broken, Lost, Conflict) as error:
        row = next((each for each in plays.all(actor=actor()) if each.id == id), None)
        if row is None:
            raise NotFound("play", id) from None
        page = render_template(
            "studio_play_broken.html",
            row=row,
            said=play_words.trouble(error),
            findings=getattr(error, "findings", ()),
            finding_words=finding_words,
            number=_possible(error),
        )
        return page, HTTPStatus.CONFLICT
    shown = process if process and process in played.process_files else _first(played)
    own = [name for name, path in played.process_files.items() if path == played.row.path]
    story = [line for line in played.look["story"] if line["case"] or line["process"] in own]
    return (
        render_template(
            "studio_play.html",
            played=played,
            look=played.look,
            shown=shown,
            drawing=_drawing(played, shown),
            words=play_words,
            own=own,
            story=story,
            others=[line for line in played.look["story"] if line not in story],
            notification=MESSAGE,
            example=lambda name: play_words.lines(plays.example(name, actor=actor())),
            problem=problem,
            refusal=refusal,
            errors=errors or {},
            given=request.form,
        ),
        status,
    )


def _possible(error: Exception) -> int | None:
    return error.number if isinstance(error, Lost) else None


def _first(played: Played) -> str:
    return next((name for name, path in played.process_files.items() if path == played.row.path), "")


def _drawing(played: Played, process: str) -> Drawn | None:
    look = played.look
    states = dict.fromkeys(look["elements"].get(process, ()), DONE)
    states |= dict.fromkeys(look["here"].get(process, ()), HERE)
    failed = [each["element"] for each in look["incidents"] if each["process"] == process]
    states |= dict.fromkeys(failed, FAILED)
    return drawn(played.content, states, walked=frozenset(look["flows"].get(process, ())))
