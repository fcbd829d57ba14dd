"""Sessions: which browsers a person is signed in with, for how long, and how they end.

The browser holds 256 random bits, the database their hash. Times are the machine's own, so that a
demonstration whose clock is turned on signs nobody out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flowcase.access import events
from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.permissions import is_casework_staff, may_operate
from flowcase.errors import Forbidden, NotFound
from flowcase.services.sending.account_notices import Said, tell
from flowcase.services.signing_in import brakes, keyed_hashes
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import people, second_factors, sign_ins
from flowcase.store.queries.sign_ins import SessionRow
from flowcase.store.sign_in_tables import sign_in_session, used_once
from flowcase.store.wire import Question

Foreseen = Callable[[Actor], Sequence[Question]]
_MOST_REMEMBERED = 10_000
NOTED_EVERY = dt.timedelta(minutes=1)  # how exactly is known when a session was last used


@dataclass(frozen=True)
class Limits:
    """How long a session lives, and how many of them a person has at once."""

    idle: dt.timedelta
    longest: dt.timedelta
    most: int


@dataclass(frozen=True)
class PersonSignIns:
    """How somebody signs in, for operators."""

    id: str
    name: str
    groups: frozenset[str]
    has_second_factor: bool
    sessions: int


@dataclass(frozen=True)
class Held:
    """Whose session it is."""

    actor: Actor
    session: SessionRow
    left: dt.timedelta  # until it ends, if nobody uses it any more


class Sessions:
    """One transaction per method."""

    def __init__(
        self, transactions: Transactions, real_now: Callable[[], dt.datetime], limits: Limits
    ) -> None:
        self._transactions, self._now, self.limits = transactions, real_now, limits
        # By the hash of the secret, who it was last: nobody is let in by that, it only foresees.
        self._last: dict[str, Actor] = {}

    def now(self) -> dt.datetime:
        """By the machine's own clock, as all times of sessions are."""
        return self._now()

    def begin(
        self, person: str, *, by: str, browser: str = "", elsewhere: str = "", is_known: bool = True
    ) -> str:
        """Sign a person in; the secret for the browser. The longest unused session makes room for it.

        `elsewhere` is the session at the provider that it ends with. Unless the browser `is_known`, its owner
        is told of it; not of the first of an account.
        """
        secret, now = secrets.token_urlsafe(32), self._now()

        def work(tx: Tx) -> None:
            alive = [row for row in sign_ins.of_person(tx, person) if self._is_alive(row, now)]
            crowded = tuple(row.id for row in alive[max(self.limits.most - 1, 0) :])
            if crowded:
                tx.append(
                    INSTALLATION, events.SessionsEnded(person=person, sessions=crowded, because="too_many")
                )
            id, hashed = tx.new_id(), hash_of(secret)
            tx.insert(
                sign_in_session,
                id=id,
                secret_hash=hashed,
                person=person,
                by=by,
                browser=browser[:80],
                begun_at=now,
                seen_at=now,
                elsewhere=elsewhere or None,
            )
            if not is_known and people.has_signed_in(tx, person):
                tell(tx, person, Said.NEW_BROWSER)
            proof = keyed_hashes.of_session(tx, id, person, hashed)
            signed_in = events.SignedIn(
                person=person,
                by=by,
                session=id,
                keyed_hash=proof,
                begun_at=now,
                ends_with=keyed_hashes.of_session_elsewhere(tx, id, elsewhere or None),
            )
            tx.append(INSTALLATION, signed_in)

        self._transactions.run(SYSTEM, work)
        return secret

    def find(self, secret: str, *, is_used: bool = True, foreseen: Foreseen | None = None) -> Held | None:
        """Who is signed in with this secret; None once its time is over.

        With `is_used` the idle time begins anew; what a page asks by itself uses nothing. `foreseen` is what
        this request will ask if it is whose it was last: asked along with that, where a round trip counts.
        """
        now, limits = self._now(), self.limits
        hashed = hash_of(secret)
        last = self._last.get(hashed)

        def work(tx: Tx) -> sign_ins.Holder | None:
            question = sign_ins.holder_question(
                hashed, begun_after=now - limits.longest, seen_after=now - limits.idle, now=tx.now
            )
            if last is not None and foreseen is not None:
                tx.ask_ahead(question, *foreseen(last))
            return sign_ins.holder(tx, question)

        found = self._transactions.read(work)
        if found is None:
            self._last.pop(hashed, None)
            return None
        seen_at = found.session.seen_at
        if is_used and seen_at + NOTED_EVERY <= now:
            seen_at = now
            where = {"id": found.session.id}
            self._transactions.run(SYSTEM, lambda tx: tx.update_all(sign_in_session, where, {"seen_at": now}))
        row = found.person
        # An opening in an emergency is casework staff's: who is no longer has none that still runs.
        opened = found.opened_cases if is_casework_staff(row.groups) else frozenset()
        person = Actor(id=row.id, name=row.name, groups=row.groups, opened_cases=opened)
        if person != last:
            if len(self._last) >= _MOST_REMEMBERED:
                self._last.clear()
            self._last[hashed] = person
        left = min(seen_at + limits.idle, found.session.begun_at + limits.longest) - now
        return Held(person, found.session, left)

    def of(self, person: str) -> Sequence[SessionRow]:
        """The sessions of a person that are alive, the one used last first."""
        now = self._now()
        rows = self._transactions.read(lambda tx: sign_ins.of_person(tx, person))
        return [row for row in rows if self._is_alive(row, now)]

    def end(self, secret: str) -> None:
        """Sign this browser out."""

        def work(tx: Tx) -> None:
            row = sign_ins.session(tx, hash_of(secret))
            if row is not None:
                _end(tx, row.person, [row.id], "signed_out")

        self._transactions.run(SYSTEM, work)

    def end_one(self, id: str, *, actor: Actor) -> None:
        """Sign another browser of one's own out. Raises NotFound for one that is not theirs."""

        def work(tx: Tx) -> None:
            if id not in {row.id for row in sign_ins.of_person(tx, actor.id)}:
                raise NotFound("session", id)
            _end(tx, actor.id, [id], "own")

        self._transactions.run(actor, work)

    def end_others(self, secret: str, *, actor: Actor) -> int:
        """Sign every other browser of one's own out; how many they were."""

        def work(tx: Tx) -> int:
            this = sign_ins.session(tx, hash_of(secret))
            others = [
                row.id for row in sign_ins.of_person(tx, actor.id) if (this is None or row.id != this.id)
            ]
            _end(tx, actor.id, others, "own")
            return len(others)

        return self._transactions.run(actor, work)

    def end_all_of(self, person: str, *, actor: Actor) -> int:
        """An operator signs somebody out everywhere; from how many browsers. Raises Forbidden."""
        if not may_operate(actor):
            raise Forbidden("sign somebody out", "only an operator may")

        def work(tx: Tx) -> int:
            theirs = [row.id for row in sign_ins.of_person(tx, person)]
            _end(tx, person, theirs, "operator")
            return len(theirs)

        return self._transactions.run(actor, work)

    def overview(self, *, actor: Actor) -> list[PersonSignIns]:
        """Every person with an account, and how they sign in; for operators. Raises Forbidden."""
        if not may_operate(actor):
            raise Forbidden("see who signs in how", "only an operator may")
        now = self._now()

        def work(tx: Tx) -> list[PersonSignIns]:
            alive = second_factors.sessions_of_all(
                tx, begun_after=now - self.limits.longest, seen_after=now - self.limits.idle
            )
            confirmed = second_factors.with_factor(tx)
            return [
                PersonSignIns(row.id, row.name, row.groups, row.id in confirmed, alive.get(row.id, 0))
                for row in people.people(tx, only_active=True)
                if row.kind == "person"
            ]

        return self._transactions.read(work)

    def forget_old(self) -> int:
        """Take away what is over: sessions, and what counted once; how many sessions they were."""
        now = self._now()

        def work(tx: Tx) -> int:
            gone = sign_ins.over(
                tx, begun_before=now - self.limits.longest, seen_before=now - self.limits.idle
            )
            for id in gone:
                tx.delete_all(sign_in_session, {"id": id})
            sign_ins.forget_used(tx, now)
            brakes.forget_old(tx)
            return len(gone)

        return self._transactions.run(SYSTEM, work)

    def _is_alive(self, row: SessionRow, now: dt.datetime) -> bool:
        return row.begun_at > now - self.limits.longest and row.seen_at > now - self.limits.idle


def _end(tx: Tx, person: str, sessions: Sequence[str], because: str) -> None:
    if sessions:
        tx.append(
            INSTALLATION, events.SessionsEnded(person=person, sessions=tuple(sessions), because=because)
        )


def elsewhere(issuer: str, session: object) -> str:
    """What is kept of a session at a provider; empty where it names none."""
    return hash_of(f"{issuer} {session}") if isinstance(session, str) and session else ""


def end_elsewhere(tx: Tx, person: str | None, session: str) -> int:
    """End what came from a session at the provider, or from the provider at all for this person; how many."""
    found = sign_ins.from_provider(tx, person=person, session=session or None)
    for each in sorted({row.person for row in found}):
        _end(tx, each, [row.id for row in found if row.person == each], "provider")
    return len(found)


def use_once(tx: Tx, kind: str, value: str, until: dt.datetime) -> bool:
    """Whether a value counts: only the first time that it is brought."""
    return tx.insert_once(used_once, kind=kind, value_hash=hash_of(value), until=until)


def hash_of(secret: str) -> str:
    """The secret is 256 random bits: nobody guesses it, so a slow hash would only slow every request."""
    return hashlib.sha256(secret.encode()).hexdigest()
