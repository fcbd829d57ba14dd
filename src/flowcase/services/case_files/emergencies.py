"""Opening a case in an emergency (*nødadgang*): with purpose and reason, for a while, under a leader's eyes.

Domain specification 5.3: opening another team's case asks for a purpose, and the log is visible to leaders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flowcase.access import events
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_audit, may_lead, may_open_in_emergency, may_see_emergencies
from flowcase.cases.team_leaders import leaders_by_team, leaders_of
from flowcase.errors import Conflict, Erased, Forbidden, InvalidValues, NotFound
from flowcase.services.casework.case_work import OpenWork
from flowcase.services.entitled import case_access, confidentiality
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import emergencies as rows
from flowcase.store.queries.emergencies import Place

SHORTEST_REASON = 10  # characters: a dot is no reason
LONGEST_REASON = 1000
VERDICTS = ("i_orden", "foelges_op")
AT_ONCE = 50  # openings on a page


@dataclass(frozen=True)
class Offer:
    """What opening a case in an emergency would be."""

    case: str
    purposes: Mapping[str, str]  # code -> Danish words
    minutes: int
    has_access: bool  # it is their work, or open already


@dataclass(frozen=True)
class Opened:
    """One opening, for a leader; the reason is None once its case was erased."""

    id: str
    case: str
    person: str
    purpose: str
    reason: str | None
    opened_at: dt.datetime
    until: dt.datetime
    reviewed_at: dt.datetime | None
    reviewed_by: str | None
    verdict: str | None
    may_review: bool


@dataclass(frozen=True)
class Openings:
    """A page of them."""

    rows: Sequence[Opened]
    following: Place | None  # the last one, when there are more


class Emergencies:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets, open_work: OpenWork) -> None:
        self._transactions, self._rule_sets, self._open_work = transactions, rule_sets, open_work

    def offer(self, case: str, *, actor: Actor) -> Offer:
        """Raises NotFound, Erased, and Forbidden for who is no casework staff."""
        return self._transactions.read(lambda tx: self._offered(tx, case, actor))

    def open(self, case: str, *, purpose: str, reason: str, actor: Actor) -> dt.datetime:
        """Until when the actor sees the case. The leaders of its team get a notice.

        Raises NotFound, Erased, Forbidden, InvalidValues, and Conflict for who sees it anyway.
        """

        def work(tx: Tx) -> dt.datetime:
            offered = self._offered(tx, case, actor)
            errors: dict[str, list[str]] = {}
            if purpose not in offered.purposes:
                errors["formaal"] = ["Vælg et formål."]
            if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
                errors["begrundelse"] = ["Skriv i en sætning eller to, hvorfor du skal se sagen nu."]
            if errors:
                raise InvalidValues("emergency", errors)
            row = case_access.existing(tx, case)
            tx.stream(row.stream)  # two windows of one person open it once
            if offered.has_access or rows.is_open(tx, case, actor.id, tx.now):
                raise Conflict(f"open case '{case}' in an emergency", "it is open to them already")
            until = tx.now + dt.timedelta(minutes=offered.minutes)
            opened = events.CaseOpenedInEmergency(
                emergency=tx.new_id(),
                case=case,
                person=actor.id,
                purpose=purpose,
                reason=reason.strip(),
                until=until,
            )
            tx.append(row.stream, opened)
            self._open_work(tx, case=case).notify(
                groups=sorted({*self._leaders(tx, row.team), "myndighedsansvarlig"}),
                kind="noedadgang",
                case=case,
                text="noedadgang",
            )
            return until

        return self._transactions.run(actor, work)

    def list(self, *, actor: Actor, after: Place | None = None) -> Openings:
        """Openings of the cases whose team the actor leads, or of all: those without a review first, then the
        newest. Raises Forbidden.
        """
        if not may_see_emergencies(actor):
            raise Forbidden("see openings in emergencies", "only leaders and auditors may")

        def work(tx: Tx) -> Openings:
            found = rows.newest(tx, wanted=self._seen(tx, actor), after=after, limit=AT_ONCE + 1)
            shown = [self._opened(tx, row, actor) for row in found[:AT_ONCE]]
            following = None
            if len(found) > AT_ONCE:
                last = found[AT_ONCE - 1]
                following = Place(last.reviewed_at is not None, last.opened_at, last.id)
            return Openings(shown, following)

        return self._transactions.read(work)

    def purposes(self) -> Mapping[str, str]:
        """Code -> Danish words."""
        return self._transactions.read(lambda tx: _purposes(self._rule_sets.settings(tx)))

    def review(self, id: str, verdict: str, *, actor: Actor) -> None:
        """A leader's look at an opening: four eyes, so never at one's own.

        Raises NotFound, Forbidden, InvalidValues, and Conflict for one that was reviewed.
        """

        def work(tx: Tx) -> None:
            found = rows.emergency(tx, id)
            if found is None:
                raise NotFound("emergency", id)
            tx.stream(found.stream)  # two leaders do not review it at once
            row = rows.emergency(tx, id) or found
            if not may_lead(actor, leaders=self._leaders(tx, row.team)):
                raise Forbidden("review an emergency", "only the leaders of the case's team may")
            if row.person == actor.id:
                raise Forbidden("review an emergency", "it is their own: another leader looks at it")
            if verdict not in VERDICTS:
                raise InvalidValues("review", {"vurdering": ["Vælg en vurdering."]})
            if row.reviewed_at is not None:
                raise Conflict(f"review emergency '{id}'", "it was reviewed already")
            reviewed = events.EmergencyReviewed(emergency=id, case=row.case_code, verdict=verdict)
            tx.append(row.stream, reviewed)

        self._transactions.run(actor, work)

    # --- inside a transaction ----------------------------------------------------------------------

    def _offered(self, tx: Tx, case: str, actor: Actor) -> Offer:
        if not may_open_in_emergency(actor):
            raise Forbidden(f"open case '{case}' in an emergency", "only casework staff may")
        row = case_access.existing(tx, case)
        if row.erased_at is not None:
            raise Erased("case", case)
        settings = self._rule_sets.settings(tx)
        minutes = settings.get("noedadgang_minutter")
        has_access = confidentiality.is_close(actor, row)
        lasts = int(minutes) if isinstance(minutes, (int, Decimal)) else 0
        return Offer(case, _purposes(settings), lasts, has_access)

    def _opened(self, tx: Tx, row: rows.EmergencyRow, actor: Actor) -> Opened:
        place = f"emergency_access|{row.id}"
        reason = tx.open(row.stream, place, row.sealed_reason) if row.sealed_reason else None
        leads = may_lead(actor, leaders=self._leaders(tx, row.team))
        return Opened(
            row.id,
            row.case_code,
            row.person,
            row.purpose,
            None if reason is None else reason.decode(),
            row.opened_at,
            row.until,
            row.reviewed_at,
            row.reviewed_by,
            row.verdict,
            leads and row.person != actor.id and row.reviewed_at is None,
        )

    def _seen(self, tx: Tx, actor: Actor) -> rows.OfTeams | None:
        """Of which teams; None: of all."""
        if may_audit(actor) or may_lead(actor, leaders=()):
            return None
        named = [team for team, led in leaders_by_team(self._rule_sets.settings(tx)).items() if led]
        own = [team for team in named if may_lead(actor, leaders=self._leaders(tx, team))]
        leads_the_rest = may_lead(actor, leaders=self._leaders(tx, None))
        return rows.OfTeams(own, named if leads_the_rest else None)

    def _leaders(self, tx: Tx, team: str | None) -> Sequence[str]:
        return leaders_of(team, self._rule_sets.settings(tx))


def _purposes(settings: Mapping[str, Any]) -> Mapping[str, str]:
    return {str(code): str(words) for code, words in (settings.get("noedadgang_formaal") or {}).items()}
