"""Gennemsyn: a second process owner reads what a draft changes, comments, and signs or sends it back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required

from flowcase.errors import Conflict, InvalidDefinition, InvalidValues, NotFound, Refused
from flowcase.modeling import Finding
from flowcase.modeling.difference import Place, place_in_words, places
from flowcase.services.studio.reviews import NotApproved, Review, ReviewRow
from flowcase.services.studio.studio import OpenedFile, blocking
from flowcase.services.studio.studio_files import is_studio_file
from flowcase.store.queries.drafts import DraftRow
from flowcase.web.forms import shown_once
from flowcase.web.language import current, gettext
from flowcase.web.pictures.shown_differences import Line, Shown, lines_of, shown
from flowcase.web.session import actor, flow
from flowcase.web.words.deployment_words import (
    as_it_was_in_words,
    effects_in_words,
    in_force_in_words,
    left_in_words,
    not_approved_in_words,
)

blueprint = Blueprint("studio_reviews", __name__, url_prefix="/studie/gennemsyn")

_MOST_KEPT = 2_500  # bytes of text in a cookie, sealed and written in base64
ACTS = ("godkend", "send-tilbage", "traek-tilbage", "saet-i-drift")


@blueprint.get("")
@login_required
def index() -> Any:
    """What waits for this person, what this person asked for, and what was."""
    rows = flow().reviews.list(actor=actor())
    me = actor().id
    parts = [
        (
            gettext("Venter på dig"),
            [row for row in rows if row[0].status == "asked" and me not in row[0].authors],
        ),
        (
            gettext("Dine egne kladder"),
            [
                row
                for row in rows
                if me in row[0].authors
                and row[0].status in ("asked", "approved", "sent_back")
                and not _was_asked_again(row[0], rows)
            ],
        ),
    ]
    listed = {row.id for _, part in parts for row, _ in part}
    parts.append((gettext("Tidligere og andres"), [row for row in rows if row[0].id not in listed]))
    return render_template("studio_reviews.html", parts=parts, status=status)


def _was_asked_again(row: ReviewRow, rows: Sequence[tuple[ReviewRow, int]]) -> bool:
    """Whether a draft that was sent back has been in a review since."""
    draft = (row.owner, row.file_name, row.copy)
    return row.status == "sent_back" and any(
        (other.at, other.id) > (row.at, row.id) and (other.owner, other.file_name, other.copy) == draft
        for other, _ in rows
    )


@blueprint.route("/ny/<path:path>", methods=["GET", "POST"])
@login_required
def ask(path: str) -> Any:
    """Ask for a review of one's own draft and of others that belong to it, with the changes in view."""
    copy = request.args.get("kopi", 0, type=int)
    opened = flow().studio.open(path, copy=copy, actor=actor())
    others = [(row.file_name, row.copy) for row in _own_drafts() if row.file_name != path]
    asked_for = request.form.getlist("sammen")
    is_proposed = request.method == "GET" and bool(others) and bool(opened.draft)
    if is_proposed:
        needed = flow().studio.needed(path, opened.content, actor=actor())
        asked_for = [f"{row.copy}:{row.file_name}" for row in needed]
    together = {file: which for file, which in others if f"{which}:{file}" in asked_for}
    errors: dict[str, list[str]] = {}
    note = request.form.get("note", "")
    if request.method == "POST" and "vis" not in request.form:
        try:
            id = flow().reviews.ask(path, copy=copy, together=together, note=note, actor=actor())
            flash(gettext("Procesejerne har fået besked om, at kladden er til gennemsyn."), "success")
            return redirect(url_for("studio_reviews.show", id=id))
        except InvalidValues as refused:
            errors = refused.errors
        except Conflict:
            flash(gettext("Kladden er allerede til gennemsyn."), "warning")
            return redirect(url_for("studio_reviews.index"))
    old = flow().studio.in_force(path, actor=actor()) if opened.in_force else None
    review = flow().reviews.of_draft(path, copy=copy, actor=actor()) if opened.draft else None
    if review is not None and review.status == "approved":
        review = None if flow().reviews.get(review.id, actor=actor()).is_outdated else review
    drafts = {file: flow().studio.open(file, copy=which, actor=actor()) for file, which in together.items()}
    contents = {path: opened.content} | {file: draft.content for file, draft in drafts.items()}
    page = render_template(
        "studio_review_ask.html",
        opened=opened,
        note=note,
        errors=errors,
        review=review,
        earlier=flow().reviews.earlier(path, copy=copy, actor=actor()) if opened.draft else [],
        status=status,
        others=others,
        together=together,
        is_proposed=is_proposed and bool(together),
        files=[_told(file, _before(file, draft), draft.content) for file, draft in drafts.items()],
        findings=flow().studio.check_together(contents, actor=actor()) if opened.draft else [],
        blocking=blocking,
        finding_at=lambda finding: _in_editor(finding, {path: copy} | together),
        shown=Shown() if old is None else shown(path, old, opened.content, _titles()),
    )
    return (page, HTTPStatus.UNPROCESSABLE_ENTITY) if errors else page


