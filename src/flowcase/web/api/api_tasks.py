"""Notifications come in; user tasks are listed, claimed, released and completed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import marshmallow as ma

from flowcase import errors
from flowcase.access.permissions import may_deliver_notifications
from flowcase.history.exports.plain import jsonable
from flowcase.modeling.form import Form
from flowcase.services.choosing.rule_hits import Hit
from flowcase.services.forms import form_values
from flowcase.services.tasks.asked import Asked
from flowcase.services.tasks.inboxes import Order
from flowcase.services.tasks.user_task_moves import HIGHEST, LONGEST_REASON, LOWEST
from flowcase.values import Variables
from flowcase.web.api.api_frame import Unread, as_sent, blueprint, caller, instant, mark_of, needs
from flowcase.web.forms import form_notes
from flowcase.web.forms.api_pages import Found, PageIn, PlaceField, paged
from flowcase.web.session import flow
from flowcase.web.tasks import inbox_addresses
from flowcase.web.tasks.inbox_addresses import LONGEST, MOST_FACTS


class NotificationIn(ma.Schema):
    """The keys of form F-A1, and `underretning_id`: the sender's own number, which counts once."""

    class Meta:
        unknown = ma.INCLUDE

    underretning_id = ma.fields.String(
        validate=ma.validate.Length(min=1, max=100), metadata={"example": "skole-12-2026-0042"}
    )
    modtaget = ma.fields.String(metadata={"example": "2026-03-27T16:40+01:00"})


class NotificationOut(ma.Schema):
    underretning_id = ma.fields.String(required=True)
    is_new = ma.fields.Boolean(required=True, metadata={"description": "False when it was known already."})


class UserTaskOut(ma.Schema):
    id = ma.fields.String(metadata={"example": "0197f0a2c3d4.t7"})
    process = ma.fields.String(metadata={"example": "underretning"})
    element = ma.fields.String(metadata={"example": "vurder"})
    name = ma.fields.String()
    form = ma.fields.String(allow_none=True)
    case_code = ma.fields.String(allow_none=True, metadata={"example": "SAG-2601"})
    assignee = ma.fields.String(allow_none=True)
    owner = ma.fields.String(
        allow_none=True,
        metadata={"description": "Who delegated it to the assignee, answers for it and completes it."},
    )
    candidate_groups = ma.fields.List(ma.fields.String())
    due_at = instant(allow_none=True)
    priority = ma.fields.Integer(metadata={"description": "0 to 100, the higher first; 50 is the ordinary."})
    is_suspended = ma.fields.Boolean(
        metadata={"description": "Its process instance is: it can be completed once that is resumed."}
    )


class FieldOut(ma.Schema):
    key = ma.fields.String(metadata={"example": "akut"})
    label = ma.fields.String()
    type = ma.fields.String()


class UserTaskWithFormOut(UserTaskOut):
    """A user task as its page shows it to this account, without what lies behind consent."""

    status = ma.fields.String(metadata={"example": "open"})
    instruction = ma.fields.String()
    may_complete = ma.fields.Boolean()
    fields_ = ma.fields.List(ma.fields.Nested(FieldOut), data_key="fields", attribute="fields_")
    values = ma.fields.Dict(metadata={"description": "What is filled in already, by key."})


class TaskPageIn(PageIn):
    """Pages of an inbox."""

    after = PlaceField(partial(inbox_addresses.place_from, order=Order.RECEIVED))
    words = ma.fields.String(
        load_default="",
        validate=ma.validate.Length(max=LONGEST),
        metadata={
            "description": "Up to five: each stands in the name of the task or its process, or begins the "
            "case's code or one of its facts.",
            "example": "vurdér",
        },
    )
    fact = ma.fields.List(
        ma.fields.String(validate=ma.validate.Length(min=1, max=LONGEST)),
        load_default=list,
        validate=ma.validate.Length(max=MOST_FACTS),
        metadata={
            "description": "Facts that the case has all of, each with its `value`.",
            "example": ["team"],
        },
    )
    value = ma.fields.List(
        ma.fields.String(validate=ma.validate.Length(min=1, max=LONGEST)),
        load_default=list,
        validate=ma.validate.Length(max=MOST_FACTS),
        metadata={"description": "What each fact is.", "example": ["familieteam_syd"]},
    )

    @ma.validates_schema
    def _both_or_none(self, data: dict[str, Any], **kwargs: Any) -> None:
        facts, values = len(data["fact"]), len(data["value"])
        if facts != values:
            missing = "value" if facts > values else "fact"
            raise ma.ValidationError("Expected as many facts as values.", missing)


