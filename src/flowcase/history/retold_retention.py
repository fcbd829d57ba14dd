"""What rows of erasures have to say, told anew from events alone: what was proposed, what a second person
said, what came of it; and how long single documents are kept.

Who could write there alone would be both people.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from flowcase.cases import events
from flowcase.model import Event


@dataclass(frozen=True)
class Proposal:
    reason: str
    status: str
    proposed_at: dt.datetime
    proposed_by: str
    decided_at: dt.datetime | None = None
    decided_by: str | None = None
    # case -> document class, status, and why it is kept
    items: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Period:
    document: str
    case_code: str
    until: dt.date
    reason: str
    status: str  # the history of the case tells that the document was erased: here it stays `approved`
    proposed_at: dt.datetime
    proposed_by: str
    decided_at: dt.datetime | None = None
    decided_by: str | None = None


@dataclass
class Retention:
    """What the events of the installation's stream add up to."""

    proposals: dict[str, Proposal] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)
    approved: dict[str, str] = field(default_factory=dict)  # document -> the period that it has now


KINDS = (
    events.ErasureProposed,
    events.ErasureDecided,
    events.ErasureCarriedOut,
    events.DocumentPeriodProposed,
    events.DocumentPeriodDecided,
)


def tell(found: Retention, actor: str, at: dt.datetime, event: Event) -> None:
    """One more event."""
    match event:
        case events.ErasureProposed():
            named = zip(event.cases, event.document_classes, strict=True)
            items: dict[str, tuple[str, str, str | None]] = {
                case: (document_class, "waiting", None) for case, document_class in named
            }
            found.proposals[event.proposal] = Proposal(event.reason, "waiting", at, actor, items=items)
        case events.ErasureDecided():
            found.proposals[event.proposal] = dataclasses.replace(
                found.proposals[event.proposal], **_decided(event.is_approved, actor, at)
            )
        case events.ErasureCarriedOut():
            items = found.proposals[event.proposal].items
            became = "erased" if event.because is None else "kept"
            items[event.case] = (items[event.case][0], became, event.because)
        case events.DocumentPeriodProposed():
            asked = (event.document, event.case, event.until, event.reason)
            found.periods[event.period] = Period(*asked, "waiting", at, actor)
        case events.DocumentPeriodDecided():
            decided = found.periods[event.period]
            if event.is_approved:
                before = found.approved.get(decided.document)
                if before is not None:
                    found.periods[before] = dataclasses.replace(found.periods[before], status="replaced")
                found.approved[decided.document] = event.period
            found.periods[event.period] = dataclasses.replace(
                decided, **_decided(event.is_approved, actor, at)
            )


def _decided(is_approved: bool, actor: str, at: dt.datetime) -> dict[str, Any]:
    return {"status": "approved" if is_approved else "declined", "decided_at": at, "decided_by": actor}
