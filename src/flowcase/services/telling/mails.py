"""Mails about notices: who is told by which mail, and what it says; never two mails of one notice.

The row of a notice is written with what it tells of, and waits there for a worker. The worker decides who is
told by which mail (`sort_waiting`); what is due leaves through the outbox (`send_due`). A mail that is tried
again has the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flowcase.access.actor import SYSTEM, Actor
from flowcase.cases.calendar import Calendar
from flowcase.cases.civil_time import at_wall_clock, local_date
from flowcase.cases.notice_topics import OWN_ACCOUNT, Way, topic_of
from flowcase.services.entitled.unnamed_cases import untold
from flowcase.services.meetings import guest_mails
from flowcase.services.rule_sets import RuleSets
from flowcase.services.sending import mail_rows, mail_words
from flowcase.services.sending.mail_sending import NotSent, Send
from flowcase.services.sending.outbox import KEPT, WAITING, Outbox, Outcome
from flowcase.services.telling import mail_calendars
from flowcase.services.telling.notices import default_ways, digest_time
from flowcase.services.transactions import Transactions
from flowcase.store import Tx, notice_tables, tables
from flowcase.store.queries import mails, notices
from flowcase.store.queries import people as person_rows
from flowcase.store.queries.mails import MAILS, ChoiceRow, MailRow
from flowcase.values import Value

BATCH = 100


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
        self._transactions, self._rule_sets = transactions, rule_sets
        self._outbox = Outbox(transactions, node, MAILS, self._attempt)
        self.failed, self.retry = self._outbox.failed, self._outbox.retry
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
        if kind == OWN_ACCOUNT:
            way = Way.AT_ONCE
        if way is Way.NEVER or mails.is_told(tx, chosen.person, notice):
            return
        if way is Way.AT_ONCE:
            id = mail_rows.at_once(notice, chosen.person)
            mail_rows.put(tx, id, chosen.person, way)
        else:
            id = self._of_the_day(tx, chosen, settings)
        mail_rows.tells_of(tx, id, chosen.person, notice)

    def _of_the_day(self, tx: Tx, chosen: ChoiceRow, settings: Mapping[str, Value]) -> str:
        """The person's next mail of a working day; one that a worker has claimed is closed already."""
        clock = dt.time.fromisoformat(chosen.digest_at or digest_time(settings))
        calendar, day = Calendar.from_settings(settings), local_date(tx.now)
        while True:
            due = at_wall_clock(day, clock).astimezone(dt.UTC)
            if calendar.is_working_day(day) and due > tx.now:
                id = f"{day.isoformat()}.{chosen.person}"
                mail_rows.put(tx, id, chosen.person, Way.TOGETHER, due=due)
                # The row is held until the commit: nobody sends it without this notice.
                if tx.update_any(notice_tables.mail, {"id": id, "status": WAITING}, {"due_at": due}):
                    return id
            day += dt.timedelta(days=1)

    # --- sending -----------------------------------------------------------------------------------

    def send_due(self) -> int:
        """Send the mail that has waited longest; 1 when one was tried, else 0."""
        return 0 if self._send is None else self._outbox.send_due()

    def forget_old(self) -> int:
        """Take away what was sent or dropped long ago; what waits or failed stays. How many."""
        return self._transactions.run(SYSTEM, lambda tx: mails.forget_old(tx, tx.now - KEPT))

    def forget_former_addresses(self) -> int:
        """Give up mails that tell somebody at the address before and could not be sent in time; how many."""
        is_sending = self._send is not None
        return self._transactions.run(
            SYSTEM, lambda tx: mail_rows.forget_former_addresses(tx, is_sending=is_sending)
        )

    def _attempt(self, row: MailRow) -> Outcome:
        message = self._transactions.read(lambda tx: self._written(tx, row))
        if message is None:
            return Outcome("nothing to tell", is_dropped=True)
        assert self._send is not None
        outcome = handed_over(message, self._send)
        if outcome.is_sent and row.address is not None:
            self._transactions.run(SYSTEM, lambda tx: mail_rows.forget_address(tx, row.id))
        return outcome

    def _written(self, tx: Tx, row: MailRow) -> mail_words.Message | None:
        """None when its notices were erased or are over, or the person wants no mail any longer."""
        if row.way == guest_mails.WAY:
            return guest_mails.write(tx, row, sender=self._sender, address=self._address)
        person, chosen = person_rows.person(tx, row.person), mails.choice(tx, row.person)
        told = mails.told_in(tx, row.id, row.person)
        present = chosen.address if chosen is not None else ""
        to = present if row.address is None else row.address  # which is empty once it was forgotten
        if person is None or not person.is_active or not to or not told:
            return None
        language = (chosen.language if chosen is not None else None) or person.locale
        reader = Actor(person.id, groups=frozenset(person.groups))
        kept = untold(tx, (each.case_code for each in told), reader)
        message = mail_words.write(
            [replace(each, case_code=None) if each.case_code in kept else each for each in told],
            id=row.id,
            to=to,
            sender=self._sender,
            address=self._address,
            at=row.due_at,
            language=language,
        )
        meetings = mail_calendars.events_of(
            tx,
            told,
            mine={person.id, *person.groups},
            settings=self._rule_sets.settings(tx),
            to=to,
            sender=self._sender,
            address=self._address,
            language=language,
        )
        mail_calendars.attach(message, meetings, id=row.id, at=row.due_at)
        return message


def handed_over(message: mail_words.Message, send: Send) -> Outcome:
    """Give a mail to the mail server once."""
    try:
        send(message)
    except NotSent as error:
        return Outcome(error.code, is_final=error.is_final)
    return Outcome("sent", is_sent=True)
