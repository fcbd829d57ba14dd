"""Plays a scenario: a fresh embedded database per variant, the shipped processes, the settable clock.

Between two steps every timer that falls due fires at its own instant, earliest first, and every job that
is due runs: exactly what scheduler and worker do, only faster.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flowcase.access.actor import Actor
from flowcase.errors import Conflict, FlowcaseError, Forbidden, InvalidValues, NotFound, Refused
from flowcase.scenarios import stage
from flowcase.scenarios.checking import Refusal, compare
from flowcase.scenarios.differences import Difference, Said
from flowcase.scenarios.records import last_record, resolved, value_of
from flowcase.scenarios.scene import NARRATOR, add_records, child_of, complete_case, set_the_scene
from flowcase.scenarios.world import Chronicle, World
from flowcase.services.deploying.scenario_files import Scenario, Step, Variant
from flowcase.services.running.worklist import CASE_VARIABLE
from flowcase.values import from_json

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

LOCAL = ZoneInfo("Europe/Copenhagen")
MOST_TIMERS_BETWEEN_STEPS = 200_000  # an endless series ends as a clear difference


@dataclass(frozen=True)
class StepReport:
    """What one step expected and what came."""

    step: Step
    number: int  # 1-based within the variant
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class VariantReport:
    scenario: str
    variant: str  # "" for the main story
    title: str
    file: str
    steps: tuple[StepReport, ...]
    elements: Mapping[str, frozenset[str]]  # process id -> elements that were entered
    flows: Mapping[str, frozenset[str]]
    rests_on: frozenset[str]  # rows of tables that were matched, and lengths that deadlines were counted by

    @property
    def passed(self) -> bool:
        return not any(step.differences for step in self.steps)


def run(scenario: Scenario, *, processes: Path) -> list[VariantReport]:
    """Play the main story and every variant, each from a fresh database."""
    return [_play(scenario, variant, processes) for variant in scenario.variants]


@contextmanager
def told(
    scenario: Scenario, variant: Variant, *, processes: Path
) -> Iterator[tuple[Flowcase, list[StepReport]]]:
    """Play one variant, and give what it left behind: the installation, and a report of each step."""
    start = scenario.start or variant.steps[0].at.astimezone(LOCAL).replace(hour=0, minute=0, second=0)
    with tempfile.TemporaryDirectory(prefix="flowcase-scenario-") as home:
        flow = stage.set_up(
            Path(home),
            processes,
            now=start,
            settings=from_json(dict(variant.settings)),
            rule_sets=variant.rule_sets or (),
            jobs=variant.jobs,
            actor=NARRATOR,
        )
        try:
            story = Story(flow, variant)
            set_the_scene(flow, variant)
            yield (
                flow,
                [
                    StepReport(step, number, tuple(story.tell(step)))
                    for number, step in enumerate(variant.steps, start=1)
                ],
            )
        finally:
            flow.close()


def _play(scenario: Scenario, variant: Variant, processes: Path) -> VariantReport:
    with told(scenario, variant, processes=processes) as (flow, reports):
        world = World(flow, Chronicle(flow))
        elements, flows = reached(world)
        return VariantReport(
            scenario.id,
            variant.id,
            variant.title,
            scenario.file,
            tuple(reports),
            elements,
            flows,
            frozenset(_rests_on(world)),
        )


class Story:
    """One variant while it is played."""

    def __init__(self, flow: Flowcase, variant: Variant, opened: Iterable[str] | None = None) -> None:
        """`opened`: the cases that are open already, where the story goes on in the middle."""
        self.flow, self.variant = flow, variant
        self._chronicle = Chronicle(flow)
        self._incidents: set[str] = set()  # that steps before this one brought
        met = (code for code, case in variant.cases.items() if case.get("status"))
        self.opened = set(met if opened is None else opened)

    def tell(self, step: Step) -> Iterator[Difference]:
        """Move the clock to the step, do it, and compare."""
        try:
            self.advance_to(step.at)
        except FlowcaseError as error:
            yield Difference("step", Said("clock_reaches", {"at": step.at.isoformat()}), [_error(error)])
            return
        refusals: list[Refusal] = []
        try:
            self.carry_out(step, refusals)
        except FlowcaseError as error:
            yield Difference("step", Said("is_done", {"do": step.do}), [_error(error)])
        world = self.look()
        yield from compare(world, step.expect, step.expect_not, refusals, told=self._incidents)
        self._incidents |= {one.id for one in world.incidents}

    def carry_out(self, step: Step, refusals: list[Refusal]) -> None:
        """Do it and what is due by it; a refusal is added to the list, as a person would read it."""
        with self._refusals(refusals):
            self._do(step)
            self.settle()

    def look(self) -> World:
        """What is true now."""
        return World(self.flow, self._chronicle)

    # --- time --------------------------------------------------------------------------------------

    def advance_to(self, at: dt.datetime) -> None:
        """Let time pass; everything that falls due on the way happens at its own instant."""
        for _ in range(MOST_TIMERS_BETWEEN_STEPS):
            due = self.flow.next_due()
            if due is None or due > at:
                break
            self.flow.clock.set(max(due, self.flow.clock.now()))
            self.settle()
        else:
            raise FlowcaseError(
                f"Expected the timers before {at.isoformat()} to come to an end, but they do not."
            )
        if self.flow.clock.now() < at:
            self.flow.clock.set(at)

    def settle(self) -> None:
        """Everything that is due at this instant."""
        for _ in range(1000):
            if not self.flow.timers.fire_due() and not self.flow.jobs.run_due():
                return
        raise FlowcaseError("Expected the work that is due now to come to an end, but it does not.")

    # --- doing -------------------------------------------------------------------------------------

    @contextmanager
    def _refusals(self, refusals: list[Refusal]) -> Iterator[None]:
        try:
            yield
        except InvalidValues as error:
            said = "; ".join(f"{field}: {' '.join(sentences)}" for field, sentences in error.errors.items())
            refusals.append(Refusal((), tuple(error.errors), said, error.errors, kind=_kind(error)))
        except Refused as error:
            because = error.because
            refusals.append(Refusal(error.rules, (), str(error), kind=_kind(error), because=because))
        except (Forbidden, Conflict) as error:
            refusals.append(Refusal((), (), str(error), kind=_kind(error)))

    def _do(self, step: Step) -> None:
        actor = self.flow.people.actor(step.actor) if step.actor else NARRATOR
        arguments = step.arguments
        if step.do == "notify":
            self._notify(arguments, actor)
        elif step.do == "start":
            self._start(arguments, actor)
        elif step.do == "complete":
            values = self._values(arguments)
            self.flow.user_tasks.complete(self.user_task(arguments, actor), values, actor=actor)
        elif step.do == "claim":
            self.flow.user_tasks.claim(self.user_task(arguments, actor), actor=actor)
        elif step.do == "message":
            self.flow.messages.correlate(
                arguments["name"],
                self._key(arguments),
                from_json(self._values(arguments)),
                actor=actor,
            )
        elif step.do == "signal":
            self.flow.signals.broadcast(
                arguments["name"],
                from_json(self._values(arguments)),
                case=arguments.get("case"),
                actor=actor,
            )
        elif step.do == "set case fact":
            self.flow.cases.set_fact(
                arguments["case"],
                arguments["fact"],
                value_of(arguments["value"]),
                reason=arguments.get("reason", "scenario"),
                actor=actor,
            )
        elif step.do == "choose rule sets":
            self.flow.rule_sets.use(
                selected=arguments.get("rule_sets"),
                settings=from_json(dict(arguments["settings"])) if "settings" in arguments else None,
                actor=actor,
            )

    def _start(self, arguments: Mapping[str, Any], actor: Actor) -> None:
        """Start a process by its none start event.

        A person starts it by hand where the diagram lets people do that, with the start form's values.
        Otherwise, and where there is no form to fill in, the values are the first variables, as if a
        diagram had called it; in a case `sag_id` is one of them.
        """
        process, case = arguments["process"], arguments.get("case")
        values = self._values(arguments)
        if actor is not NARRATOR:
            try:
                page = self.flow.startable_flows.page(process, case=case, actor=actor)
            except NotFound:  # nobody starts it by hand
                page = None
            if page is not None and (page.form is not None or not values):
                self.flow.startable_flows.start(process, values, case=case, actor=actor)
                return
        variables = {} if case is None else {CASE_VARIABLE: case}
        variables |= {name: value_of(value) for name, value in values.items()}
        self.flow.instances.start(process, variables, case=case, actor=actor)

    def _values(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a step, ids of records found."""
        return dict(resolved(self.flow, arguments.get("values", {}), arguments.get("case")))

    def _key(self, arguments: Mapping[str, Any]) -> str:
        key, case = arguments.get("key"), arguments.get("case", "")
        if not isinstance(key, Mapping):
            return str(case if key is None else key)
        return last_record(self.flow, key["record"], case or None)

    def _notify(self, arguments: Mapping[str, Any], actor: Actor) -> None:
        values = dict(arguments["values"])
        named = [child for child in values.get("boern", ()) if isinstance(child, str)]
        values["boern"] = [
            {**child_of(child, self.variant.cases.get(child, {})), "sag": child}
            if isinstance(child, str)
            else child
            for child in values.get("boern", ())
        ]
        values["underretning_id"] = arguments["notification"]
        self.flow.notifications.receive(values, source="form", actor=actor)
        for code in named:
            case = self.variant.cases.get(code, {})
            complete_case(self.flow, code, case)
            if code not in self.opened:
                self.opened.add(code)
                add_records(self.flow, code, case.get("records", ()))

    def user_task(self, arguments: Mapping[str, Any], actor: Actor) -> str:
        """The one open user task that the step means, among those this person may work on."""
        asked = {
            key: arguments[key] for key in ("process", "element", "case", "notification") if key in arguments
        }
        open_ones = [
            row
            for row in self.flow.user_tasks.list(case=asked.get("case"))
            if row.process == asked["process"]
            and row.element == asked["element"]
            and asked.get("case") in (None, row.case_code)
            and ("notification" not in asked or asked["notification"] in row.stream)
        ]
        if "record" in arguments:
            record = resolved(self.flow, arguments["record"], asked.get("case"))
            world = self.look()
            open_ones = [row for row in open_ones if record in world.shown(row).values()]
        allowed = [row for row in open_ones if row.assignee == actor.id or self.may(row, actor)]
        chosen = allowed or open_ones
        if not chosen:
            elsewhere = ", ".join(
                sorted(
                    {
                        f"{row.process}.{row.element} ({row.case_code or 'no case'})"
                        for row in self.flow.user_tasks.list()
                    }
                )
            )
            raise FlowcaseError(
                f"Expected an open user task {_asked(asked)}, but there is none. "
                f"Open are: {elsewhere or 'none'}."
            )
        mine = [row for row in chosen if row.assignee == actor.id] or chosen
        if len({(row.case_code, row.element) for row in mine}) > 1:
            raise FlowcaseError(
                f"Expected one open user task {_asked(asked)}, but there are {len(mine)}. Name the case."
            )
        oldest_first = sorted(mine, key=lambda row: (row.created_at, row.id))
        number = arguments.get("number", 1)
        if number > len(oldest_first):
            raise FlowcaseError(
                f"Expected {number} open user tasks {_asked(asked)}, but there are {len(oldest_first)}."
            )
        return oldest_first[number - 1].id

    def may(self, row: Any, actor: Actor) -> bool:
        """Whether an open user task is offered to this person."""
        return row.assignee is None and (
            (not row.candidate_groups and not row.candidate_users)
            or bool(actor.groups & set(row.candidate_groups))
            or actor.id in row.candidate_users
        )


