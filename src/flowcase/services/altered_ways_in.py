"""Passwords, tokens, second factors, sessions and secret addresses that no event led to.

Who holds the database could put the hash of a password or session of their own beside somebody's name, act
as them, and put the old one back; while it is there it is named. What an older release wrote has no keyed
hash in its event: of that only whether it is there is compared.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from flowcase.access import events
from flowcase.services import keyed_hashes, told_of_installation
from flowcase.services.altered_row import AlteredRow
from flowcase.store import Tx
from flowcase.store.queries import as_kept_ways_in as as_kept

_KINDS = (
    events.CredentialSet,
    events.SecondFactorSet,
    events.SecondFactorEnded,
    events.RecoveryCodesMade,
    events.RecoveryCodeUsed,
    events.CalendarAddressMade,
    events.CalendarAddressEnded,
    events.SignedIn,
)


@dataclass
class _Told:
    """Keyed hashes, empty where an older release wrote the event."""

    credentials: dict[tuple[str, str], str] = field(default_factory=dict)  # by person and kind
    factors: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)  # by person
    used: dict[str, dict[str, dt.datetime]] = field(default_factory=dict)  # codes, by person
    tells_uses: set[str] = field(default_factory=set)  # each use of whose codes is an event
    calendars: dict[tuple[str, str], str] = field(default_factory=dict)  # by person and series
    sessions: dict[str, events.SignedIn] = field(default_factory=dict)  # those that there are
    older: set[str] = field(default_factory=set)  # who signed in last on an older release


def find(tx: Tx) -> Iterator[AlteredRow]:
    sessions = as_kept.sessions(tx)
    told = _told(tx, sessions.keys())
    kept = as_kept.credentials(tx)
    for person, kind in sorted(kept.keys() | told.credentials.keys()):
        key = (person, kind)
        if key not in told.credentials:
            yield AlteredRow("account", person, f"has a {kind} that no event set")
        elif key not in kept:
            yield AlteredRow("account", person, f"has no {kind} any more, and no event says why")
        elif not _fits(told.credentials[key], keyed_hashes.of_credential(tx, person, kind, kept[key])):
            yield AlteredRow("account", person, f"has another {kind} than was set last")
    factors = as_kept.second_factors(tx)
    for person in sorted(factors ^ told.factors):
        what = "has a second factor that" if person in factors else "has no second factor any more, and"
        yield AlteredRow("account", person, f"{what} no event {'set' if person in factors else 'ended it'}")
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
            if row.person not in told.older:
                yield AlteredRow("session", id, f"of {row.person}: no event began it")
        elif (begun.person, begun.by) != (row.person, row.by) or not _fits(
            begun.keyed_hash, keyed_hashes.of_session(tx, id, row.person, row.secret_hash)
        ):
            yield AlteredRow("session", id, f"of {row.person} is not as it was begun")


def _uses(tx: Tx, person: str, codes: Mapping[str, dt.datetime | None], told: _Told) -> Iterator[AlteredRow]:
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


def _told(tx: Tx, sessions: Collection[str]) -> _Told:
    found = _Told()
    for _, at, event in told_of_installation.told(tx, _KINDS):
        match event:
            case events.CredentialSet():
                found.credentials[event.person, event.kind] = event.keyed_hash
            case events.SecondFactorSet():
                found.factors.add(event.person)
            case events.SecondFactorEnded():
                found.factors.discard(event.person)
                found.codes.pop(event.person, None)
                found.used.pop(event.person, None)
            case events.RecoveryCodesMade():
                found.codes[event.person] = event.keyed_hash
                found.used[event.person] = {}
                (found.tells_uses.add if event.tells_uses else found.tells_uses.discard)(event.person)
            case events.RecoveryCodeUsed():
                found.used.setdefault(event.person, {})[event.keyed_hash] = at
            case events.CalendarAddressMade():
                found.calendars[event.person, event.series] = event.keyed_hash
            case events.CalendarAddressEnded():
                found.calendars.pop((event.person, event.series), None)
            case events.SignedIn() if not event.session:
                found.older.add(event.person)
            case events.SignedIn():
                found.older.discard(event.person)
                if event.session in sessions:
                    found.sessions[event.session] = event
    return found