class TaskPriorityIn(ma.Schema):
    priority = ma.fields.Integer(
        required=True, strict=True, validate=ma.validate.Range(LOWEST, HIGHEST), metadata={"example": 75}
    )
    reason = ma.fields.String(
        load_default="",
        validate=ma.validate.Length(max=LONGEST_REASON),
        metadata={"description": "Needed unless an ordinary one is raised; kept in the history."},
    )


class CompletionIn(ma.Schema):
    values = ma.fields.Dict(
        keys=ma.fields.String(),
        load_default=dict,
        metadata={"description": "Form values by key.", "example": {"akut": "nej"}},
    )
    seen = ma.fields.List(
        ma.fields.String(validate=ma.validate.Length(min=1, max=300)),
        load_default=list,
        validate=ma.validate.Length(max=200),
        metadata={
            "description": "Marks of the `warnings` that somebody has read, from the refusal that told them.",
            "example": ["D-08.5f3a90c1"],
        },
    )


class DelegationIn(ma.Schema):
    to = ma.fields.String(
        required=True,
        validate=ma.validate.Length(min=1, max=200),
        metadata={"description": "The colleague's user name.", "example": "omar.syd"},
    )
    reason = ma.fields.String(load_default="", validate=ma.validate.Length(max=LONGEST_REASON))


@blueprint.route("/notifications", methods=["POST"])
@needs("notifications:write")
@blueprint.arguments(NotificationIn)
@blueprint.response(201, NotificationOut)
@blueprint.alt_response(200, schema=NotificationOut, description="It was known already; nothing was added.")
def receive(values: dict[str, Any]) -> Any:
    """Take in one notification, whole or not at all."""
    if not may_deliver_notifications(caller()):
        raise errors.Forbidden("take in a notification", "this account may not")
    received = flow().notifications.receive(values, source="api", actor=caller())
    answer = {"underretning_id": received.underretning_id, "is_new": received.is_new}
    return answer, HTTPStatus.CREATED if received.is_new else HTTPStatus.OK


@blueprint.route("/user-tasks", methods=["GET"])
@needs("tasks:read")
@blueprint.arguments(TaskPageIn, location="query")
@blueprint.response(200, UserTaskOut(many=True))
def user_tasks(asked: dict[str, Any]) -> Any:
    """Open user tasks that this account may work on, oldest first, a page at a time.

    Narrowed by `words`, and by up to four facts of the case together, as *Mine opgaver* is. A fact by which
    this account may not look is refused. When there are more, header `Link` has the address of the next page
    (`rel="next"`).
    """
    if set(asked["fact"]) - set(known := flow().inboxes.facts_to_find(caller()) if asked["fact"] else []):
        said = f"Expected one of: {', '.join(known)}." if known else "This account may not look for facts."
        raise errors.InvalidValues("a list of user tasks", {"fact": [said]})
    facts = tuple(zip(asked["fact"], asked["value"], strict=True))
    every = Asked(order=Order.RECEIVED, with_put_off=True, facts=facts, words=asked["words"])

    def find(after: Any, limit: int) -> Found:
        page = flow().inboxes.page(caller(), every, after=after, limit=limit)
        if asked["words"]:
            codes = sorted({row.case_code for row in page.rows if row.case_code})
            flow().reading_log.note_search(asked["words"], codes, page="api", actor=caller())
        return page.rows, page.following

    return paged(asked, find, token=inbox_addresses.token_of)