def _error(error: FlowcaseError) -> Said:
    return Said("error", {"sentence": str(error)})


def _kind(error: FlowcaseError) -> str:
    kinds = (InvalidValues, Refused, Forbidden, Conflict)
    return next(kind.__name__ for kind in kinds if isinstance(error, kind))


def _asked(asked: Mapping[str, str]) -> str:
    return ", ".join(f"{key} '{value}'" for key, value in asked.items())


def reached(world: World) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """By process, the elements that were entered and the flows that were taken."""
    elements: dict[str, set[str]] = {}
    flows: dict[str, set[str]] = {}
    for one in world.events("ElementEntered", "FlowTaken"):
        process = world.process_of(one)
        if process is None:
            continue
        if one.kind == "FlowTaken":
            flows.setdefault(process, set()).add(one.get("flow"))
        elif one.element:
            elements.setdefault(process, set()).add(one.element)
    return (
        {process: frozenset(found) for process, found in elements.items()},
        {process: frozenset(found) for process, found in flows.items()},
    )


def _rests_on(world: World) -> Iterator[str]:
    """`sagstal.regel_sagstal_4` for a row that matched, `T06 HERNING 6 uger` for a deadline's length."""
    for one in world.history:
        if one.kind == "DecisionEvaluated":
            yield from (f"{one.get('decision')}.{rule}" for rule in one.get("rules"))
    for row in world.deadlines:
        if row.amount is not None:
            yield f"{row.rule} {row.rule_set} {row.amount} {row.unit}"


__all__ = ["NARRATOR", "Difference", "StepReport", "VariantReport", "run"]
