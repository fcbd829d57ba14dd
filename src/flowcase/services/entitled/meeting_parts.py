"""Who has a part in a meeting: named on it, invited to it, who convenes it, and whose case it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowcase import engine
from flowcase.access.actor import Actor
from flowcase.modeling import CaseTarget, Form
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import daily_parts
from flowcase.services.entitled.case_access import may_see_of
from flowcase.services.rule_sets import RuleSets
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import records as record_rows
from flowcase.store.queries.records import RecordRow
from flowcase.store.queries.user_tasks import AnyTaskRow
from flowcase.values import Value

MEETING, INVITATION, DAILY = "Moede", "Invitation", "dagsmoede"
ITEM = "Dagsordenspunkt"
CONFERENCE, COUNCIL = "koordineringskonference", "kreativt_raad"
INVITED = "inviteret"
MEETING_VARIABLES = ("moede_id", "raad_id")  # by which diagrams name the meeting that they hold
_NAMED = ("indkalder", "moedeleder", "referent", "medleder")
_LISTED = ("inviterede", "til_stede", "frontpersonale", "forebyggende", "familieteam")
_KINDS, _CONFERENCES = "moede_slags", "konference_indkaldere"  # tables
_OF_THE_CASE = "sagens_team"


def written_by(form: Form | None, variables: Mapping[str, Value]) -> str | None:
    """The meeting that a user task with this form writes itself; who sees to an agreement writes none."""
    return next(filter(None, map(variables.get, MEETING_VARIABLES)), None) if writes(form) else None


def writes(form: Form | None) -> bool:
    """Whether answers of the form go into a meeting or its agenda."""
    targets = [target for asked in form.targeted() for target in asked.targets] if form else []
    return any(isinstance(target, CaseTarget) and target.entity in (MEETING, ITEM) for target in targets)


def named_by(tx: Tx, definitions: Definitions, row: AnyTaskRow) -> frozenset[str] | None:
    """The meetings that the variables of an open user task name; None where they tell nothing any more."""
    instance = tx.look(row.instance)
    if not isinstance(instance.state, bytes):
        return None
    definition = definitions.process(tx, instance.definition)
    seen = engine.State.from_bytes(instance.state, definition).visible_variables(row.element_instance)
    return frozenset(str(seen[name]) for name in MEETING_VARIABLES if seen.get(name))


def invited_to(tx: Tx, actor: Actor, meetings: Iterable[str]) -> frozenset[str]:
    """Those of the meetings that the actor is invited to, by name or by a group."""
    mine = {actor.id, *actor.groups}
    sent = sent_to(tx, meetings)
    return frozenset(meeting for meeting, guests in sent.items() if mine & guests)


def sent_to(tx: Tx, meetings: Iterable[str]) -> Mapping[str, set[str]]:
    """Who is invited to each of the meetings; one to which nobody is invited (yet) is not among them."""
    found: dict[str, set[str]] = {}
    for row in record_rows.records_among(tx, INVITATION, "moede_id", sorted(meetings)):
        if row.open.get("status") == INVITED:
            found.setdefault(str(row.open["moede_id"]), set()).add(str(row.open.get("modtager")))
    return found


def invitations_of(tx: Tx, row: RecordRow) -> Sequence[RecordRow]:
    """Of one meeting; they lie beside it."""
    return record_rows.records(tx, entity=INVITATION, stream=row.stream, k0={"moede_id": row.id})


def is_theirs(tx: Tx, definitions: Definitions, row: RecordRow, actor: Actor, invited: Iterable[str]) -> bool:
    """Whether it belongs in the actor's week: a part in it, or the case is theirs."""
    if row.id in set(invited) or is_named(row, actor):
        return True
    if row.open.get("slags") == DAILY:
        return daily_parts.takes_part(tx, definitions, row, actor)
    case = case_files.case(tx, row.case_code) if row.case_code else None
    return case is not None and actor.id in case.caseworkers


def convenes(tx: Tx, rule_sets: RuleSets, row: RecordRow, actor: Actor, district: str | None) -> bool:
    """Whether a conference is the actor's to call together, in their district where they have one."""
    held_in = row.open.get("distrikt")
    if row.open.get("slags") != CONFERENCE or (district and held_in and held_in != district):
        return False
    return bool(conveners(tx, rule_sets, row) & actor.groups)


def is_named(row: RecordRow, actor: Actor) -> bool:
    """Named on the meeting itself: convenes, chairs, writes, is on its list, or was there."""
    values: Any = row.open
    named = {values.get(name) for name in _NAMED}
    named |= {one for name in _LISTED for one in values.get(name) or []}
    return bool({actor.id, *actor.groups} & named)


def conveners(tx: Tx, rule_sets: RuleSets, row: RecordRow) -> frozenset[str]:
    """The groups that convene a meeting of this kind; of the case's team only where it has one."""
    case = case_files.case(tx, row.case_code) if row.case_code else None
    pin = None if case is None else case.pin
    kind = row.open.get("slags")
    if kind == CONFERENCE:
        asked = {"type": row.open.get("type"), "omraade": row.open.get("omraade")}
        answer: Any = rule_sets.table(tx, _CONFERENCES, pin).evaluate(asked, tx.now).value
    else:
        answer = rule_sets.table(tx, _KINDS, pin).evaluate({"slags": kind}, tx.now).value
    named = answer.get("indkaldere") or [] if isinstance(answer, dict) else []
    team = case.team if case is not None else None
    return frozenset(filter(None, (team if each == _OF_THE_CASE else str(each) for each in named)))


def participates(
    row: RecordRow, actor: Actor, invitations: Sequence[RecordRow], convening: frozenset[str]
) -> bool:
    """Whether the words of the meeting are for the actor, as far as consent covers each item."""
    mine = {actor.id, *actor.groups}
    asked = {each.open.get("modtager") for each in invitations if each.open.get("status") == INVITED}
    return actor.kind == "system" or is_named(row, actor) or bool(mine & (asked | convening))


def names_case(tx: Tx, row: RecordRow, actor: Actor) -> bool:
    """Whether the actor is told which case it is about: an anonymous meeting tells nobody outside (R-099)."""
    return not is_unnamed(row) or may_open(tx, row, actor)


def is_unnamed(row: RecordRow) -> bool:
    """Whether it is held anonymously, or may yet be: of a council that is known after its circle (R-099)."""
    is_anonymous = row.open.get("anonymt")
    return is_anonymous is True or (row.open.get("slags") == COUNCIL and is_anonymous is None)


def may_open(tx: Tx, row: RecordRow, actor: Actor) -> bool:
    """Whether the actor may see the case that the meeting is about."""
    return may_see_of(tx, row.case_code, actor)
