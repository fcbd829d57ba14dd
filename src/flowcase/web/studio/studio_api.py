"""What the editors of the studio ask for while somebody works: check, keep the draft, deploy.

They belong to the pages: a signed-in person with a CSRF token, never a program with an API token.
"""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, jsonify, request, url_for
from flask_login import current_user, login_required

from flowcase.access.permissions import may_edit_processes
from flowcase.errors import Conflict, Forbidden, InvalidDefinition, InvalidValues
from flowcase.modeling import Finding
from flowcase.services.studio.reviews import NotApproved
from flowcase.services.studio.studio import blocking
from flowcase.services.studio.studio_files import MAX_BYTES
from flowcase.web.language import current, gettext
from flowcase.web.session import actor, flow
from flowcase.web.studio.file_tables import table
from flowcase.web.studio.studio import names_to_choose
from flowcase.web.studio.studio_trials import trial_in_words
from flowcase.web.words import rules_in_danish
from flowcase.web.words.deployment_words import AS_IT_WAS, effects_in_words, not_approved_in_words
from flowcase.web.words.findings_in_danish import finding_words
from flowcase.web.words.presenting import clock, instant, person

blueprint = Blueprint("studio_api", __name__, url_prefix="/api/studio")

_ROOM = 64 * 1024  # for everything in a request but the file itself


@blueprint.before_request
def limit_size() -> None:
    """2 MB a file; JSON may write each line break and quote in it with two bytes."""
    request.max_content_length = MAX_BYTES * 2 + _ROOM


@blueprint.before_request
def ask_who() -> None:
    """Who may not draw is told so before anything that was sent is read."""
    if current_user.is_authenticated and not may_edit_processes(actor()):
        raise Forbidden("use the studio", "only a process owner may")


@blueprint.post("/check")
@login_required
def check() -> Any:
    """The findings of `flowcase check`, at their elements and lines."""
    asked = _asked()
    findings = flow().studio.check(asked["file"], asked["content"], actor=actor())
    return jsonify(findings=[_said(finding) for finding in findings], blocking=blocking(findings))


@blueprint.post("/draft")
@login_required
def save() -> Any:
    """Keep what was typed, faulty or not."""
    asked = _asked()
    saved = flow().kept_drafts.save(
        asked["file"],
        asked["content"],
        copy=asked["copy"],
        seen=asked["seen"],
        based_on=asked["based_on"],
        begun_from=(asked["from_owner"], asked["from_copy"] or 0) if asked["from_owner"] else None,
        actor=actor(),
    )
    return jsonify(
        copy=saved.copy,
        seen=saved.hash,
        savedAt=clock(saved.updated_at),
        wasSetAside=saved.was_set_aside,
        inForce=saved.in_force,
        choose=url_for("studio_drafts.compare", path=asked["file"], kopi=saved.copy or None),
        others=[
            {
                "name": person(row.owner),
                "at": instant(row.updated_at),
                "href": url_for("studio.edit", path=row.file_name, fra=row.owner, kopi=row.copy),
            }
            for row in saved.others
        ],
    )


@blueprint.post("/table")
@login_required
def draw_table() -> Any:
    """A scenario or a rule set as a table, after what a form of it changes; nothing is kept."""
    asked = _asked()
    made = table(asked["file"], asked["content"].decode(), _sent())
    told = {"content": made.content, "html": made.html, "opened": made.opened, "errors": dict(made.errors)}
    return jsonify(**told, words=made.words, trouble=made.trouble)


@blueprint.post("/trial")
@login_required
def trial() -> Any:
    """Play a scenario as it stands in the editor."""
    asked = _asked()
    try:
        row = flow().scenario_trials.play_text(asked["file"], asked["content"], actor=actor())
    except Conflict:
        words = gettext("En anden prøve er i gang på serveren. Vent et øjeblik, og prøv igen.")
        return jsonify(words=words), HTTPStatus.CONFLICT
    return jsonify(words=trial_in_words(row), passed=row.passed)


