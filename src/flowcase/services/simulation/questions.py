"""What can be asked of a simulated office: the shipped questions, the numbers that they go by, and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from flowcase.cases.entities import ENTITIES
from flowcase.errors import InvalidValues
from flowcase.history.indicators.reports import SMALLEST_GROUP
from flowcase.modeling.form import Form
from flowcase.modeling.yaml_places import Place
from flowcase.services.definitions import Definitions
from flowcase.services.rule_sets import RuleSets
from flowcase.services.simulation import reading, rules, running
from flowcase.services.simulation.adjusting import beyond, changed_places, evened, of_all, said
from flowcase.services.simulation.estimating import (
    ENOUGH_FOR_A_YEAR,
    ENOUGH_TO_GO_BY,
    LOOKED_BACK,
    NOTIFICATION,
    Estimates,
    estimate,
)
from flowcase.store import Tx
from flowcase.store.queries import resources
from flowcase.store.queries import simulations as queries
from flowcase.values import to_json

DRAFTS = "kladde"  # asked for instead of a shipped file: drafts against what is in force
NUMBERS = "tal"  # asked for instead of a shipped file: changed numbers against the office as it is
BASE = "standard"  # the shipped office that everything is asked of
MOST_SEED = 2**53

Stamps = tuple[tuple[str, int, int], ...]  # of files: path, when each was written last, and its size

NOT_A_NUMBER = "Skriv et helt tal, der er større end nul."
NO_SUCH_QUESTION = "Vælg et spørgsmål."
NOTHING_CHANGED = (
    "Ret først mindst ét af kontorets tal nedenfor: det er dem, der holdes op mod kontoret, som det er."
)


@dataclass(frozen=True)
class Variant:
    """What one variant has in front of the office's parameters."""

    title: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Offer:
    """A shipped question."""

    id: str
    title: str
    description: str
    case_years: float  # at most, of one replication
    english: Mapping[str, str]  # of its texts, by the Danish
    variants: tuple[Variant, ...] = ()  # those that have parameters of their own


@dataclass(frozen=True)
class Question:
    """What somebody asks for."""

    asked: str  # id of an offer, DRAFTS or NUMBERS
    case_years: float
    seed: int
    drafts_of: str | None = None  # whose drafts, where drafts are asked for
    from_history: bool = False
    is_long_wanted: bool = False  # they were told that it takes long, and want it all the same
    changed: Mapping[str, Any] = field(default_factory=dict)  # parameters in front of the office's


