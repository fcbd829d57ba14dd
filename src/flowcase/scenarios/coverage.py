"""How much of each diagram the played stories went through: elements and sequence flows, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flowcase.modeling import folder_files, read_bpmn
from flowcase.scenarios.running import VariantReport
from flowcase.services.deploying.scenario_files import NotCovered


@dataclass(frozen=True)
class Part:
    """The elements of a diagram, or its sequence flows."""

    drawn: tuple[str, ...]
    reached: frozenset[str]
    argued: Mapping[str, NotCovered]  # what no story reached, with the reason that a scenario gives

    @property
    def counted(self) -> int:
        """What a story reached or a scenario argues away."""
        return len(self.reached) + len(self.argued)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(id for id in self.drawn if id not in self.reached and id not in self.argued)


@dataclass(frozen=True)
class DiagramCoverage:
    process: str
    file: str
    elements: Part
    flows: Part

    @property
    def percent(self) -> float:
        """Of elements and flows together."""
        drawn = len(self.elements.drawn) + len(self.flows.drawn)
        counted = self.elements.counted + self.flows.counted
        return 100 * counted / drawn if drawn else 100.0

    @property
    def is_complete(self) -> bool:
        return not self.elements.missing and not self.flows.missing

    @property
    def is_reached(self) -> bool:
        return bool(self.elements.reached)


@dataclass(frozen=True)
class Coverage:
    diagrams: tuple[DiagramCoverage, ...]  # every process of the folder, by id
    stale: tuple[tuple[NotCovered, str], ...]  # exceptions that do not hold, each with what is wrong


def coverage(
    processes: Path, reports: Iterable[VariantReport], not_covered: Sequence[NotCovered] = ()
) -> Coverage:
    """What was reached of every diagram of the folder; an exception counts only where it is needed."""
    elements: dict[str, set[str]] = {}
    flows: dict[str, set[str]] = {}
    for report in reports:
        for process, found in report.elements.items():
            elements.setdefault(process, set()).update(found)
        for process, found in report.flows.items():
            flows.setdefault(process, set()).update(found)
    exceptions: dict[str, dict[str, NotCovered]] = {}
    for each in not_covered:
        exceptions.setdefault(each.process, {})[each.id] = each
    diagrams = []
    for file, content in folder_files(processes).items():
        if not file.endswith(".bpmn"):
            continue
        for drawn in read_bpmn(content, file).processes:
            argued = exceptions.get(drawn.id, {})
            diagrams.append(
                DiagramCoverage(
                    drawn.id,
                    file,
                    _part(drawn.elements, elements.get(drawn.id, set()), argued),
                    _part(drawn.flows, flows.get(drawn.id, set()), argued),
                )
            )
    diagrams.sort(key=lambda each: each.process)
    return Coverage(tuple(diagrams), tuple(_stale(diagrams, not_covered)))


def _part(drawn: Mapping[str, object], reached: set[str], argued: Mapping[str, NotCovered]) -> Part:
    known = frozenset(drawn)
    return Part(
        tuple(drawn),
        known & reached,
        {id: each for id, each in argued.items() if id in known and id not in reached},
    )


def _stale(
    diagrams: Sequence[DiagramCoverage], not_covered: Sequence[NotCovered]
) -> Iterable[tuple[NotCovered, str]]:
    by_id = {each.process: each for each in diagrams}
    for each in not_covered:
        diagram = by_id.get(each.process)
        if diagram is None:
            yield each, f"there is no process '{each.process}'"
            continue
        parts = (diagram.elements, diagram.flows)
        if not any(each.id in part.drawn for part in parts):
            yield each, f"'{each.process}' has no element or flow '{each.id}'"
        elif any(each.id in part.reached for part in parts):
            yield each, f"'{each.id}' of '{each.process}' is reached"
