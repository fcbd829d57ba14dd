"""Guest links: an invited person from outside sees one item of a meeting, as long as a consent covers it.

No account and no sign-in: a secret in the address, and a code by mail that confirms who holds it. Whether the
consents that opened the link still cover the guest is asked at each reading, so that a consent that is
stopped closes it at once and for good: a consent given anew needs a new link. Each reading is an event of
the case, and what was shown is logged as a disclosure (R-092).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.events import CaseRead, GuestConfirmed, GuestLinkEnded, GuestLinkMade
from flowcase.access.guests import UNKNOWN, guest_actor
from flowcase.access.permissions import may_see_cases
from flowcase.cases.civil_time import local_date, span_of_days
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound, Refused
from flowcase.services.case_files import disclosure
from flowcase.services.case_files.disclosure import Hearing, Matter
from flowcase.services.casework.case_work import CaseWork, OpenWork
from flowcase.services.entitled import confidentiality, meeting_parts
from flowcase.services.meetings import guest_mails
from flowcase.services.sending import mail_rows
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.guest_tables import guest_link
from flowcase.store.queries import case_files, guest_links, history, people
from flowcase.store.queries import records as record_rows
from flowcase.store.queries.case_files import CaseRow
from flowcase.store.queries.guest_links import GuestLinkRow
from flowcase.store.queries.records import RecordRow

ITEM, CONSENT = "Dagsordenspunkt", "Samtykke"
CODE_DIGITS = 6
MOST_CODES, MOST_MISSES, MOST_MISSES_OF_A_CODE = 20, 20, 5  # in the life of a link, and of one code
PAUSE = dt.timedelta(minutes=1)  # between two codes
LONGEST_ADDRESS = 254  # characters, by RFC 5321
_ADDRESS = re.compile(r"[^@\s<>,;:\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_OVER = ("aflyst", "sprunget_over")


class State(StrEnum):
    OPEN = "open"
    ENDED = "ended"  # by somebody of the authority
    EXPIRED = "expired"
    STOPPED = "stopped"  # the consent that opened it is over, the meeting is off, or who made it has left
    LOCKED = "locked"  # too many wrong codes


@dataclass(frozen=True)
class GuestLink:
    """A link as the people of the case see it."""

    id: str
    recipient: str
    item: str
    address: str  # where its codes are mailed; empty for who is not close to the case
    number: int | None  # of the item on the agenda
    state: State
    made_by: str
    made_at: dt.datetime
    last_day: dt.date
    read_at: Sequence[dt.datetime]  # each time that the guest saw the item by it


@dataclass(frozen=True)
class Shown:
    """All that a guest sees."""

    kind: str
    starts_at: dt.datetime | None
    last_day: dt.date
    purpose: str
    values: Mapping[str, Any]  # words of the item: emne, opgave


@dataclass(frozen=True)
class Known:
    """What the page may say before anybody has confirmed who they are."""

    id: str
    address_hint: str  # the mail address with most of it hidden
    has_code: bool  # one was sent that can still be typed
    gets_codes: bool  # not all that a link may ever send were sent


class GuestLinks:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, open_work: OpenWork, *, sends_mail: bool) -> None:
        self._transactions, self._open_work, self._sends_mail = transactions, open_work, sends_mail

    # --- for the people of the case ----------------------------------------------------------------

    def of_meeting(self, meeting: str, *, actor: Actor) -> list[GuestLink] | None:
        """The links of a meeting; None for whom they are no business, who may make none either."""

        def work(tx: Tx) -> list[GuestLink] | None:
            row = record_rows.record(tx, meeting)
            if row is None or not self._may_open(tx, row, actor):
                return None
            links = guest_links.links_of(tx, meeting)
            read_at = _read_at(tx, links)
            return [self._told(tx, each, read_at.get(each.id, ()), actor) for each in links]

        return self._transactions.read(work)

    def make(
        self, meeting: str, item: str, recipient: str, *, address: str, until: dt.date | None, actor: Actor
    ) -> str:
        """The secret for the address of a new link; it is told this once, only its hash is kept.

        Raises NotFound, Forbidden for who is not close to the case, InvalidValues (`adresse`, `til`,
        `mail`), and Refused (R-080) while no consent opens the item to the recipient.
        """
        secret = secrets.token_urlsafe(32)
        address = address.strip()

        def work(tx: Tx) -> None:
            row, asked = self._asked(tx, meeting, item, recipient, actor)
            case = self._case_of(tx, row, asked)
            if not confidentiality.is_their_case(actor, case):
                raise Forbidden(f"make a guest link for meeting '{meeting}'", "the case is not theirs")
            hearing = self._hearing(tx, row, asked, case.code, recipient)
            if not hearing.is_open or not hearing.grounds:
                said = " ".join(hearing.because) or "Intet samtykke åbner punktet for deltageren."
                raise Refused("make a guest link", said, rules=(disclosure.CONSENT_RULE,))
            work = self._open_work(tx, case=case.code)
            closes_at = _closing(tx, work, case.code, hearing.grounds, until)
            wrong = {} if self._sends_mail else {"mail": ["not set up"]}
            if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
                wrong["adresse"] = ["no mail address"]
            if closes_at is None:
                wrong["til"] = ["outside the time of the consent"]
            if wrong or closes_at is None:
                raise InvalidValues("a guest link", wrong)
            id, secret_hash = tx.new_id(), _hash(secret)
            tx.insert(
                guest_link,
                id=id,
                case_code=case.code,
                meeting=meeting,
                item=item,
                recipient=recipient,
                grounds=list(hearing.grounds),
                sealed_address=tx.seal(case.stream, _place_of_address(id), address.encode()),
                secret_hash=secret_hash,
                made_by=actor.id,
                made_at=tx.now,
                closes_at=closes_at,
                codes=0,
                misses=0,
                code_misses=0,
            )
            made = GuestLinkMade(
                case=case.code,
                link=id,
                meeting=meeting,
                item=item,
                recipient=recipient,
                grounds=tuple(hearing.grounds),
                closes_at=closes_at,
                keyed_hash=keyed_hash(tx, id, address, secret_hash),
            )
            tx.append(case.stream, made)

        self._transactions.run(actor, work)
        return secret

    def end(self, id: str, *, actor: Actor) -> None:
        """Close it now. Raises NotFound and Forbidden; also fine when it is closed already."""

        def work(tx: Tx) -> None:
            row = guest_links.link(tx, id)
            case = case_files.case(tx, row.case_code) if row is not None else None
            if row is None or case is None:
                raise NotFound("guest link", id)
            if not confidentiality.is_their_case(actor, case):
                raise Forbidden(f"end guest link '{id}'", "the case is not theirs")
            tx.stream(case.stream)  # pressed twice, it ends once
            row = guest_links.link(tx, id) or row
            if row.ended_at is None:
                tx.append(case.stream, GuestLinkEnded(case=case.code, link=id, recipient=row.recipient))
                tx.update_any(guest_link, {"id": id}, {"ended_at": tx.now, "code_hash": None})

        self._transactions.run(actor, work)

    # --- for the guest -----------------------------------------------------------------------------

    def known(self, secret: str) -> Known:
        """The link behind an address. Raises NotFound for one that opens nothing, whatever the reason."""

        def work(tx: Tx) -> Known:
            row, case = self._alive(tx, secret)
            hint = _hint(_address(tx, case, row))
            return Known(row.id, hint, _can_be_typed(row, tx.now), row.codes < MOST_CODES)

        return self._transactions.read(work)

    def send_code(self, secret: str, *, language: str = "da") -> None:
        """Put a new code in the outbox, in the guest's language; the former one is worth nothing any more.

        Raises NotFound, and Conflict when one was sent a moment ago or too many were.
        """

        def work(tx: Tx) -> None:
            row, case = self._alive(tx, secret)
            if row.code_at is not None and tx.now - row.code_at < PAUSE:
                raise Conflict("send another code", "one was sent less than a minute ago")
            if row.codes >= MOST_CODES:
                raise Conflict("send another code", "too many were sent by this link")
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
            values = {
                "code_hash": _hash(f"{row.id}|{code}"),
                "sealed_code": tx.seal(case.stream, f"guest code|{row.id}|{row.codes + 1}", code.encode()),
                "code_at": tx.now,
                "codes": row.codes + 1,
                "code_misses": 0,
                "language": language,
            }
            tx.update(guest_link, {"id": row.id, "codes": row.codes}, values, attempt="send another code")
            mail_rows.put(tx, guest_mails.id_of(row.id, row.codes + 1), row.id, guest_mails.WAY)

        self._transactions.run(UNKNOWN, work)

    def confirm(self, secret: str, code: str) -> str | None:
        """The link's id when the code is right; None for a wrong one. Raises NotFound."""
        code = re.sub(r"\s", "", code)

        def work(tx: Tx) -> str | None:
            row, case = self._alive(tx, secret)
            if not _can_be_typed(row, tx.now):
                return None
            is_right = hmac.compare_digest(_hash(f"{row.id}|{code}"), str(row.code_hash))
            values: dict[str, Any] = {"code_hash": None, "sealed_code": None}
            if not is_right:
                values = {"misses": row.misses + 1, "code_misses": row.code_misses + 1}
            where = {"id": row.id, "misses": row.misses, "code_hash": row.code_hash}
            tx.update(guest_link, where, values, attempt="confirm a guest")
            told = GuestConfirmed(case=case.code, link=row.id, recipient=row.recipient, is_right=is_right)
            tx.append(case.stream, told)
            return row.id if is_right else None

        return self._transactions.run(UNKNOWN, work)

    def read(self, secret: str) -> Shown:
        """What the guest sees now, after the code was right; recorded before it is shown.

        Raises NotFound for a link that opens nothing any more, whatever the reason.
        """
        holder = self._transactions.read(lambda tx: self._alive(tx, secret)[0].recipient)

        def work(tx: Tx) -> Shown:
            row, case = self._alive(tx, secret)
            meeting, item = record_rows.record(tx, row.meeting), record_rows.record(tx, row.item)
            assert meeting is not None and item is not None  # `_alive` has seen them
            purpose = str(meeting.open.get("formaal_kode") or "")
            tx.append(case.stream, CaseRead(case=case.code, page="guest", link=row.id))
            work = self._open_work(tx, case=case.code)
            kind = disclosure.type_of_data(work, ITEM, "emne")
            view = disclosure.View(
                {}, is_outside=True, shown_kinds=(kind,), grounds=tuple(row.grounds), purpose=purpose
            )
            guest = Actor(row.recipient, kind="service")
            disclosure.log(work, view, user_task=row.item, case=case.code, actor=guest)
            when: Any = meeting.open.get("tid")
            values = {name: item.values.get(name) for name in ("emne", "opgave")}
            return Shown(str(meeting.open.get("slags") or ""), when, _last_day(row), purpose, values)

        return self._transactions.run(guest_actor(holder), work)

    # --- inside ------------------------------------------------------------------------------------

    def _alive(self, tx: Tx, secret: str) -> tuple[GuestLinkRow, CaseRow]:
        row = guest_links.link_by_hash(tx, _hash(secret))
        case = case_files.case(tx, row.case_code) if row is not None else None
        if row is None or case is None or self._state(tx, row, case) is not State.OPEN:
            raise NotFound("guest link", "of this address")
        return row, case

    def _state(self, tx: Tx, row: GuestLinkRow, case: CaseRow) -> State:
        if row.ended_at is not None:
            return State.ENDED
        if tx.now >= row.closes_at:
            return State.EXPIRED
        if row.misses >= MOST_MISSES:
            return State.LOCKED
        maker = people.person(tx, row.made_by)
        if maker is not None and not maker.is_active:
            return State.STOPPED  # whose mail address it is, they alone knew
        meeting, item = record_rows.record(tx, row.meeting), record_rows.record(tx, row.item)
        gone = meeting is None or item is None or case.erased_at is not None
        if gone or meeting is None or item is None or meeting.is_erased or item.is_erased:
            return State.STOPPED
        if meeting.open.get("status") in _OVER or item.open.get("status") == "trukket":
            return State.STOPPED
        if row.recipient not in _invited(tx, meeting):
            return State.STOPPED
        hearing = self._hearing(tx, meeting, item, case.code, row.recipient)
        # Another consent does not bring it to life again: the one that opened it has to stand.
        is_covered = hearing.is_open and bool(hearing.grounds) and set(hearing.grounds) <= set(row.grounds)
        return State.OPEN if is_covered else State.STOPPED

    def _hearing(self, tx: Tx, meeting: RecordRow, item: RecordRow, case: str, recipient: str) -> Hearing:
        left_out: Any = item.open.get("udelukkede") or ()
        purpose = str(meeting.open.get("formaal_kode") or "")
        work = self._open_work(tx, case=case)
        return disclosure.hearing_of(work, Matter(case, purpose, frozenset(map(str, left_out))), [recipient])

    def _asked(
        self, tx: Tx, meeting: str, item: str, recipient: str, actor: Actor
    ) -> tuple[RecordRow, RecordRow]:
        row, asked = record_rows.record(tx, meeting), record_rows.record(tx, item)
        if row is None or row.entity != meeting_parts.MEETING:
            raise NotFound("meeting", meeting)
        if asked is None or asked.entity != ITEM or asked.open.get("moede_id") != meeting:
            raise NotFound("item of the agenda", item)
        if not self._may_open(tx, row, actor):
            raise Forbidden(f"make a guest link for meeting '{meeting}'", "the case is not theirs")
        if recipient not in _invited(tx, row):
            raise NotFound("invitation from outside", recipient)
        return row, asked

    def _may_open(self, tx: Tx, row: RecordRow, actor: Actor) -> bool:
        case = case_files.case(tx, row.case_code) if row.case_code else None
        if case is not None:
            return confidentiality.is_their_case(actor, case)
        return may_see_cases(actor) and meeting_parts.is_named(row, actor)

    def _case_of(self, tx: Tx, meeting: RecordRow, item: RecordRow) -> CaseRow:
        code = item.open.get("sag_id") or item.case_code or meeting.case_code
        case = case_files.case(tx, str(code)) if code else None
        if case is None:
            raise Refused("make a guest link", "Punktet handler ikke om et barns sag; det kræver intet link.")
        return case

    def _told(self, tx: Tx, row: GuestLinkRow, read_at: Sequence[dt.datetime], actor: Actor) -> GuestLink:
        case, item = case_files.case(tx, row.case_code), record_rows.record(tx, row.item)
        number: Any = item.open.get("nr") if item is not None else None
        return GuestLink(
            id=row.id,
            recipient=row.recipient,
            item=row.item,
            address=_address(tx, case, row)
            if case is not None and confidentiality.is_their_case(actor, case)
            else "",
            number=None if number is None else int(number),
            state=State.STOPPED if case is None else self._state(tx, row, case),
            made_by=row.made_by,
            made_at=row.made_at,
            last_day=_last_day(row),
            read_at=read_at,
        )