class FaultyParameters(InvalidValues):
    """Numbers that cannot be simulated; `faults` says which rule each breaks."""

    def __init__(self, faults: Sequence[rules.Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("the simulation", {name_of(each.place): [each.sentence] for each in faults})


@dataclass(frozen=True)
class BasisOffice:
    """The office before anybody has changed a number, and what its numbers rest on."""

    data: Mapping[str, Any]
    estimates: Estimates
    is_by_history: bool = False


@dataclass(frozen=True)
class Asked:
    """A question with everything that it is run with."""

    simulation: reading.Simulation
    text: str  # the whole as a file
    ahead: running.Estimate
    sources: Mapping[str, Any]  # `estimated`: place -> observations; `changed`: places


@dataclass(frozen=True)
class TakenIn:
    """A file that somebody brought."""

    asked: str | None  # the offer that it is, if it is one
    seed: int | None
    changed: Mapping[str, Any]


def name_of(place: Place) -> str:
    return "|".join(map(str, place))


class Questions:
    """Reads in the caller's transaction; who may ask is for the caller to say."""

    def __init__(self, definitions: Definitions, rule_sets: RuleSets, folder: Path) -> None:
        self._definitions, self._rule_sets, self.folder = definitions, rule_sets, folder
        self._offered: tuple[Stamps, list[Offer]] = ((), [])

    def offers(self) -> list[Offer]:
        """The shipped questions, by title; their files are read anew only when one of them has changed."""
        stamps, offered = self._offered
        now = tuple((str(path), *_stamp(path)) for path in sorted(self.folder.glob("*.yaml")))
        if stamps != now:
            offered = self._read()
            self._offered = now, offered
        return offered

    def _read(self) -> list[Offer]:
        paths = [path for path in sorted(self.folder.glob("*.yaml")) if path.stem != BASE]
        found = [reading.read_and_whole(path) for path in paths]
        return [
            Offer(
                each.id,
                each.title,
                each.description,
                running.case_years_of(each),
                each.english,
                tuple(
                    Variant(one["title"], one["parameters"])
                    for one in whole.get("compare", [])
                    if one.get("parameters")
                ),
            )
            for each, whole in sorted(found, key=lambda one: one[0].title.casefold())
        ]

    def basis(self, tx: Tx, asked: str, *, from_history: bool) -> BasisOffice:
        """The office of a question by the file, or by the history where that reaches."""
        path = self._path(asked)
        read, data = reading.read_and_whole(path)
        data.setdefault("compare", [{"id": "nu", "title": data["title"]}])
        if asked == DRAFTS:
            data["compare"] = reading.DRAFT_BESIDE
        elif asked == NUMBERS:
            data = {**data, **reading.NUMBERS_BESIDE, "id": NUMBERS}
        found = self.estimates(tx, read) if from_history else Estimates(self._chosen(tx))
        return BasisOffice(evened(said(reading.join(data, found.parameters))), found, from_history)

    def asked(self, tx: Tx, question: Question) -> Asked:
        """The question with its numbers. Raises InvalidValues for what cannot be run."""
        if not 0 < question.case_years < 10**9:
            raise InvalidValues("the simulation", {"sagsaar": [NOT_A_NUMBER]})
        if not 0 <= question.seed < MOST_SEED:
            raise InvalidValues("the simulation", {"froe": [NOT_A_NUMBER]})
        basis = self.basis(tx, question.asked, from_history=question.from_history)
        whole = {**evened(reading.join(basis.data, question.changed)), "seed": question.seed}
        faults = rules.faults(reading.parameters_of(whole))
        if faults:
            raise FaultyParameters(faults)
        if question.asked == NUMBERS:
            whole = self._beside(basis.data, question)
        read = reading.read_data(whole, self._path(question.asked))
        # At least two replications: one alone has no interval.
        number = max(2, ceil(question.case_years / max(running.case_years_of(read), 0.1)))
        whole["replications"] = min(number, 1000)
        return Asked(
            read,
            as_text(whole),
            running.estimate(read, replications=number),
            {
                "estimated": {
                    name_of(place): count
                    for place in _leaves(basis.estimates.parameters)
                    if (count := basis.estimates.observed(place))
                },
                "changed": [name_of(place) for place in changed_places(basis.data, question.changed)],
            },
        )

    def _beside(self, office: Mapping[str, Any], question: Question) -> dict[str, Any]:
        """The office as it is, and a variant with the changed numbers. Raises InvalidValues for none."""
        for_all, varied = of_all(question.changed)
        if not varied:
            raise InvalidValues("the simulation", {"spoergsmaal": [NOTHING_CHANGED]})
        before, after = office["compare"]
        compared = [before, {**after, "parameters": varied}]
        return {**evened(reading.join(office, for_all)), "seed": question.seed, "compare": compared}

    def taken_in(self, tx: Tx, content: bytes, file_name: str) -> TakenIn:
        """The numbers of a file, as they differ from the shipped office. Raises SimulationError."""
        with TemporaryDirectory() as place:
            for shipped in self.folder.glob("*.yaml"):
                (Path(place) / shipped.name).write_bytes(shipped.read_bytes())
            path = Path(place) / "sendt.yaml"
            path.write_bytes(content)
            try:
                _, data = reading.read_and_whole(path)
            except reading.SimulationError as error:
                told = [
                    (file_name if file == str(path) else Path(file).name, line, sentence)
                    for file, line, sentence in error.problems
                ]
                raise reading.SimulationError(told) from None
        is_of_drafts = any(each.get("draft") for each in data.get("compare", ()))
        asked = DRAFTS if is_of_drafts else data["id"]
        if asked == NUMBERS:
            data = with_changed_numbers(data)
        is_offered = asked in (DRAFTS, NUMBERS) or (
            asked != BASE and (self.folder / f"{asked}.yaml").is_file()
        )
        office = self.basis(tx, asked if is_offered else DRAFTS, from_history=False).data
        changed = beyond(reading.parameters_of(office), reading.parameters_of(evened(data)))
        return TakenIn(asked if is_offered else None, data.get("seed"), changed)

    def _path(self, asked: str) -> Path:
        path = self.folder / f"{BASE if asked in (DRAFTS, NUMBERS) else asked}.yaml"
        if asked == BASE or path.parent != self.folder or not path.is_file():
            raise InvalidValues("the simulation", {"spoergsmaal": [NO_SUCH_QUESTION]})
        return path

    # --- what the installation knows ---------------------------------------------------------------

    def estimates(self, tx: Tx, read: reading.Simulation) -> Estimates:
        """What the installation's own history says of the parameters of a simulation."""
        since = tx.now - LOOKED_BACK
        found = estimate(
            read.variants[0].parameters,
            arrivals=queries.arrivals(tx, since),
            handled=queries.handled(tx, since),
            codes=lambda entity, attributes: queries.codes(tx, entity, [*attributes], since),
            form_of=lambda process, element: self._form_of(tx, process, element),
            smallest=self._smallest(tx),
            now=tx.now,
        )
        found.parameters.update(self._chosen(tx))
        return found

    def has_history(self, tx: Tx) -> bool:
        """Whether the history is long and full enough to go by it."""
        instants = queries.arrivals(tx, tx.now - LOOKED_BACK)
        return len(instants) >= ENOUGH_TO_GO_BY and tx.now - min(instants) >= ENOUGH_FOR_A_YEAR

    def _smallest(self, tx: Tx) -> int:
        return max(2, int(str(self._rule_sets.settings(tx).get(SMALLEST_GROUP) or 5)))

    def _form_of(self, tx: Tx, process: str, element: str) -> Form | None:
        row = resources.definition_of(tx, process)
        drawn = None if row is None else self._definitions.process(tx, row.id).elements.get(element)
        form = None if drawn is None or drawn.user_task is None else drawn.user_task.form_id
        return None if form is None else self._definitions.form(tx, form)

    def _chosen(self, tx: Tx) -> dict[str, Any]:
        """The rule sets and settings that the installation runs by."""
        selected, settings = self._rule_sets.chosen(tx)
        return {
            **({"rule_sets": selected} if selected else {}),
            **({"settings": to_json(settings)} if settings else {}),
        }

    def words(self, tx: Tx, office: Mapping[str, Any]) -> dict[str, str]:
        """What is drawn and asked is called, by the name of its place: user tasks, answers and choices."""
        attributes = {each.name: each.da for each in ENTITIES[NOTIFICATION].attributes}
        found = {f"arrivals|values|{name}": label for name, label in attributes.items()}
        for key in office.get("tasks", {}):
            process, _, element = key.partition(".")
            row = resources.definition_of(tx, process)
            drawn = None if row is None else self._definitions.process(tx, row.id)
            if row is None or drawn is None or element not in drawn.elements:
                continue
            found[f"tasks|{key}"] = f"{row.name or process}: {drawn.elements[element].name or element}"
            form = self._form_of(tx, process, element)
            for asked in form.values() if form is not None else ():
                place = f"tasks|{key}|answers|{asked.path[-1]}"
                found[place] = asked.label
                found.update({f"{place}|andele|{each.value}": each.label for each in asked.options})
        return found


def _stamp(path: Path) -> tuple[int, int]:
    known = path.stat()
    return known.st_mtime_ns, known.st_size


def with_changed_numbers(whole: Mapping[str, Any]) -> dict[str, Any]:
    """A question about changed numbers as an office that has them."""
    parameters = [each["parameters"] for each in whole.get("compare", ()) if each.get("parameters")]
    return reading.join(whole, parameters[-1] if parameters else {})


def as_text(whole: Mapping[str, Any]) -> str:
    """A file that says everything itself, for `flowcase simulate`."""
    return yaml.safe_dump(dict(whole), allow_unicode=True, sort_keys=False, width=110)


def _leaves(data: Any, place: Place = ()) -> list[Place]:
    if isinstance(data, Mapping) and data:
        return [each for key, value in data.items() for each in _leaves(value, (*place, key))]
    if isinstance(data, list) and data:
        return [each for number, value in enumerate(data) for each in _leaves(value, (*place, number))]
    return [place]
