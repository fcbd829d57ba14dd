"""What putting a file into force means for what runs: which instances stay behind, which are stranded.

A deployment leaves running instances in the version that they began in. One is stranded when it waits in
an element that nothing in the new version takes over from: moving it needs a mapping by hand, or cannot be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from flowcase import engine, modeling
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes
from flowcase.cases.rule_sets import read_manifest
from flowcase.errors import Forbidden, InvalidDefinition, InvalidValues
from flowcase.modeling.check_bundle import kind_of
from flowcase.modeling.definition import ProcessDefinition
from flowcase.modeling.migration_mapping import propose
from flowcase.services.definitions import Definitions
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, instances, migrations, resources, user_tasks

MOST = 2000  # states that are looked into for one process


@dataclass(frozen=True)
class ProcessEffect:
    """Running instances of one process that the file defines, or defined until now."""

    process: str
    name: str
    version: int  # that is in force
    running: Mapping[int, int]  # instances by version
    stranded: Mapping[str, int]  # instances by the name of the element that nothing takes over from
    looked_at: int  # instances of the version in force whose state was looked into
    is_dropped: bool = False  # the new file no longer defines it; the version in force goes on

    @property
    def total(self) -> int:
        return sum(self.running.values())


@dataclass(frozen=True)
class FormEffect:
    form: str
    open_tasks: int  # they show the new form from then on


@dataclass(frozen=True)
class Effects:
    processes: tuple[ProcessEffect, ...] = ()
    forms: tuple[FormEffect, ...] = ()
    pinned_cases: int | None = None  # open cases that keep their version; None for what is no rule set


class DeploymentEffects:
    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def of(self, path: str, content: bytes, *, actor: Actor) -> Effects:
        """Nothing for a file that cannot be read: it cannot be deployed either. Raises Forbidden."""
        if not may_edit_processes(actor):
            raise Forbidden("look at a deployment", "only process owners may")

        def work(tx: Tx) -> Effects:
            try:
                if path.endswith(".bpmn"):
                    return Effects(processes=tuple(self._processes(tx, path, content)))
                if path.endswith(".form"):
                    form = modeling.read_form(content, path).id
                    return Effects(forms=(FormEffect(form, user_tasks.open_with_form(tx, form)),))
                if kind_of(path) in {".yaml", ".yml"}:
                    read_manifest(content, path)
                    return Effects(pinned_cases=case_files.open_cases(tx))
            except (InvalidDefinition, InvalidValues):
                return Effects()
            return Effects()

        return self._transactions.read(work)

    def _processes(self, tx: Tx, path: str, content: bytes) -> list[ProcessEffect]:
        new = {process.id: process for process in modeling.read_bpmn(content, path).processes}
        found = []
        for row in resources.definitions(tx, only_newest=True):
            if row.path != path and row.process not in new:
                continue
            running = migrations.running_by_version(tx, row.process)
            stranded: Counter[str] = Counter()
            looked = 0
            if row.process in new and running.get(row.version):
                old = self._definitions.process(tx, row.id)
                stranded, looked = _stranded(tx, row.id, old, new[row.process])
            found.append(
                ProcessEffect(
                    row.process, row.name, row.version, running, stranded, looked, row.process not in new
                )
            )
        return found


def _stranded(
    tx: Tx, definition: str, old: ProcessDefinition, new: ProcessDefinition
) -> tuple[Counter[str], int]:
    mapping = propose(old, new)
    lost: Counter[str] = Counter()
    ids = migrations.running(tx, definition)[:MOST]
    for id in ids:
        state = instances.state(tx, id)
        if state is None:
            continue
        waiting = {each.element for each in engine.State.from_bytes(state, old).waiting()}
        for element in sorted(waiting - set(mapping)):
            lost[old.elements[element].name or element] += 1
    return lost, len(ids)
