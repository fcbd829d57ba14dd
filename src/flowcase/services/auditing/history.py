"""The history: read for a case, an instance or everything, and proven to be whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from flowcase.access.actor import Actor
from flowcase.cases.entities import DataClass
from flowcase.history.exports.line import withheld
from flowcase.history.story import Recorded, Told, tell, told_erased
from flowcase.history.verification import Broken
from flowcase.modeling.table_labels import TableLabels
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import case_access, confidentiality
from flowcase.services.proving import chain_walk
from flowcase.services.proving.chain_walk import Walked
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, chains, deadlines, instances, people
from flowcase.store.queries import history as queries
from flowcase.store.queries.chains import Extent
from flowcase.store.queries.history import EventRow

_FROM_THE_BEGINNING: Mapping[str, int] = MappingProxyType({})


class History:
    def __init__(self, transactions: Transactions, definitions: Definitions) -> None:
        self._transactions, self._definitions = transactions, definitions

    def of_case(self, case: str, *, actor: Actor, after: int = 0, limit: int | None = None) -> list[EventRow]:
        """Events of a case in order, beginning behind number `after`. Raises NotFound and Forbidden."""
        return self._transactions.read(lambda tx: _of_case(tx, case, actor, after, limit))

    def story(
        self,
        case: str,
        *,
        actor: Actor,
        language: str = "da",
        everything: bool = False,
        up_to: DataClass = DataClass.K2,
        cause: Callable[[str], str] = str,
    ) -> list[Told]:
        """The case's history in words, oldest first; `everything` tells what only moves tokens too.

        What is more confidential than `up_to`, or than the reader may see, is told without its content;
        on pages, where `up_to` is K2, why somebody opened the case or changed its rules is told to all.
        `cause` says why an instance stands still in the reader's language.

        Raises NotFound and Forbidden.
        """

        def work(tx: Tx) -> list[Told]:
            names = Names(tx, self._definitions)
            rows = _of_case(tx, case, actor)
            case_row = case_files.case(tx, case)
            seen = DataClass.K0 if case_row is None else confidentiality.highest_seen(actor, case_row)
            highest = min(up_to, seen, key=lambda each: each.rank)
            always = confidentiality.TOLD_WITH_REASON if up_to is DataClass.K2 else ()
            recorded = [
                Recorded(
                    row.at,
                    row.actor,
                    row.event if isinstance(row.event, always) else withheld(row.event, highest),
                    row.instance,
                )
                for row in rows
                if row.event is not None
            ]
            told = list(tell(recorded, names, language=language, everything=everything, cause=cause))
            if case_row is not None and case_row.erased_at is not None:
                told.append(told_erased(case_row.erased_at, language))
            return told

        return self._transactions.read(work)

    def of_instance(self, instance: str, *, actor: Actor) -> list[EventRow]:
        """Everything that one process instance led to, in order."""
        return self._transactions.read(lambda tx: queries.events_of_instance(tx, instance))

    def of_stream(self, stream: str, *, after: int = 0, limit: int | None = None) -> list[EventRow]:
        return self._transactions.read(lambda tx: queries.events(tx, stream, after=after, limit=limit))

    def everything(self, after: Mapping[str, int] = _FROM_THE_BEGINNING) -> list[EventRow]:
        """Every event of the installation in order of time; for scenarios and small installations.

        `after` names streams of which only what comes behind that number is wanted.
        """

        def work(tx: Tx) -> list[EventRow]:
            longer = [stream for stream in queries.streams(tx) if stream.length > after.get(stream.id, 0)]
            found = queries.events_of_streams(tx, [stream.id for stream in longer if stream.id not in after])
            for stream in longer:
                if stream.id in after:
                    found[stream.id] = queries.events(tx, stream.id, after=after[stream.id])
            rows = [row for stream in longer for row in found[stream.id]]
            return sorted(rows, key=lambda row: row.at)

        return self._transactions.read(work)

    def extent(self) -> Extent:
        """How many events there are, in how many streams."""
        return self._transactions.read(chains.extent)

    def walk(self, progress: Callable[[str, int], None] = lambda stream, events: None) -> Walked:
        """Walk every chain: the first altered, missing or added event of each broken one, and where the
        clock was set back.

        `progress` is told each stream, and how many events it has, before it is walked.
        """
        return chain_walk.walk(self._transactions, progress)

    def verify(self) -> list[Broken]:
        """The first altered, missing or added event of each broken chain."""
        return self.walk().broken


def _of_case(tx: Tx, case: str, actor: Actor, after: int = 0, limit: int | None = None) -> list[EventRow]:
    row = case_access.seen(tx, case, actor, "read the history of")
    return queries.events(tx, row.stream, after=after, limit=limit)


class Names:
    """What diagrams, tables, deadlines and people are called, looked up once each."""

    def __init__(self, tx: Tx, definitions: Definitions) -> None:
        self._tx, self._definitions = tx, definitions
        self._instance = cache(lambda id: instances.instance(tx, id))
        self._rules, self._people = cache(self._rule), cache(self._person)

    def process_id(self, instance: str | None) -> str:
        row = self._instance(instance) if instance else None
        return "" if row is None else row.process

    def process(self, instance: str | None) -> str:
        row = self._instance(instance) if instance else None
        return "" if row is None else self._definitions.row(self._tx, row.definition).name

    def element(self, instance: str | None, element: str) -> str:
        row = self._instance(instance) if instance else None
        if row is None:
            return element
        drawn = self._definitions.process(self._tx, row.definition).elements.get(element)
        return element if drawn is None else drawn.name or element

    def table(self, resource: str | None, decision: str) -> TableLabels | None:
        return self._definitions.table_labels(self._tx, resource, decision) if resource else None

    def rule(self, deadline: str) -> str:
        return self._rules(deadline)

    def person(self, id: str) -> str:
        return self._people(id)

    def _rule(self, deadline: str) -> str:
        row = deadlines.deadline(self._tx, deadline)
        return "–" if row is None else row.rule

    def _person(self, id: str) -> str:
        row = people.person(self._tx, id)
        return id if row is None else row.name or id
