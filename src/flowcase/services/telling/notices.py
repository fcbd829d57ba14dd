"""What a person was told: their list of notices, the number of unread ones, and what they have chosen.

What has been read and chosen says nothing of a case, so the history does not tell of it. It tells of the
secret address of a calendar, which opens what is one's own to whoever holds it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flowcase.access.actor import Actor
from flowcase.cases.notice_topics import TOPICS, Way
from flowcase.errors import InvalidValues, NotFound
from flowcase.services.entitled.unnamed_cases import untold
from flowcase.services.meetings import calendar_addresses
from flowcase.services.rule_sets import RuleSets
from flowcase.services.sending import account_notices
from flowcase.services.sending.account_notices import Said
from flowcase.services.transactions import Transactions
from flowcase.store import Tx, notice_tables
from flowcase.store.queries import calendar_feeds, mails, notices
from flowcase.store.queries import people as person_rows
from flowcase.store.queries.notices import MOST_COUNTED, OwnNotice
from flowcase.values import Value

__all__ = ["MOST_COUNTED", "Chosen", "Notices", "OwnNotice", "Page", "default_ways", "digest_time"]

LANGUAGES = ("da", "en")  # of mails and of the calendar
OWN = "egne"  # the feed that is no series of meetings
LONGEST_ADDRESS = 254  # RFC 5321
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class Page:
    rows: list[OwnNotice]
    after: tuple[dt.datetime, str] | None  # where the next page begins


@dataclass(frozen=True)
class Chosen:
    """A person's choices, with the rule set's where they have made none."""

    address: str
    digest_at: str  # HH:MM
    ways: Mapping[str, Way]  # of every topic
    has_feed: bool
    language: str = LANGUAGES[0]  # of mails and of the calendar


class Notices:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets, domains: tuple[str, ...]) -> None:
        self._transactions, self._rule_sets, self._domains = transactions, rule_sets, domains

    def page(
        self,
        actor: Actor,
        *,
        after: tuple[dt.datetime, str] | None = None,
        only_unread: bool = False,
        limit: int = 50,
    ) -> Page:
        """The actor's own, newest first."""

        def work(tx: Tx) -> list[OwnNotice]:
            rows = notices.own(
                tx, actor.id, actor.groups, before=after, only_unread=only_unread, limit=limit + 1
            )
            kept = untold(tx, (row.case_code for row in rows), actor)
            return [_unnamed(row) if row.case_code in kept else row for row in rows]

        rows = self._transactions.read(work)
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(rows[:limit], None if last is None else (last.at, last.id))

    def unread(self, actor: Actor) -> int:
        """How many are unread; one above MOST_COUNTED means more than that."""
        return self._transactions.read(lambda tx: notices.unread(tx, actor.id, actor.groups))

    def mark_read(self, id: str, *, actor: Actor) -> OwnNotice:
        """The notice, now read. Raises NotFound for one that was not sent to the actor."""

        def work(tx: Tx) -> OwnNotice:
            row = notices.own_notice(tx, id, actor.id, actor.groups)
            if row is None:
                raise NotFound("notice", id)
            tx.insert_once(notice_tables.notice_read, person=actor.id, notice=id, read_at=tx.now)
            return _unnamed(row) if untold(tx, [row.case_code], actor) else row

        return self._transactions.run(actor, work)

    def mark_several_read(self, ids: Iterable[str], *, actor: Actor) -> None:
        """Those of them that were sent to the actor; what was not is passed over."""
        asked = list(ids)
        self._transactions.run(actor, lambda tx: notices.mark_read(tx, actor.id, actor.groups, asked))

    def mark_all_read(self, *, actor: Actor) -> None:
        """Everything up to now."""

        def work(tx: Tx) -> None:
            self._keep(tx, actor.id, read_until=tx.now)
            tx.delete_any(notice_tables.notice_read, {"person": actor.id})

        self._transactions.run(actor, work)

    # --- choices -----------------------------------------------------------------------------------

    def chosen(self, actor: Actor) -> Chosen:
        def work(tx: Tx) -> Chosen:
            settings, row = self._rule_sets.settings(tx), mails.choice(tx, actor.id)
            ways = default_ways(settings) | {
                topic: Way(way) for topic, way in (row.ways if row else {}).items() if topic in TOPICS
            }
            return Chosen(
                address=row.address if row else "",
                digest_at=(row.digest_at if row else None) or digest_time(settings),
                ways=ways,
                has_feed=any(each.series == OWN for each in calendar_feeds.feeds_of(tx, actor.id)),
                language=(row.language if row else None) or LANGUAGES[0],
            )

        return self._transactions.read(work)

    def choose(
        self,
        *,
        address: str,
        digest_at: str,
        ways: Mapping[str, str],
        language: str | None = None,
        actor: Actor,
    ) -> None:
        """Keep choices; an empty address means no mail at all. Another address is told to the one before it.

        Without `language` it stays as it was. Raises InvalidValues (`adresse`, `kl`, `mailsprog`, or a topic)
        with every wrong one, and then keeps none.
        """
        address, wrong = address.strip(), {}
        if address and (len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address)):
            wrong["adresse"] = ["no mail address"]
        elif address and self._domains and address.rpartition("@")[2].lower() not in self._domains:
            wrong["adresse"] = ["another house"]
        if not _TIME.fullmatch(digest_at):
            wrong["kl"] = ["no time of day"]
        wrong |= {
            topic: ["no way"] for topic, way in ways.items() if topic not in TOPICS or way not in set(Way)
        }
        if language is not None and language not in LANGUAGES:
            wrong["mailsprog"] = ["no language"]
        if wrong:
            raise InvalidValues("choices of notices", wrong)

        def work(tx: Tx) -> None:
            before = mails.choice(tx, actor.id)
            if before is not None and before.address and before.address != address:
                account_notices.tell_at(tx, actor.id, Said.ADDRESS_CHANGED, before.address)
            more = {} if language is None else {"language": language}
            self._keep(tx, actor.id, address=address, digest_at=digest_at, ways=dict(ways), **more)

        self._transactions.run(actor, work)

    # --- the calendar feed -------------------------------------------------------------------------

    def new_feed(self, *, actor: Actor) -> str:
        """A new secret for the address of the actor's calendar feed; an older one no longer works.

        It is told here once: only its hash is kept.
        """
        return self._transactions.run(actor, lambda tx: calendar_addresses.make(tx, OWN))

    def end_feed(self, *, actor: Actor) -> None:
        self._transactions.run(actor, lambda tx: calendar_addresses.end(tx, OWN))

    def owner_of_feed(self, secret: str) -> Actor | None:
        """Whose feed has this secret; None for a wrong one, and for an account that was closed."""

        def work(tx: Tx) -> Actor | None:
            feed = calendar_feeds.feed_by_hash(tx, calendar_addresses.hash_of(secret))
            found = person_rows.person(tx, feed.person) if feed is not None else None
            if feed is None or feed.series != OWN or found is None or not found.is_active:
                return None
            return Actor(found.id, name=found.name, groups=found.groups)

        return self._transactions.read(work)

    def _keep(self, tx: Tx, person: str, **values: Any) -> None:
        values["changed_at"] = tx.now
        if not tx.update_any(notice_tables.notice_choice, {"person": person}, values):
            fresh = {"address": "", "ways": {}, **values}
            tx.insert_once(notice_tables.notice_choice, person=person, **fresh)


def _unnamed(row: OwnNotice) -> OwnNotice:
    return replace(row, case_code=None, user_task=None, user_task_name=None)


def default_ways(settings: Mapping[str, Value]) -> dict[str, Way]:
    """The way of every topic, by the setting `besked_mail`; what it does not name comes together."""
    said: Any = settings.get("besked_mail") or {}
    return {topic: Way(said[topic]) if topic in said else Way.TOGETHER for topic in TOPICS}


def digest_time(settings: Mapping[str, Value]) -> str:
    """When the mail of the day goes: the setting `besked_mail_kl`, without it the hour of reminders."""
    return str(settings.get("besked_mail_kl") or settings.get("paamindelse_kl") or "00:00")
