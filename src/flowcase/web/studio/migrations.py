"""Flyt forløb: which running instances could follow a new version, what that means, and the move itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from flowcase.access.permissions import may_migrate
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.services.operating.migrations import Item, MappingRefused
from flowcase.services.second_person import NeedsAnother
from flowcase.web.language import gettext
from flowcase.web.pictures import diagram_drawing
from flowcase.web.session import actor, flow
from flowcase.web.studio.mapping_rows import chosen_pairs, mapping_rows, refusals
from flowcase.web.words.move_words import STATUSES, VERDICTS, in_words
from flowcase.web.words.reasons import reason_problem

blueprint = Blueprint("migrations", __name__, url_prefix="/studie/flyt")

ADDED = "added"  # mark of an element that only the new version has
EXAMPLES = 5  # instances that are named for one verdict
ACTS = ("koer", "bed", "pause", "genoptag", "fortryd")


@blueprint.before_request
def _only_who_may() -> None:
    if current_user.is_authenticated and not may_migrate(actor()):
        raise Forbidden("move process instances", "only process owners and operators may")


@blueprint.get("")
@login_required
def index() -> Any:
    """Every process of which instances run in an older version, and the moves there were."""
    newest = {row.process: row for row in flow().deployments.definitions()}
    behind = []
    for process, row in newest.items():
        running = flow().migrations.running(process, actor=actor())
        older = {version: number for version, number in running.items() if version < row.version}
        if older:
            behind.append((row, older, running.get(row.version, 0)))
    return render_template(
        "migrations.html",
        behind=behind,
        plans=flow().migrations.list(actor=actor()),
        names={process: row.name for process, row in newest.items()},
        status=_status,
    )


@blueprint.route("/<process>/<int:fra>/<int:til>", methods=["GET", "POST"])
@login_required
def plan(process: str, fra: int, til: int) -> Any:
    """The mapping as a table; POST keeps a plan and shows its verdicts."""
    proposal = flow().migrations.propose(f"{process}:{fra}", f"{process}:{til}", actor=actor())
    mapping: Mapping[str, str] = proposal.mapping
    wrong: list[str] = []
    reason = request.form.get("begrundelse", "")
    if request.method == "POST":
        mapping = {key: value for key, value in chosen_pairs(proposal).items() if value is not None}
        try:
            id = flow().migrations.plan(
                proposal.source, proposal.target, mapping, reason=reason, actor=actor()
            )
            flow().migrations.preview(id, actor=actor())
            return redirect(url_for("migrations.show", id=id))
        except MappingRefused as refused:
            wrong = refusals(refused, proposal)
        except Refused as refused:
            wrong = [reason_problem(reason) or refused.because]
    page = render_template(
        "migration_plan.html",
        proposal=proposal,
        versions=(fra, til),
        rows=mapping_rows(proposal, mapping),
        wrong=wrong,
        reason=reason,
        old_drawing=_drawing(process, fra, dict.fromkeys(proposal.waiting, diagram_drawing.HERE)),
        new_drawing=_drawing(
            process, til, dict.fromkeys(set(proposal.new.elements) - set(mapping.values()), ADDED)
        ),
    )
    return (page, HTTPStatus.UNPROCESSABLE_ENTITY) if wrong else page


@blueprint.get("/plan/<id>")
@login_required
def show(id: str) -> Any:
    """The verdicts, how far the move is, and what can be done with it."""
    seen = flow().migrations.get(id, actor=actor())
    proposal = flow().migrations.definitions_of(id, actor=actor())
    groups = _groups(flow().migrations.items(id, actor=actor()), *proposal)
    examples = [item.instance for *_, items in groups for item in items]
    return render_template(
        "migration.html",
        plan=seen,
        groups=groups,
        named=flow().instances.named(examples, actor=actor()),
        name=proposal[1].called,
        status=_status,
        examples=EXAMPLES,
        versions=[each.rpartition(":")[2] for each in (seen.row.source, seen.row.target)],
        waits_for_another=flow().migrations.waits_for_another(seen.row, actor=actor()),
    )


@blueprint.post("/plan/<id>/<act>")
@login_required
def act(id: str, act: str) -> Any:
    """Begin, ask another to begin, pause, go on or take back."""
    moves, reason = flow().migrations, request.form.get("begrundelse", "")
    if act not in ACTS:
        raise NotFound("act", act)
    try:
        if act == "koer":
            moves.run(id, actor=actor())
        elif act == "bed":
            moves.ask_another(id, actor=actor())
            flash(gettext("Procesejerne har fået besked om, at flytningen venter på en anden."), "success")
        elif act == "pause":
            moves.pause(id, actor=actor())
        elif act == "genoptag":
            moves.resume(id, actor=actor())
        else:
            moves.undo(id, reason=reason, actor=actor())
    except Conflict:
        flash(gettext("Flytningen er kommet længere imens. Se, hvordan den står nu."), "warning")
    except NeedsAnother:
        flash(gettext("En anden end den, der planlagde flytningen, skal sætte den i gang."), "warning")
    except Refused:
        flash(reason_problem(reason), "error")
    return redirect(url_for("migrations.show", id=id))


def _status(code: str) -> str:
    return gettext(STATUSES.get(code, code))


def _groups(items: Any, old: Any, new: Any) -> list[tuple[str, str, int, list[Item]]]:
    """(status, verdict in words, number, a few of them); refusals first, then the many."""
    number: Counter[tuple[str, str, str]] = Counter()
    some: dict[tuple[str, str, str], list[Item]] = {}
    for item in items:
        kind = item.verdict.kind if item.verdict else ""
        key = (item.status, kind, _verdict(item, old, new))
        number[key] += 1
        if len(some.setdefault(key, [])) < EXAMPLES:
            some[key].append(item)
    ordered = sorted(number, key=lambda key: (key[1] != "refused", -number[key], key[2]))
    return [(key[0], key[2], number[key], some[key]) for key in ordered]


def _verdict(item: Item, old: Any, new: Any) -> str:
    if item.verdict is None:
        return gettext("ikke set på endnu")
    words = "; ".join(in_words(each, old, new) for each in item.verdict.reasons)
    kind = gettext(VERDICTS[item.verdict.kind])
    if item.verdict.kind == "refused":
        return gettext("{verdict}, fordi {reasons}").format(verdict=kind, reasons=words)
    return f"{kind}, {words}" if words else kind


def _drawing(process: str, version: int, states: Mapping[str, str]) -> Any:
    return diagram_drawing.drawn(flow().deployments.source(process, version), states)
