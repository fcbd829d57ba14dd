"""The loop that carries process instances on: command, engine, record, answer what the engine asks for.

Everything that follows from one command within the transaction goes through one worklist: inside
handlers, decisions, called processes, published messages, broadcast signals. No recursion, and an end
after a bounded number of steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowcase import events, model
from flowcase.errors import FlowcaseError, NotFound
from flowcase.model import Command
from flowcase.services.requests import Broadcast, FactsChanged, HandOver, Publish, Request, Start
from flowcase.services.running import answering, correlating, holding
from flowcase.services.running.stepping import Stepping
from flowcase.services.running.worklist import Act, Answer, Ask, Look, Throw, Work, Worklist
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import deadlines, instances, resources, suspensions, user_tasks, waiting
from flowcase.values import Value

MAX_STEPS = 5_000  # commands that may follow from one within one transaction


class RunsAway(FlowcaseError):
    """What followed from a command came to no end."""

    def __init__(self, attempt: str) -> None:
        self.attempt = attempt
        super().__init__(
            f"Expected {attempt} to come to a wait, but it does not after {MAX_STEPS} steps. "
            "Look for processes that start each other."
        )


class Advancing(Stepping):
    """Carries instances on within transactions that others open."""

    def carry_on(self, tx: Tx, instance: LockedInstance, command: Command) -> None:
        """Give a command to a locked instance, and carry on until nothing inside remains."""
        Run(self, tx).work_off(Act(instance, command))

    def request(self, tx: Tx, *requests: Request, instance: LockedInstance | None = None) -> None:
        """Publish, broadcast or start within an open transaction; `instance` is who asks."""
        run = Run(self, tx)
        for request in requests:
            run.accept(instance, request)
        run.work_off()

    def start(
        self,
        tx: Tx,
        definition: resources.ProcessDefinitionRow,
        *,
        variables: Mapping[str, Value],
        stream: str | None,
        case_code: str | None,
        start_element: str | None = None,
        start_key: str | None = None,
    ) -> str:
        """A new instance, carried on to its first waits; its id."""
        run = Run(self, tx)
        instance = run.new_instance(definition, stream=stream, case_code=case_code, start_key=start_key)
        command = model.StartInstance(variables=variables, start_element=start_element)
        run.work_off(Act(instance, command))
        return instance.id

    def prepare(
        self,
        tx: Tx,
        definition: resources.ProcessDefinitionRow,
        *,
        stream: str | None,
        case_code: str | None,
        id: str | None = None,
    ) -> LockedInstance:
        """An instance that is to be started by `carry_on`; nothing is stored before that."""
        return Run(self, tx).new_instance(definition, stream=stream, case_code=case_code, id=id)

    def deliver_buffered(self, tx: Tx, instance: LockedInstance) -> None:
        """Hand over what was buffered for the subscriptions of an instance that goes on again."""
        run = Run(self, tx)
        run.work_off(*(Look(instance, *found) for found in waiting.subscriptions_of(tx, instance.id)))


class Run(Worklist):
    """The worklist of one command, worked off until nothing is left."""

    def work_off(self, *first: Work) -> None:
        self._queue.extend(first)
        steps = 0
        while self._queue:
            steps += 1
            if steps > MAX_STEPS:
                raise RunsAway(_named(first))
            work = self._queue.popleft()
            if isinstance(work, Act):
                if not self._is_too_late(work):
                    self.act(work.instance, work.command)
            elif isinstance(work, Answer):
                self._answer(work.instance, work.event)
            elif isinstance(work, Ask):
                self._ask(work.instance, work.request)
            elif isinstance(work, Look):
                correlating.deliver_buffered(self, work.instance, work.subscription, work.name, work.key)
            else:
                correlating.release_start_key(self, work.instance)

    def _is_too_late(self, work: Act) -> bool:
        """Whether what happened since the command was put on the list has made it pointless."""
        if work.instance.state is None:
            return False
        element_instance = getattr(work.command, "element_instance", None)
        return work.instance.has_ended or (work.instance.id, element_instance) in self._withdrawn

    def _answer(self, instance: LockedInstance, event: Any) -> None:
        if isinstance(event, model.CallCancelled):
            answering.cancel_called(self, instance, event)
        elif not instance.has_ended and (instance.id, event.element_instance) not in self._withdrawn:
            answering.answer(self, instance, event)

    # --- requests ----------------------------------------------------------------------------------

    def _ask(self, instance: LockedInstance | None, request: Any) -> None:
        if isinstance(request, Publish):
            correlating.publish(self, instance, request)
        elif isinstance(request, Throw):
            stream = instance.stream if instance is not None else None
            correlating.broadcast(self, instance, request.name, request.variables, stream, request.is_global)
        elif isinstance(request, Broadcast):
            stream = None if request.case is None else self.stream_of(request.case)
            correlating.broadcast(
                self, instance, request.signal, request.variables, stream, is_global=request.case is None
            )
        elif isinstance(request, Start):
            self._start(instance, request)
        elif isinstance(request, FactsChanged):
            self._reevaluate(instance, request)
        elif isinstance(request, HandOver):
            self._hand_over(request)
        else:
            raise TypeError(f"Expected a request of a handler, but got {type(request).__name__}.")

    def _start(self, instance: LockedInstance | None, request: Start) -> None:
        definition = resources.definition_of(self.tx, request.process)
        if definition is None:
            raise NotFound("process", request.process)
        stream, case_code = self.home(
            request.variables,
            case=request.case or (instance.case_code if instance and request.stream is None else None),
            stream=request.stream or (instance.stream if instance else None),
        )
        if suspensions.of_start(self.tx, definition.id) is not None:
            holding.hold(
                self.tx,
                definition,
                holding.HANDLER,
                stream=stream,
                case_code=case_code,
                variables=request.variables,
            )
            return
        started = self.new_instance(definition, stream=stream, case_code=case_code)
        self.add(Act(started, model.StartInstance(variables=request.variables)))

    def _reevaluate(self, asking: LockedInstance | None, request: FactsChanged) -> None:
        """Timers of everything that may read the fact: what runs in the same case or stream."""
        streams = set()
        if request.case is not None:
            streams.add(self.stream_of(request.case))
        if request.deadline is not None:
            row = deadlines.deadline(self.tx, request.deadline)
            streams |= set() if row is None else {row.stream}
        if not streams and asking is not None:
            streams.add(asking.stream)
        concerned: dict[str, None] = {}
        for stream in sorted(streams):
            concerned.update(dict.fromkeys(instances.running_in_stream(self.tx, stream)))
        for id in concerned:
            locked = self.tx.lock(id)
            if locked.status == model.InstanceStatus.ACTIVE:
                self.add(Act(locked, model.ReevaluateTimers()))

    def _hand_over(self, request: HandOver) -> None:
        """In every flow of the case, also in those whose diagram knows nothing of the change."""
        for row in user_tasks.user_tasks(self.tx, case=request.case):
            if request.previous not in (row.assignee, row.owner):
                continue
            instance = self.tx.lock(row.instance)
            if row.owner is not None and row.owner != request.previous:
                given_back = events.UserTaskGivenBack(
                    element=row.element,
                    element_instance=row.element_instance,
                    owner=row.owner,
                    delegate=request.previous,
                )
                self.tx.append(instance.stream, given_back, instance=instance)
                continue
            handed_over = events.UserTaskHandedOver(
                element=row.element,
                element_instance=row.element_instance,
                previous=row.assignee,
                assignee=request.new,
            )
            self.tx.append(instance.stream, handed_over, instance=instance)


def _named(first: tuple[Work, ...]) -> str:
    work = first[0] if first else None
    if isinstance(work, Act):
        return f"{type(work.command).__name__} of process '{work.instance.process}'"
    return "a message or signal"
