"""Searches an installation's files, and logs, for every confidential word that the installation holds.

    python -m tests.proofs.search_installation HOME [LOG ...]

Whoever holds the key can open everything; so this opens every record and looks for its K1 and K2 texts in
the bytes of the database, its write-ahead log and the logs. Ends with 1 when one is found. The words of the
fictional municipality are looked for as well.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from flowcase import bootstrap, config
from flowcase.cases.entities import ENTITIES, DataClass
from flowcase.demo import town, wordings
from tests.proofs.searching import found_in

SHORTEST = 6  # characters; shorter words (yes and no) are found everywhere by chance
_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{20}")  # of a record: it lies open where the record does
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")  # of a day alone: it is everywhere, and names nobody
_CODE = re.compile(r"[a-z_]+")  # of a choice: it is in the forms themselves, and tells nothing of a family


def secret_words(flow: Any) -> set[str]:
    """Every text in a confidential attribute of a record, and every invented one."""
    invented = [list(each.values()) for each in (wordings.TEXTS, wordings.PLACED)]
    words = {*town.CONCERNS, *town.LAST_NAMES, *town.STREETS, *texts(invented)}
    for entity in ENTITIES.values():
        secret = {
            attribute.name for attribute in entity.attributes if attribute.data_class is not DataClass.K0
        }
        for record in flow.cases.records(entity.name):
            for name in secret:
                words |= set(texts(record.values.get(name)))
    return only_words(flow, words)


def only_words(flow: Any, found: Iterable[str]) -> set[str]:
    """Without codes, ids and what is short: those lie open, or are found by chance."""
    codes = {row.code for row in flow.cases.list(actor=bootstrap.SYSTEM)}
    codes |= {person.id for person in flow.people.list(only_active=False)}
    words = {word for word in set(found) - codes if len(word) >= SHORTEST and not _CODE.fullmatch(word)}
    words = {word for word in words if not _ID.fullmatch(word) and not _DATE.fullmatch(word)}
    return words - set(found_in(_shipped(), words))


def _shipped() -> bytes:
    """What stands in the diagrams, tables and forms themselves tells nothing of a family ("Forældrene")."""
    files = (path for path in config.shipped_processes().rglob("*") if path.is_file())
    return b"\n".join(path.read_bytes() for path in files)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


def main(arguments: list[str]) -> int:
    home, *logs = map(Path, arguments)
    flow = bootstrap.open(config.load(home=home, environment={"FLOWCASE_DEMONSTRATION": "1"}))
    files = [path for path in sorted(home.iterdir()) if path.name.startswith("flowcase.sqlite")] + logs
    words = secret_words(flow)
    found = {path.name: found_in(path.read_bytes(), words) for path in files}
    flow.close()
    sizes = ", ".join(f"{path.name} ({path.stat().st_size:,} bytes)" for path in files if path.exists())
    print(f"{len(words)} texts looked for in {sizes}")
    for name, hits in found.items():
        print(f"{name}: {len(hits)} found {hits[:5] or ''}")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
