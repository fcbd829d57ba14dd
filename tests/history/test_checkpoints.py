"""Checkpoints of a key that is not known any more are believed when a known one has signed after them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowcase.history.checkpoints import NOTHING_BEFORE, Checkpoint, End, check, compare_ends, signed

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
OLD, NEW, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
ENDS = {("case:A", n): bytes([n]) * 32 for n in range(1, 5)}


def _chain(*keys: Ed25519PrivateKey) -> list[Checkpoint]:
    made: list[Checkpoint] = []
    for number, key in enumerate(keys, start=1):
        previous = made[-1].hash if made else NOTHING_BEFORE
        ends = {"case:A": End(number, ENDS["case:A", number])}
        made.append(signed(number, NOW, ends, previous, key))
    return made


def _fault(checkpoints: Sequence[Checkpoint], *known: Ed25519PrivateKey) -> str | None:
    seals, of_ends = compare_ends(checkpoints, lambda wanted: ENDS)
    found = check(seals, public_keys={key.public_key().public_bytes_raw() for key in known}) or of_ends
    return None if found is None else str(found)


def test_a_known_key_vouches_for_what_a_retired_one_signed_before() -> None:
    assert _fault(_chain(OLD, OLD, NEW), NEW) is None


def test_what_an_unknown_key_signed_last_is_not_believed() -> None:
    assert "checkpoint 3" in str(_fault(_chain(OLD, NEW, STRANGER), NEW)).lower()
    assert "checkpoint 1" in str(_fault(_chain(STRANGER, STRANGER), NEW)).lower()


def test_one_that_was_signed_anew_by_a_stranger_no_longer_fits_what_follows() -> None:
    chain = _chain(OLD, OLD, NEW)

    forged = signed(2, NOW, {}, chain[0].hash, STRANGER)

    assert "checkpoint 3" in str(_fault([chain[0], forged, chain[2]], NEW)).lower()


def test_one_of_a_retired_key_that_was_altered_is_noticed_by_its_own_signature() -> None:
    chain = _chain(OLD, NEW)

    altered = replace(chain[0], ends={})

    assert "checkpoint 1" in str(_fault([altered, chain[1]], NEW)).lower()
