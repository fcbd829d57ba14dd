"""The files that a simulation runs: read once, without a database, with the changes of one variant."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flowcase import dmn
from flowcase.cases.deadline_rules import DeadlineRules
from flowcase.cases.rule_sets import Composition, Profile, RuleSet, compose, read_manifest
from flowcase.errors import FlowcaseError, NotFound
from flowcase.modeling import folder_files, read_bpmn, read_form
from flowcase.modeling.definition import ProcessDefinition
from flowcase.modeling.form import Form
from flowcase.modeling.read_dmn import read_dmn
from flowcase.services.decisions import Decisions
from flowcase.services.definitions import Definitions
from flowcase.services.rule_sets import Pin, RuleSets, Table
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries.resources import ProcessDefinitionRow
from flowcase.values import Value

_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Change:
    """One text of a file replaced by another; the file must have it exactly so many times."""

    file: str
    find: str
    put: str
    times: int = 1


class ChangeDoesNotFit(FlowcaseError):
    """A what-if changes a text that the file does not have."""

    def __init__(self, change: Change, found: int) -> None:
        self.change, self.found = change, found
        text = change.find if len(change.find) <= 60 else f"{change.find[:60]}…"
        super().__init__(
            f"Expected to find '{text}' {change.times} times in {change.file}, but it is there {found} times."
            " Look at the file: it has been changed since the what-if was written."
        )


def with_changes(files: Mapping[str, bytes], changes: Sequence[Change]) -> dict[str, bytes]:
    """The files with each change made. Raises NotFound and ChangeDoesNotFit."""
    changed = dict(files)
    for change in changes:
        name = next((name for name in changed if name == change.file or name.endswith(f"/{change.file}")), "")
        if not name:
            raise NotFound("file", change.file)
        text = changed[name].decode()
        if text.count(change.find) != change.times:
            raise ChangeDoesNotFit(change, text.count(change.find))
        changed[name] = text.replace(change.find, change.put).encode()
    return changed


def read_folder(folder: Path) -> dict[str, bytes]:
    """What a deployment of the folder takes, by path relative to it."""
    return folder_files(folder)


# Variants differ in a few files: what two of them share is read once.
@lru_cache(maxsize=1024)
def _diagram(path: str, content: bytes) -> tuple[ProcessDefinition, ...]:
    return tuple(read_bpmn(content, path).processes)


@lru_cache(maxsize=1024)
def _form(path: str, content: bytes) -> Form:
    return read_form(content, path)


@lru_cache(maxsize=1024)
def _table(path: str, content: bytes) -> dmn.Model:
    return read_dmn(content, path)


class FileDefinitions(Definitions):
    """Process definitions by their process id, forms by theirs."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__()
        self.processes: dict[str, ProcessDefinition] = {}
        self.forms: dict[str, Form] = {}
        for path, content in files.items():
            if path.endswith(".bpmn"):
                self.processes.update({each.id: each for each in _diagram(path, content)})
            elif path.endswith(".form"):
                form = _form(path, content)
                self.forms[form.id] = form
        self.rows = {id: _row(definition) for id, definition in self.processes.items()}

    def process(self, tx: Tx, definition: str) -> ProcessDefinition:
        try:
            return self.processes[definition]
        except KeyError:
            raise NotFound("process definition", definition) from None

    def row(self, tx: Tx, definition: str) -> ProcessDefinitionRow:
        return self.rows[definition]

    def form(self, tx: Tx, form: str) -> Form:
        try:
            return self.forms[form]
        except KeyError:
            raise NotFound("form", form) from None


def _row(definition: ProcessDefinition) -> ProcessDefinitionRow:
    return ProcessDefinitionRow(
        definition.id,
        definition.id,
        1,
        definition.name,
        definition.content_hash,
        definition.file,
        definition.version_tag,
        "simulation",
        "active",
        _LONG_AGO,
    )


class FileRuleSets(RuleSets):
    """One composition of rule sets for everything: a simulation never changes them on the way."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        *,
        settings: Mapping[str, Value],
        rule_sets: Sequence[str] = (),
    ) -> None:
        self._models: dict[str, dmn.Model] = {}
        self._answers: dict[Any, Any] = {}
        self._tables: dict[str, Table] = {}
        manifests: list[RuleSet | Profile] = []
        for path, content in files.items():
            if path.endswith(".dmn"):
                model = _table(path, content)
                content_hash = hashlib.sha256(content).hexdigest()
                self._tables.update({id: Table(id, content_hash, model) for id in model.decisions})
            elif path.endswith((".yaml", ".yml")) and _is_manifest(path):
                manifests.append(read_manifest(content, path))
        profile = next((each for each in manifests if isinstance(each, Profile)), None)
        if profile is None:
            raise NotFound("rule-set profile", "of the simulation")
        self._composition = compose(
            profile,
            [each for each in manifests if isinstance(each, RuleSet)],
            selected=list(rule_sets),
            overrides=dict(settings),
        )
        self._pin = Pin(self._composition.name, self._composition.version)
        self._deadline_rules = DeadlineRules(
            self._composition, lambda decision, inputs: self._answer(self._tables[decision], inputs)
        )

    def pin(self, tx: Tx) -> Pin:
        return self._pin

    def composition(self, tx: Tx, pin: Pin | str | None = None) -> Composition:
        return self._composition

    def settings(self, tx: Tx, pin: Pin | str | None = None) -> Mapping[str, Value]:
        return self._composition.settings

    def table(self, tx: Tx, decision: str, pin: Pin | str | None = None) -> Table:
        try:
            return self._tables[decision]
        except KeyError:
            raise NotFound("decision", decision) from None

    def deadline_rules(self, tx: Tx, pin: Pin | str | None = None) -> DeadlineRules:
        return self._deadline_rules


def _is_manifest(path: str) -> bool:
    return path.startswith("rulesets/") or "/rulesets/" in path


class UnrecordedDecisions(Decisions):
    """Asks the same tables, and keeps no record of what each answered."""

    def decide(
        self,
        tx: Tx,
        instance: LockedInstance,
        decision: str,
        inputs: Mapping[str, Value],
        **_: Any,
    ) -> dmn.DecisionResult:
        table = self._rule_sets.table(tx, decision, instance.rule_set)
        asked = table.model.decision(decision).input_names
        return table.model.evaluate(
            decision, {name: inputs[name] for name in asked if name in inputs}, now=tx.now
        )
