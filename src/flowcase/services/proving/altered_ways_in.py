"""Passwords, tokens, second factors, sessions and secret addresses that no event led to.

Who holds the database could put the hash of a password or session of their own beside somebody's name, act
as them, and put the old one back; while it is there it is named. What an older release wrote has no keyed
hash in its event: of that only whether it is there is compared.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from flowcase.access import events
from flowcase.services.proving.altered_row import AlteredRow
from flowcase.services.proving.told_of_installation import Told
from flowcase.services.signing_in import keyed_hashes
from flowcase.services.signing_in.brakes import LONGEST_LOCK
from flowcase.store import SealBroken, Tx
from flowcase.store.queries import as_kept_ways_in as as_kept
from flowcase.store.queries import second_factors
from flowcase.store.queries.as_kept_ways_in import KeptBrake, KeptCredential, KeptSession
from flowcase.store.queries.second_factors import SecondFactorRow

KINDS = (
    events.CredentialSet,
    events.SecondFactorSet,
    events.SecondFactorUsed,
    events.SecondFactorEnded,
    events.RecoveryCodesMade,
    events.RecoveryCodeUsed,
    events.CalendarAddressMade,
    events.CalendarAddressEnded,
    events.SignedIn,
    events.SignInRefused,
)


_BESIDE_EACH_OTHER = dt.timedelta(days=1)  # as long as nodes of two releases and the sessions that they began


class SetCredential(NamedTuple):
    """A password or token as it was set last, and when."""

    event: events.CredentialSet
    at: dt.datetime


@dataclass
class WaysIn:
    """What is told of them: keyed hashes, empty where an older release wrote the event."""

    sessions_kept: Mapping[str, KeptSession]
    brakes: Sequence[KeptBrake] = ()
    credentials: dict[tuple[str, str], SetCredential] = field(default_factory=dict)  # by person and kind
    factors: dict[str, str] = field(default_factory=dict)  # by person
    steps: dict[str, int] = field(default_factory=dict)  # of the newest code that counted, by person
    counted_twice: set[str] = field(default_factory=set)  # people, of whom a code did
    codes: dict[str, str] = field(default_factory=dict)  # by person
    used: dict[str, dict[str, dt.datetime]] = field(default_factory=dict)  # codes, by person
    tells_uses: set[str] = field(default_factory=set)  # each use of whose codes is an event
    calendars: dict[tuple[str, str], str] = field(default_factory=dict)  # by person and series
    sessions: dict[str, events.SignedIn] = field(default_factory=dict)  # those that there are
    older: dict[str, dt.datetime] = field(default_factory=dict)  # when somebody signed in on an older release
    newer: set[str] = field(default_factory=set)  # who has signed in on a newer one since
    last: dict[str, dt.datetime] = field(default_factory=dict)  # when each account signed in
    # Of those that the brakes count last: what they count, empty where an older release wrote the event.
    wrong_tries: dict[dt.datetime, set[str]] = field(default_factory=dict)
    counted_on: set[str] = field(default_factory=set)  # what brakes counted before another try

    def __post_init__(self) -> None:
        self._braked = {each.failed_at for each in self.brakes}

    def listen(self, told: Told) -> None:
        _, at, event = told
        match event:
            case events.CredentialSet():
                self.credentials[event.person, event.kind] = SetCredential(event, at)
            case events.SignInRefused():
                self._count(at, event)
            case events.SecondFactorSet():
                self.factors[event.person] = event.keyed_hash
            case events.SecondFactorUsed():
                if event.step <= self.steps.get(event.person, event.step - 1):
                    self.counted_twice.add(event.person)
                self.steps[event.person] = event.step
            case events.SecondFactorEnded():
                self.factors.pop(event.person, None)
                self.steps.pop(event.person, None)
                self.codes.pop(event.person, None)
                self.used.pop(event.person, None)
            case events.RecoveryCodesMade():
                self.codes[event.person] = event.keyed_hash
                self.used[event.person] = {}
                (self.tells_uses.add if event.tells_uses else self.tells_uses.discard)(event.person)
            case events.RecoveryCodeUsed():
                self.used.setdefault(event.person, {})[event.keyed_hash] = at
            case events.CalendarAddressMade():
                self.calendars[event.person, event.series] = event.keyed_hash
            case events.CalendarAddressEnded():
                self.calendars.pop((event.person, event.series), None)
            case events.SignedIn() if not event.session:
                self.older[event.person] = self.last[event.person] = at
                self.newer.discard(event.person)
            case events.SignedIn():
                self.newer.add(event.person)
                self.last[event.person] = at
                if event.session in self.sessions_kept:
                    self.sessions[event.session] = event

    def _count(self, at: dt.datetime, event: events.SignInRefused) -> None:
        if at in self._braked:
            self.wrong_tries.setdefault(at, set()).update(event.counted or ("",))
        if self._braked and at >= min(self._braked):
            self.counted_on.update(event.instead_of)
            self.counted_on.difference_update(event.counted)

    def may_be_older(self, person: str, now: dt.datetime) -> bool:
        """Whether a session of theirs may have begun on an older release, which told of none which it is.

        While an upgrade is under way people sign in on nodes of both.
        """
        at = self.older.get(person)
        return at is not None and (person not in self.newer or now - at < _BESIDE_EACH_OTHER)


def find(tx: Tx, told: WaysIn) -> Iterator[AlteredRow]:
    sessions = told.sessions_kept
    kept = as_kept.credentials(tx)
    for person, kind in sorted(kept.keys() | told.credentials.keys()):
        key = (person, kind)
        if key not in told.credentials:
            yield AlteredRow("account", person, f"has a {kind} that no event set")
        elif key not in kept:
            yield AlteredRow("account", person, f"has no {kind} any more, and no event says why")
        else:
            yield from _credential(tx, person, told.credentials[key], kept[key])
    yield from _last_times(tx, told)
    yield from _brakes(tx, told)
    yield from _second_factors(tx, told)
    codes = as_kept.recovery_codes(tx)
    for person in sorted(codes.keys() | told.codes.keys()):
        made = keyed_hashes.of_recovery_codes(tx, person, codes.get(person, ()))
        if person not in told.codes or not _fits(told.codes[person], made):
            yield AlteredRow("account", person, "has other recovery codes than were made")
        else:
            yield from _uses(tx, person, codes.get(person, {}), told)
    feeds = as_kept.calendars(tx)
    for person, series in sorted(feeds.keys() | told.calendars.keys()):
        said, hash = told.calendars.get((person, series)), feeds.get((person, series))
        if said is None:
            yield AlteredRow("calendar address", person, f"of {series} no event made")
        elif hash is None:
            yield AlteredRow("calendar address", person, f"of {series} is gone, and no event ended it")
        elif not _fits(said, keyed_hashes.of_calendar(tx, person, series, hash)):
            yield AlteredRow(
                "calendar address", person, f"of {series} has another secret than it was made with"
            )
    for id, row in sorted(sessions.items()):
        begun = told.sessions.get(id)
        if begun is None:
            if not told.may_be_older(row.person, tx.now):
                yield AlteredRow("session", id, f"of {row.person}: no event began it")
        elif (begun.person, begun.by) != (row.person, row.by) or not _fits(
            begun.keyed_hash, keyed_hashes.of_session(tx, id, row.person, row.secret_hash)
        ):
            yield AlteredRow("session", id, f"of {row.person} is not as it was begun")
        elif begun.begun_at is not None and begun.begun_at != row.begun_at:
            yield AlteredRow("session", id, f"of {row.person} began at another time, and lasts from there")
        elif begun.begun_at is not None and begun.ends_with != keyed_hashes.of_session_elsewhere(
            tx, id, row.elsewhere
        ):
            yield AlteredRow("session", id, f"of {row.person} ends with another one at the sign-in provider")


def _credential(tx: Tx, person: str, told: SetCredential, kept: KeptCredential) -> Iterator[AlteredRow]:
    event = told.event
    proof = keyed_hashes.of_credential(tx, person, event.kind, kept.secret_hash)
    if not _fits(event.keyed_hash, proof):
        yield AlteredRow("account", person, f"has another {event.kind} than was set last")
    elif event.must_change is None:
        return  # an older release wrote it
    elif event.must_change != kept.must_change:
        what = "has to be" if kept.must_change else "need not be"
        yield AlteredRow("account", person, f"has a {event.kind} that {what} changed, and no event says so")
    elif kept.changed_at != told.at:
        yield AlteredRow("account", person, f"has a {event.kind} that was set at another time")


def _last_times(tx: Tx, told: WaysIn) -> Iterator[AlteredRow]:
    """Who is said never to have signed in is not told of a browser that is new."""
    for person, at in sorted(as_kept.signed_in(tx).items()):
        if at != told.last.get(person) and not (at is None and person in told.older):
            yield AlteredRow("account", person, "signed in last at another time than is said")


def _second_factors(tx: Tx, told: WaysIn) -> Iterator[AlteredRow]:
    """A step that is too high lets nobody in, and nodes of an older release tell of none that they write."""
    factors = as_kept.second_factors(tx)
    for person in sorted(factors.keys() | told.factors.keys() | told.counted_twice):
        kept, said = factors.get(person), told.factors.get(person)
        if person in told.counted_twice:
            yield AlteredRow("account", person, "signed in with a code of the app that had counted before")
        if kept is None and said is not None:
            yield AlteredRow("account", person, "has no second factor any more, and no event ended it")
        elif kept is not None and said is None:
            yield AlteredRow("account", person, "has a second factor that no event set")
        elif kept is not None and said is not None:
            if said and not _fits(said, _of_secret(tx, kept)):
                yield AlteredRow("account", person, "has another second factor than was put in use")
            elif kept.last_step < told.steps.get(person, 0):
                yield AlteredRow(
                    "account", person, "has a second factor of which a code that was used would count again"
                )


def _of_secret(tx: Tx, kept: SecondFactorRow) -> str:
    """Of what is sealed in the row; empty where it does not open."""
    try:
        secret = second_factors.secret(tx, kept)
    except SealBroken:
        return ""
    return "" if secret is None else keyed_hashes.of_second_factor(tx, kept.person, secret)


def _brakes(tx: Tx, told: WaysIn) -> Iterator[AlteredRow]:
    """Each counts wrong tries, of which the last is an event, and holds nobody for longer than it may.

    One that is gone is not told: the next right answer takes it away, and is no event.
    """
    for each in told.brakes:
        is_longer = each.locked_until is not None and each.locked_until - each.failed_at > LONGEST_LOCK
        if is_longer or each.failed_at not in told.wrong_tries:
            yield AlteredRow("brake", each.bucket, "on signing in holds somebody, and no wrong try says why")
            continue
        proof = keyed_hashes.of_brake(tx, each.bucket, each.failures, each.failed_at, each.locked_until)
        counted = told.wrong_tries[each.failed_at]
        if proof in told.counted_on or not counted & {proof, ""}:
            yield AlteredRow("brake", each.bucket, "on signing in is not as the last wrong try left it")


def _uses(tx: Tx, person: str, codes: Mapping[str, dt.datetime | None], told: WaysIn) -> Iterator[AlteredRow]:
    """One that was used would count again; one that was not, and is said to be, lets nobody in."""
    used = {
        keyed_hashes.of_recovery_code(tx, person, hash): at for hash, at in codes.items() if at is not None
    }
    said = told.used.get(person, {})
    if any(each not in used for each in said):
        yield AlteredRow("account", person, "has a recovery code that was used and would count again")
    elif any(used[each] != at for each, at in said.items()):
        yield AlteredRow("account", person, "used a recovery code at another time")
    elif person in told.tells_uses and len(used) > len(said):
        yield AlteredRow("account", person, "has a recovery code that was used by no event")


def _fits(told: str, kept: str) -> bool:
    return not told or hmac.compare_digest(told, kept)