def _own_drafts() -> list[DraftRow]:
    """Drafts of one's own, by file; of two of one file the main one alone."""
    files = flow().studio.files(actor=actor())
    own = [row for file in files for row in file.drafts if row.owner == actor().id]
    return list({row.file_name: row for row in sorted(own, key=lambda row: -row.copy)}.values())


def _before(path: str, opened: OpenedFile) -> bytes | None:
    return flow().studio.in_force(path, actor=actor()) if opened.in_force else None


@dataclass(frozen=True)
class FileTold:
    """One file of several, with what changes in it in words."""

    path: str
    is_new: bool
    lines: Sequence[Line]


def _told(path: str, before: bytes | None, content: bytes) -> FileTold:
    return FileTold(path, before is None, [] if before is None else lines_of(path, before, content))


@blueprint.get("/<id>")
@login_required
def show(id: str) -> Any:
    kept = shown_once.taken(url_for("studio_reviews.show", id=id))
    return _page(flow().reviews.get(id, actor=actor()), {}, typed=json.loads(kept) if kept else {})


@blueprint.post("/<id>/kommentar")
@login_required
def comment(id: str) -> Any:
    """A comment on one element, or on the file."""
    try:
        element = request.form.get("element", "")
        text, file = request.form.get("kommentar", ""), request.form.get("fil", "")
        flow().reviews.comment(id, text, file=file, element=element, actor=actor())
    except InvalidValues as refused:
        return _page(flow().reviews.get(id, actor=actor()), refused.errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return _with_the_rest(id, ("begrundelse",), at="kommentarer")


@blueprint.post("/<id>/kommentar/<comment>")
@login_required
def mark(id: str, comment: str) -> Any:
    """Resolve it, or open it again."""
    is_resolved = request.form.get("loest") == "1"
    flow().reviews.mark(id, comment, is_resolved=is_resolved, actor=actor())
    return _with_the_rest(id, ("kommentar", "element", "begrundelse"), at=f"kommentar-{comment}")


def _with_the_rest(id: str, fields: Sequence[str], *, at: str) -> Any:
    """The page anew, with what was typed in the other fields and not sent yet."""
    page, file = url_for("studio_reviews.show", id=id), request.form.get("fil") or None
    typed = {name: request.form[name] for name in fields if request.form.get(name, "").strip()}
    if not typed.keys() - {"element"}:
        return redirect(url_for("studio_reviews.show", id=id, fil=file, _anchor=at))
    kept = json.dumps(typed | ({"fil": file} if file else {}), ensure_ascii=False)
    if len(kept.encode()) > _MOST_KEPT:  # more than a cookie holds: not redirected, so that nothing is lost
        return _page(flow().reviews.get(id, actor=actor()), {}, typed=typed)
    return shown_once.redirect_to(page, kept, at=at)


@blueprint.post("/<id>/<act>")
@login_required
def answer(id: str, act: str) -> Any:
    """Approve, send back, withdraw, or put what was approved into force."""
    if act not in ACTS:
        raise NotFound("act", act)
    reviews = flow().reviews
    seen = request.form.get("set", "")
    reason = request.form.get("begrundelse", "")
    if act in ("godkend", "send-tilbage") and request.form.get("kommentar", "").strip():
        return _again(
            id, kommentar=gettext("Kommentaren er ikke gemt. Gem den, eller slet den, før du svarer.")
        )
    try:
        if act == "godkend":
            reviews.approve(id, digest=seen, reason=reason, actor=actor())
            flash(gettext("Kladden er godkendt."), "success")
        elif act == "send-tilbage":
            reviews.send_back(id, reason=reason, actor=actor())
            flash(gettext("Kladden er sendt tilbage med din begrundelse."), "success")
        elif act == "traek-tilbage":
            reviews.withdraw(id, actor=actor())
        else:
            return _deploy(reviews.get(id, actor=actor()), seen)
    except InvalidValues as refused:
        return _page(reviews.get(id, actor=actor()), refused.errors), HTTPStatus.UNPROCESSABLE_ENTITY
    except Conflict:
        return _page(reviews.get(id, actor=actor()), {}, is_overtaken=True), HTTPStatus.CONFLICT
    except NotApproved as refused:
        return _again(id, note=not_approved_in_words(refused))
    except Refused:
        return _again(id, begrundelse=gettext("Alle kommentarer skal være løst, før kladden kan godkendes."))
    return redirect(url_for("studio_reviews.show", id=id))


def _again(id: str, **said: str) -> Any:
    """The page with what was typed, and why nothing was done at the field of that name."""
    errors = {field: [sentence] for field, sentence in said.items()}
    return _page(flow().reviews.get(id, actor=actor()), errors), HTTPStatus.UNPROCESSABLE_ENTITY


def _deploy(review: Review, seen: str) -> Any:
    """Everything that was reviewed, as one deployment. Raises Conflict when it is not what was `seen`."""
    row = review.row
    if seen != review.digest:
        raise Conflict(f"deploy review '{row.id}'", "another version was put into force meanwhile")
    try:
        made = flow().studio.deploy_together(
            review.contents,
            note=request.form.get("note", ""),
            replaces={file.path: file.in_force for file in review.files},
            actor=actor(),
        )
    except InvalidDefinition:
        return _again(row.id, note=gettext("Filen har fejl og kan ikke sættes i drift. Kladden er bevaret."))
    for path, content in review.contents.items():
        newest = flow().file_versions.versions(path, actor=actor())[0]
        if newest.row.deployment.id != made.id:
            flash(as_it_was_in_words(path), "success")
            continue
        left = left_in_words(flow().deployment_effects.of(path, content, actor=actor()))
        flash(" ".join([in_force_in_words(path, newest), *(line["words"] for line in left)]), "success")
    return redirect(url_for("studio_reviews.show", id=row.id))


def _page(
    review: Review,
    errors: dict[str, list[str]],
    *,
    typed: Mapping[str, str] | None = None,
    is_overtaken: bool = False,
) -> str:
    """With one file of the review (`fil`) in detail, and of the others what changes in words.

    `typed` stands in for what was sent: what is not sent yet.

    `is_overtaken`: an answer came too late; what was typed with it stands where it can still be kept.
    """
    row = review.row
    typed = request.form if typed is None else typed
    wanted = typed.get("fil") or request.values.get("fil", row.file_name)
    file = next((each for each in review.files if each.path == wanted), review.files[0])
    told = Shown()
    if file.before is not None:
        told = shown(file.path, file.before, file.content, _titles())
    named = {each.path: _places(each.path, each.content) for each in review.files}
    here = named[file.path].values()
    changed = [place for place in here if place.id in set(told.elements)]
    rest = [place for place in here if place not in changed]
    effects = []
    if row.status == "approved":
        effects = [
            line
            for path, content in review.contents.items()
            for line in effects_in_words(flow().deployment_effects.of(path, content, actor=actor()))
        ]
    return render_template(
        "studio_review.html",
        review=review,
        row=row,
        file=file,
        files=[_told(each.path, each.before, each.content) for each in review.files],
        shown=told,
        changed=changed,
        rest=rest,
        called=lambda each: _called(named.get(each.file_name, {}).get(each.element), each.element),
        errors=errors,
        effects=effects,
        findings=flow().studio.check_together(review.contents, actor=actor()),
        blocking=blocking,
        finding_at=lambda finding: (
            _in_editor(finding, {each.file_name: each.copy for each in row.files})
            if row.owner == actor().id and row.status != "deployed"
            else _to_comment(row, finding, named)
        ),
        is_mine=row.owner == actor().id,
        chosen=typed.get("element") or request.args.get("element", ""),
        typed=typed,
        is_overtaken=is_overtaken,
        status=status,
        comment_at=lambda element: url_for(
            "studio_reviews.show", id=row.id, fil=file.path, element=element, _anchor="ny-kommentar"
        ),
    )


def _in_editor(finding: Finding, own: Mapping[str, int]) -> str:
    """The place in the editor; `own` are the drafts that are looked at (path -> copy)."""
    if not is_studio_file(finding.file):
        return ""
    return url_for(
        "studio.edit",
        path=finding.file,
        kopi=own.get(finding.file) or None,
        element=finding.element,
        linje=finding.line,
    )


def _to_comment(row: ReviewRow, finding: Finding, named: Mapping[str, Mapping[str, Place]]) -> str:
    """Where somebody else's draft can be commented on there; nothing for a file that is not reviewed."""
    if finding.file not in named:
        return ""
    element = finding.element if finding.element in named[finding.file] else None
    return url_for(
        "studio_reviews.show", id=row.id, fil=finding.file, element=element, _anchor="ny-kommentar"
    )


def _finding_place(finding: Finding) -> str:
    """The file, what is called what there, and the line."""
    called = finding.element_name or finding.element or ""
    line = gettext("linje {number}").format(number=finding.line) if finding.line else ""
    return ", ".join(part for part in (finding.file, called, line) if part)


def _places(path: str, content: bytes) -> dict[str, Place]:
    """What can be commented on; of what cannot be read, nothing."""
    try:
        return {place.id: place for place in places(path, content)}
    except InvalidDefinition:
        return {}


def _called(place: Place | None, element: str) -> str:
    if not element:
        return gettext("Hele filen")
    return element if place is None else place_in_words(place, current())


def _titles() -> tuple[str, str]:
    return gettext("I drift"), gettext("Kladde")


def status(code: str) -> str:
    return {
        "asked": gettext("Til gennemsyn"),
        "approved": gettext("Godkendt"),
        "sent_back": gettext("Sendt tilbage"),
        "withdrawn": gettext("Trukket tilbage"),
        "voided": gettext("Bortfaldet: kladden er ændret"),
        "outdated": gettext("Bortfaldet: en nyere udgave er i drift"),
        "deployed": gettext("Sat i drift"),
    }.get(code, code)


def review_title(row: ReviewRow) -> str:
    """Which files it is of: the first one, and how many more."""
    if len(row.files) < 2:
        return row.file_name
    return gettext("{file} og {number} til").format(file=row.file_name, number=len(row.files) - 1)


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    return {
        "place_in_words": lambda place: place_in_words(place, current()),
        "review_title": review_title,
        "finding_place": _finding_place,
    }
