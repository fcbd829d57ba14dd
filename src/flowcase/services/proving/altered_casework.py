"""Rows of casework that say otherwise than the history, found stream by stream.

What a stream tells of its own rows is compared and forgotten before the next one is opened. What it tells of
rows that lie elsewhere (a record that several cases share, a user task whose row was moved) is kept, and
compared at the end with all that any stream told of them: memory grows with that alone.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from flowcase.errors import FlowcaseError, NotFound
from flowcase.history import retold_awaited, retold_casework, retold_flows, retold_waiting
from flowcase.history.heard import GONE, NOT_TOLD, OF_NO_INSTANCE, Flow, Heard, Subject
from flowcase.history.retold_casework import BEGINNINGS, COPIES
from flowcase.services.proving import (
    altered_contents,
    altered_incidents,
    altered_items,
    altered_notices,
    altered_waiting,
)
from flowcase.services.proving.altered_deadlines import Currents
from flowcase.services.proving.altered_incidents import Incidents
from flowcase.services.proving.altered_items import Items
from flowcase.services.proving.altered_notices import Notices
from flowcase.services.proving.altered_row import AlteredRow, is_same
from flowcase.services.proving.altered_states import States
from flowcase.services.proving.altered_waiting import MessageIds
from flowcase.store import Tx
from flowcase.store.appliers.user_tasks import key_of_members
from flowcase.store.queries import as_kept, as_kept_contents, as_kept_messages, chains, history, known_people
from flowcase.store.queries.as_kept_contents import KeptContent
from flowcase.store.queries.history import SealedRow
from flowcase.values import canonical_json, to_json

_KINDS = frozenset(
    (
        *(each.__name__ for each in retold_casework.KINDS),
        *altered_waiting.KINDS,
        *altered_items.KINDS,
        *altered_incidents.KINDS,
        *altered_notices.KINDS,
    )
)
_SORTS = tuple(retold_casework.TOLD)
_ENTRIES_AT_ONCE = 500
_STAYS_AFTER_ERASURE = ("responsible", "plan")  # of a deadline in another stream, which the erasure empties

_NOWHERE = "lies in a stream that does not exist"
# Rows that go again, most of them in the stream in which they came.
_PASSING = ("message", "held start", retold_awaited.MESSAGE, retold_awaited.SIGNAL)

Place = tuple[dt.datetime, int, str, int]


def find(tx: Tx, erased: Collection[str], named: Collection[str] = ()) -> Iterator[AlteredRow]:
    """The sorts in order; within each, rows by id. `erased` are codes of cases, as the history tells it.

    Nothing more is said of the lists that are `named`.
    """
    of_erased = set(erased)
    search = _Search(tx, of_erased, Items(frozenset(named)), Notices(of_erased), Currents(of_erased))
    search.walk()
    search.settle_what_crosses()
    for sort, id in sorted(search.found, key=lambda each: (_SORTS.index(each[0]), each[1])):
        yield AlteredRow(sort, id, search.found[sort, id])
    yield from search.currents.find(tx)
    yield from search.message_ids.find(tx)
    yield from search.items.altered()
    yield from search.incidents.altered()
    yield from search.notices.find(tx)
    for code in as_kept_contents.cases_made_up(tx):
        yield AlteredRow("case", code, "is listed by facts, and there is no such case")
    for key, members in sorted(as_kept.candidate_sets(tx).items()):
        if key_of_members(sorted(members)) != key:
            yield AlteredRow("candidates", key, "of user tasks were altered")


class Lying(NamedTuple):
    """What a stream has."""

    rows: dict[Subject, Any]
    entries: Iterable[SealedRow]


@dataclass
class _Search:
    tx: Tx
    erased: set[str]  # codes of cases
    items: Items
    notices: Notices
    currents: Currents
    message_ids: MessageIds = field(default_factory=MessageIds)
    incidents: Incidents = field(default_factory=Incidents)
    states: States = field(default_factory=States)
    found: dict[Subject, str] = field(default_factory=dict)
    crossing: dict[Subject, list[tuple[Place, Heard]]] = field(default_factory=dict)
    search_keys: dict[str, dict[str, bytes]] = field(default_factory=dict)  # of records looked at just now
    known_people: dict[str, set[bytes]] = field(default_factory=dict)  # hashes of those whom they know
    receipts: dict[str, set[str]] = field(default_factory=dict)  # who has had the messages looked at just now

    def walk(self) -> None:
        """Every stream that can be opened, with the rows that lie in it."""
        after, pages = "", as_kept.keys(self.tx)
        page = next(pages, None)
        while page is not None:
            following = next(pages, None)
            rows: dict[str, dict[Subject, Any]] = {}
            last = None if following is None else page[-1].id
            for sort in _SORTS:
                for row in as_kept.casework(self.tx, sort, after, last):
                    rows.setdefault(row.stream, {})[sort, row.id] = row
            self._look_up(subject for here in rows.values() for subject in here)
            instances = [id for here in rows.values() for sort, id in here if sort == "instance"]
            for each in (self.items, self.incidents, self.states):
                each.look_at(self.tx, instances)
            alive = {key.id for key in page if key.wrapped_key is not None}
            self._compare_what_lies_beside(rows, alive, as_kept_contents.contents(self.tx, after, last))
            entries_of_page = chains.all_entries(self.tx, chains.Place(after), last, _ENTRIES_AT_ONCE)
            for stream, entries in itertools.groupby(entries_of_page, attrgetter("stream")):
                if stream in alive:
                    self._walk_one(stream, Lying(rows.pop(stream, {}), entries))
                    alive.remove(stream)
            for key in page:
                here = rows.pop(key.id, {})
                if key.id in alive:  # nothing happened in it
                    self._walk_one(key.id, Lying(here, ()))
            for sort, id in itertools.chain.from_iterable(rows.values()):
                self.found[sort, id] = _NOWHERE
            self.message_ids.look_up(self.tx)
            self.notices.look_up(self.tx)
            after, page = page[-1].id, following

    def _walk_one(self, stream: str, lying: Lying) -> None:
        here = lying.rows
        told: dict[Subject, Any] = {}
        passing: dict[Subject, list[tuple[Place, Heard]]] = {}
        for place, heard, subjects in self._heard_of(stream, lying.entries):
            self.message_ids.hear(heard)
            self.items.hear(heard)
            self.incidents.hear(heard)
            self.notices.hear(heard)
            self.currents.hear(heard)
            for subject in subjects:
                if subject in here or subject[0] in _PASSING:
                    told[subject] = retold_casework.retold(subject, told.get(subject), heard)
                if subject in here:
                    continue
                if subject[0] in _PASSING:
                    passing.setdefault(subject, []).append((place, retold_waiting.slim(heard)))
                    if told[subject] is GONE:
                        del passing[subject]
                else:
                    self.crossing.setdefault(subject, []).append((place, heard))
        for subject, row in here.items():
            self._compare(subject, row, told.get(subject))
        self.currents.forget()
        instances = [id for sort, id in here if sort == "instance"]
        self.items.compare(instances)
        self.incidents.compare(instances)
        for instance, what in self.states.altered(self.tx, stream, instances):
            self.found.setdefault(("instance", instance), what)
        for subject, heard_of in passing.items():
            self.crossing.setdefault(subject, []).extend(heard_of)
        self.tx.let_go(stream)

    def _compare_what_lies_beside(
        self,
        rows: Mapping[str, Mapping[Subject, Any]],
        alive: Collection[str],
        contents: Mapping[tuple[str, str], KeptContent],
    ) -> None:
        """Contents of documents, and the facts by which cases are listed: by the rows that name them."""
        records: dict[str, Any] = {}
        cases: dict[str, Any] = {}
        for stream, here in rows.items():
            for (sort, id), row in here.items():
                if sort == "case":
                    cases[id] = row
                elif sort == "record" and stream in alive:
                    records[id] = row
        for id, what in altered_contents.of_documents(records, contents):
            self.found["record", id] = what
        for code, what in altered_contents.of_facts(self.tx, cases):
            self.found["case", code] = what

    def _look_up(self, subjects: Iterable[Subject]) -> None:
        """What lies beside records and messages that are looked at now."""
        by_sort: dict[str, list[str]] = {"record": [], "message": []}
        for sort, id in subjects:
            if sort in by_sort:
                by_sort[sort].append(id)
        self.search_keys = as_kept.search_keys(self.tx, by_sort["record"])
        self.known_people = known_people.kept(self.tx, by_sort["record"])
        self.receipts = as_kept_messages.receipts(self.tx, by_sort["message"])

    def settle_what_crosses(self) -> None:
        """Of each row that more than one stream tells of, or that lies in another than the one that does."""
        homes: dict[str, dict[Subject, Any]] = {}
        for sort in _SORTS:
            ids = [id for each, id in self.crossing if each == sort]
            for row in as_kept.casework_named(self.tx, sort, ids):
                homes.setdefault(row.stream, {})[sort, row.id] = row
        self._look_up(self.crossing)
        for stream, rows in homes.items():
            if not self._is_alive(stream):
                continue
            entries = chains.all_of(self.tx, stream, _ENTRIES_AT_ONCE)
            for place, heard, subjects in self._heard_of(stream, entries):
                for subject in subjects:
                    if subject in rows:
                        self.crossing[subject].append((place, heard))
            self.states.forget()
            self.tx.let_go(stream)
        rows = {subject: row for each in homes.values() for subject, row in each.items()}
        for subject, heard_of in self.crossing.items():
            if self.found.get(subject) == _NOWHERE:
                continue
            told = None
            for _, heard in sorted(heard_of, key=lambda each: each[0]):
                told = retold_casework.retold(subject, told, heard)
            self.found.pop(subject, None)
            row = rows.get(subject)
            if row is None and told not in (None, GONE):
                if subject[0] != "message" or not altered_waiting.may_be_taken(self.tx, told, self.erased):
                    self.found[subject] = "is gone"
            elif row is not None and (told is not None or self._is_alive(row.stream)):
                self._compare(subject, row, told)

    def _is_alive(self, stream: str) -> bool:
        try:
            return not self.tx.is_erased(stream)
        except NotFound:
            return False

    def _heard_of(
        self, stream: str, entries: Iterable[SealedRow]
    ) -> Iterator[tuple[Place, Heard, list[Subject]]]:
        """Each event with the rows that it changes."""
        running: set[str] = set()
        waits: dict[str | None, dict[Subject, None]] = {}
        for place, heard in self._heard(stream, entries):
            subjects = list(retold_casework.about(heard, running, waits.get(heard.instance, {})))
            yield place, heard, subjects
            retold_flows.follow(running, heard)
            retold_casework.follow(waits, heard, subjects)

    def _heard(self, stream: str, entries: Iterable[SealedRow]) -> Iterator[tuple[Place, Heard]]:
        """Each event with where it stands among those of all streams: at one instant beginnings are first."""
        at = dt.datetime.min.replace(tzinfo=dt.UTC)
        flows: dict[str | None, Flow] = {}
        for entry in entries:
            if _KINDS.isdisjoint(entry.kind.split(" ")):
                self.states.pass_over(entry)
                continue
            at = max(at, entry.at)  # the clock may have been set back
            rows, versions = history.opened_with_versions(self.tx, entry, _KINDS)
            self.states.hear(versions)
            for row in rows:
                if row.event is not None:
                    place = (at, 0 if isinstance(row.event, BEGINNINGS) else 1, stream, row.seq)
                    flow = flows.get(row.instance, OF_NO_INSTANCE)
                    said = (row.at, row.actor, row.instance, row.event, row.request_id)
                    heard = Heard(stream, *said, flow)
                    yield place, heard
                    retold_flows.remember(flows, heard)

    def _compare(self, subject: Subject, row: Any, told: Any) -> None:
        sort = subject[0]
        if (sort == "case" and row.id in self.erased) or (
            sort == "record" and (row.case_code in self.erased or not self._is_alive(row.stream))
        ):
            return  # what is left of what was erased
        if told is None:
            self.found[subject] = "no event led to it"
        elif told is GONE:
            self.found[subject] = "is there, although an event took it away"
        elif other := list(self._other(sort, row, told)):
            of = f" of {told.entity}" if sort == "record" else ""
            self.found[subject] = f"{', '.join(other)}{of} is not what the history tells"

    def _other(self, sort: str, row: Any, told: Any) -> Iterator[str]:
        """Names of the columns, and of a record's attributes, that say something else."""
        for name in retold_casework.columns(sort):
            kept, said = getattr(row, name), getattr(told, name)
            if said is NOT_TOLD:
                continue
            if sort == "record" and name == "open":
                yield from (
                    each for each in sorted({*kept, *said}) if not is_same(kept.get(each), said.get(each))
                )
            elif sort == "record" and name == "secret":
                yield from (
                    each for each in sorted({*kept, *said}) if not self._is_same_secret(row, each, said)
                )
            elif name in _STAYS_AFTER_ERASURE and sort == "deadline" and row.case_code in self.erased:
                continue
            elif sort == "job" and name in altered_waiting.OF_A_CLAIM:
                if not altered_waiting.is_same_job(told, name, kept, said):
                    yield name
            elif not is_same(kept, said):
                yield name
        if sort == "job" and altered_waiting.is_claimed_for_ever(row):
            yield "lease_until"
        if sort == "timer" and altered_waiting.is_put_off_by_nothing(row, told, self.tx.now):
            yield "try_at"
        if sort == "case":
            for column, fact in COPIES.items():
                if (getattr(row, column) or None) != _text(told.facts.get(fact)):
                    yield column
        if sort == "record" and not self._is_found_as(row.id, told):
            yield "what it is found by"
        if sort == "record" and not self._knows_the_same(row.id, told):
            yield "by whom it is found"
        if sort == "deadline" and self.currents.is_other(row, told.status):
            yield "is_current"
        if sort == "message" and altered_waiting.other_receipts(told, self.receipts.get(row.id, set())):
            yield "receipts"
        if sort == "user task" and row.candidates != key_of_members(_members(told)):
            yield "candidates"

    def _is_found_as(self, id: str, told: Any) -> bool:
        if told.search is NOT_TOLD:
            return True
        said = {name: self.tx.digest(f"{told.entity}.{name}", text) for name, text in told.search.items()}
        return said == self.search_keys.get(id, {})

    def _knows_the_same(self, id: str, told: Any) -> bool:
        """One hash taken away hides the record from whoever asks what is kept about that person."""
        kept = self.known_people.get(id)
        if kept is None or NOT_TOLD in (
            told.open,
            told.secret,
        ):  # one without any is opened and looked through
            return True
        return kept == set(known_people.digests(self.tx, id, told.entity, {**told.open, **told.secret}))

    def _is_same_secret(self, row: Any, name: str, said: Any) -> bool:
        if name not in row.secret or name not in said:
            return False
        try:
            sealed = base64.b64decode(row.secret[name])
            content = self.tx.open(row.stream, f"record|{row.id}|{name}", sealed)
            expected = json.loads(canonical_json(to_json(said[name])))
            return content is not None and bool(json.loads(content) == expected)
        except (FlowcaseError, binascii.Error, ValueError):
            return False


def _members(told: Any) -> list[tuple[str, str]]:
    groups = [("group", name) for name in sorted(set(told.candidate_groups))]
    people = [("person", name) for name in sorted(set(told.candidate_users))]
    return [*groups, *people] or [("everyone", "")]


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)
