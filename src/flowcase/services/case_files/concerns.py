"""Concern that adds up: every notification about a child and its siblings, together where one is decided.

Dates and outcomes are open (K0). Who notified, and in which words, is confidential (K2): it is shown to who
is to decide on a user task of the case, to its caseworker and deputy, and to its team. What siblings have is
shown to who may see their cases, and that look is recorded in each of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flowcase.access.actor import Actor
from flowcase.services.case_files.reading_log import ReadingLog
from flowcase.services.entitled import case_access
from flowcase.services.entitled.confidentiality import is_close
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, records

FAMILY, NOTIFICATION = "Familie", "Underretning"
WARNINGS = ("umiddelbar_fare", "mistanke_overgreb", "aeresrelateret")


@dataclass(frozen=True)
class Concern:
    """One notification, as far as the reader may know it."""

    id: str
    received_at: dt.datetime
    role: str | None  # code of who notified; None where the reader may not know
    status: str | None
    outcome: str | None  # what came of it; None while it is undecided
    is_acute: bool
    is_this: bool = False  # the one that is being decided on
    also_about_child: bool = False  # a sibling's notification that names this child too
    words: str = ""  # the notifier's own; these three are empty where the reader may not know
    contact: str = ""
    warnings: tuple[str, ...] = ()  # of WARNINGS, those that the notification names


@dataclass(frozen=True)
class Sibling:
    """A sibling's case with its notifications."""

    case: str
    status: str | None
    concerns: tuple[Concern, ...]


@dataclass(frozen=True)
class Picture:
    """Everything that was notified about one child and its siblings, oldest first."""

    case: str
    concerns: tuple[Concern, ...]
    siblings: tuple[Sibling, ...]
    hidden_siblings: int  # of whom this reader may not know more than that they are there

    @property
    def roles(self) -> tuple[str, ...]:
        """Who notified about the child, each role once, in the order in which they came."""
        return tuple(dict.fromkeys(each.role for each in self.concerns if each.role))

    @property
    def adds_up(self) -> bool:
        """Whether there is more than one notification about the child and its siblings together."""
        numbers = {each.id for each in self.concerns}
        numbers |= {each.id for sibling in self.siblings for each in sibling.concerns}
        return len(numbers) > 1 or self.hidden_siblings > 0


class Concerns:
    """One transaction per method, and one more for each sibling's reading log."""

    def __init__(self, transactions: Transactions, reading_log: ReadingLog) -> None:
        self._transactions, self._reading_log = transactions, reading_log

    def of_case(self, code: str, *, this: str | None = None, decides: bool = False, actor: Actor) -> Picture:
        """The notifications about the case's child and its siblings.

        `this` is the notification that is being decided on; `decides` says that the actor has a user task
        of the case to do, which `UserTasks.get` has checked. Raises NotFound, and Forbidden.
        """
        picture = self._transactions.read(lambda tx: self._picture(tx, code, this, decides, actor))
        for sibling in picture.siblings:
            self._reading_log.note(sibling.case, page="concern", actor=actor)
        return picture

    def _picture(self, tx: Tx, code: str, this: str | None, decides: bool, actor: Actor) -> Picture:
        row = case_access.existing(tx, code) if decides else case_access.seen(tx, code, actor)
        own = self._concerns(tx, row, knows_words=decides or is_close(actor, row))
        known = {each.id for each in own}
        seen, hidden = [], 0
        for sibling in self._siblings(tx, row):
            if not case_access.may_see(actor, sibling):
                hidden += 1
                continue
            theirs = self._concerns(tx, sibling, knows_words=is_close(actor, sibling))
            marked = tuple(replace(each, also_about_child=each.id in known) for each in theirs)
            seen.append(Sibling(sibling.code, sibling.status, marked))
        return Picture(
            code, tuple(replace(each, is_this=each.id == this) for each in own), tuple(seen), hidden
        )

    def _concerns(self, tx: Tx, row: case_files.CaseRow, *, knows_words: bool) -> Sequence[Concern]:
        found = []
        for id in row.facts.get("underretninger") or ():
            record = records.record(tx, str(id))
            if record is None or record.entity != NOTIFICATION:
                continue
            values = record.values
            role = values.get("underretter_type") if knows_words else None
            found.append(
                Concern(
                    record.id,
                    values["modtaget"],
                    None if role is None else str(role),
                    values.get("status"),
                    values.get("resultat"),
                    values.get("akut") is True,
                    words=str(values.get("bekymring") or "") if knows_words else "",
                    contact=str(values.get("underretter_kontakt") or "") if knows_words else "",
                    warnings=tuple(each for each in WARNINGS if knows_words and values.get(each) is True),
                )
            )
        return sorted(found, key=lambda each: (each.received_at, each.id))

    def _siblings(self, tx: Tx, row: case_files.CaseRow) -> list[case_files.CaseRow]:
        family = row.facts.get("familie_id")
        record = records.record(tx, str(family)) if family else None
        codes = list(record.values.get("boern") or ()) if record is not None else []
        found = [case_files.case(tx, str(code)) for code in codes if code != row.code]
        return [each for each in found if each is not None]
