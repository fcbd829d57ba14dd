"""Inboxes: what waits for a person, the person's groups and the people whom a leader leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from flowcase.access.actor import Actor
from flowcase.access.permissions import SUPPLIER, may_see_cases
from flowcase.cases.civil_time import local_date
from flowcase.services.definitions import Definitions
from flowcase.services.entitled import supplier_scope
from flowcase.services.entitled.candidates import is_candidate, is_free_for
from flowcase.services.entitled.unnamed_cases import kept_from, told_to, unnamed
from flowcase.services.rule_sets import RuleSets
from flowcase.services.staffing import deputies
from flowcase.services.staffing.teams import people_led, teams_led
from flowcase.services.tasks.asked import Asked, View
from flowcase.services.tasks.which_meeting import WhichMeeting, meetings_of
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import absences, found_by, notices, people, resources, saved_lists
from flowcase.store.queries import inboxes as queries
from flowcase.store.queries import inboxes_by_fact as by_fact
from flowcase.store.queries import user_tasks as rows_of
from flowcase.store.queries.found_by import Word
from flowcase.store.queries.people import PersonRow
from flowcase.store.queries.task_lists import ByFact, Holder, Only, Order, Place, place_of, plain
from flowcase.store.queries.user_tasks import AnyTaskRow, ListedTaskRow, UserTaskRow
from flowcase.store.wire import Question

MOST_COUNTED = 1000
MOST_VALUES = found_by.MOST_VALUES  # of a fact, told of
MOST_WORDS = 5
ROUTING_FACTS = "rutefakta"  # setting: which further facts of cases lists are sorted by and narrowed to
ALWAYS = ("distrikt", "omraade", "team", "trin", "status", "sagsbehandler")
_IN_TALLY = frozenset({View.BOTH, View.OWN, View.GROUPS})  # counted together
_NAMES_NO_CASE = frozenset({Order.DUE, Order.RECEIVED, Order.PRIORITY, Order.FOLLOW_UP})
_Row = TypeVar("_Row", UserTaskRow, ListedTaskRow)


@dataclass(frozen=True)
class InboxPage(Generic[_Row]):
    rows: Sequence[_Row]
    following: Place | None  # after which the next page begins; None on the last one
    previous: Place | None = None  # before which the previous page ends; None on the first one
    meetings: Mapping[str, WhichMeeting] = field(default_factory=dict)  # by the id of the user task


class Inboxes:
    """One transaction per method, for reading only."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets, definitions: Definitions) -> None:
        self._transactions, self._rule_sets, self._definitions = transactions, rule_sets, definitions

    def page(
        self,
        actor: Actor,
        asked: Asked,
        *,
        after: Place | None = None,
        before: Place | None = None,
        limit: int = 50,
    ) -> InboxPage[UserTaskRow]:
        """The page that begins after a place, or ends before one; else the first."""

        def work(tx: Tx) -> InboxPage[UserTaskRow]:
            allowed, since, until = self._allowed_from(tx, actor, asked, after, before)
            return self._whole(tx, actor, allowed, since, until, limit)

        return self._transactions.read(work)

    def shown(
        self,
        actor: Actor,
        asked: Asked,
        *,
        after: Place | None = None,
        before: Place | None = None,
        limit: int = 50,
    ) -> InboxPage[ListedTaskRow]:
        """As `page`, with no more of each user task than a list shows."""

        def work(tx: Tx) -> InboxPage[ListedTaskRow]:
            allowed, since, until = self._allowed_from(tx, actor, asked, after, before)
            if _is_asked_of_each(actor, allowed) or (order := plain(allowed.order)) is None:
                whole = self._whole(tx, actor, allowed, since, until, limit)
                listed = list(map(ListedTaskRow.of, whole.rows))
                return InboxPage(listed, whole.following, whole.previous, whole.meetings)
            rows = queries.page(
                tx,
                self._holders(tx, actor, allowed.view),
                order,
                self._only(tx, actor, allowed),
                after=until or since,
                backwards=until is not None,
                limit=limit + 1,
                row=ListedTaskRow,
            )
            return self._cut(tx, actor, allowed, rows, since, until, limit)

        return self._transactions.read(work)

    def order(self, actor: Actor, asked: Asked) -> Order | ByFact:
        """In which order the list is answered; another one where the asked one would tell of a case."""
        if asked.order in _NAMES_NO_CASE or may_see_cases(actor):
            return asked.order
        return self._transactions.read(lambda tx: self._allowed(tx, actor, asked)).order

    def look_ahead(
        self,
        actor: Actor,
        asked: Asked,
        *,
        after: Place | None = None,
        before: Place | None = None,
        limit: int = 50,
    ) -> None:
        """Ask in two round trips what the page that is shown, its tabs and its frame ask one by one."""

        def work(tx: Tx) -> None:
            nonlocal asked
            if tx.is_alone or _is_asked_of_each(actor, asked):
                return
            allowed = self._allowed(tx, actor, asked)
            if allowed.order != asked.order:
                return
            asked = allowed
            tx.ask_ahead(
                *self.foreseen(actor),
                *self._rule_sets.questions,
                absences.people_question(local_date(tx.now)),
                resources.definitions_question(),
            )
            only = self._only(tx, actor, asked)
            holders = {view: self._holders(tx, actor, view) for view in self._views(tx, actor)}
            counted = [(each, only) for view, each in holders.items() if view not in _IN_TALLY]
            if asked.view in holders and asked.view is not View.BOTH and not asked.with_put_off:
                counted.append((holders[asked.view], self._put_off(tx, actor, asked)))
            tally = self._tally_question(tx, actor, only)
            if tally is None:
                counted += [(holders[view], only) for view in (View.OWN, View.GROUPS)]
            counts = [tally, *(queries.count_question(*each, at_most=MOST_COUNTED + 1) for each in counted)]
            place, order = before or after, plain(asked.order)
            page = queries.page_questions(
                [] if order is None else holders.get(asked.view, []),
                order or Order.DUE,
                only,
                after=place,
                backwards=before is not None,
                limit=limit + 1,
                row=ListedTaskRow,
            )
            lists = saved_lists.question(actor.id, {*actor.groups, *teams_led(tx, self._rule_sets, actor)})
            # Mostly a page has nothing that is offered to other groups: then these are the colleagues.
            colleagues = people.active_question(actor.groups)
            tx.ask_ahead(lists, colleagues, *filter(None, counts), *page)

        self._transactions.read(work)

    @staticmethod
    def foreseen(actor: Actor) -> Sequence[Question]:
        """What every list asks first, whatever was found before it."""
        return (*_held_by(actor), notices.unread_question(actor.id, actor.groups))

    def counts(self, actor: Actor, asked: Asked) -> Mapping[View, int]:
        """How many there are in each view the person has, narrowed alike; counted to a thousand."""

        def work(tx: Tx) -> Mapping[View, int]:
            allowed = self._allowed(tx, actor, asked)
            return {view: self._count(tx, actor, allowed, view) for view in self._views(tx, actor)}

        return self._transactions.read(work)

    def count(self, actor: Actor, asked: Asked) -> int:
        """How many there are in one list; counted to a thousand."""
        return self._transactions.read(lambda tx: self._count(tx, actor, self._allowed(tx, actor, asked)))

    def put_off(self, actor: Actor, asked: Asked) -> int:
        """How many of the list are hidden until a later day."""

        def work(tx: Tx) -> int:
            nonlocal asked
            asked = self._allowed(tx, actor, asked)
            if _is_asked_of_each(actor, asked):
                shown, everything = (replace(asked, with_put_off=each) for each in (False, True))
                return self._count(tx, actor, everything) - self._count(tx, actor, shown)
            if asked.view is View.BOTH and (tally := self._tally(tx, actor, asked)) is not None:
                return int(tally.put_off)
            holders, only = self._holders(tx, actor, asked.view), self._put_off(tx, actor, asked)
            return queries.count(tx, holders, only, at_most=MOST_COUNTED + 1)

        return self._transactions.read(work)

    def offered(
        self, actor: Actor, *, case: str | None = None, instance: str | None = None
    ) -> list[UserTaskRow]:
        """Open user tasks of one case or instance that the actor may do now, oldest first."""

        def work(tx: Tx) -> list[UserTaskRow]:
            rows = rows_of.user_tasks(tx, case=case, instance=instance)
            return [row for row in rows if is_free_for(tx, row, actor) and is_candidate(tx, row, actor)]

        return self._transactions.read(work)

    def team(self, actor: Actor) -> list[PersonRow]:
        """The people in the teams that the actor leads."""
        return self._transactions.read(lambda tx: people_led(tx, self._rule_sets, actor))

    def _rows(
        self,
        tx: Tx,
        actor: Actor,
        asked: Asked,
        after: Place | None,
        limit: int,
        *,
        backwards: bool = False,
    ) -> list[UserTaskRow]:
        holders, only = self._holders(tx, actor, asked.view), self._only(tx, actor, asked)

        def page(after: Place | None, limit: int | None) -> list[UserTaskRow]:
            assert limit is not None  # `filled` passes on a limit it was given
            if (order := plain(asked.order)) is None:
                return by_fact.page(
                    tx, holders, asked.order, only, after=after, backwards=backwards, limit=limit
                )
            return queries.page(
                tx, holders, order, only, after=after, backwards=backwards, limit=limit, row=UserTaskRow
            )

        if not _is_asked_of_each(actor, asked):
            return page(after, limit)
        return supplier_scope.filled(
            page,
            lambda row: is_candidate(tx, row, actor) and self._may_be_found(tx, actor, only, row),
            key=lambda row: _place(tx, row, asked.order),
            after=after,
            limit=limit,
        )

    def _whole(
        self, tx: Tx, actor: Actor, asked: Asked, after: Place | None, before: Place | None, limit: int
    ) -> InboxPage[UserTaskRow]:
        rows = self._rows(tx, actor, asked, before or after, limit + 1, backwards=before is not None)
        return self._cut(tx, actor, asked, rows, after, before, limit)

    def _cut(
        self,
        tx: Tx,
        actor: Actor,
        asked: Asked,
        rows: list[_Row],
        after: Place | None,
        before: Place | None,
        limit: int,
    ) -> InboxPage[_Row]:
        """The page of rows that were asked for with one more than it has: it tells whether there is more."""
        has_more, rows = len(rows) > limit, rows[:limit]
        if before is not None:
            rows.reverse()
        if not rows:
            return InboxPage(rows, None)
        first, last = (_place(tx, row, asked.order) for row in (rows[0], rows[-1]))
        has_next = has_more if before is None else True
        has_previous = has_more if before is not None else after is not None
        told = told_to(tx, self._definitions, rows, actor)
        meetings = meetings_of(tx, self._definitions, rows)
        return InboxPage(told, last if has_next else None, first if has_previous else None, meetings)

    def _count(self, tx: Tx, actor: Actor, asked: Asked, view: View | None = None) -> int:
        """Counted once in a transaction: tabs, saved lists and what is put off ask for the same."""
        view = view or asked.view
        key = ("counted", actor, view, asked.narrowing)
        if key not in tx.cache:
            tx.cache[key] = self._count_anew(tx, actor, asked, view)
        return int(tx.cache[key])

    def _count_anew(self, tx: Tx, actor: Actor, asked: Asked, view: View) -> int:
        if _is_asked_of_each(actor, asked):
            of_view = replace(asked, view=view, order=Order.DUE)
            return len(self._rows(tx, actor, of_view, None, MOST_COUNTED + 1))
        if view is View.BOTH and asked.case is None:  # what is taken is not free: none is in both
            both = (self._count(tx, actor, asked, each) for each in (View.OWN, View.GROUPS))
            return min(sum(both), MOST_COUNTED + 1)
        if view in _IN_TALLY and (tally := self._tally(tx, actor, asked)) is not None:
            return min(int(tally.own if view is View.OWN else tally.offered), MOST_COUNTED + 1)
        holders = self._holders(tx, actor, view)
        return queries.count(tx, holders, self._only(tx, actor, asked), at_most=MOST_COUNTED + 1)

    def _tally(self, tx: Tx, actor: Actor, asked: Asked) -> Any:
        """Three counts that each first page asks for, in one answer; None where they are asked one by one."""
        key = ("tally", actor, asked.narrowing)
        if key not in tx.cache:
            question = self._tally_question(tx, actor, self._only(tx, actor, asked))
            tx.cache[key] = None if question is None else tx.first(*question)
        return tx.cache[key]

    def _tally_question(self, tx: Tx, actor: Actor, only: Only) -> Question | None:
        own, offered = (self._holders(tx, actor, view) for view in (View.OWN, View.GROUPS))
        return queries.tally_question(own, offered, only, at_most=MOST_COUNTED + 1)

    def _only(self, tx: Tx, actor: Actor, asked: Asked) -> Only:
        key = ("only", actor, asked.narrowing)
        found: Only | None = tx.cache.get(key)
        if found is None:
            due_from, due_before = asked.bounds(tx.now)
            found = tx.cache[key] = Only(
                process=asked.process,
                case=asked.case,
                due_from=due_from,
                due_before=due_before,
                shown_at=None if asked.with_put_off else tx.now,
                facts=asked.facts,
                words=self._words(tx, actor, asked.words),
            )
        return found

    def _put_off(self, tx: Tx, actor: Actor, asked: Asked) -> Only:
        """Narrowed as the list is, to what it hides until a later day."""
        return replace(self._only(tx, actor, asked), shown_at=None, hidden_at=tx.now)

    def _allowed(self, tx: Tx, actor: Actor, asked: Asked) -> Asked:
        """Without facts that the rule sets do not name, and for whom cases are no work, without any.

        Who is not told the case of a user task in the list gets it in the order of the due dates: where it
        stood among others would tell.
        """
        is_by_case = asked.order not in _NAMES_NO_CASE and not may_see_cases(actor)
        if is_by_case and self._keeps_a_case(tx, actor, asked.view):
            asked = replace(asked, order=Order.DUE)
        if not asked.facts and not isinstance(asked.order, ByFact):
            return asked
        sees = may_see_cases(actor)
        named = set(self._routing_facts(tx)) if sees else set()
        narrowed = {*named, *ALWAYS} if sees else named
        by = asked.order
        return replace(
            asked,
            order=Order.DUE if isinstance(by, ByFact) and by.value not in named else by,
            facts=tuple(fact for fact in asked.facts if fact[0] in narrowed),
        )

    def _allowed_from(
        self, tx: Tx, actor: Actor, asked: Asked, after: Place | None, before: Place | None
    ) -> tuple[Asked, Place | None, Place | None]:
        """What is allowed, and from where: a place in another order is none."""
        allowed = self._allowed(tx, actor, asked)
        return (allowed, after, before) if allowed.order == asked.order else (allowed, None, None)

    def _may_be_found(self, tx: Tx, actor: Actor, only: Only, row: UserTaskRow) -> bool:
        """Not by its case where the actor is not told it; by its own words all the same."""
        if only.case is None and not only.words:
            return True
        if not kept_from(tx, self._definitions, [row], actor):
            return True
        return only.case is None and all(
            row.name in word.names or row.process in word.processes for word in only.words
        )

    def _keeps_a_case(self, tx: Tx, actor: Actor, view: View) -> bool:
        """Whether the actor is not told the case of one of these."""
        key = ("keeps a case", actor, view)
        if key not in tx.cache:
            cases = unnamed(tx)
            rows = queries.of_cases(tx, cases, self._holders(tx, actor, view), Only()) if cases else []
            tx.cache[key] = bool(kept_from(tx, self._definitions, rows, actor))
        return bool(tx.cache[key])

    def _words(self, tx: Tx, actor: Actor, said: str) -> tuple[Word, ...]:
        words = tuple(dict.fromkeys(said.casefold().split()))[:MOST_WORDS]
        key = ("words", actor, words)
        if words and key not in tx.cache:
            names = [(name, name.casefold()) for name in found_by.names(tx)]
            processes = [(row.process, row.name.casefold()) for row in resources.definitions(tx)]
            facts = (*ALWAYS, *self._routing_facts(tx)) if may_see_cases(actor) else ()
            tx.cache[key] = tuple(
                Word(
                    word,
                    tuple(name for name, folded in names if word in folded),
                    tuple(sorted({process for process, folded in processes if word in folded})),
                    facts,
                )
                for word in words
            )
        return tx.cache[key] if words else ()

    def facts_to_find(self, actor: Actor) -> list[str]:
        """By which facts of cases the actor may narrow a list; none for whom cases are no work."""
        if not may_see_cases(actor):
            return []
        return self._transactions.read(lambda tx: sorted({*ALWAYS, *self._routing_facts(tx)}))

    def routing_facts(self, actor: Actor) -> Mapping[str, Mapping[str, str]]:
        """What the rule sets name beside district, team …: by fact, its words by language."""
        return self._transactions.read(self._routing_facts)

    def values_of(self, actor: Actor, fact: str) -> list[str]:
        """Which values a fact has in cases, up to two hundred; none of what may not be looked for."""

        if not fact:
            return []

        def work(tx: Tx) -> list[str]:
            is_known = fact in ALWAYS or fact in self._routing_facts(tx)
            return found_by.values_of(tx, fact) if is_known and may_see_cases(actor) else []

        return self._transactions.read(work)

    def _routing_facts(self, tx: Tx) -> Mapping[str, Mapping[str, str]]:
        named = self._rule_sets.settings(tx).get(ROUTING_FACTS)
        if not isinstance(named, Mapping):
            return {}
        return {str(name): {str(k): str(v) for k, v in words.items()} for name, words in named.items()}

    def _views(self, tx: Tx, actor: Actor) -> list[View]:
        views = [View.BOTH, View.OWN, View.GROUPS]
        return [*views, View.TEAM, View.CASES] if teams_led(tx, self._rule_sets, actor) else views

    def _holders(self, tx: Tx, actor: Actor, view: View) -> list[Holder]:
        """Nothing for a view that is not the actor's."""
        key = ("holders", actor, view)
        if key not in tx.cache:
            tx.cache[key] = self._holders_anew(tx, actor, view)
        return list(tx.cache[key])

    def _holders_anew(self, tx: Tx, actor: Actor, view: View) -> list[Holder]:
        if view is View.BOTH:
            tx.ask_ahead(*_held_by(actor))
            return [*self._holders(tx, actor, View.OWN), *self._holders(tx, actor, View.GROUPS)]
        if view is View.TEAM:
            return [Holder(person=row.id) for row in people_led(tx, self._rule_sets, actor)]
        if view is View.CASES:
            return [Holder()] if teams_led(tx, self._rule_sets, actor) else []
        if view is View.GROUPS:
            return queries.offered_to(tx, actor.id, actor.groups)
        covered = deputies.covered(tx, actor)
        own = [Holder(person=actor.id), Holder(owner=actor.id)]
        return [*own, *(Holder(person=absent, case=case) for case, absent in covered)]


def _held_by(actor: Actor) -> Sequence[Question]:
    return queries.offered_question(actor.id, actor.groups), deputies.ABSENCES


def _is_asked_of_each(actor: Actor, asked: Asked) -> bool:
    """Whether what this actor may find is asked of each user task, and nothing is counted before."""
    by_case = asked.case is not None or bool(asked.words)
    return SUPPLIER in actor.groups or (by_case and not may_see_cases(actor))


def _place(tx: Tx, row: AnyTaskRow, order: Order | ByFact) -> Place:
    by = plain(order)
    return by_fact.place_of(tx, row, order) if by is None else place_of(row, by)
