"""Hjælp: one page per role on what an ordinary day is like, kept as Markdown beside this module.

Pictures lie in `static/help` and in the repository, so that an installed wheel has them without a browser;
`tools/help_pictures.py` takes them of the demonstration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from markdown_it import MarkdownIt
from markupsafe import Markup

from flowcase import yaml_nodes
from flowcase.config import shipped_processes
from flowcase.web.language import current

blueprint = Blueprint("help", __name__, url_prefix="/hjaelp")

FOLDER = Path(__file__).parent / "help"
PICTURES = Path(__file__).parent / "static/help"
_RULE_ID = re.compile(r"(R-[0-9]{3})")
PICTURE = "billede:"  # in a text: the picture of that name

# role -> (Danish, English), in the order of the list
ROLES: Mapping[str, tuple[str, str]] = {
    "sagsbehandler": ("Sagsbehandler", "Caseworker"),
    "fronten": ("Fronten", "Fronten (reception)"),
    "teamleder": ("Teamleder", "Team leader"),
    "moedeleder": ("Mødeleder", "Meeting chair"),
    "procesejer": ("Procesejer", "Process owner"),
    "administrator": ("Administrator", "Administrator"),
    "revisor": ("Revisor", "Auditor"),
    "borger": ("Borger eller fagperson", "Citizen or professional"),
}


@blueprint.get("")
def index() -> Any:
    return render_template("help.html", roles=_roles(), role="", text="")


@blueprint.get("/regler/<id>")
def rule(id: str) -> Any:
    """Where a rule of the domain comes from: what it says, its source with the page, and what carries it."""
    found = _rules().get(id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template("rule.html", rule=found)


def linked(legal_basis: str, deadline: str = "") -> Markup:
    """A deadline's legal basis, its rule ids as links to where they come from.

    One that names no rule, as those of consents do, leads to the page of the deadline's own rule (`T14`).
    """
    parts = [
        Markup('<a href="{}">{}</a>').format(url_for("help.rule", id=part), part)
        if part in _rules()
        else part
        for part in _RULE_ID.split(legal_basis)
    ]
    if len(parts) == 1 and deadline in _rules():
        parts.append(Markup(' (<a href="{}">{}</a>)').format(url_for("help.rule", id=deadline), deadline))
    return Markup("").join(parts)


@blueprint.record_once
def _in_every_page(state: Any) -> None:
    state.app.jinja_env.filters.update(rule_links=linked)


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, Mapping[str, Any]]:
    """The register of rules, as it is shipped."""
    files = sorted((shipped_processes() / "rules").glob("*.yaml"))
    sections = [yaml_nodes.safe_load(path.read_text("utf-8")) for path in files]
    return {each["id"]: each for section in sections for each in section.get("rules", ())}


@blueprint.get("/<role>")
def show(role: str) -> Any:
    if role not in ROLES:
        abort(HTTPStatus.NOT_FOUND)
    heading, text = page(role, current())
    return render_template("help.html", roles=_roles(), role=role, heading=heading, text=Markup(text))  # noqa: S704


def page(role: str, language: str) -> tuple[str, str]:
    """(heading, HTML of what is below it). The texts are ours: no visitor's word is in them."""
    source = _text(role, language)
    first, _, rest = source.partition("\n")
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(rest)
    for token in tokens:
        for inside in token.children or ():
            name = str(inside.attrs.get("src", ""))
            if inside.type == "image" and name.startswith(PICTURE):
                inside.attrs["src"] = url_for("static", filename=f"help/{name.removeprefix(PICTURE)}.webp")
                inside.attrs["class"] = "fc-help-picture"
    return first.removeprefix("# "), markdown.renderer.render(tokens, markdown.options, {})


@lru_cache(maxsize=64)
def _text(role: str, language: str) -> str:
    return (FOLDER / f"{role}.{language}.md").read_text("utf-8")


def _roles() -> list[tuple[str, str]]:
    number = 1 if current() == "en" else 0
    return [(role, names[number]) for role, names in ROLES.items()]
