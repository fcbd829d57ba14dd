"""Udgaver: what was in force under a file's name: any two compared, each fetched, or taken up as a draft."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.web.language import gettext
from flowcase.web.pictures.shown_differences import shown
from flowcase.web.session import actor, flow
from flowcase.web.words.suspension_words import said

blueprint = Blueprint("studio_versions", __name__, url_prefix="/studie/udgaver")

_TYPES = {".bpmn": "application/xml", ".dmn": "application/xml", ".form": "application/json"}


@blueprint.get("/<path:path>")
@login_required
def show(path: str) -> Any:
    """Every version; with `fra` and `til` what differs between those two."""
    versions = flow().file_versions.versions(path, actor=actor())
    numbers = [each.row.number for each in versions]
    old, new = (request.args.get(name, 0, type=int) for name in ("fra", "til"))
    told, problem = None, ""
    if old in numbers and new in numbers and old != new:
        before, after = (flow().file_versions.version(path, number, actor=actor()) for number in (old, new))
        told = shown(path, before, after, (_called(old), _called(new)))
    elif old or new:
        problem = gettext("Vælg to forskellige udgaver.")
    page = render_template(
        "studio_versions.html",
        path=path,
        versions=versions,
        chosen=(old or (numbers[1] if len(numbers) > 1 else 0), new or numbers[0]),
        shown=told,
        problem=problem,
        suspended=[row for row in flow().suspensions.in_force() if row.process in _processes(versions)],
        said=said,
    )
    return (page, HTTPStatus.UNPROCESSABLE_ENTITY) if problem else page


@blueprint.get("/<int:number>/fil/<path:path>")
@login_required
def download(number: int, path: str) -> Any:
    """The file of one version, byte for byte."""
    content = flow().file_versions.version(path, number, actor=actor())
    stem, dot, ending = path.rpartition("/")[2].rpartition(".")
    answer = Response(content, mimetype=_TYPES.get(f"{dot}{ending}", "application/octet-stream"))
    answer.headers.set("Content-Disposition", "attachment", filename=f"{stem}-{number}.{ending}")
    return answer


@blueprint.post("/<int:number>/gendan/<path:path>")
@login_required
def restore(number: int, path: str) -> Any:
    """A draft with the content of that version; what is in force stays until the draft is deployed."""
    saved = flow().file_versions.restore(path, number, actor=actor())
    flash(gettext("Udgave {number} er nu en kladde.").format(number=number), "success")
    return redirect(url_for("studio_differences.show", path=path, kopi=saved.copy or None))


def _called(number: int) -> str:
    return gettext("Udgave {version}").format(version=number)


def _processes(versions: Any) -> set[str]:
    """Ids of what the versions of a file define."""
    return {name.rpartition(":")[0] for each in versions for name in each.row.names}
