"""Flows that a person starts by hand: which are offered to whom, their start form, and the start itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowcase import model
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_see_cases, may_start
from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.modeling import Form
from flowcase.modeling.definition import Element, ElementKind, ProcessDefinition
from flowcase.modeling.variables import BORN
from flowcase.services.behind import Behind
from flowcase.services.casework.case_work import OpenWork
from flowcase.services.choosing import form_records
from flowcase.services.choosing.form_facts import form_facts
from flowcase.services.choosing.rule_hits import ACTOR, asked, refused
from flowcase.services.entitled import case_access
from flowcase.services.entitled.confidentiality import is_close
from flowcase.services.forms import form_values
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.holding import check_may_start
from flowcase.services.running.worklist import CASE_VARIABLE
from flowcase.services.transactions import Transactions
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import case_files, resources, suspensions
from flowcase.store.queries import instances as instance_rows
from flowcase.store.queries.suspensions import SuspensionRow
from flowcase.values import Value

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{7,63}")


@dataclass(frozen=True)
class StartableFlow:
    """A process that this person may start, as a list offers it."""

    process: str
    name: str
    purpose: str  # what the start event says it is for, in Danish; may be empty
    purpose_en: str
    suspended: SuspensionRow | None = None  # why nobody can start it now


@dataclass(frozen=True)
class StartPage:
    """What the page needs on which a flow is started."""

    flow: StartableFlow
    form: Form | None
    facts: Mapping[str, Value]  # what the form's expressions may read
    prefilled: Mapping[str, Value]  # what is known already, by form key
    first_form: Form | None = None  # of the first user task, where the start itself asks for nothing
    first_facts: Mapping[str, Value] = field(default_factory=dict)  # what that form's expressions may read


class StartableFlows:
    """One transaction per method. What no start event allows by `flowcase.starters` is refused."""

    def __init__(self, transactions: Transactions, advancing: Advancing, open_work: OpenWork) -> None:
        self._transactions, self._advancing, self._open_work = transactions, advancing, open_work
        self._starters: tuple[object, frozenset[str]] = None, frozenset()  # of which generation

    def list(self, *, case: str | None = None, actor: Actor) -> list[StartableFlow]:
        """The flows that the actor may start in this case, or outside of any case, by name.

        In a case that is closed there are none. Raises NotFound and Forbidden for a case.
        """

        def work(tx: Tx) -> list[StartableFlow]:
            if (
                case is not None
                and case_access.seen(tx, case, actor, "start something in").closed_at is not None
            ):
                return []
            offered = []
            for row in resources.definitions(tx, only_newest=True):
                process = self._advancing.definitions.process(tx, row.id)
                start = _start_event(process)
                if start is not None and _fits(start, case) and may_start(actor, starters=_starters(start)):
                    offered.append(_offered(process, start, suspensions.of(tx, row.id)))
            return sorted(offered, key=lambda flow: flow.name.casefold())

        return self._transactions.read(work)

    def in_a_case_only(self, *, actor: Actor) -> Sequence[StartableFlow]:
        """What the actor's groups may start in cases that they do not see, by name: somebody else begins it.

        None for who may see the cases: they start it there.
        """

        def work(tx: Tx) -> Sequence[StartableFlow]:
            found = []
            for row in resources.definitions(tx, only_newest=True):
                process = self._advancing.definitions.process(tx, row.id)
                start = _start_event(process)
                if (
                    start is not None
                    and not _fits(start, None)
                    and may_start(actor, starters=_starters(start))
                ):
                    found.append(_offered(process, start, None))
            return sorted(found, key=lambda flow: flow.name.casefold())

        return [] if may_see_cases(actor) else self._transactions.read(work)

    def has_any(self, actor: Actor) -> bool:
        """Whether `list` offers the actor anything outside of any case. Every page asks it."""

        def work(tx: Tx) -> bool:
            generation = resources.definitions_generation(tx)
            known, starters = self._starters
            if known != generation:
                starters = frozenset(self._all_starters(tx))
                self._starters = generation, starters
            return may_start(actor, starters=starters)

        return self._transactions.read(work)

    def _all_starters(self, tx: Tx) -> Iterator[str]:
        """The groups that may begin something outside of any case."""
        for row in resources.definitions(tx, only_newest=True):
            start = _start_event(self._advancing.definitions.process(tx, row.id))
            if start is not None and _fits(start, None):
                yield from _starters(start)

    def page(
        self, process: str, *, case: str | None = None, with_first: bool = False, actor: Actor
    ) -> StartPage:
        """For the page on which it is started; with the first user task's form for who has chosen in it.

        Raises NotFound, Forbidden, and Conflict for a closed case.
        """

        def work(tx: Tx) -> StartPage:
            definition, start, stream = self._allowed(tx, process, case, actor)
            form = self._form(tx, start)
            drawn = self._advancing.definitions.process(tx, definition.id)
            offered = _offered(drawn, start, suspensions.of(tx, definition.id))
            first = self._first_form(tx, drawn, start, case, actor) if with_first else None
            if form is None and first is None:
                return StartPage(offered, None, {}, {})
            instance = self._advancing.prepare(tx, definition, stream=stream, case_code=case)
            if form is None:
                assert first is not None
                facts, choices = self._readable(tx, instance, first)
                return StartPage(offered, None, {}, {}, first, {**facts, **choices})
            facts, choices = self._readable(tx, instance, form)
            known = form_records.known_values(
                self._open_work(tx, case=case, stream=instance.stream), form, _variables(case)
            )
            # Read now: the transaction ends before the page is drawn.
            born = {BORN: choices[BORN]} if form.is_read(BORN) else {}
            return StartPage(offered, form, {**facts, **choices, **born}, known)

        return self._transactions.read(work)

    def start(
        self,
        process: str,
        raw: Mapping[str, Any] | None = None,
        *,
        case: str | None = None,
        number: str | None = None,
        actor: Actor,
    ) -> str:
        """Store the values of the start form where it aims, start the newest version; the instance's id.

        The same `number` starts one instance however often it is sent. Raises NotFound, Forbidden,
        IsSuspended, Conflict for a closed case, InvalidValues with every wrong field, and Refused with what
        the gates of the start event say; then nothing is stored.
        """

        if number is not None and not _NUMBER.fullmatch(number):
            raise NotFound("page number", "…")
        return self._transactions.run(
            actor, lambda tx: self.start_within(tx, process, raw, case=case, number=number, actor=actor)
        )

    def start_within(
        self,
        tx: Tx,
        process: str,
        raw: Mapping[str, Any] | None = None,
        *,
        case: str | None = None,
        number: str | None = None,
        actor: Actor,
    ) -> str:
        """As `start`, in a transaction that another service has opened."""
        definition, start, stream = self._allowed(tx, process, case, actor)
        if number is not None:
            tx.exclusive(f"start:{number}")
            if instance_rows.instance(tx, number) is not None:
                return _same(instance_rows.instance(tx, number), process, case)
        check_may_start(tx, definition)
        instance = self._advancing.prepare(tx, definition, stream=stream, case_code=case, id=number)
        form = self._form(tx, start)
        variables = _variables(case)
        values: Mapping[str, Value] = {}
        if form is None:
            facts = self._known(tx, instance)
        else:
            facts, choices = self._readable(tx, instance, form)
            values = form_values.validate(form, raw or {}, facts=Behind(choices, facts), now=tx.now).values
        case_work = self._open_work(tx, case=case, stream=instance.stream)
        inputs = Behind({**values, ACTOR: actor.id}, facts)
        gates = start.properties.get("flowcase.gate", "").split()
        against = [hit for name in gates for hit in asked(case_work, name, inputs)]
        if against:
            raise refused(f"start '{process}'", against)
        stored = form_records.Stored()
        if form is not None:
            stored = form_records.store(case_work, form, values, variables)
        command = model.StartInstance(variables={**stored.variables, **variables})
        self._advancing.carry_on(tx, instance, command)
        self._advancing.request(tx, *stored.requests, instance=instance)
        return instance.id

    # --- inside ------------------------------------------------------------------------------------

    def _allowed(
        self, tx: Tx, process: str, case: str | None, actor: Actor
    ) -> tuple[resources.ProcessDefinitionRow, Element, str | None]:
        """Newest definition, start event and the case's stream, for an actor who may start it here."""
        row = None if case is None else case_access.seen(tx, case, actor, "start something in")
        definition = resources.definition_of(tx, process)
        start = None
        if definition is not None:
            start = _start_event(self._advancing.definitions.process(tx, definition.id))
        if definition is None or start is None or not _fits(start, case):
            raise NotFound("flow that is started here", process)
        starters = _starters(start)
        if not may_start(actor, starters=starters):
            raise Forbidden(f"start process '{process}'", f"it is for {', '.join(starters) or 'nobody'}")
        if row is not None and row.closed_at is not None:
            raise Conflict(f"start process '{process}'", f"case '{case}' is closed")
        return definition, start, None if row is None else row.stream

    def _form(self, tx: Tx, start: Element) -> Form | None:
        return self._advancing.definitions.form(tx, start.form_id) if start.form_id else None

    def _first_form(
        self, tx: Tx, drawn: ProcessDefinition, start: Element, case: str | None, actor: Actor
    ) -> Form | None:
        """Of the user task to which the start leads; what it offers is for those whose work the case is."""
        row = None if case is None else case_files.case(tx, case)
        if row is None or not is_close(actor, row):
            return None
        for element in _first_user_tasks(drawn, start):
            task = element.user_task
            if task is not None and task.form_id:
                return self._advancing.definitions.form(tx, task.form_id)
        return None

    def _readable(
        self, tx: Tx, instance: LockedInstance, form: Form
    ) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
        """(facts, choices) that the form's expressions read beside the submitted values."""
        facts = self._known(tx, instance)
        work = self._open_work(tx, case=instance.case_code, stream=instance.stream)
        return facts, form_facts(tx, form, facts, work)

    def _known(self, tx: Tx, instance: LockedInstance) -> Mapping[str, Value]:
        """What can be read before anything is submitted."""
        return Behind(_variables(instance.case_code), self._advancing.facts(tx, instance))


