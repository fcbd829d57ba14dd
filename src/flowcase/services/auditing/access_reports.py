"""Access reports: what is held about a person, read through by one, approved by another, handed out.

What is given is decided by `cases/own_data.py` and, for words that may tell of others, by somebody whose work
the case is. What the second person approved is put together anew from the history when it is handed out, and
only goes out while it is the same to the letter: no copy of it is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.events import CaseRead
from flowcase.access.permissions import may_approve_access_report, may_prepare_access_report
from flowcase.cases import events
from flowcase.cases.entities import DataClass
from flowcase.cases.known_people import plain
from flowcase.cases.own_data import SETTING, Rules, Somebody, State
from flowcase.cases.retention import SETTING as RETENTION
from flowcase.cases.retention import rules_of
from flowcase.errors import Conflict, Erased, Forbidden, InvalidValues, NotFound, Refused
from flowcase.events import ExportMade
from flowcase.history.exports.plain import jsonable
from flowcase.services.auditing.own_data import CaseThen, OfCase, case_at, cases_of, of_case, same_in
from flowcase.services.entitled import case_access
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import access_reports as queries
from flowcase.store.queries.access_reports import ReportRow
from flowcase.store.queries.case_files import CaseRow

FORMAT = "pdf:indsigt"
PAGE = "access_report"
_GONE = "Personen står ikke længere sådan i sagen. Bed om indsigten på ny."


class ContentChanged(Conflict):
    """What would be given is not what somebody has looked at, or has approved."""


@dataclass(frozen=True)
class AccessReport:
    """A report as one actor may see it."""

    row: ReportRow
    who: Somebody
    cases: Sequence[OfCase]  # those whose data this actor may read
    hidden: int  # cases that others have to read through
    chosen: frozenset[str]  # parts that somebody has read and found giveable
    content: str  # SHA-256 of all that may be given, of every case
    at: dt.datetime
    texts: Any  # purposes, grounds and complaint of the rule set
    may_read: bool  # choose what may be given
    may_answer: bool
    may_hand_out: bool


@dataclass(frozen=True)
class HandedOut:
    report: AccessReport
    machine: bytes
    digest: str


class AccessReports:
    """One transaction per method. All raise NotFound, Forbidden, and Erased for a case that is no more."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def may_ask(self, case: str, *, actor: Actor) -> bool:
        """Never of an erased one. Raises NotFound."""

        def work(tx: Tx) -> bool:
            row = case_access.existing(tx, case)
            return row.erased_at is None and _may_prepare(row, actor)

        return self._transactions.read(work)

    def people(self, case: str, *, actor: Actor) -> list[Somebody]:
        """Whom the case knows: who may be asked for."""

        def work(tx: Tx) -> list[Somebody]:
            row = _open(tx, case, actor)
            tx.append(row.stream, CaseRead(case=case, page=PAGE))
            return list(case_at(tx, row, tx.now).known)

        return self._transactions.run(actor, work)

    def of_case(self, case: str, *, actor: Actor) -> list[ReportRow]:
        """Reports that were asked for in the case, or wait for its data to be read through."""

        def work(tx: Tx) -> list[ReportRow]:
            _open(tx, case, actor)
            own = queries.reports_of(tx, case)
            others = [each for each in queries.waiting(tx) if case in each.cases and each.case_code != case]
            return [*others, *own]

        return self._transactions.read(work)

    def waiting(self, *, actor: Actor) -> list[ReportRow]:
        """Every report that waits for the second person."""
        if not may_approve_access_report(actor):
            raise Forbidden("see access reports", "they are for the head of authority")
        return self._transactions.read(queries.waiting)

    def recipients(self) -> list[tuple[str, str]]:
        """(code, label) of who a report may be given to."""
        rules = self._transactions.read(self._rules)
        return [(str(each["value"]), str(each["label"])) for each in rules.texts.get("modtager") or ()]

    def ask(self, case: str, *, place: str, recipient: str, actor: Actor) -> str:
        """The id of the report. Raises InvalidValues for a person or recipient that there is not."""

        def found(tx: Tx) -> tuple[Somebody, tuple[str, ...]]:
            then = case_at(tx, _open(tx, case, actor), tx.now)
            who = next((each for each in then.known if each.place == place), None)
            errors = {}
            if who is None:
                errors["person"] = ["Vælg den person, oplysningerne handler om."]
            if recipient not in {str(each["value"]) for each in self._rules(tx).texts.get("modtager") or ()}:
                errors["modtager"] = ["Vælg, hvem oversigten skal gives til."]
            if who is None or errors:
                raise InvalidValues("access report", errors)
            return who, tuple(cases_of(tx, then, who))

        # Who is known elsewhere is looked for before anything is locked.
        who, codes = self._transactions.read(found)

        def work(tx: Tx) -> str:
            row = _open(tx, case, actor)
            id = tx.new_id()
            asked = events.AccessReportAsked(
                report=id,
                case=case,
                place=place,
                person=_hash(tx, who),
                recipient=recipient,
                cases=codes,
            )
            tx.append(row.stream, asked)
            return id

        return self._transactions.run(actor, work)

    def show(self, id: str, *, actor: Actor) -> AccessReport:
        """The report, and a look at each case whose data it shows. Raises Refused when the person is gone."""

        def work(tx: Tx) -> AccessReport:
            report = self._report(tx, id, actor)
            for each in report.cases:
                tx.append(case_access.existing(tx, each.code).stream, CaseRead(case=each.code, page=PAGE))
            return report

        return self._transactions.run(actor, work)

    def read(self, id: str, parts: Iterable[str], *, actor: Actor) -> None:
        """Say what of one's cases may be given, in place of what was said before. Raises Conflict."""
        wanted = set(parts)

        def work(tx: Tx) -> None:
            report = self._report(tx, id, actor)
            if not report.may_read:
                raise Conflict(f"change access report '{id}'", f"it is {report.row.status}")
            for case in report.cases:
                given = tuple(
                    each.part for each in case.held if each.state is State.TO_READ and each.part in wanted
                )
                known = {each.part for each in case.held if each.part in report.chosen}
                if set(given) != known:
                    stream = case_access.existing(tx, case.code).stream
                    tx.append(stream, events.AccessReportRead(report=id, case=case.code, given=given))

        self._transactions.run(actor, work)

    def answer(self, id: str, *, is_approved: bool, content: str, actor: Actor) -> None:
        """The second person's yes or no to exactly what they saw.

        Raises Conflict for one that is answered, and for one that has changed since it was looked at.
        """

        def work(tx: Tx) -> None:
            tx.exclusive("access reports")
            report = self._report(tx, id, actor)
            if report.row.status != "waiting":
                raise Conflict(f"answer access report '{id}'", f"it is {report.row.status}")
            if not report.may_answer:
                raise Forbidden(
                    f"answer access report '{id}'",
                    "that is the head of authority's, and never of who asked for it or read it through",
                )
            if is_approved and content != report.content:
                raise ContentChanged(f"approve access report '{id}'", "it has changed since it was looked at")
            answered = events.AccessReportAnswered(
                report=id, case=report.row.case_code, is_approved=is_approved, content=report.content
            )
            tx.append(case_access.existing(tx, report.row.case_code).stream, answered)

        self._transactions.run(actor, work)

    def hand_out(self, id: str, *, actor: Actor) -> HandedOut:
        """What was approved, as it was then; that it left the house is in the history before it does.

        Raises Conflict for one that nobody has approved, or that would not be the same any more.
        """

        def work(tx: Tx) -> HandedOut:
            report = self._report(tx, id, actor)
            if report.row.status != "approved":
                raise Conflict(f"hand out access report '{id}'", "nobody has approved it")
            if not report.may_hand_out:
                raise Forbidden(f"hand out access report '{id}'", "it holds data of cases of others")
            if report.content != report.row.content:
                raise ContentChanged(f"hand out access report '{id}'", "it is not any more what was approved")
            machine = _machine(report)
            count = sum(len(each.given(report.chosen)) for each in report.cases)
            made = ExportMade(
                format=FORMAT,
                case=report.row.case_code,
                process=None,
                first=None,
                last=None,
                data_class=DataClass.K2.value,
                names_actors=False,
                events=count,
            )
            streams = [case_access.existing(tx, each.code).stream for each in report.cases]
            tx.append(INSTALLATION, made, concerns=streams)
            return HandedOut(report, machine, hashlib.sha256(machine).hexdigest())

        return self._transactions.run(actor, work)

    # --- inside ------------------------------------------------------------------------------------

    def _rules(self, tx: Tx) -> Rules:
        try:
            return Rules.read(self._rule_sets.settings(tx).get(SETTING))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise Refused("read what may be given", f"setting {SETTING}: {error}") from None

    def _report(self, tx: Tx, id: str, actor: Actor) -> AccessReport:
        row = queries.report(tx, id)
        if row is None:
            raise NotFound("access report", id)
        origin_row = case_access.existing(tx, row.case_code)
        if origin_row.erased_at is not None:
            raise Erased("case", row.case_code)
        files = [case_access.existing(tx, code) for code in row.cases]
        mine = [each for each in files if _may_prepare(each, actor)]
        if not mine:
            raise Forbidden(f"see access report '{id}'", "its cases are others' work")
        at = row.decided_at or tx.now
        rules = self._rules(tx)
        origin = case_at(tx, origin_row, at)
        who = _still(tx, origin, row)
        selves = str(rules.texts.get("modtager_selv") or "")
        found = _all(tx, files, origin, who, rules, self._retention(tx), row.recipient == selves, at)
        choices = queries.choices(tx, id)
        chosen = frozenset(each.part for each in choices)
        codes = {each.code for each in mine}
        involved = {row.asked_by, *(each.judged_by for each in choices)}
        is_second = may_approve_access_report(actor) and actor.id not in involved
        shown = [each for each in found if each.code in codes]
        return AccessReport(
            row,
            who,
            shown,
            len(found) - len(shown),
            chosen,
            _content(found, chosen),
            at,
            rules.texts,
            may_read=row.status == "waiting",
            may_answer=row.status == "waiting" and is_second,
            may_hand_out=row.status == "approved" and len(shown) == len(found),
        )

    def _retention(self, tx: Tx) -> Sequence[Any]:
        try:
            return rules_of(self._rule_sets.settings(tx).get(RETENTION))
        except ValueError as error:
            raise Refused("read how long cases are kept", f"setting {RETENTION}: {error}") from None


