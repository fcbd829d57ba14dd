"""Notices that say otherwise than what was sent: who was told of a deadline or a document, and when.

There are more of them every year, so none is held: of all is kept one sum, of a weight that each has. Only
where the rows' sum is another one the events are heard again, some notices at a time. A notice of a case that
was erased went with it, also where its event stands in another stream. Notices that somebody was given a user
task are left out: the event of the user task names none, and the user task itself is compared.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from flowcase.cases.events import NoticeSent
from flowcase.history.heard import Heard
from flowcase.services.proving.altered_row import AlteredRow
from flowcase.services.proving.told_of_installation import Share, shares
from flowcase.store import Tx
from flowcase.store.appliers.user_tasks import GIVEN
from flowcase.store.queries import as_kept as as_kept_streams
from flowcase.store.queries import as_kept_notices as as_kept
from flowcase.store.queries import history
from flowcase.store.queries.as_kept_notices import Notice

KINDS = (NoticeSent.__name__,)
_AT_ONCE = 50_000


@dataclass
class Notices:
    erased: Collection[str]  # codes of cases
    told: int = 0
    of_erased: list[Notice] = field(default_factory=list)  # heard since they were looked up last
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))  # nobody makes up what adds up

    def hear(self, heard: Heard) -> None:
        if isinstance(heard.event, NoticeSent):
            for each in _sent(heard.stream, heard.at, heard.event):
                if each.case_code in self.erased:
                    self.of_erased.append(each)
                else:
                    self.told += self._weight(each)

    def look_up(self, tx: Tx) -> None:
        if self.of_erased:
            there = as_kept.among(tx, [each.id for each in self.of_erased])
            self.told += sum(self._weight(each) for each in self.of_erased if each in there)
            self.of_erased.clear()

    def find(self, tx: Tx) -> Iterator[AlteredRow]:
        if self.told != sum(map(self._weight, as_kept.notices(tx))):
            for share in shares(as_kept.number(tx), _AT_ONCE):
                yield from self._compared(tx, share)

    def _compared(self, tx: Tx, share: Share) -> Iterator[AlteredRow]:
        told, kept = _told(tx, share), _by_id(each for each in as_kept.notices(tx) if share.has(each.id))
        for id in sorted(told.keys() | kept.keys()):
            here, sent = kept.get(id, set()), told.get(id, set())
            gone = {each for each in sent - here if each.case_code not in self.erased}
            if not sent:
                yield AlteredRow("notice", id, "no event sent it")
            elif here - sent:
                yield AlteredRow("notice", id, "is not what was sent")
            elif gone:
                yield AlteredRow("notice", id, f"is gone for {', '.join(sorted(n.recipient for n in gone))}")

    def _weight(self, notice: Notice) -> int:
        words = json.dumps(notice, default=_instant).encode()
        return int.from_bytes(hashlib.blake2b(words, digest_size=16, key=self.secret).digest(), "big")


def _instant(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat()


def _sent(stream: str, at: dt.datetime, event: NoticeSent) -> Iterator[Notice]:
    if event.kind == GIVEN:
        return
    recipients = [("group", name) for name in dict.fromkeys(event.groups)]
    recipients += [("person", name) for name in dict.fromkeys(event.people)]
    for kind, name in recipients:
        yield Notice(
            event.notice,
            kind,
            name,
            event.kind,
            event.text,
            stream,
            event.case,
            event.deadline,
            event.due_at,
            at,
        )


def _by_id(notices: Iterator[Notice]) -> dict[str, set[Notice]]:
    found: dict[str, set[Notice]] = {}
    for each in notices:
        found.setdefault(each.id, set()).add(each)
    return found


def _told(tx: Tx, share: Share) -> dict[str, set[Notice]]:
    found: dict[str, set[Notice]] = {}
    for page in as_kept_streams.keys(tx):
        alive = [key.id for key in page if key.wrapped_key is not None]
        for stream in history.streams_with(tx, alive, KINDS):
            for row in history.events(tx, stream, kinds=KINDS):
                if isinstance(row.event, NoticeSent) and share.has(row.event.notice):
                    for each in _sent(stream, row.at, row.event):
                        found.setdefault(each.id, set()).add(each)
            tx.let_go(stream)
    return found
