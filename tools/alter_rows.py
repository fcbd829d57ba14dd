"""Alters one value after the other behind flowcase's back and asks `flowcase verify --rows` whether it tells.

    python tools/alter_rows.py HOME [--seed N] [--trials N | --all]

HOME is a folder with a SQLite installation, such as a demonstration's; it is copied and left as it is. Each
trial changes one value of one row (a text, a number, an instant, a choice, bytes, a JSON value; or makes it
NULL, or writes the same in another form), deletes a row or doubles one, and puts it back. `--all` takes each
column of each table in turn, and each way. What passes in silence is named with the reason that is told of
it, or as a gap; a gap ends with 1.
The same seed makes the same choices in the same installation.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, Table

from flowcase import bootstrap, config
from flowcase.bootstrap import Flowcase
from flowcase.store.columns import FeelJson, Instant
from flowcase.store.metadata import metadata

ROOT = Path(__file__).parents[1]
DELETED, DOUBLED, NOTHING, FORM = "deleted", "doubled", "NULL", "another form"
WAYS = (DELETED, DOUBLED)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Trial:
    """What is altered: a column's value, or with `column` empty a whole row."""

    table: str
    column: str
    way: str

    def __str__(self) -> str:
        return f"{self.table}{self.column and '.'}{self.column} ({self.way})"


@dataclass(frozen=True)
class Outcome:
    trial: Trial
    row: Mapping[str, Any]
    said: tuple[str, ...]
    reason: str = ""  # why it may pass in silence


def trials(rng: random.Random, *, but: frozenset[str] = frozenset()) -> Iterator[Trial]:
    """Each column of each table with a way to alter it, and each way to alter a row; in a random order."""
    found = []
    for table in metadata.sorted_tables:
        if table.name in but:
            continue
        found += [Trial(table.name, "", way) for way in WAYS]
        for column in _written(table):
            found.append(Trial(table.name, column.name, kind_of(column)))
            if column.nullable:
                found.append(Trial(table.name, column.name, NOTHING))
            if kind_of(column) in ("instant", "choice", "JSON"):
                found.append(Trial(table.name, column.name, FORM))
    rng.shuffle(found)
    yield from found


def _written(table: Table) -> list[Column[Any]]:
    """Without those that the database computes."""
    return [each for each in table.columns if each.server_default is None or each.server_default.has_argument]


def reason(trial: Trial) -> str:
    """Why it may pass in silence; empty where it is a gap."""
    sys.path[:0] = [] if str(ROOT) in sys.path else [str(ROOT)]
    from tests.house.test_retold_columns import TABLES_NOT_COMPARED, reasons

    if trial.table in TABLES_NOT_COMPARED:
        return TABLES_NOT_COMPARED[trial.table]
    told = reasons()
    return told.get((trial.table, trial.column), told.get((trial.table, trial.way), ""))


OF_THE_ERASED = "the erased case's history cannot be read any more"


def reason_of_row(
    trial: Trial, row: Mapping[str, Any], *, is_alone: bool, is_erased: bool, has_ended: bool
) -> str:
    """The same of this very row; `is_alone` where its record has no other hash of somebody whom it knows.

    `is_erased` where a case was erased in the installation; `has_ended` where the row is the state of an
    instance that has.
    """
    if (trial.table, trial.column) == ("instance_state", "sealed_state") and has_ended:
        return "the instance has ended: nothing begins with its state, and its events are compared"
    if trial.table == "case_file" and row.get("erased_at"):
        return OF_THE_ERASED
    if (trial.table, trial.way) in (("message", DELETED), ("message_seen", DOUBLED)) and is_erased:
        return OF_THE_ERASED
    if trial.table == "notice" and row.get("kind") == "opgave_til_dig":
        return "the user task's own event names no notice, and the user task is compared"
    if trial.table == "search_key" and row.get("attribute") == "person" and is_alone:
        return "a record without any is opened and looked through"
    return reason(trial)


def kind_of(column: Column[Any]) -> str:
    for kind, name in (
        (Instant, "instant"),
        (FeelJson, "JSON"),
        (JSON, "JSON"),
        (Boolean, "choice"),
        (Integer, "number"),
        (LargeBinary, "bytes"),
    ):
        if isinstance(column.type, kind):
            return name
    return "text"