def _open(tx: Tx, case: str, actor: Actor) -> CaseRow:
    row = case_access.existing(tx, case)
    if not _may_prepare(row, actor):
        raise Forbidden(f"prepare an access report in case '{case}'", "only those whose work it is may")
    if row.erased_at is not None:
        raise Erased("case", case)
    return row


def _may_prepare(row: CaseRow, actor: Actor) -> bool:
    return may_prepare_access_report(actor, team=case_access.closest_group(row), caseworkers=row.caseworkers)


def _hash(tx: Tx, who: Somebody) -> str:
    return tx.digest("access report", f"{who.role}|{plain(who.name)}|{who.cpr}").hex()


def _still(tx: Tx, origin: CaseThen, row: ReportRow) -> Somebody:
    """The person who was asked for: a family that was written anew must not make it another."""
    same = [each for each in origin.known if _hash(tx, each) == row.person]
    exact = [each for each in same if each.place == row.place]
    if not same:
        raise Refused(f"show access report '{row.id}'", _GONE)
    return (exact or same)[0]


def _all(
    tx: Tx,
    files: Sequence[CaseRow],
    origin: CaseThen,
    who: Somebody,
    rules: Rules,
    retention: Sequence[Any],
    to_oneself: bool,
    at: dt.datetime,
) -> list[OfCase]:
    found, told = [], set()
    for row in files:
        if row.erased_at is not None:
            continue
        then = origin if row.code == origin.row.code else case_at(tx, row, at)
        same = same_in(then, who, origin)
        if same is None:
            continue
        one = of_case(tx, then, same, rules, retention, to_oneself=to_oneself)
        held = [each for each in one.held if each.part not in told]  # records that cases share: told once
        told |= {each.part for each in held}
        found.append(OfCase(**{**vars(one), "held": held}))
    return found


