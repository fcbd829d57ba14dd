"""What is in force seen as a whole: which file uses what, and the landscape of all processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes
from flowcase.config import shipped_processes
from flowcase.errors import Forbidden
from flowcase.job_types import Registration
from flowcase.modeling.landscape import Landscape, landscape, links
from flowcase.modeling.rule_registry import read_registry
from flowcase.modeling.where_used import Use, Used, uses_of_process, uses_of_rules, uses_of_tables
from flowcase.services.definitions import Definitions
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import resources
from flowcase.store.queries.resources import ProcessDefinitionRow


@dataclass(frozen=True)
class Uses:
    """Everything that uses something, and in which file each thing is defined."""

    uses: Sequence[Use]
    homes: Mapping[tuple[Used, str], str]  # path by kind and name; handlers and rules have no file
    handlers: Mapping[str, Registration]

    def of(self, kind: Used, name: str) -> list[Use]:
        return [use for use in self.uses if use.kind is kind and use.name == name]

    def by(self, file: str) -> list[Use]:
        """What a file itself uses."""
        return [use for use in self.uses if use.file == file]

    def defined_in(self, file: str) -> list[tuple[Used, str]]:
        return sorted(key for key, path in self.homes.items() if path == file)

    def names(self, kind: Used) -> list[str]:
        """Everything of a kind that is defined or used."""
        known = {name for of, name in self.homes if of is kind}
        return sorted(known | {use.name for use in self.uses if use.kind is kind}, key=str.casefold)


class ProcessMaps:
    """One transaction per method. Raises Forbidden for who is no process owner."""

    def __init__(
        self, transactions: Transactions, definitions: Definitions, handlers: Mapping[str, Registration]
    ) -> None:
        self._transactions, self._definitions, self._handlers = transactions, definitions, handlers
        self._kept: tuple[frozenset[str], list[Use]] | None = None  # files in force, what they use

    def uses(self, *, actor: Actor) -> Uses:
        """Of the files in force. A table that a handler asks from Python is not seen here."""
        _check(actor)

        def work(tx: Tx) -> Uses:
            rows = resources.definitions(tx, only_newest=True)
            homes = {(Used.PROCESS, row.process): row.path for row in rows}
            kinds = {"form": Used.FORM, "decision": Used.DECISION}
            tables: dict[str, str] = {}
            for named in reversed(resources.all_named(tx)):
                if named.status == "active" and named.kind in kinds:
                    homes[(kinds[named.kind], named.name)] = named.path
                    if named.kind == "decision":
                        tables[named.path] = named.hash
            return Uses(self._read(tx, rows, tables), homes, self._handlers)

        return self._transactions.read(work)

    def landscape(self, *, actor: Actor) -> tuple[Landscape, Mapping[str, ProcessDefinitionRow]]:
        """The picture, and the newest version of each process in it."""
        _check(actor)

        def work(tx: Tx) -> tuple[Landscape, Mapping[str, ProcessDefinitionRow]]:
            rows = {row.process: row for row in resources.definitions(tx, only_newest=True)}
            found = links(self._definitions.process(tx, row.id) for row in rows.values())
            in_order = sorted(rows, key=lambda id: rows[id].name.casefold())
            return landscape(in_order, found), rows

        return self._transactions.read(work)

    def _read(self, tx: Tx, rows: Sequence[ProcessDefinitionRow], tables: Mapping[str, str]) -> list[Use]:
        key = frozenset((*(row.id for row in rows), *tables.values()))
        if self._kept is None or self._kept[0] != key:
            found: list[Use] = []
            for row in rows:
                found += uses_of_process(self._definitions.process(tx, row.id), row.path)
            for path, hash in sorted(tables.items()):
                found += uses_of_tables(resources.content(tx, hash) or b"<definitions/>", path)
            rules = {type: each.rules for type, each in self._handlers.items()}
            found += list(uses_of_rules(read_registry(shipped_processes() / "rules"), rules, found))
            self._kept = (key, found)
        return self._kept[1]


def _check(actor: Actor) -> None:
    if not may_edit_processes(actor):
        raise Forbidden("look at where files are used", "only process owners may")
