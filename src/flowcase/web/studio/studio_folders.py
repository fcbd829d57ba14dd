"""Filer: every file in force as one zip, and files or a zip taken in as drafts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_login import current_user, login_required
from werkzeug.datastructures import FileStorage

from flowcase.access.permissions import may_edit_processes
from flowcase.errors import Forbidden, InvalidValues
from flowcase.modeling import process_archive
from flowcase.modeling.process_archive import MOST_BYTES_OF_A_FILE, BadArchive, Wrong
from flowcase.services.studio.process_folders import TakenIn
from flowcase.services.studio.studio import blocking
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow

blueprint = Blueprint("studio_folders", __name__, url_prefix="/studie/filer")


@blueprint.before_request
def _only_who_may() -> None:
    if current_user.is_authenticated and not may_edit_processes(actor()):
        raise Forbidden("export or import files", "only process owners may")


@blueprint.get("")
@login_required
def index() -> Any:
    return _page()


@blueprint.get("/processer.zip")
@login_required
def fetch() -> Any:
    """The same processes give the same bytes."""
    answer = Response(
        process_archive.pack(flow().process_folders.files(actor=actor())), mimetype="application/zip"
    )
    answer.headers.set("Content-Disposition", "attachment", filename="processer.zip")
    return answer


@blueprint.post("")
@login_required
def take_in() -> Any:
    """What differs from what is in force becomes drafts; nothing of a file that is refused is kept."""
    sent = [each for each in request.files.getlist("fil") if each.filename]
    try:
        files, left_out = _read(sent)
        taken = flow().process_folders.take_in(files, actor=actor())
    except BadArchive as refused:
        problem = gettext("Intet er taget ind: {why}.").format(why=_why(refused))
        return _page(problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    except InvalidValues:
        problem = gettext("Der er ingen diagrammer, tabeller eller formularer i det, du har valgt.")
        return _page(problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    finally:
        for each in sent:  # what is larger lies in a file of its own
            each.close()
    return _page(taken=taken, left_out=left_out)


def _read(sent: list[FileStorage]) -> tuple[dict[str, bytes], list[str]]:
    """The files by their names in the folder, and names of what is none of ours. Raises BadArchive."""
    found: list[tuple[str, bytes]] = []
    left_out: list[str] = []
    for each in sent:
        given = (each.filename or "").replace("\\", "/")
        if given.casefold().endswith(".zip"):
            unpacked = process_archive.unpack(each.read())
            found += unpacked.files.items()
            left_out += unpacked.left_out
            continue
        if process_archive.is_litter(given):
            left_out.append(given)
            continue
        name = _in_its_folder(process_archive.inside_name(given))
        process_archive.check_place(name)
        content = each.read(MOST_BYTES_OF_A_FILE + 1)
        if len(content) > MOST_BYTES_OF_A_FILE:
            raise BadArchive(Wrong.LARGE, name=name)
        if name.endswith(process_archive.ENDINGS):
            found.append((name, content))
        else:
            left_out.append(name)
    process_archive.check_names([name for name, _ in found])
    return dict(found), left_out


def _why(refused: BadArchive) -> str:
    words = {
        Wrong.UNREADABLE: gettext("zip-filen kan ikke læses"),
        Wrong.MANY: gettext("der er flere end {most} filer"),
        Wrong.LINK: gettext("»{name}« er en genvej"),
        Wrong.ENCRYPTED: gettext("»{name}« er krypteret"),
        Wrong.SAME_NAME: gettext("to filer hedder »{name}«"),
        Wrong.LARGE: gettext("»{name}« er større end 2 MB"),
        Wrong.LARGE_TOGETHER: gettext("filerne er tilsammen større end 64 MB"),
        Wrong.PLACE: gettext("»{name}« er ikke navnet på en fil i en mappe"),
    }
    return words[refused.wrong].format(name=refused.name, most=refused.most)


def _page(*, problem: str = "", taken: TakenIn | None = None, left_out: list[str] | None = None) -> str:
    return render_template(
        "studio_folders.html",
        problem=problem,
        taken=taken,
        left_out=[*(taken.left_out if taken else ()), *(left_out or ())],
        blocking=blocking,
        errors=[each for each in taken.findings if blocking([each])] if taken else [],
    )


def _in_its_folder(name: str) -> str:
    """A table or a form that comes alone belongs where those of its kind lie."""
    folder = {"dmn": "decisions/", "form": "forms/", "yaml": "rulesets/"}.get(name.rpartition(".")[2], "")
    return name if "/" in name else f"{folder}{name}"
