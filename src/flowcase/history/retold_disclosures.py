"""What rows of guest links and access reports have to say, told anew from events alone: who from outside may
see what until when, and what somebody was given of what is held about them.

Who could write there alone could let anybody in.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowcase.access import events as access
from flowcase.cases import events as cases
from flowcase.model import Event


@dataclass(frozen=True)
class GuestLink:
    case_code: str
    meeting: str
    item: str
    recipient: str
    grounds: list[str]
    made_by: str
    made_at: dt.datetime
    closes_at: dt.datetime
    ended_at: dt.datetime | None = None
    misses: int = 0


@dataclass(frozen=True)
class AccessReport:
    case_code: str
    place: str
    person: str
    recipient: str
    cases: list[str]
    asked_at: dt.datetime
    asked_by: str
    status: str = "waiting"
    decided_at: dt.datetime | None = None
    decided_by: str | None = None
    content: str | None = None


@dataclass(frozen=True)
class Choice:
    """A part of a case that may be given; named by report, case and part."""

    report: str
    case_code: str
    part: str
    judged_by: str


@dataclass
class Disclosures:
    """What the events of some cases add up to."""

    links: dict[str, GuestLink] = field(default_factory=dict)
    keyed_hashes: dict[str, str] = field(default_factory=dict)  # link -> empty where an older release made it
    reports: dict[str, AccessReport] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)  # by `id_of_choice`


TOLD: Mapping[str, type[Any]] = {
    "guest link": GuestLink,
    "access report": AccessReport,
    "choice of an access report": Choice,
}
KINDS = (
    access.GuestLinkMade,
    access.GuestLinkEnded,
    access.GuestConfirmed,
    cases.AccessReportAsked,
    cases.AccessReportRead,
    cases.AccessReportAnswered,
)


def id_of_choice(report: str, case: str, part: str) -> str:
    return f"{report} {case} {part}"


def tell(found: Disclosures, actor: str, at: dt.datetime, event: Event) -> None:
    """One more event."""
    match event:
        case access.GuestLinkMade():
            seen = (event.case, event.meeting, event.item, event.recipient, list(event.grounds))
            found.links[event.link] = GuestLink(*seen, actor, at, event.closes_at)
            found.keyed_hashes[event.link] = event.keyed_hash
        case access.GuestLinkEnded():
            found.links[event.link] = dataclasses.replace(found.links[event.link], ended_at=at)
        case access.GuestConfirmed() if not event.is_right:
            link = found.links[event.link]
            found.links[event.link] = dataclasses.replace(link, misses=link.misses + 1)
        case cases.AccessReportAsked():
            asked = (event.case, event.place, event.person, event.recipient, list(event.cases), at, actor)
            found.reports[event.report] = AccessReport(*asked)
        case cases.AccessReportRead():
            of_both = (event.report, event.case)
            before = [id for id, row in found.choices.items() if (row.report, row.case_code) == of_both]
            for id in before:
                del found.choices[id]
            for part in event.given:
                found.choices[id_of_choice(*of_both, part)] = Choice(*of_both, part, actor)
        case cases.AccessReportAnswered():
            found.reports[event.report] = dataclasses.replace(
                found.reports[event.report],
                status="approved" if event.is_approved else "declined",
                decided_at=at,
                decided_by=actor,
                content=event.content,
            )
