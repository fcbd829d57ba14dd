"""Mails about notices: sorted from the outbox, sent outside of any transaction, never two of one notice.

The row of a notice is written with what it tells of, and waits there for a worker. The worker decides who is
told by which mail (`sort_waiting`), and sends what is due (`send_due`): claimed with a lease in one
transaction, sent in none, its outcome kept in another if the lease still holds. A mail that is tried again
has the same Message-ID. One that cannot be sent is an incident: it waits on the page of operations for a
person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.permissions import may_operate
from flowcase.cases.calendar import Calendar
from flowcase.cases.civil_time import at_wall_clock, local_date
from flowcase.cases.notice_topics import Way, topic_of
from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.events import DeliveryFailed, DeliveryRetried
from flowcase.services import guest_mails, mail_calendars, mail_words
from flowcase.services.mail_sending import NotSent, Send
from flowcase.services.notices import default_ways, digest_time
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx, notice_tables, tables
from flowcase.store.queries import mails, notices
from flowcase.store.queries import people as person_rows
from flowcase.store.queries.mails import ChoiceRow, MailRow
from flowcase.values import Value

MOST_TRIES = 8
FIRST_PAUSE = dt.timedelta(minutes=1)  # each further one is four times longer
LONGEST_PAUSE = dt.timedelta(hours=6)
LEASE = dt.timedelta(minutes=5)  # far longer than a mail server may take
BATCH = 100
WAITING, CLAIMED, SENT, FAILED, DROPPED = "waiting", "claimed", "sent", "failed", "dropped"

_log = structlog.get_logger(__name__)


class Mails:
    def __init__(
        self,
        transactions: Transactions,
        rule_sets: RuleSets,
        node: str,
        *,
        send: Send | None,
        sender: str,
        address: str,
    ) -> None:
        """`send` is None where no mail is set up; `address` is where the pages are, for links."""
        self._transactions, self._rule_sets, self._node = transactions, rule_sets, node
        self._send, self._sender, self._address = send, sender, address.rstrip("/")

    # --- who is told by which mail -----------------------------------------------------------------

    def sort_waiting(self) -> int:
        """Take the notices of the outbox that wait and put them in mails; how many there were."""
        if not self._transactions.glance(lambda tx: notices.unsorted(tx, 1)):
            return 0  # an idle tick takes no lock
        return self._transactions.run(SYSTEM, self._sort)

    def _sort(self, tx: Tx) -> int:
        tx.exclusive("outbox of notices")  # two workers would put one notice in two mails
        rows = notices.unsorted(tx, BATCH)
        people = self._recipients(tx, rows) if self._send is not None else {}
        everyone = {person for each in people.values() for person in each}
        chosen = mails.choices(tx, everyone) if everyone else {}
        settings = self._rule_sets.settings(tx) if chosen else {}
        for row in rows:
            key = {"id": row.id, "recipient_kind": row.recipient_kind, "recipient": row.recipient}
            tx.update_any(tables.notice, key, {"sorted_at": tx.now})
            for person in people.get((row.recipient_kind, row.recipient), ()):
                if person in chosen and chosen[person].address:
                    self._put(tx, row.id, row.kind, chosen[person], settings)
        return len(rows)

    def _recipients(self, tx: Tx, rows: Iterable[Any]) -> dict[tuple[str, str], list[str]]:
        """The active people behind each recipient."""
        asked = {(str(row.recipient_kind), str(row.recipient)) for row in rows}
        groups = {name for kind, name in asked if kind == "group"}
        named = {name for kind, name in asked if kind == "person"}
        members = person_rows.people(tx, groups=groups, only_active=True) if groups else []
        found = {
            ("group", group): [each.id for each in members if group in each.groups and each.kind == "person"]
            for group in groups
        }
        people = person_rows.people(tx, ids=named, only_active=True) if named else []
        return found | {("person", each.id): [each.id] for each in people if each.kind == "person"}

    def _put(self, tx: Tx, notice: str, kind: str, chosen: ChoiceRow, settings: Mapping[str, Value]) -> None:
        topic = topic_of(kind)
        way = Way(chosen.ways.get(topic) or default_ways(settings)[topic])
        if way is Way.NEVER or mails.is_told(tx, chosen.person, notice):
            return
        if way is Way.AT_ONCE:
            id = f"{notice}.{chosen.person}"
            self._make(tx, id, chosen.person, way, tx.now)
        else:
            id = self._of_the_day(tx, chosen, settings)
        tx.insert_once(notice_tables.mail_notice, person=chosen.person, notice=notice, mail=id)

    def _of_the_day(self, tx: Tx, chosen: ChoiceRow, settings: Mapping[str, Value]) -> str:
        """The person's next mail of a working day; one that a worker has claimed is closed already."""
        clock = dt.time.fromisoformat(chosen.digest_at or digest_time(settings))
        calendar, day = Calendar.from_settings(settings), local_date(tx.now)
        while True:
            due = at_wall_clock(day, clock).astimezone(dt.UTC)
            if calendar.is_working_day(day) and due > tx.now:
                id = f"{day.isoformat()}.{chosen.person}"
                self._make(tx, id, chosen.person, Way.TOGETHER, due)
                # The row is held until the commit: nobody sends it without this notice.
                if tx.update_any(notice_tables.mail, {"id": id, "status": WAITING}, {"due_at": due}):
                    return id
            day += dt.timedelta(days=1)

    def _make(self, tx: Tx, id: str, person: str, way: Way, due: dt.datetime) -> None:
        tx.insert_once(
            notice_tables.mail,
            id=id,
            person=person,
            way=way,
            status=WAITING,
            due_at=due,
            created_at=tx.now,
            attempts=0,
        )

    # --- sending -----------------------------------------------------------------------------------

    def send_due(self) -> int:
        """Send the mail that has waited longest; 1 when one was tried, else 0."""
        if self._send is None or not self._transactions.glance(mails.is_waiting):
            return 0
        claimed = self._transactions.run(SYSTEM, self._claim)
        if claimed is None:
            return 0
        self._record(claimed, *self._attempt(claimed))
        return 1

    def _claim(self, tx: Tx) -> MailRow | None:
        row = mails.next_to_send(tx)
        if row is None:
            return None
        values = {
            "status": CLAIMED,
            "attempts": row.attempts + 1,
            "lease_owner": self._node,
            "lease_until": tx.now + LEASE,
        }
        key = {"id": row.id, "status": row.status, "attempts": row.attempts}
        tx.update(notice_tables.mail, key, values, attempt=f"claim mail '{row.id}'")
        return mails.get(tx, row.id)

    def _attempt(self, row: MailRow) -> tuple[str, str]:
        """(status, outcome) of one try."""
        message = self._transactions.read(lambda tx: self._written(tx, row))
        if message is None:
            return DROPPED, "nothing to tell"
        assert self._send is not None
        try:
            self._send(message)
        except NotSent as error:
            _log.warning("mail not sent", mail=row.id, because=error.code, attempt=row.attempts)
            is_last = error.is_final or row.attempts >= MOST_TRIES
            return (FAILED if is_last else WAITING), error.code
        return SENT, "sent"

    def _written(self, tx: Tx, row: MailRow) -> mail_words.Message | None:
        """None when its notices were erased, or the person wants no mail any longer."""
        if row.way == guest_mails.WAY:
            return guest_mails.write(tx, row, sender=self._sender, address=self._address)
        person, chosen = person_rows.person(tx, row.person), mails.choice(tx, row.person)
        told = mails.told_in(tx, row.id)
        if person is None or not person.is_active or chosen is None or not chosen.address or not told:
            return None
        message = mail_words.write(
            told,
            id=row.id,
            to=chosen.address,
            sender=self._sender,
            address=self._address,
            at=row.due_at,
            language=person.locale,
        )
        meetings = mail_calendars.events_of(
            tx,
            told,
            mine={person.id, *person.groups},
            settings=self._rule_sets.settings(tx),
            to=chosen.address,
            sender=self._sender,
            address=self._address,
            language=person.locale,
        )
        mail_calendars.attach(message, meetings, id=row.id, at=row.due_at)
        return message

    def _record(self, row: MailRow, status: str, outcome: str) -> None:
        def work(tx: Tx) -> None:
            values: dict[str, Any] = {
                "status": status,
                "outcome": outcome,
                "lease_owner": None,
                "lease_until": None,
            }
            if status == WAITING:
                pause = min(FIRST_PAUSE * 4 ** (row.attempts - 1), LONGEST_PAUSE)
                values["due_at"] = tx.now + pause
            elif status == SENT:
                values["sent_at"] = tx.now
            key = {"id": row.id, "status": CLAIMED, "attempts": row.attempts}
            if not tx.update_any(notice_tables.mail, key, values):
                _log.warning("mail's result came too late", mail=row.id, attempt=row.attempts)
            elif status == FAILED:
                failed = DeliveryFailed(way="mail", delivery=row.id, because=outcome, attempts=row.attempts)
                tx.append(INSTALLATION, failed)

        self._transactions.run(SYSTEM, work)

    # --- looking and operating ---------------------------------------------------------------------

    def failed(self, limit: int = 100) -> list[MailRow]:
        """Those that wait for a person, newest first."""
        return self._transactions.read(lambda tx: mails.mails(tx, status=FAILED, limit=limit))

    def retry(self, id: str, *, actor: Actor) -> None:
        """Give a failed mail new tries. Raises Forbidden, NotFound, or Conflict with its present state."""
        if not may_operate(actor):
            raise Forbidden(f"send mail '{id}' again", "only who operates the installation may")

        def work(tx: Tx) -> None:
            row = mails.get(tx, id)
            if row is None:
                raise NotFound("mail", id)
            if row.status != FAILED:
                raise Conflict(f"send mail '{id}' again", f"it is {row.status}")
            tx.append(INSTALLATION, DeliveryRetried(way="mail", delivery=id))
            values = {"status": WAITING, "attempts": 0, "due_at": tx.now}
            tx.update(notice_tables.mail, {"id": id, "status": FAILED}, values, attempt=f"retry mail '{id}'")

        self._transactions.run(actor, work)
