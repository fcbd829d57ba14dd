"""The studio's pages: the list of diagrams, tables and forms, the editor of one, the pages of the rules."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

import nh3
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_login import login_required
from markdown_it import MarkdownIt
from markupsafe import Markup

from flowcase.access.groups import NAMES, group_name
from flowcase.access.permissions import may_edit_processes
from flowcase.cases.entities import targets
from flowcase.errors import Forbidden, InvalidValues
from flowcase.modeling.check_bundle import kind_of
from flowcase.modeling.dialect import not_offered
from flowcase.modeling.element_templates import element_templates
from flowcase.modeling.pages import pages
from flowcase.modeling.zeebe import PROPERTIES
from flowcase.services.studio.studio import OpenedFile
from flowcase.services.studio.studio_files import is_studio_file
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow
from flowcase.web.signed_cookie import form_token, mark_of_session
from flowcase.web.studio import new_files, studio_list
from flowcase.web.words import rules_in_danish
from flowcase.web.words.deployment_words import (
    AS_IT_WAS,
    EffectLine,
    as_it_was_in_words,
    in_force_in_words,
    left_in_words,
)
from flowcase.web.words.findings_in_danish import finding_words

blueprint = Blueprint("studio", __name__, url_prefix="/studie")

_LISTS = {  # properties that take several names of one kind
    "flowcase.gate": "decisions",
    "flowcase.warn": "decisions",
    "flowcase.suggest": "decisions",
    "flowcase.starters": "groups",
}
KINDS = {".bpmn": "bpmn", ".dmn": "dmn", ".form": "form", ".yaml": "yaml"}  # by what the editor is made of


@blueprint.get("/")
@login_required
def index() -> Any:
    """Everything, or what has the words of `soeg`."""
    return _list({}, {})


@blueprint.post("/")
@login_required
def begin() -> Any:
    """A new file of one of the three kinds, as a draft."""
    given = {"navn": request.form.get("navn", "").strip(), "slags": request.form.get("slags", "bpmn")}
    try:
        path, content = new_files.new_file(given["navn"], given["slags"])
        flow().kept_drafts.begin(path, content, actor=actor())
    except InvalidValues as refused:
        return _list(given, refused.errors), 422
    return redirect(url_for("studio.edit", path=path))


def _list(given: dict[str, str], errors: Any) -> str:
    files = flow().studio.files(actor=actor())
    choices = flow().element_choices.of(actor())
    wanted = new_files.path_of(given["navn"], given["slags"]) if errors else ""
    asked = request.args.get("soeg", "").strip()
    return render_template(
        "studio_files.html",
        sections=studio_list.sections(files, {**choices.decisions, **choices.processes}, asked),
        asked=asked,
        own=[(file, row) for file in files for row in file.drafts if row.owner == actor().id],
        given=given,
        errors=errors,
        taken=next((file.path for file in files if file.path == wanted), ""),
        proposed=new_files.proposed(given["navn"]) if errors else "",
        waiting=[
            row
            for row, _ in flow().reviews.list(actor=actor())
            if row.status == "asked" and actor().id not in row.authors
        ],
    )


@blueprint.get("/<path:path>")
@login_required
def edit(path: str) -> Any:
    g.style_nonce = secrets.token_urlsafe(16)
    kind = next((kind for ending, kind in KINDS.items() if path.endswith(ending)), None)
    if kind is None or not is_studio_file(path):
        abort(404)
    opened = flow().studio.open(
        path, copy=request.args.get("kopi", 0, type=int), of=request.args.get("fra"), actor=actor()
    )
    review = flow().reviews.of_draft(path, copy=opened.copy, actor=actor()) if opened.draft else None
    return render_template(
        "studio_editor.html",
        opened=opened,
        kind=kind,
        bundle=kind,
        data=_data(opened, kind),
        review=review,
        earlier=flow().reviews.earlier(path, copy=opened.copy, actor=actor()) if opened.draft else [],
        deployed=_deployed(opened, request.args.get("sat", "")),
    )


def _deployed(opened: OpenedFile, deployment: str) -> tuple[str, Sequence[EffectLine]]:
    """What is said of a file that has just gone into force, until another takes its place."""
    path, brought_by = opened.path, opened.brought_by
    if deployment == AS_IT_WAS:
        return as_it_was_in_words(path), ()
    if brought_by is None or brought_by.id != deployment or opened.draft:
        return "", ()
    newest = flow().file_versions.versions(path, actor=actor())[0]
    effects = flow().deployment_effects.of(path, opened.content, actor=actor())
    return in_force_in_words(path, newest), left_in_words(effects)


def _data(opened: Any, kind: str) -> str:
    """What the editor's script starts with, safe inside a script element."""
    started: dict[str, Any] = {
        "csrf": form_token(),
        "session": url_for("session_end.left"),
        "whose": mark_of_session(),
        "file": opened.path,
        "copy": opened.copy,
        "seen": opened.draft,
        "basedOn": opened.based_on,
        "inForce": opened.in_force.hash if opened.in_force else None,
        "content": opened.content.decode("utf-8", errors="replace"),
        "language": current(),
        "fromOwner": request.args.get("fra"),
        "fromCopy": request.args.get("kopi", 0, type=int),
    }
    if kind == "bpmn":
        started["choices"] = names_to_choose(opened.path)
        started["templates"] = element_templates(flow().handlers, language=current())
        started["refused"] = sorted(not_offered())
        started["properties"] = [
            {
                "name": name,
                "places": known.places.split(", "),
                "label": property_words(name),
                "note": known.note if current() == "en" else "",
                "values": None if known.values is None else sorted(known.values),
                "isLong": name.startswith("flowcase.instruction"),
                "list": _LISTS.get(name),
            }
            for name, known in PROPERTIES.items()
        ]
    if kind == "form":
        started["targets"] = sorted(f"case:{each}" for each in targets())
    if kind == "dmn":
        started["choices"] = names_to_choose(opened.path)
    text = json.dumps(started, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def names_to_choose(path: str) -> dict[str, Any]:
    """What the lists of a diagram offer and the cells of a table complete; nothing for other files."""
    if path.endswith(".bpmn"):
        groups = {code: group_name(code, current()) for code in NAMES}
        return {**asdict(flow().element_choices.of(actor())), "groups": groups}
    return asdict(flow().element_choices.in_tables(actor())) if path.endswith(".dmn") else {}


def property_words(name: str) -> str:
    """What a `flowcase.*` property is called in the panel; its name where it is not listed here."""
    return {
        "flowcase.catchUp": gettext("Forfaldet imens intet kørte (flowcase.catchUp)"),
        "flowcase.calendar": gettext("Kalender (flowcase.calendar)"),
        "flowcase.correlationKey": gettext("Hvem beskeden når (flowcase.correlationKey)"),
        "flowcase.timeToLive": gettext("Hvor længe beskeden venter (flowcase.timeToLive)"),
        "flowcase.messageId": gettext("Beskedens id (flowcase.messageId)"),
        "flowcase.scope": gettext("Hvor signalet når (flowcase.scope)"),
        "flowcase.gate": gettext("Tabeller, der kan afvise (flowcase.gate)"),
        "flowcase.warn": gettext("Tabeller, der advarer (flowcase.warn)"),
        "flowcase.suggest": gettext("Tabeller, der foreslår (flowcase.suggest)"),
        "flowcase.name": gettext("Opgavens navn i forløbet (flowcase.name)"),
        "flowcase.instruction": gettext("Vejledning (flowcase.instruction)"),
        "flowcase.instruction_en": gettext("Vejledning på engelsk (flowcase.instruction_en)"),
        "flowcase.starters": gettext("Grupper, der kan starte (flowcase.starters)"),
        "flowcase.case": gettext("Startes på en sag (flowcase.case)"),
        "flowcase.panel": gettext("Oplysninger ved siden af (flowcase.panel)"),
    }.get(name, name)


@blueprint.get("/i-drift/<path:path>")
@login_required
def in_force(path: str) -> Any:
    """The deployed file as it is, for looking at beside a draft."""
    content = flow().studio.in_force(path, actor=actor())
    return render_template("studio_source.html", path=path, source=content.decode("utf-8", errors="replace"))


@blueprint.get("/regler/<rule>")
@login_required
def rule(rule: str) -> Any:
    """The page of one rule of the check, as it is in the documentation."""
    if not may_edit_processes(actor()):
        raise Forbidden("read about a rule", "only process owners may")
    page = _rule_page(rule)
    if page is None:
        abort(404)
    title = rules_in_danish.title_of(rule) if current() == "da" else ""
    return render_template("studio_rule.html", rule=rule, page=page, title=title)


@cache
def _rule_page(rule: str) -> Markup | None:
    text = pages().get(f"rules/{rule}.md")
    if text is None or rule == "README":
        return None
    body = text.partition("\n# ")[2].partition("\n")[2]
    rendered = MarkdownIt("commonmark", {"html": False}).render(body)
    tags = {"p", "h2", "h3", "ul", "ol", "li", "em", "strong", "code", "pre"}
    return Markup(nh3.clean(rendered, tags=tags, attributes={}))  # noqa: S704


def kind_name(path: str) -> str:
    """What a file is, in a reader's word."""
    names = {"bpmn": gettext("Procesdiagram"), "dmn": gettext("Tabel"), "form": gettext("Formular")}
    names["yaml"] = gettext("Scenarie") if kind_of(path) == "scenario" else gettext("Regelsæt")
    return next((names[kind] for ending, kind in KINDS.items() if path.endswith(ending)), "")


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    return {"kind_name": kind_name, "finding_words": finding_words, "may_edit_processes": may_edit_processes}