def keyed_hash(tx: Tx, id: str, address: str, secret_hash: str) -> str:
    """By which the history proves where codes are mailed and which secret opens it, and tells neither."""
    return tx.digest("guest link", f"{id}|{address}|{secret_hash}").hex()


def open_address(tx: Tx, stream: str, id: str, sealed: bytes) -> str:
    """Where the codes of a link are mailed; empty once its case was erased. Raises SealBroken."""
    return (tx.open(stream, _place_of_address(id), sealed) or b"").decode()


def _place_of_address(id: str) -> str:
    return f"guest address|{id}"


def _address(tx: Tx, case: CaseRow, row: GuestLinkRow) -> str:
    return open_address(tx, case.stream, row.id, row.sealed_address)


def _invited(tx: Tx, meeting: RecordRow) -> set[str]:
    """Who is invited from outside."""
    return {
        str(each.open.get("modtager"))
        for each in meeting_parts.invitations_of(tx, meeting)
        if each.open.get("status") == meeting_parts.INVITED and each.values.get("ekstern") is True
    }


def _read_at(tx: Tx, links: Sequence[GuestLinkRow]) -> dict[str, list[dt.datetime]]:
    """When each of the links was read, of those that were."""
    since: dict[str, dt.datetime] = {}
    for each in links:
        since[each.case_code] = min(each.made_at, since.get(each.case_code, each.made_at))
    found: dict[str, list[dt.datetime]] = {}
    for code, made_at in since.items():
        case = case_files.case(tx, code)
        for row in history.events(tx, case.stream, kinds=["CaseRead"], since=made_at) if case else ():
            if isinstance(row.event, CaseRead) and row.event.link:
                found.setdefault(row.event.link, []).append(row.at)
    return found


def _closing(
    tx: Tx, work: CaseWork, case: str, grounds: tuple[str, ...], until: dt.date | None
) -> dt.datetime | None:
    """The end of the last day; None for a day that is over, or later than one of the consents lasts.

    Nor does the last day of the calendar end.
    """
    if until is None or until < local_date(tx.now):
        return None
    for each in work.records(CONSENT, case=case):
        last = each["gyldigt_til"]
        if each["anmodning_id"] in grounds and isinstance(last, dt.date) and until > last:
            return None
    _, end = span_of_days(None, until)
    return None if end is None else end.astimezone(dt.UTC)


def _last_day(row: GuestLinkRow) -> dt.date:
    return local_date(row.closes_at - dt.timedelta(seconds=1))


def _can_be_typed(row: GuestLinkRow, now: dt.datetime) -> bool:
    if row.code_hash is None or row.code_at is None or row.code_misses >= MOST_MISSES_OF_A_CODE:
        return False
    return now - row.code_at < guest_mails.CODE_LASTS


def _hint(address: str) -> str:
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
