"""Keyed hashes by which the history proves what opens an account, a session or a calendar, and tells none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from flowcase.store import Tx


def of_credential(tx: Tx, person: str, kind: str, secret_hash: str) -> str:
    return tx.digest("credential", f"{person}|{kind}|{secret_hash}").hex()


def of_session(tx: Tx, id: str, person: str, secret_hash: str) -> str:
    return tx.digest("session", f"{id}|{person}|{secret_hash}").hex()


def of_session_elsewhere(tx: Tx, id: str, elsewhere: str | None) -> str:
    """Of the session at the sign-in provider with which one ends; empty where it ends with none."""
    return "" if elsewhere is None else tx.digest("session elsewhere", f"{id}|{elsewhere}").hex()


def of_recovery_codes(tx: Tx, person: str, code_hashes: Iterable[str]) -> str:
    return tx.digest("recovery codes", f"{person}|{'|'.join(sorted(code_hashes))}").hex()


def of_recovery_code(tx: Tx, person: str, code_hash: str) -> str:
    return tx.digest("recovery code", f"{person}|{code_hash}").hex()


def of_second_factor(tx: Tx, person: str, secret: str) -> str:
    return tx.digest("second factor", f"{person}|{secret}").hex()


def of_brake(
    tx: Tx, bucket: str, failures: int, failed_at: dt.datetime, locked_until: dt.datetime | None
) -> str:
    """Another one after each wrong try, so that the history does not tell which came from one place."""
    until = "" if locked_until is None else f"{locked_until.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}"
    at = f"{failed_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}"
    return tx.digest("brake", f"{bucket}|{failures}|{at}|{until}").hex()


def of_calendar(tx: Tx, person: str, series: str, secret_hash: str) -> str:
    return tx.digest("calendar", f"{person}|{series}|{secret_hash}").hex()
