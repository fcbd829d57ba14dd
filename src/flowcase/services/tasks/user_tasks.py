"""User tasks: who may work on which, claiming, drafts, and completing with validated values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowcase import engine, events, model
from flowcase.access.actor import Actor
from flowcase.access.permissions import SUPPLIER
from flowcase.cases.entities import DataClass, entity
from flowcase.errors import Conflict, Erased
from flowcase.modeling import Form
from flowcase.modeling.definition import Element
from flowcase.modeling.form import CaseTarget, Field
from flowcase.services.behind import Behind, ReadLater
from flowcase.services.case_files import disclosure
from flowcase.services.casework.case_work import CaseWork
from flowcase.services.choosing import form_records
from flowcase.services.choosing.choices import choices_for
from flowcase.services.choosing.form_facts import form_facts
from flowcase.services.choosing.rule_hits import ACTOR, Hit, asked, hits_in, refused
from flowcase.services.entitled import meeting_parts, supplier_scope
from flowcase.services.entitled.candidates import (
    check_candidate,
    existing,
    is_candidate,
    is_free_for,
    opened,
    opened_with_form,
)
from flowcase.services.entitled.unnamed_cases import may_be_of_a_meeting, told_to
from flowcase.services.forms import form_sentences, form_values
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.what_follows import Following, following, waits_for_others
from flowcase.services.staffing.deputies import taken_over
from flowcase.services.tasks.delegations import check_not_delegated
from flowcase.services.tasks.drafts import Begun, check_not_saved_elsewhere, draft_of, keep_draft
from flowcase.services.tasks.which_meeting import WhichMeeting, meetings_of
from flowcase.services.transactions import Transactions
from flowcase.store import LockedInstance, Tx, tables
from flowcase.store.queries import user_tasks as queries
from flowcase.store.queries.user_tasks import Key, UserTaskRow
from flowcase.values import Value, from_json, to_json

OpenCaseWork = Callable[[Tx, LockedInstance, str], CaseWork]
LookAgain = Callable[[Sequence[Hit]], None]
Sent = Mapping[str, Any] | Callable[[Form | None, Mapping[str, Value]], Mapping[str, Any]] | None


@dataclass(frozen=True)
class UserTask:
    """A user task with its form and everything that the form's expressions may read."""

    row: UserTaskRow
    form: Form | None
    facts: Mapping[str, Value]  # variables visible at the user task, and facts of the case
    prefilled: Mapping[str, Value]  # what is known already, by form key
    instruction: str
    may_complete: bool
    panel: str = ""  # what the diagram wants shown beside the form
    follows: tuple[Following, ...] = ()  # what comes after it, by the diagram
    waits_for_others: bool = False  # it is one of several, and the flow goes on after all of them
    view: disclosure.View = field(default_factory=lambda: disclosure.View({}))  # what this actor may see
    is_suspended: bool = False  # its instance is: nobody completes it before that is resumed
    meeting: str | None = None  # which it plans, holds or writes the minutes of
    which_meeting: WhichMeeting | None = None  # that it is about, outside of any case
    of_case: str | None = None  # for the log; the row's case is left out where this actor is not told it

    def __getattr__(self, name: str) -> Any:
        """The row's fields are the user task's own."""
        return getattr(object.__getattribute__(self, "row"), name)


@dataclass(frozen=True)
class Earlier:
    """A user task of the same flow that was completed, with the values that its fields have now."""

    name: str
    by: str | None
    at: dt.datetime | None
    answers: tuple[tuple[Field, Value], ...]


@dataclass(frozen=True)
class Rehearsal:
    """Values that would be taken, and what would be said about them."""

    values: Mapping[str, Value]
    warnings: tuple[Hit, ...]


