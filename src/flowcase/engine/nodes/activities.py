"""Tasks, sub-processes and call activities."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flowcase.engine import mappings, subscriptions
from flowcase.engine.nodes.node import FlowNode
from flowcase.engine.stuck import Stuck, wrong_value
from flowcase.engine.timers import TimerTextError, instant_from
from flowcase.model import (
    CallCancelled,
    CallRequested,
    DecisionRequested,
    ElementEvent,
    IncidentKind,
    JobCancelled,
    JobRequested,
    UserTaskCancelled,
    UserTaskCompleted,
    UserTaskCreated,
    UserTaskRedrawn,
    UserTaskRescheduled,
)
from flowcase.modeling.definition import Expression, MultiInstance, UserTaskDetails

if TYPE_CHECKING:
    from flowcase.engine.step import Step
    from flowcase.engine.tokens import Token

DEFAULT_PRIORITY = 50


class ManualTask(FlowNode):
    """Passed straight through, as in Camunda 8; so is a task without a kind."""


class UserTask(FlowNode):
    """Waits for a person."""

    def activate(self, step: Step, token: Token) -> bool:
        details = self.element.user_task or UserTaskDetails()
        due_at, follow_up_at = self._instants(step, token)
        name = self.name_at(step, token, details)
        assignee, groups, users = self._whose(step, token, details)
        created = UserTaskCreated(
            element=self.id,
            element_instance=token.key,
            name=name,
            form=details.form_id,
            assignee=assignee,
            candidate_groups=groups,
            candidate_users=users,
            due_at=due_at,
            follow_up_at=follow_up_at,
            priority=self._priority(step, token, details.priority),
            variables=step.visible(token),
        )
        token.notes.update(due_at=due_at, follow_up_at=follow_up_at)
        if name != self.element.name:
            token.notes["name"] = name
        step.emit(created)
        return False

    def resume(self, step: Step, token: Token) -> bool:
        return False  # the task is still open: nothing is asked twice

    def _whose(
        self, step: Step, token: Token, details: UserTaskDetails
    ) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
        """Assignee, groups and people. Where the diagram says whose it is, it must come to somebody.

        A task of which the diagram says nothing is everybody's; one whose expressions come to nobody would
        be so by accident, with the case that it shows.
        """
        assignee = self._name(step, token, details.assignee)
        groups = self._names(step, token, details.candidate_groups, "candidate groups")
        users = self._names(step, token, details.candidate_users, "candidate users")
        drawn = (details.assignee, details.candidate_groups, details.candidate_users)
        if assignee is None and not groups and not users and any(each is not None for each in drawn):
            said = " and ".join(f"'{each.text}'" for each in drawn if each is not None)
            raise Stuck(
                IncidentKind.EXPRESSION_FAILED,
                f"Expected user task '{self.id}' to be somebody's, but {said} came to nobody.",
            )
        return assignee, groups, users

    def name_at(self, step: Step, token: Token, details: UserTaskDetails) -> str:
        """What the task is called here: by its expression, else as it is drawn. No name stops anybody."""
        if details.called is None:
            return self.element.name
        try:
            value = step.evaluate(details.called, token, "its name")
        except Stuck:
            value = None
        return value if isinstance(value, str) and value else self.element.name

    def reschedule(self, step: Step, token: Token) -> None:
        """Facts have changed. What can no longer be computed stays as it was."""
        self._name_anew(step, token)
        try:
            due_at, follow_up_at = self._instants(step, token)
        except Stuck:
            return
        if (due_at, follow_up_at) != (token.notes["due_at"], token.notes["follow_up_at"]):
            token.notes.update(due_at=due_at, follow_up_at=follow_up_at)
            step.emit(
                UserTaskRescheduled(
                    element=self.id, element_instance=token.key, due_at=due_at, follow_up_at=follow_up_at
                )
            )

    def _name_anew(self, step: Step, token: Token) -> None:
        name = self.name_at(step, token, self.element.user_task or UserTaskDetails())
        if name in (self.element.name, token.notes.get("name")):
            return
        token.notes["name"] = name
        step.emit(UserTaskRedrawn(element=self.id, element_instance=token.key, changes={"name": name}))

    def drawn_otherwise(
        self, step: Step, token: Token, before: UserTaskDetails, after: UserTaskDetails
    ) -> dict[str, Any]:
        """What an open task has to be told where another version draws it otherwise. Raises Stuck.

        Who works on it is no matter of the diagram any more once it is open.
        """
        changes: dict[str, Any] = {}
        for name, what in (("candidate_groups", "candidate groups"), ("candidate_users", "candidate users")):
            if getattr(before, name) != getattr(after, name):
                changes[name] = list(self._names(step, token, getattr(after, name), what))
        if before.priority != after.priority:
            changes["priority"] = self._priority(step, token, after.priority)
        for name, drawn, was, what in (
            ("due_at", after.due_date, before.due_date, "due date"),
            ("follow_up_at", after.follow_up_date, before.follow_up_date, "follow-up date"),
        ):
            if drawn != was:
                changes[name] = token.notes[name] = self._instant(step, token, drawn, what)
        return changes

    def answered(self, step: Step, token: Token) -> list[ElementEvent]:
        return [UserTaskCompleted(element=self.id, element_instance=token.key)]

    def withdrawn(self, step: Step, token: Token) -> list[ElementEvent]:
        return [UserTaskCancelled(element=self.id, element_instance=token.key)]

    def _instants(self, step: Step, token: Token) -> tuple[dt.datetime | None, dt.datetime | None]:
        details = self.element.user_task or UserTaskDetails()
        return (
            self._instant(step, token, details.due_date, "due date"),
            self._instant(step, token, details.follow_up_date, "follow-up date"),
        )

    def _instant(self, step: Step, token: Token, drawn: Expression | None, what: str) -> dt.datetime | None:
        if drawn is None:
            return None
        value = step.evaluate(drawn, token, f"the {what} of '{self.id}'")
        if value is None:
            return None
        try:
            return instant_from(value, step.zone)
        except TimerTextError as error:
            raise wrong_value(f"the {what} of '{self.id}'", "an instant", value, drawn.text) from error

    def _name(self, step: Step, token: Token, drawn: Expression | None) -> str | None:
        if drawn is None:
            return None
        value = step.evaluate(drawn, token, f"the assignee of '{self.id}'")
        if value is None or isinstance(value, str):
            return value or None
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return mappings.plain_number(value)
        raise wrong_value(f"the assignee of '{self.id}'", "a text", value, drawn.text)

    def _names(self, step: Step, token: Token, drawn: Expression | None, what: str) -> tuple[str, ...]:
        if drawn is None:
            return ()
        value = step.evaluate(drawn, token, f"the {what} of '{self.id}'")
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",")]
        if value is None:
            return ()
        if isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value):
            return tuple(name for name in value if name)
        raise wrong_value(f"the {what} of '{self.id}'", "a list of texts", value, drawn.text)

    def _priority(self, step: Step, token: Token, drawn: Expression | None) -> int:
        if drawn is None:
            return DEFAULT_PRIORITY
        value = step.evaluate(drawn, token, f"the priority of '{self.id}'")
        number = _whole_number(value)
        if number is None or not 0 <= number <= 100:
            raise wrong_value(f"the priority of '{self.id}'", "a number from 0 to 100", value, drawn.text)
        return number


class JobTask(FlowNode):
    """Halts until somebody has done the job: a service or send task, or what else has a task definition."""

    def activate(self, step: Step, token: Token) -> bool:
        job = self.element.job
        if job is None:
            raise Stuck(
                IncidentKind.EXPRESSION_FAILED, f"Expected '{self.id}' to name a job type, but it does not."
            )
        retries = step.evaluate(job.retries, token, f"the retries of '{self.id}'")
        number = _whole_number(retries)
        if number is None:
            raise wrong_value(f"the retries of '{self.id}'", "a number", retries, job.retries.text)
        requested = JobRequested(
            element=self.id,
            element_instance=token.key,
            type=step.text(job.type, token, f"the job type of '{self.id}'"),
            headers=dict(job.headers),
            inputs=mappings.inputs_of(step, token),
            retries=number,
            priority=self._job_priority(step, token, job.priority),
        )
        step.emit(requested)
        return False

    def _job_priority(self, step: Step, token: Token, drawn: Expression | None) -> int:
        if drawn is None:
            return 0
        value = step.evaluate(drawn, token, f"the job priority of '{self.id}'")
        is_below = isinstance(value, str) and value.startswith("-")
        number = _whole_number(value[1:] if is_below else value)
        if number is None:
            raise wrong_value(f"the job priority of '{self.id}'", "a whole number", value, drawn.text)
        return -number if is_below else number

    def withdrawn(self, step: Step, token: Token) -> list[ElementEvent]:
        return [JobCancelled(element=self.id, element_instance=token.key)]


class ScriptTask(FlowNode):
    """Evaluates its FEEL expression in the step that reaches it."""

    def activate(self, step: Step, token: Token) -> bool:
        script = self.element.script
        if script is None:
            raise Stuck(
                IncidentKind.EXPRESSION_FAILED,
                f"Expected '{self.id}' to have an expression, but it has none.",
            )
        value = step.value(script.expression, token, f"the script of '{self.id}'")
        token.results = {script.result_variable: value} if script.result_variable else {}
        return True


class BusinessRuleTask(FlowNode):
    """Halts until its decision is answered with `result`."""

    def activate(self, step: Step, token: Token) -> bool:
        decision = self.element.decision
        if decision is None:
            raise Stuck(
                IncidentKind.EXPRESSION_FAILED, f"Expected '{self.id}' to call a decision, but it names none."
            )
        step.emit(
            DecisionRequested(
                element=self.id,
                element_instance=token.key,
                decision=step.text(decision.decision_id, token, f"the decision of '{self.id}'"),
                binding=decision.binding.value,
                version_tag=decision.version_tag,
                inputs=step.visible(token),
            )
        )
        return False

    def results(self, step: Step, token: Token, handed_in: dict[str, Any]) -> dict[str, Any]:
        decision = self.element.decision
        return {decision.result_variable: handed_in.get("result")} if decision else {}


class CallActivity(FlowNode):
    """Halts while the called process runs as an instance of its own."""

    def activate(self, step: Step, token: Token) -> bool:
        call = self.element.call
        if call is None:
            raise Stuck(
                IncidentKind.CALLED_PROCESS_MISSING,
                f"Expected '{self.id}' to call a process, but it names none.",
            )
        step.emit(
            CallRequested(
                element=self.id,
                element_instance=token.key,
                process=step.text(call.process_id, token, f"the called process of '{self.id}'"),
                binding=call.binding.value,
                version_tag=call.version_tag,
                variables=step.visible(token)
                if call.propagate_all_parent_variables
                else mappings.mapped_only(step, token),
            )
        )
        return False

    def results(self, step: Step, token: Token, handed_in: dict[str, Any]) -> dict[str, Any]:
        call = self.element.call
        passes_all = call is not None and call.propagate_all_child_variables
        if not passes_all and not self.element.outputs:
            return {}
        # A called process was handed the list that is being collected and gives back its old copy of it.
        loop = self.element.loop
        collected = loop.output_collection if isinstance(loop, MultiInstance) else None
        return {name: value for name, value in handed_in.items() if name != collected}

    def withdrawn(self, step: Step, token: Token) -> list[ElementEvent]:
        return [CallCancelled(element=self.id, element_instance=token.key)]


class ReceiveTask(FlowNode):
    """Waits for its message."""

    def activate(self, step: Step, token: Token) -> bool:
        if token.notes.pop("happened", False):
            return True
        subscriptions.listen(step, token, [self.element])
        return False

    def resume(self, step: Step, token: Token) -> bool:
        return False


class SubProcess(FlowNode):
    """A scope with a beginning of its own; done when nothing moves inside any more."""

    is_scope = True

    def activate(self, step: Step, token: Token) -> bool:
        start = self.diagram.none_start_event_of(self.id)
        if start is None:
            raise Stuck(
                IncidentKind.NO_FLOW_TAKEN, f"Expected '{self.id}' to have a start event, but it has none."
            )
        step.begin(token, self.diagram.node(start.id))
        return False

    def resume(self, step: Step, token: Token) -> bool:
        return False


class EventSubProcess(SubProcess):
    """Begins when its start event happens while the scope around it is active."""

    def activate(self, step: Step, token: Token) -> bool:
        step.begin(token, self.diagram.node(self.diagram.start_event_of(self.id).id))
        return False


def _whole_number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    if isinstance(value, (int, Decimal)) and value == int(value):
        return int(value)
    return None