class Altering:
    """Of one SQLite installation, which is put back as it was after each trial."""

    def __init__(self, home: Path, rng: random.Random) -> None:
        self._flow: Flowcase = bootstrap.open(config.load(home=home))
        self._rng = rng
        self._file = sqlite3.connect(home / "flowcase.sqlite", isolation_level=None, timeout=60)
        self._file.row_factory = sqlite3.Row
        self._file.execute("PRAGMA foreign_keys = OFF")
        self._whole = sqlite3.connect(":memory:")  # triggers write too: what was altered is put back whole
        self._file.backup(self._whole)

    def close(self) -> None:
        self._whole.close()
        self._file.close()
        self._flow.close()

    def said(self) -> tuple[str, ...]:
        return tuple(map(str, self._flow.altered_rows.find(casework=True)))

    def play(self, trial: Trial) -> Outcome | None:
        """None where there is no row, or the database itself refuses each of some tries."""
        table = metadata.tables[trial.table]
        for _ in range(5):
            row = self._some_row(trial)
            if row is None:
                return None
            try:
                self.alter(table, trial, row)
            except sqlite3.Error:
                continue
            said = self.said()
            self.put_back()
            why = reason_of_row(
                trial,
                row,
                is_alone=self._is_alone(trial, row),
                is_erased=self._has_erased(),
                has_ended=self._has_ended(trial, row),
            )
            return Outcome(trial, row, said, why)
        return None

    def _is_alone(self, trial: Trial, row: Mapping[str, Any]) -> bool:
        if trial.table != "search_key":
            return False
        asked = "SELECT count(*) FROM search_key WHERE record = ? AND attribute = ?"
        return bool(self._file.execute(asked, (row["record"], row["attribute"])).fetchone()[0] == 1)

    def _has_ended(self, trial: Trial, row: Mapping[str, Any]) -> bool:
        if trial.table != "instance_state":
            return False
        asked = "SELECT ended_at IS NOT NULL FROM instance WHERE id = ?"
        return bool(self._file.execute(asked, (row["instance"],)).fetchone()[0])

    def _has_erased(self) -> bool:
        return (
            self._file.execute("SELECT 1 FROM case_file WHERE erased_at IS NOT NULL").fetchone() is not None
        )

    def put_back(self) -> None:
        self._whole.backup(self._file)

    def _some_row(self, trial: Trial) -> dict[str, Any] | None:
        is_told = f'WHERE "{trial.column}" IS NOT NULL' if trial.way in (NOTHING, FORM) else ""
        (number,) = self._file.execute(f'SELECT count(*) FROM "{trial.table}" {is_told}').fetchone()
        if not number:
            return None
        offset = self._rng.randrange(number)
        names = ", ".join(f'"{each.name}"' for each in _written(metadata.tables[trial.table]))
        selected = f'SELECT rowid AS "rowid ", {names} FROM "{trial.table}" {is_told} LIMIT 1 OFFSET ?'
        return dict(self._file.execute(selected, (offset,)).fetchone())

    def alter(self, table: Table, trial: Trial, row: dict[str, Any]) -> None:
        id = row.pop("rowid ")
        if trial.way == DELETED:
            self._file.execute(f'DELETE FROM "{table.name}" WHERE rowid = ?', (id,))
        elif trial.way == DOUBLED:
            keys = {each.name: self._altered(each, row[each.name]) for each in table.primary_key}
            doubled = {**row, **keys}
            names = ", ".join(f'"{each}"' for each in doubled)
            marks = ", ".join("?" for _ in doubled)
            added = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'
            self._file.execute(added, tuple(doubled.values()))
        else:
            old = row[trial.column]
            new = None if trial.way == NOTHING else self._altered(table.columns[trial.column], old)
            if trial.way == FORM:
                new = _in_another_form(kind_of(table.columns[trial.column]), old)
            change = f'UPDATE "{table.name}" SET "{trial.column}" = ? WHERE rowid = ?'
            self._file.execute(change, (new, id))

    def _altered(self, column: Column[Any], old: Any) -> Any:
        rng, kind = self._rng, kind_of(column)
        if kind == "choice":
            return 0 if old else 1
        if kind == "number":
            return (old or 0) + rng.choice((1, -1, 1000))
        if kind == "instant":
            if old is None:
                return "2026-01-01 00:00:00.000000"
            return f"{dt.datetime.fromisoformat(old) + rng.choice((_DAY, -_DAY)):%Y-%m-%d %H:%M:%S.%f}"
        if kind == "bytes":
            if not old:
                return b"x"
            at = rng.randrange(len(old))
            return old[:at] + bytes([old[at] ^ 1]) + old[at + 1 :]
        if kind == "JSON":
            return json.dumps(_other(json.loads(old)) if old is not None else "x")
        others = self._file.execute(
            f'SELECT DISTINCT "{column.name}" FROM "{column.table.name}" WHERE "{column.name}" <> ? LIMIT 50',
            (old,),
        ).fetchall()
        return rng.choice([each[0] for each in others]) if others and rng.random() < 0.5 else f"{old or ''}x"


def _in_another_form(kind: str, old: Any) -> Any:
    """What reads the same, and is not found where it was."""
    if kind == "choice":
        return 2 if old else "no"
    if kind == "instant":
        return str(old).replace("-", "").replace(":", "")
    value = json.loads(old)
    name = next(iter(value), None) if isinstance(value, dict) else None
    return str(old).encode() if name is None else f"{{{json.dumps(name)}: 0, {str(old).lstrip()[1:]}"


def _other(value: Any) -> Any:
    if isinstance(value, dict):
        return {**value, "x": 1} if not value else {**value, next(iter(value)): "x"}
    if isinstance(value, list):
        return [*value, "x"]
    return f"{value}x"


def main() -> int:
    parsed = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parsed.add_argument("home", type=Path)
    parsed.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parsed.add_argument("--trials", type=int, default=50)
    parsed.add_argument("--all", action="store_true")
    asked = parsed.parse_args()
    print(f"seed {asked.seed}", flush=True)
    rng = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(asked.home, home)
        altering = Altering(home, rng)
        if whole := altering.said():
            print("altered before: ", *whole, sep="\n")
            return 2
        outcomes: list[Outcome] = []
        gaps = 0
        for trial in trials(rng):
            if len(outcomes) >= asked.trials and not asked.all:
                break
            outcome = altering.play(trial)
            if outcome is None:
                continue
            outcomes.append(outcome)
            why = "" if outcome.said else outcome.reason
            gaps += not outcome.said and not why
            print(
                outcome.said[0] if outcome.said else f"silent: {why or 'A GAP'}", f"  <- {trial}", flush=True
            )
        altering.close()
    print(f"seed {asked.seed}: {len(outcomes)} altered, {gaps} gaps")
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main())