def _content(cases: Sequence[OfCase], chosen: frozenset[str]) -> str:
    """SHA-256 of everything that would be given; not of who looked, which grows by every look."""
    whole = [
        {
            "case": each.code,
            "given": [[held.part, held.value] for held in each.given(chosen)],
            "kept_back": each.kept_back(chosen),
            "received": [vars(one) for one in each.received if one.how != "export"],
            "decided": [vars(one) for one in each.decided],
        }
        for each in cases
    ]
    return hashlib.sha256(json.dumps(jsonable(whole), sort_keys=True).encode()).hexdigest()


def _machine(report: AccessReport) -> bytes:
    texts = report.texts
    whole: dict[str, Any] = {
        "person": {"name": report.who.name, "role": report.who.role},
        "recipient": report.row.recipient,
        "as_of": report.at,
        "purposes": texts.get("formaal"),
        "sources": texts.get("kilder"),
        "rights": texts.get("rettigheder"),
        "complaint": texts.get("klage"),
        "grounds": texts.get("grunde"),
        "cases": [
            {
                "case": case.code,
                "role": case.role,
                "opened_at": case.opened_at,
                "closed_at": case.closed_at,
                "kept": {
                    "class": None if case.rule is None else case.rule.id,
                    "months_after_closing": None if case.rule is None else case.rule.months,
                    "until": case.kept_until,
                },
                "held": [
                    {
                        "record": each.entity,
                        "attribute": each.attribute,
                        "class": each.data_class,
                        "since": each.since,
                        "changed": each.changed,
                        "value": each.value,
                    }
                    for each in case.given(report.chosen)
                ],
                "kept_back": case.kept_back(report.chosen),
                "received": [vars(each) for each in case.received],
                "looked": [vars(each) for each in case.looked],
                "decided": [vars(each) for each in case.decided],
            }
            for case in report.cases
        ],
    }
    return (json.dumps(jsonable(whole), ensure_ascii=False, indent=1) + "\n").encode()