class UserTasks:
    def __init__(
        self, transactions: Transactions, advancing: Advancing, open_case_work: OpenCaseWork
    ) -> None:
        self._transactions, self._advancing = transactions, advancing
        self._open_case_work = open_case_work

    # --- looking -----------------------------------------------------------------------------------

    def inbox(self, actor: Actor, *, after: Key | None = None, limit: int | None = None) -> list[UserTaskRow]:
        """Open user tasks of the actor, of whom the actor stands in for, and of the actor's groups.

        Oldest first.
        """

        def work(tx: Tx) -> list[UserTaskRow]:
            rows = _offered(tx, actor, after, limit)
            more = [row for row in taken_over(tx, actor) if after is None or (row.created_at, row.id) > after]
            if not more:
                return rows
            return sorted([*rows, *more], key=lambda row: (row.created_at, row.id))[:limit]

        return self._transactions.read(work)

    def list(
        self,
        *,
        case: str | None = None,
        instance: str | None = None,
        status: str | None = "open",
        after: Key | None = None,
        limit: int | None = None,
    ) -> list[UserTaskRow]:
        """Everybody's, oldest first; `status=None` takes ended ones too."""
        return self._transactions.read(
            lambda tx: queries.user_tasks(
                tx, case=case, instance=instance, status=status, after=after, limit=limit
            )
        )

    def get(self, id: str, *, actor: Actor | None = None) -> UserTask:
        """For the page of a user task. Raises NotFound, Erased, and Forbidden for who may not see it."""

        def work(tx: Tx) -> UserTask:
            row = existing(tx, id)
            if actor is not None:
                check_candidate(tx, row, actor, "see")
            if tx.is_erased(row.stream):
                raise Erased("user task", id)
            instance = tx.look(row.instance)
            drawn = self._advancing.definitions.process(tx, row.definition)
            element = drawn.elements[row.element]
            variables = self._visible(tx, instance, row)
            form = self._advancing.definitions.form(tx, row.form) if row.form else None
            facts = self._facts(tx, instance, row, variables, form)
            work = self._open_case_work(tx, instance, row.element)
            view = disclosure.view_of(
                work,
                form,
                variables,
                case=row.case_code,
                candidates=row.candidate_groups,
                actor=actor,
                is_open=row.status == "open",
            )
            choices = choices_for(tx, form, facts, work) if form else {}
            shown = {**_read_now(facts, variables, form), **choices}
            if view.is_outside:
                shown |= disclosure.open_facts(work, facts)
            told = row
            if actor is not None and may_be_of_a_meeting(row, variables):
                [told] = told_to(tx, self._advancing.definitions, [row], actor)
            if told is not row:
                shown["sag"] = {}  # not left out: what is not here is read from the case
            return UserTask(
                told,
                form,
                ReadLater(shown, tuple(facts), lambda name: self._fact(row.instance, name)),
                view.prefilled,
                form_sentences.WithEnglish(
                    element.properties.get("flowcase.instruction", ""),
                    element.properties.get("flowcase.instruction_en", ""),
                ),
                actor is not None and is_free_for(tx, row, actor) and is_candidate(tx, row, actor),
                element.properties.get("flowcase.panel", ""),
                following(drawn, row.element),
                waits_for_others(drawn, row.element),
                view,
                is_suspended=instance.status == model.InstanceStatus.SUSPENDED,
                meeting=meeting_parts.written_by(form, variables),
                which_meeting=meetings_of(tx, self._advancing.definitions, [row]).get(id),
                of_case=row.case_code,
            )

        task = self._transactions.read(work)
        if actor is not None and task.view.shown_kinds and task.of_case:
            self._transactions.run(actor, lambda tx: self._log_disclosure(tx, task, actor))
        return task

    def _fact(self, instance: str, name: str) -> Value:
        return self._transactions.read(lambda tx: self._advancing.facts(tx, tx.look(instance))[name])

    def _log_disclosure(self, tx: Tx, task: UserTask, actor: Actor) -> None:
        instance = tx.lock(task.row.instance)
        work = self._open_case_work(tx, instance, task.row.element)
        disclosure.log(work, task.view, user_task=task.row.id, case=str(task.of_case), actor=actor)

    # --- claiming ----------------------------------------------------------------------------------

    def claim(self, id: str, *, actor: Actor) -> None:
        """Take an open user task. Raises Conflict when somebody else has it, Forbidden for no candidate."""

        def work(tx: Tx) -> None:
            row, instance = opened(tx, id, "claim")
            if row.assignee == actor.id:
                return
            check_candidate(tx, row, actor, "claim")
            if row.assignee is not None:
                raise Conflict(f"claim user task '{id}'", f"it is claimed by '{row.assignee}'")
            claimed = events.UserTaskClaimed(
                element=row.element, element_instance=row.element_instance, assignee=actor.id
            )
            tx.append(instance.stream, claimed, instance=instance)

        self._transactions.run(actor, work)

    def unclaim(self, id: str, *, actor: Actor) -> None:
        """Give a user task back to its candidates."""

        def work(tx: Tx) -> None:
            row, instance = opened(tx, id, "give back")
            check_candidate(tx, row, actor, "give back")
            if row.assignee is None:
                return
            if row.assignee != actor.id and actor.kind != "terminal":
                raise Conflict(f"give back user task '{id}'", f"it is claimed by '{row.assignee}'")
            if row.owner is not None:
                raise Conflict(
                    f"give back user task '{id}'", f"it is delegated, and goes back to '{row.owner}'"
                )
            unclaimed = events.UserTaskUnclaimed(
                element=row.element, element_instance=row.element_instance, assignee=row.assignee
            )
            tx.append(instance.stream, unclaimed, instance=instance)

        self._transactions.run(actor, work)

    # --- drafts ------------------------------------------------------------------------------------

    def save_draft(
        self, id: str, raw: Mapping[str, Any], *, begun: Begun | None = None, actor: Actor
    ) -> None:
        """Keep what was typed so far, as it was typed; sealed, and gone when the user task ends.

        A draft is no fact of the case: it leaves no event. It is kept for its writer too when a colleague
        has taken or completed the user task meanwhile, so that nothing typed is lost. Raises SavedElsewhere
        when the page that `begun` names does not know what was saved last.
        """

        def work(tx: Tx) -> None:
            row = existing(tx, id)
            if tx.is_erased(row.stream):
                raise Erased("user task", id)
            check_candidate(tx, row, actor, "save a draft of")
            keep_draft(tx, row, actor.id, raw, begun)

        self._transactions.run(actor, work)

    def draft(self, id: str, *, actor: Actor) -> dict[str, Any] | None:
        """What this person had typed; None without a draft."""
        return self._transactions.read(lambda tx: draft_of(tx, id, actor.id))

    def forget_draft(self, id: str, *, actor: Actor) -> None:
        """Throw away what this person had typed."""
        key = {"user_task": id, "person": actor.id}
        self._transactions.run(actor, lambda tx: tx.delete_any(tables.user_task_draft, key))

    def earlier(self, task: UserTask, *, actor: Actor, limit: int = 6) -> Sequence[Earlier]:
        """What was answered before in the same flow, newest first; nothing for who is outside.

        Outside of any case there is no work need that covers the whole flow: what was written about a person
        is told to those to whom that step was offered, so that a mentor reads nothing of how one was found.
        """
        if task.view.is_outside:
            return []

        def work(tx: Tx) -> Sequence[Earlier]:
            instance = tx.look(task.row.instance)
            rows = queries.user_tasks(tx, instance=instance.id, status="completed")
            above = instance.parent
            while above is not None:  # the flow that called this one, and who called that
                rows += queries.user_tasks(tx, instance=above, status="completed")
                above = tx.look(above).parent
            variables = self._visible(tx, instance, task.row)
            work = self._open_case_work(tx, instance, task.row.element)
            found: dict[str, Earlier] = {}
            for row in sorted(rows, key=lambda row: (row.ended_at or row.created_at, row.id), reverse=True):
                form = self._advancing.definitions.form(tx, row.form) if row.form else None
                if form is None or row.element in found or not _may_be_told(tx, row, form, actor):
                    continue
                known = form_records.known_items(work, form, variables)
                answers = tuple((item.field, item.value) for item in known)
                if not answers:
                    continue
                found[row.element] = Earlier(row.name, row.ended_by, row.ended_at, answers)
                if len(found) == limit:
                    break
            return list(found.values())

        return self._transactions.read(work)

    # --- completing --------------------------------------------------------------------------------

    def complete(
        self,
        id: str,
        raw: Sent = None,
        *,
        begun: Begun | None = None,
        look_again: LookAgain | None = None,
        actor: Actor,
    ) -> UserTaskRow:
        """Complete with form values, store them where the form aims, and carry the instance on.

        `raw` may be a function that reads them from what was sent, once form and facts are known. The row is
        the one that was completed, as it was. Raises Conflict (completed, cancelled or claimed by somebody
        else), Forbidden, InvalidValues with every wrong field, and Refused with the rules that stand
        against it; then nothing is stored. SavedElsewhere as for `save_draft`: the draft goes with it.

        `look_again` is told what the tables of `flowcase.warn` say before it counts, so that somebody reads
        it; what it raises leaves everything as it was.
        """

        return self._transactions.run(
            actor,
            lambda tx: self.complete_within(tx, id, raw, begun=begun, look_again=look_again, actor=actor),
        )

    def complete_within(
        self,
        tx: Tx,
        id: str,
        raw: Sent = None,
        *,
        begun: Begun | None = None,
        look_again: LookAgain | None = None,
        actor: Actor,
    ) -> UserTaskRow:
        """As `complete`, in a transaction that another service has opened."""
        row, instance, newest = opened_with_form(tx, id, "complete")
        check_candidate(tx, row, actor, "complete")
        if not is_free_for(tx, row, actor):
            raise Conflict(f"complete user task '{id}'", f"it is claimed by '{row.assignee}'")
        check_not_delegated(row)
        element = self._element(tx, row)
        variables = self._visible(tx, instance, row)
        form = self._advancing.definitions.form_in(tx, row.form, newest) if row.form else None
        facts = self._facts(tx, instance, row, variables, form)
        given = (raw(form, facts) if callable(raw) else raw) or {}
        if begun is not None:
            check_not_saved_elsewhere(tx, row, actor.id, given, begun)
        if form is None:
            values: Mapping[str, Value] = _plain(given)
        else:
            values = form_values.validate(form, given, facts=facts, now=tx.now).values
        self._ask_rules(tx, instance, row, element, values, facts, look_again)
        if form is None:
            stored = form_records.Stored(dict(values))
        else:
            work = self._open_case_work(tx, instance, row.element)
            stored = form_records.store(work, form, values, variables)
        # Drafts of colleagues stay theirs, to copy from.
        tx.delete_all(tables.user_task_draft, {"user_task": id, "person": actor.id})
        command = model.CompleteElement(element_instance=row.element_instance, variables=stored.variables)
        self._advancing.carry_on(tx, instance, command)
        if stored.requests:
            self._advancing.request(tx, *stored.requests, instance=instance)
        return row

    def rehearse(self, id: str, raw: Mapping[str, Any], *, actor: Actor) -> Rehearsal:
        """What completing with these values would meet: raises as `complete` does, and changes nothing.

        No table's answer is recorded: that happens when it counts.
        """

        def work(tx: Tx) -> Rehearsal:
            row = existing(tx, id)
            if row.status != model.UserTaskStatus.OPEN:
                raise Conflict(f"complete user task '{id}'", f"it is already {row.status}")
            check_candidate(tx, row, actor, "complete")
            check_not_delegated(row)
            instance = tx.look(row.instance)
            element, variables = self._element(tx, row), self._visible(tx, instance, row)
            form = self._advancing.definitions.form(tx, row.form) if row.form else None
            facts = self._facts(tx, instance, row, variables, form)
            values = form_values.validate(form, raw, facts=facts, now=tx.now).values if form else _plain(raw)
            inputs = Behind({**values, ACTOR: actor.id}, facts)
            work = self._open_case_work(tx, instance, row.element)
            against, warned = (
                [
                    hit
                    for name in element.properties.get(kind, "").split()
                    for hit in asked(work, name, inputs)
                ]
                for kind in ("flowcase.gate", "flowcase.warn")
            )
            if against:
                raise refused(f"complete user task '{id}'", against)
            return Rehearsal(values, tuple(warned))

        return self._transactions.read(work)

    def suggest(
        self, id: str, raw: Mapping[str, Any], *, more: Mapping[str, Value], actor: Actor
    ) -> dict[str, Value]:
        """What the tables of `flowcase.suggest` propose, by form key; nothing for what they leave open.

        They read the form's values so far, `more`, and what the form's own expressions read.
        """

        def work(tx: Tx) -> dict[str, Value]:
            row = existing(tx, id)
            check_candidate(tx, row, actor, "see")
            instance = tx.look(row.instance)
            element, variables = self._element(tx, row), self._visible(tx, instance, row)
            form = self._advancing.definitions.form(tx, row.form) if row.form else None
            values = form_values.readable(form, raw) if form else {}
            inputs = Behind({**values, **more}, self._facts(tx, instance, row, variables, form))
            work = self._open_case_work(tx, instance, row.element)
            proposed: dict[str, Value] = {}
            for name in element.properties.get("flowcase.suggest", "").split():
                answer = work.ask(name, inputs)
                proposed |= answer if isinstance(answer, Mapping) else {}
            return {key: value for key, value in proposed.items() if value is not None}

        return self._transactions.read(work)

    def _ask_rules(
        self,
        tx: Tx,
        instance: LockedInstance,
        row: UserTaskRow,
        element: Element,
        values: Mapping[str, Value],
        facts: Mapping[str, Value],
        look_again: LookAgain | None,
    ) -> None:
        """Gates refuse, warnings are told and recorded. Each is a table with outputs `regel` and `besked`.

        It may have `besked_en`, the same in English; a gate `felt`: the key of the field that its sentence
        stands at.
        """
        # A rule may ask that another person does this: `aktoer` is who completes it.
        inputs = Behind({**values, ACTOR: tx.actor.id}, facts)
        hits = self._hits(tx, instance, row, element.properties.get("flowcase.gate", ""), inputs)
        if hits:
            raise refused(f"complete user task '{row.id}'", hits)
        warned = self._hits(tx, instance, row, element.properties.get("flowcase.warn", ""), inputs)
        if warned:
            if look_again is not None:
                look_again(warned)
            event = events.UserTaskWarned(
                element=row.element,
                element_instance=row.element_instance,
                rules=tuple(dict.fromkeys(hit.rule for hit in warned)),
            )
            tx.append(instance.stream, event, instance=instance)

    def _hits(
        self,
        tx: Tx,
        instance: LockedInstance,
        row: UserTaskRow,
        decisions: str,
        inputs: Mapping[str, Value],
    ) -> Sequence[Hit]:
        hits: list[Hit] = []
        for decision in decisions.split():
            value = self._advancing.decisions.decide(
                tx, instance, decision, inputs, element=row.element
            ).value
            hits += hits_in(decision, value)
        return hits

    # --- what belongs to a user task ---------------------------------------------------------------

    def _element(self, tx: Tx, row: UserTaskRow) -> Element:
        return self._advancing.definitions.process(tx, row.definition).elements[row.element]

    def _facts(
        self,
        tx: Tx,
        instance: LockedInstance,
        row: UserTaskRow,
        variables: Mapping[str, Value],
        form: Form | None,
    ) -> Mapping[str, Value]:
        """What expressions of the form and its rules read beside the submitted values."""
        facts = Behind(variables, self._advancing.facts(tx, instance))
        if form is None:
            return facts
        work = self._open_case_work(tx, instance, row.element)
        return form_facts(tx, form, facts, work)

    def _visible(self, tx: Tx, instance: LockedInstance, row: UserTaskRow) -> Mapping[str, Value]:
        """The variables that the element sees now; the state is kept ready for the step that follows."""
        if isinstance(instance.state, bytes):
            definition = self._advancing.definitions.process(tx, instance.definition)
            instance.state = engine.State.from_bytes(instance.state, definition)
        if instance.state is None or row.status != model.UserTaskStatus.OPEN:
            return {}
        return instance.state.visible_variables(row.element_instance)


