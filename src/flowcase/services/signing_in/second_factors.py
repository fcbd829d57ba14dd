"""A second factor at sign-in: time-based codes (TOTP, RFC 6238) from an app, and recovery codes on paper.

The app's secret is sealed under the installation's key; of recovery codes only hashes are kept. A code
counts once: neither it nor an older one is taken again in its window.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pyotp

from flowcase.access import events
from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.permissions import may_operate
from flowcase.errors import Conflict, FlowcaseError, Forbidden, InvalidValues, NotFound
from flowcase.services.forms.form_sentences import Said
from flowcase.services.forms.kept_reasons import LONGEST_REASON, wrong_with_reason
from flowcase.services.sending.account_notices import Said as Told
from flowcase.services.sending.account_notices import tell as tell_owner
from flowcase.services.signing_in import brakes, keyed_hashes
from flowcase.services.signing_in.brakes import NOT_COUNTED, Counted, Source
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import people
from flowcase.store.queries import second_factors as rows
from flowcase.store.sign_in_tables import recovery_code, second_factor

STEP_SECONDS = 30
WINDOW = 1  # steps before and after, for clocks that differ and people who type slowly
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that reads like another
_KIND = "totp"
_Result = TypeVar("_Result")


class CodeRefused(FlowcaseError):
    """The same answer for a wrong code, one that was used, and one that comes too soon after wrong ones."""

    def __init__(self) -> None:
        super().__init__(
            "Expected a code that counts now, but it is wrong, was used, or was tried too often."
        )


@dataclass(frozen=True)
class Standing:
    """How a person stands with their second factor."""

    is_confirmed: bool
    made_at: dt.datetime | None
    recovery_codes_left: int


@dataclass(frozen=True)
class Enrolment:
    """What the app needs; shown until it is confirmed."""

    secret: str  # base32, for typing
    uri: str  # for the QR code


class SecondFactors:
    """One transaction per method."""

    def __init__(
        self,
        transactions: Transactions,
        real_now: Callable[[], dt.datetime],
        required_groups: frozenset[str],
        *,
        issuer: str,
    ) -> None:
        self._transactions, self._now, self._issuer = transactions, real_now, issuer
        self._required = required_groups

    def is_required(self, actor: Actor) -> bool:
        """Whether a group of theirs has to sign in with a second factor."""
        return bool(actor.groups & self._required)

    def standing(self, person: str) -> Standing:
        def work(tx: Tx) -> Standing:
            row = rows.factor(tx, person)
            if row is None or not row.is_confirmed:
                return Standing(False, None, 0)
            return Standing(True, row.made_at, rows.recovery_codes_left(tx, person))

        return self._transactions.read(work)

    def enrol(self, person: str) -> Enrolment:
        """A new secret, or the one that waits to be confirmed. Raises Conflict where one is in use."""

        def work(tx: Tx) -> str:
            row = rows.factor(tx, person)
            if row is not None and row.is_confirmed:
                raise Conflict("set up a second factor", "there is one in use")
            if row is not None:
                return _opened(tx, row)
            secret = pyotp.random_base32()
            sealed = tx.seal(INSTALLATION, rows.place(person), secret.encode())
            tx.insert(
                second_factor,
                person=person,
                sealed_secret=sealed,
                is_confirmed=False,
                last_step=0,
                made_at=tx.now,
            )
            return secret

        secret = self._transactions.run(SYSTEM, work)
        return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=self._issuer))

    def confirm(self, code: str, *, actor: Actor, source: Source) -> list[str]:
        """The first code from the app puts it in use; the recovery codes, shown this once.

        Raises CodeRefused, and Conflict where nothing waits to be confirmed.
        """

        def work(tx: Tx) -> list[str] | None:
            row = rows.factor(tx, actor.id)
            if row is None or row.is_confirmed:
                raise Conflict("confirm a second factor", "none is being set up")
            if not self._counts(tx, row, code, source):
                return None
            proof = keyed_hashes.of_second_factor(tx, actor.id, _opened(tx, row))
            tx.append(INSTALLATION, events.SecondFactorSet(person=actor.id, keyed_hash=proof))
            tell_owner(tx, actor.id, Told.SECOND_FACTOR_ADDED)
            return self._new_codes(tx, actor.id)

        return _accepted(self._transactions.run(actor, work))

    def check(self, person: str, code: str, *, source: Source) -> str:
        """Which kind of code it was, `totp` or `recovery`. Raises CodeRefused; each refusal is an event."""

        def work(tx: Tx) -> str | None:
            row = rows.factor(tx, person)
            if row is None or not row.is_confirmed:
                _refused(tx, person, "unknown")
                return None
            return self._kind(tx, row, code, source)

        return _accepted(self._transactions.run(SYSTEM, work))

    def renew_recovery_codes(self, code: str, *, actor: Actor, source: Source) -> list[str]:
        """Ten new recovery codes, for a code of either kind; the old ones are worth nothing.

        Raises CodeRefused.
        """

        def work(tx: Tx) -> list[str] | None:
            row = rows.factor(tx, actor.id)
            if row is None or not row.is_confirmed or self._kind(tx, row, code, source) is None:
                return None
            return self._new_codes(tx, actor.id)

        return _accepted(self._transactions.run(actor, work))

    def end(self, code: str, *, is_replaced: bool = False, actor: Actor, source: Source) -> None:
        """Sign in without it from now on, for a code of either kind. Raises CodeRefused.

        With `is_replaced` another app is set up next, by whose group requires one at the next sign-in at the
        latest. Else raises Forbidden where a group requires it.
        """
        if self.is_required(actor) and not is_replaced:
            raise Forbidden("do without a second factor", "a group of theirs has to have one")

        def work(tx: Tx) -> bool | None:
            row = rows.factor(tx, actor.id)
            if row is None or not row.is_confirmed or self._kind(tx, row, code, source) is None:
                return None
            tx.append(INSTALLATION, events.SecondFactorEnded(person=actor.id, because="own", reason=""))
            tell_owner(tx, actor.id, Told.SECOND_FACTOR_ENDED)
            return True

        _accepted(self._transactions.run(actor, work))

    def disable(self, person: str, reason: str, *, actor: Actor) -> None:
        """An operator takes away what somebody lost; the history keeps who did and why.

        Raises Forbidden, NotFound, and InvalidValues for a reason that cannot be kept.
        """
        if not may_operate(actor) or actor.id == person:
            raise Forbidden("take away a second factor", "only another operator may")
        if wrong := wrong_with_reason(reason):
            raise InvalidValues("second factor", {"begrundelse": [Said(wrong, most=LONGEST_REASON)]})

        def work(tx: Tx) -> None:
            if people.person(tx, person) is None or rows.factor(tx, person) is None:
                raise NotFound("second factor", person)
            ended = events.SecondFactorEnded(person=person, because="operator", reason=reason.strip())
            tx.append(INSTALLATION, ended)
            tell_owner(tx, person, Told.SECOND_FACTOR_ENDED)

        self._transactions.run(actor, work)

    # --- inside a transaction ----------------------------------------------------------------------

    def _kind(self, tx: Tx, row: rows.SecondFactorRow, code: str, source: Source) -> str | None:
        """Which kind of code counts now, and is used by that; None for one that does not, which is told."""
        plain = code.replace(" ", "").replace("-", "").upper()
        if len(plain) > 6:
            attempt = brakes.begin(tx, _KIND, row.person, source)
            hash = _hash(row.person, plain)
            if not attempt.is_too_soon and rows.use_recovery_code(tx, row.person, hash):
                brakes.was_right(tx, attempt)
                proof = keyed_hashes.of_recovery_code(tx, row.person, hash)
                tx.append(INSTALLATION, events.RecoveryCodeUsed(person=row.person, keyed_hash=proof))
                return "recovery"
            counted = brakes.was_wrong(tx, attempt)
            _refused(tx, row.person, "locked" if attempt.is_too_soon else "wrong", counted)
            return None
        return "totp" if self._counts(tx, row, plain, source) else None

    def _counts(self, tx: Tx, row: rows.SecondFactorRow, code: str, source: Source) -> bool:
        """Whether a code of the app counts now; a wrong one is counted and told."""
        attempt = brakes.begin(tx, _KIND, row.person, source)
        if attempt.is_too_soon:
            _refused(tx, row.person, "locked")
            return False
        step = self._step_of(_opened(tx, row), code.replace(" ", ""))
        if step is not None and rows.use_step(tx, row.person, step):
            brakes.was_right(tx, attempt)
            tx.append(INSTALLATION, events.SecondFactorUsed(person=row.person, step=step))
            return True
        counted = brakes.was_wrong(tx, attempt)
        _refused(tx, row.person, "wrong" if step is None else "replayed", counted)
        return False

    def _step_of(self, secret: str, code: str) -> int | None:
        """Which step a code belongs to; every step is compared, so that the time it takes tells nothing."""
        totp = pyotp.TOTP(secret)
        now = int(self._now().timestamp()) // STEP_SECONDS
        found = None
        for step in range(now - WINDOW, now + WINDOW + 1):
            if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
                found = step
        return found

    def _new_codes(self, tx: Tx, person: str) -> list[str]:
        made = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(RECOVERY_CODES)]
        hashes = [_hash(person, code) for code in made]
        proof = keyed_hashes.of_recovery_codes(tx, person, hashes)
        told = events.RecoveryCodesMade(person=person, number=len(made), keyed_hash=proof, tells_uses=True)
        tx.append(INSTALLATION, told)
        for each in hashes:
            tx.insert(recovery_code, person=person, code_hash=each, used_at=None)
        return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in made]


def _accepted(result: _Result | None) -> _Result:
    """Refusals are raised outside of the transaction: what they wrote down stays."""
    if result is None:
        raise CodeRefused
    return result


def _refused(tx: Tx, person: str, because: str, counted: Counted = NOT_COUNTED) -> None:
    tx.append(INSTALLATION, events.SignInRefused(person=person, because=because, by=_KIND, **counted))


def _opened(tx: Tx, row: rows.SecondFactorRow) -> str:
    secret = rows.secret(tx, row)
    if secret is None:
        raise Conflict("read a second factor", "the key of the installation's stream was destroyed")
    return secret


def _hash(person: str, code: str) -> str:
    """80 random bits: nobody guesses them through the brake, so a slow hash would add nothing."""
    return hashlib.sha256(f"{person}\0{code}".encode()).hexdigest()
