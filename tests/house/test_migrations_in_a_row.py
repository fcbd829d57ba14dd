"""Migrations follow each other: each number once, each behind the one before it."""

from __future__ import annotations

import re
from pathlib import Path

from flowcase.store import migrating

VERSIONS = Path(migrating.__file__).parent / "migrations" / "versions"
LONGEST_NAME = 32  # characters of Alembic's own column, which PostgreSQL holds it to and SQLite does not


def test_each_migration_stands_behind_the_one_before_it() -> None:
    files = sorted(VERSIONS.glob("[0-9]*.py"))
    texts = [file.read_text("utf-8") for file in files]
    numbers = [int(file.name[:4]) for file in files]
    names = [re.findall(r'^revision = "(.+)"', text, re.M) for text in texts]
    before = [re.findall(r'^down_revision = "(.+)"', text, re.M) for text in texts]

    assert numbers == list(range(1, len(files) + 1))
    assert names == [[file.stem] for file in files]
    assert before == [[], *names[:-1]]


def test_no_migration_has_a_name_that_postgresql_cannot_keep() -> None:
    names = [file.stem for file in VERSIONS.glob("[0-9]*.py")]

    too_long = [name for name in names if len(name) > LONGEST_NAME]

    assert too_long == []
