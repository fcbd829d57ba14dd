"""Indicators: the figures of a period, for those who lead, audit or decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_choose_days, may_see_figures
from flowcase.cases.civil_time import add_months, at_wall_clock, end_of_day, local_date
from flowcase.cases.deadline_rules import Question as DeadlineQuestion
from flowcase.cases.rule_sets import Composition
from flowcase.errors import Forbidden, InvalidValues, NotFound, Refused
from flowcase.history.indicators import (
    INDICATORS,
    NEEDED,
    CaseFact,
    Figure,
    Material,
    Question,
    compute,
)
from flowcase.history.indicators.figure import without_small_parts
from flowcase.history.indicators.periods import SETTING, Period, Rule
from flowcase.history.indicators.reports import SMALLEST_GROUP, compute_periods, filters_of
from flowcase.services.rule_sets import Pin, RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, figures

TIMERS = ("T01", "T02", "T04", "T05", "T06", "T20")
_REPORTED = "reference_"  # settings of any rule set that are reported and never enforced
_ALL = 10_000_000
WHOLE_PERIODS = (
    "Vælg en af de hele perioder, der er slut: dage kunne trækkes fra hinanden og pege på enkelte."
)
ONE_FILTER = "Vælg enten et team, et distrikt eller et regelsæt: sammen kunne de pege på enkelte."


@dataclass(frozen=True)
class Trend:
    """One indicator month by month; the figure is the indicator's first."""

    months: tuple[tuple[Question, Figure | None], ...]