def _sent() -> dict[str, str]:
    """The fields of a form that a script sends."""
    body = request.get_json(silent=True)
    fields = body.get("fields") if isinstance(body, dict) else None
    given = fields if isinstance(fields, dict) else {}
    return {str(name): value for name, value in given.items() if isinstance(value, str)}


@blueprint.post("/discard")
@login_required
def discard() -> Any:
    """Throw one's own draft away."""
    asked = _asked()
    flow().kept_drafts.discard(asked["file"], copy=asked["copy"], actor=actor())
    return jsonify(next=url_for("studio.index"))


@blueprint.post("/presence")
@login_required
def presence() -> Any:
    """Say that the file is open here; the names of who else has it open."""
    others = flow().presences.note_file(_asked()["file"], actor=actor())
    return jsonify(others=[person(id) for id in others])


@blueprint.post("/names")
@login_required
def names() -> Any:
    """What the editor offers to choose from, as it is by now: another window may have begun a form."""
    return jsonify(names_to_choose(_asked()["file"]))


@blueprint.post("/effects")
@login_required
def effects() -> Any:
    """What putting the file into force means for what runs, in words."""
    asked = _asked()
    found = flow().deployment_effects.of(asked["file"], asked["content"], actor=actor())
    return jsonify(lines=effects_in_words(found), href=url_for("migrations.index"))


@blueprint.post("/deploy")
@login_required
def deploy() -> Any:
    """Put the file into force; 422 with the findings when one of them blocks."""
    asked = _asked()
    try:
        made = flow().studio.deploy(
            asked["file"],
            asked["content"],
            note=asked["note"] or "",
            replaces=asked["based_on"],
            copy=asked["copy"],
            actor=actor(),
        )
    except NotApproved as refused:
        ask = url_for("studio_reviews.ask", path=asked["file"], kopi=asked["copy"] or None)
        words = not_approved_in_words(refused)
        return jsonify(approval=refused.code, detail=words, href=ask), HTTPStatus.CONFLICT
    except InvalidDefinition as refused:
        said = [_said(finding) for finding in refused.findings]
        return jsonify(findings=said, blocking=blocking(refused.findings)), 422
    brought = [*made.definitions, *made.resources]
    told = made.id if brought else AS_IT_WAS
    return jsonify(
        deployment=made.id, brought=brought, next=url_for("studio.edit", path=asked["file"], sat=told)
    )


def _asked() -> dict[str, Any]:
    """The request's fields, each of its type. Raises InvalidValues."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidValues("the request", {"": ["Forespørgslen er ikke JSON."]})
    wrong = {
        name: ["Feltet mangler eller har en forkert type."]
        for name, kinds in _FIELDS.items()
        if not isinstance(body.get(name), kinds) or isinstance(body.get(name), bool)
    }
    if wrong:
        raise InvalidValues("the request", wrong)
    asked = {name: body.get(name) for name in _FIELDS}
    try:
        content = body["content"].encode()
    except UnicodeEncodeError:
        raise InvalidValues("the request", {"content": ["Teksten er ikke gyldig Unicode."]}) from None
    if len(content) > MAX_BYTES:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return {**asked, "content": content, "copy": asked["copy"] or 0}


_NONE = type(None)
_FIELDS: dict[str, tuple[type, ...]] = {
    "file": (str,),
    "content": (str,),
    "copy": (int, _NONE),
    "seen": (str, _NONE),
    "based_on": (str, _NONE),
    "note": (str, _NONE),
    "from_owner": (str, _NONE),
    "from_copy": (int, _NONE),
}


def _said(finding: Finding) -> dict[str, Any]:
    said = finding_words(finding)
    return {
        **asdict(finding),
        "severity": finding.severity.value,
        "page": url_for("studio.rule", rule=finding.rule),
        "words": str(said),
        "language": said.language,
        "title": rules_in_danish.title_of(finding.rule) if current() == "da" else "",
    }
