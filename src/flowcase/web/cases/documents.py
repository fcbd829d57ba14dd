"""Documents: uploaded to a case, shown in place without any power of their own, downloaded."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.http import dump_options_header

from flowcase.cases.entities import DataClass
from flowcase.cases.file_kinds import read_text
from flowcase.errors import Conflict
from flowcase.services.case_files.documents import Given, UnusableFile
from flowcase.web.forms import form_files
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

if TYPE_CHECKING:
    from flowcase.services.case_files.documents import Document

blueprint = Blueprint("documents", __name__)

PDF = "application/pdf"


@blueprint.get("/dokumenter/<id>")
@login_required
def show(id: str) -> Any:
    """The document in place, where a browser can show it; else what it is, and the way to get it."""
    found = flow().documents.get(id, **_through())
    text = None
    if found.media_type == "text/plain" and found.status in ("klar", "erstattet"):
        text = read_text(flow().documents.read(id, **_through())[1])
    else:  # its name is confidential too; what the frame shows is a look of its own
        flow().reading_log.note(found.case, page="document", document=id, actor=actor())
    g.frames_own = True
    return render_template("document.html", document=found, text=text, task=request.args.get("opgave"))


@blueprint.get("/dokumenter/<id>/vis")
@login_required
def view(id: str) -> Any:
    """The content for the frame of the page: sandboxed, and nothing in it may load or run anything."""
    found, content = flow().documents.read(id, **_through())
    if not found.is_shown:
        return _sent(found, content, "attachment")
    response = _sent(found, content, "inline")
    # A browser shows a PDF file by a program of its own, which no sandbox lets in; it runs no script of ours.
    sandbox = "" if found.media_type == PDF else "; sandbox"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; "
        f"form-action 'none'; base-uri 'none'; frame-ancestors 'self'{sandbox}"
    )
    return response


@blueprint.get("/dokumenter/<id>/hent")
@login_required
def download(id: str) -> Any:
    return _sent(*flow().documents.read(id, **_through()), "attachment")


@blueprint.post("/sager/<code>/dokumenter")
@login_required
def add(code: str) -> Any:
    """Files for a case; with `forrige`, a new version of one of its documents."""
    flow().cases.get(code, actor=actor())  # who may not see the case is told so, whatever was sent
    previous = request.form.get("forrige") or None
    data_class = DataClass.K2 if request.form.get("klasse") == "K2" else DataClass.K1
    sent = [each for each in request.files.getlist("fil") if each.filename]
    here = redirect(url_for("cases.show", code=code) + "#dokumenter")
    if not sent:
        flash(gettext("Vælg en fil først."), "error")
        return here
    for each in sent:
        given = Given(str(each.filename), each.read())
        try:
            flow().documents.add_to_case(code, given, data_class=data_class, previous=previous, actor=actor())
        except UnusableFile as error:
            flash(f"{given.name}: {form_files.why_not(error)}", "error")
        except Conflict:
            flash(gettext("Dokumentet har fået en nyere version. Se den, og læg så din op."), "error")
        else:
            flash(gettext("»{name}« er lagt på sagen.").format(name=given.name), "success")
    return here, HTTPStatus.SEE_OTHER


def _through() -> dict[str, Any]:
    """Who looks, and through which user task's form."""
    task = request.args.get("opgave") or None
    named: list[str] = []
    if task:
        opened = flow().user_tasks.get(task, actor=actor())
        named = form_files.ids_in(opened.form, opened.prefilled)
    return {"user_task": task, "named": named, "actor": actor()}


def _sent(document: Document, content: bytes, disposition: str) -> Response:
    response = Response(content, mimetype=document.media_type)
    if document.media_type == "text/plain":
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
        response.set_data(read_text(content))
    ascii_name = document.name.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
    response.headers["Content-Disposition"] = dump_options_header(
        disposition, {"filename": ascii_name, "filename*": f"UTF-8''{_quoted(document.name)}"}
    )
    return response


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")
