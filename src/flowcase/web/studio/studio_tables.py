"""Scenarios and rule sets as tables without a program in the browser: each button keeps the draft."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_login import login_required

from flowcase.services.studio.studio import OpenedFile
from flowcase.services.studio.studio_files import YAML
from flowcase.web.session import actor, flow
from flowcase.web.studio.file_tables import FileTable, table

blueprint = Blueprint("studio_tables", __name__, url_prefix="/studie/tabel")


@blueprint.get("/<path:path>")
@login_required
def show(path: str) -> Any:
    """One's draft, or what is in force, with the findings beside the rows."""
    opened = _opened(path, request.args.get("kopi", 0, type=int))
    return _page(opened, _drawn(path, opened.content.decode("utf-8", errors="replace"), {}))


@blueprint.post("/<path:path>")
@login_required
def change(path: str) -> Any:
    """What the form changes is kept as a draft."""
    copy = request.form.get("kopi", 0, type=int)
    opened = _opened(path, copy)
    sent = {name: value for name, value in request.form.items() if name != "csrf_token"}
    before = opened.content.decode("utf-8", errors="replace")
    made = table(path, before, sent)
    if made.trouble:
        return _page(opened, made)
    was_set_aside = False
    if made.content != before:
        saved = flow().kept_drafts.save(
            path,
            made.content.encode(),
            copy=copy,
            seen=request.form.get("set") or None,
            based_on=request.form.get("bygger_paa") or None,
            actor=actor(),
        )
        was_set_aside = saved.was_set_aside
        opened = _opened(path, saved.copy)
    if sent.get("handling") == "proev":
        flow().scenario_trials.play_text(path, made.content.encode(), actor=actor())
    drawn = _drawn(path, made.content, {"aaben": made.opened})
    shown = FileTable(made.content, made.html if made.errors else drawn.html, made.opened, made.errors)
    return _page(opened, shown, was_set_aside=was_set_aside), 422 if made.errors else 200


def _drawn(path: str, content: str, sent: dict[str, str]) -> FileTable:
    findings = flow().studio.check(path, content.encode(), actor=actor())
    return table(path, content, sent, findings)


def _opened(path: str, copy: int) -> OpenedFile:
    if not path.endswith(YAML):
        abort(404)
    return flow().studio.open(path, copy=copy, actor=actor())


def _page(opened: OpenedFile, shown: FileTable, *, was_set_aside: bool = False) -> str:
    return render_template("studio_table.html", opened=opened, table=shown, was_set_aside=was_set_aside)