@blueprint.route("/user-tasks/<id>", methods=["GET"])
@needs("tasks:read")
@blueprint.response(200, UserTaskWithFormOut)
def user_task(id: str) -> Any:
    """A user task with its form; reading it is noted in the case."""
    task = flow().user_tasks.get(id, actor=caller())
    flow().reading_log.note(task.of_case, page="user_task", user_task=id, actor=caller())
    fields = [] if task.form is None else [each for each in task.form.fields if each.key]
    return {
        **task.row._asdict(),
        "instruction": task.instruction,
        "may_complete": task.may_complete,
        "fields_": [{"key": each.key, "label": each.label or "", "type": each.type} for each in fields],
        "values": jsonable(dict(task.prefilled)),
    }


@blueprint.route("/user-tasks/<id>/claim", methods=["POST"])
@needs("tasks:write")
@blueprint.response(204)
def claim(id: str) -> Any:
    """Take a user task, so that nobody else does the same."""
    flow().user_tasks.claim(id, actor=caller())


@blueprint.route("/user-tasks/<id>/unclaim", methods=["POST"])
@needs("tasks:write")
@blueprint.response(204)
def unclaim(id: str) -> Any:
    """Give a user task back to everybody who may do it."""
    flow().user_tasks.unclaim(id, actor=caller())


@blueprint.route("/user-tasks/<id>/delegate", methods=["POST"])
@needs("tasks:write")
@blueprint.arguments(DelegationIn)
@blueprint.response(204)
def delegate(body: dict[str, Any], id: str) -> Any:
    """Lend a user task to a colleague who may do it; this account stays its owner and completes it."""
    with as_sent(kollega="to", begrundelse="reason"):
        flow().delegations.delegate(id, body["to"], reason=body["reason"], actor=caller())


@blueprint.route("/user-tasks/<id>/give-back", methods=["POST"])
@needs("tasks:write")
@blueprint.response(204)
def give_back(id: str) -> Any:
    """Resolve a delegated user task: its owner has it again, with the draft of this account."""
    flow().delegations.give_back(id, actor=caller())


@blueprint.route("/user-tasks/<id>/take-back", methods=["POST"])
@needs("tasks:write")
@blueprint.response(204)
def take_back(id: str) -> Any:
    """Take a delegated user task back from its delegate, who keeps a copy of the draft."""
    flow().delegations.take_back(id, actor=caller())


@blueprint.route("/user-tasks/<id>/prioritise", methods=["POST"])
@needs("tasks:write")
@blueprint.arguments(TaskPriorityIn)
@blueprint.response(204)
def prioritise(body: dict[str, Any], id: str) -> Any:
    """Set the priority of a user task by hand, as whoever may give it away."""
    with as_sent(prioritet="priority", begrundelse="reason"):
        flow().user_task_moves.prioritise(id, body["priority"], reason=body["reason"], actor=caller())


@blueprint.route("/user-tasks/<id>/complete", methods=["POST"])
@needs("tasks:write")
@blueprint.arguments(CompletionIn)
@blueprint.response(204)
def complete(body: dict[str, Any], id: str) -> Any:
    """Complete a user task; nothing is stored when a value or a rule is in the way.

    What is warned of on the page is warned of here: refused (422) with `warnings`, each with a `mark`. Send
    the same once more with the marks in `seen` when somebody has read them and it is meant so.
    """
    attempt, seen, values = f"complete user task '{id}'", set(body["seen"]), body["values"]

    def unread(hits: Sequence[Hit]) -> list[Hit]:
        return [hit for hit in hits if mark_of(hit) not in seen]

    def look_again(hits: Sequence[Hit]) -> None:
        if fresh := unread(hits):
            raise Unread(attempt, fresh)

    def read(form: Form | None, facts: Variables) -> dict[str, Any]:
        if form is not None:
            now = flow().clock.now()
            form_values.validate(form, values, facts=facts, now=now)  # what is wrong is told first
            look_again(form_notes.slips_in(form, values, facts=facts, now=now))
        return dict(values)

    try:
        flow().user_tasks.complete(id, read, look_again=look_again, actor=caller())
    except Unread as error:
        # With what the tables warn of, or bar, where a field stopped it first: all of it in one go.
        more = unread(flow().user_tasks.rehearse(id, values, actor=caller()).warnings)
        raise Unread(attempt, list(dict.fromkeys([*error.hits, *more]))) from None