def _offered(tx: Tx, actor: Actor, after: Key | None, limit: int | None) -> list[UserTaskRow]:
    """The actor's page of open user tasks; a supplier's people are shown those of their own contracts."""

    def page(after: Key | None, limit: int | None) -> list[UserTaskRow]:
        return queries.inbox(tx, actor.id, actor.groups, after=after, limit=limit)

    if SUPPLIER not in actor.groups:
        return page(after, limit)
    return supplier_scope.filled(
        page,
        lambda row: is_candidate(tx, row, actor),
        key=lambda row: (row.created_at, row.id),
        after=after,
        limit=limit,
    )


def _may_be_told(tx: Tx, row: UserTaskRow, form: Form, actor: Actor) -> bool:
    """Whether an earlier step is for the actor to read, who has a later one of the same flow."""
    return (
        row.case_code is not None
        or row.ended_by == actor.id
        or is_candidate(tx, row, actor)
        or not any(
            isinstance(target, CaseTarget) and entity(target.entity).data_class is not DataClass.K0
            for asked in form.targeted()
            for target in asked.targets
        )
    )


def _plain(raw: Mapping[str, Any]) -> dict[str, Value]:
    """Values of a user task without a form: JSON values become FEEL values, FEEL values stay."""
    return from_json(to_json(dict(raw)))


def _read_now(
    facts: Mapping[str, Value], variables: Mapping[str, Value], form: Form | None
) -> dict[str, Value]:
    """Variables, and those facts that the form's expressions name: the page needs no others."""
    named = "" if form is None else form.expressions
    return {name: facts[name] for name in facts if name in variables or name in named}
