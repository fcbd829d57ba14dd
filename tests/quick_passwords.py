"""Passwords are hashed at the least cost: at the product's own each takes a quarter of a second, by design.

What the product's own cost is, `tests/access/test_people.py` holds fast.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from flowcase.services.signing_in import people


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            people,
            "PasswordHasher",
            functools.partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1),
        )
        yield