def _start_event(process: ProcessDefinition) -> Element | None:
    """The none start event that says who may start the process by hand."""
    for element in process.children(None):
        if element.kind is ElementKind.START_EVENT and element.event is None and _starters(element):
            return element
    return None


def _first_user_tasks(drawn: ProcessDefinition, start: Element) -> Sequence[Element]:
    """The user tasks to which the start leads, past what flowcase does itself on a single way there."""
    here, seen = start, {start.id}
    while True:
        following = [drawn.elements[drawn.flows[flow].target] for flow in here.outgoing]
        found = [each for each in following if each.user_task is not None]
        if found or len(following) != 1 or following[0].id in seen:
            return found
        here = following[0]
        seen.add(here.id)


def _starters(start: Element) -> tuple[str, ...]:
    return tuple(start.properties.get("flowcase.starters", "").split())


def _fits(start: Element, case: str | None) -> bool:
    needs = start.properties.get("flowcase.case", "required")
    return needs == "optional" or (needs == "none") == (case is None)


def _offered(process: ProcessDefinition, start: Element, suspended: SuspensionRow | None) -> StartableFlow:
    return StartableFlow(
        process.id,
        process.name or process.id,
        start.properties.get("flowcase.instruction", ""),
        start.properties.get("flowcase.instruction_en", ""),
        suspended,
    )


def _same(row: instance_rows.InstanceRow | None, process: str, case: str | None) -> str:
    if row is None or (row.process, row.case_code) != (process, case):
        raise Conflict(f"start process '{process}'", "this page has started something else already")
    return row.id


def _variables(case: str | None) -> dict[str, Value]:
    return {} if case is None else {CASE_VARIABLE: case}