class Indicators:
    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def compute(
        self, question: Question, ids: Iterable[str] | None = None, *, actor: Actor
    ) -> dict[str, list[Figure]]:
        """Figures by indicator id, small groups left out.

        Raises Forbidden, NotFound for an id, and InvalidValues for more than one of team, district and
        rule set, and for days that are no period that the actor is shown.
        """
        asked = _known(ids)
        _check(actor, question)

        def work(tx: Tx) -> dict[str, list[Figure]]:
            if may_choose_days(actor):
                return compute(self._material(tx, question), question, asked)
            period, rule = self._period(tx, question)
            return self._of_periods(tx, period, question, asked, rule)[period]

        return self._transactions.read(work)

    def periods(self, *, actor: Actor, of_part: bool = False) -> list[Period] | None:
        """The periods that the actor is shown, newest first, the usual kind in front; None: any days."""
        _check(actor)
        if may_choose_days(actor):
            return None

        def work(tx: Tx) -> list[Period]:
            rule, opened = self._rule(tx), [row.opened_at for row in case_files.cases(tx, limit=_ALL)]
            # The year before the first case too: from the start there is something to compare with.
            since = local_date(min(opened, default=tx.now)).replace(month=1, day=1) - dt.timedelta(days=1)
            kinds = (rule.of_part,) if of_part else rule.of_all
            found = [each for each in rule.finished(since, local_date(tx.now)) if each.kind in kinds]
            return sorted(found, key=lambda each: (kinds.index(each.kind), -each.first.toordinal()))

        return self._transactions.read(work)

    def trend(self, id: str, question: Question, *, actor: Actor) -> Trend:
        """An indicator for each calendar month that the period touches. Raises as `compute` does."""
        [id] = _known([id])
        _check(actor, question)

        def work(tx: Tx) -> Trend:
            if not may_choose_days(actor):
                period, rule = self._period(tx, question)
                found = self._of_periods(tx, period, question, [id], rule)
                kind = rule.of(question)[0]
                return Trend(
                    tuple(
                        (replace(question, first=each.first, last=each.last), next(iter(figures[id]), None))
                        for each, figures in found.items()
                        if each.kind is kind or each == period
                    )
                )
            material = self._material(tx, question)
            by_month = {month: compute(material, month, [id])[id][:1] for month in _months(question)}
            shown = without_small_parts(by_month, int(material.settings[SMALLEST_GROUP]))
            return Trend(tuple((month, figures[0] if figures else None) for month, figures in shown.items()))

        return self._transactions.read(work)

    def scopes(self, *, actor: Actor) -> tuple[list[str], list[str], list[str]]:
        """Teams, districts and rule sets that there are figures for."""
        _check(actor)

        def work(tx: Tx) -> tuple[list[str], list[str], list[str]]:
            rows = case_files.cases(tx, limit=_ALL)
            teams = {row.team for row in rows if row.team}
            districts = {str(row.facts["distrikt"]) for row in rows if row.facts.get("distrikt")}
            composition = self._rule_sets.composition(tx)
            return sorted(teams), sorted(districts), sorted(composition.rule_sets if composition else ())

        return self._transactions.read(work)

    def _rule(self, tx: Tx) -> Rule:
        composition = self._rule_sets.composition(tx)
        if composition is None or SETTING not in composition.settings:
            raise NotFound("setting", SETTING)
        try:
            return Rule.read(composition.settings[SETTING])
        except ValueError as error:
            raise Refused("read which periods are shown", f"setting {SETTING}: {error}") from None

    def _period(self, tx: Tx, question: Question) -> tuple[Period, Rule]:
        rule = self._rule(tx)
        period = rule.period_of(question)
        if period is None or period.last >= local_date(tx.now):
            raise InvalidValues("period", {"periode": [WHOLE_PERIODS]})
        return period, rule

    def _of_periods(
        self, tx: Tx, period: Period, question: Question, ids: Sequence[str], rule: Rule
    ) -> dict[Period, dict[str, list[Figure]]]:
        year = replace(question, first=period.first.replace(month=1))
        return compute_periods(self._material(tx, year), period, question, ids, rule)

    def _material(self, tx: Tx, question: Question) -> Material:
        """Tables are asked while it is counted: it must not outlive the transaction."""
        composition = self._rule_sets.composition(tx)
        if composition is None or SMALLEST_GROUP not in composition.settings:
            raise NotFound("setting", SMALLEST_GROUP)
        rules = self._rule_sets.deadline_rules(tx)

        def stay_limit(start: dt.date) -> dt.date | None:
            due = rules.calculate(DeadlineQuestion("T07", start)).due
            return None if due is None else due.day

        since = at_wall_clock(question.before.first, dt.time())
        return Material(
            now=tx.now,
            cases={case.code: case for case in self._cases(tx)},
            records=figures.records(tx, NEEDED),
            deadlines=figures.deadlines(tx, TIMERS),
            work=figures.work(tx, since, end_of_day(question.last)),
            settings=composition.settings,
            references=composition.references,
            stay_limit=stay_limit,
        )

    def _cases(self, tx: Tx) -> Iterator[CaseFact]:
        asked: dict[str, frozenset[str]] = {}
        for row in case_files.cases(tx, limit=_ALL):
            pin = row.pin or ""
            if pin not in asked:
                asked[pin] = _sets_of(self._rule_sets.composition(tx, Pin.parse(pin) if pin else None))
            district = row.facts.get("distrikt")
            yield CaseFact(
                row.code,
                row.opened_at,
                row.closed_at,
                row.team,
                None if district is None else str(district),
                row.caseworker,
                row.status,
                row.facts.get("familie_id"),
                asked[pin],
            )


def _check(actor: Actor, question: Question | None = None) -> None:
    if not may_see_figures(actor):
        raise Forbidden("see indicators", "they are for leaders, auditors and decision makers")
    if question is not None and len(filters_of(question)) > 1:
        raise InvalidValues("scope", {"team": [ONE_FILTER]})


def _known(ids: Iterable[str] | None) -> list[str]:
    asked = list(INDICATORS) if ids is None else list(ids)
    for id in asked:
        if id not in INDICATORS:
            raise NotFound("indicator", id)
    return asked


def _sets_of(composition: Composition | None) -> frozenset[str]:
    if composition is None:
        return frozenset()
    return frozenset(composition.selected or (member.rule_set for member in composition.profile.members))


def _months(question: Question) -> Iterator[Question]:
    first = question.first
    while first <= question.last:
        following = add_months(first.replace(day=1), 1)
        yield replace(question, first=first, last=min(following - dt.timedelta(days=1), question.last))
        first = following
