"""Making checkpoints of the history, keeping them also outside, and verifying everything with them."""

from __future__ import annotations

import datetime as dt
import fcntl
import itertools
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowcase import private_files
from flowcase.access.actor import SYSTEM
from flowcase.history import checkpoint_receipts
from flowcase.history import checkpoints as rules
from flowcase.history.checkpoint_receipts import Receipt
from flowcase.history.checkpoints import NOTHING_BEFORE, Checkpoint, Fault, Seal
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import checkpoints as queries

FILE = "checkpoints.jsonl"  # below the outside folder: one line each, only ever appended to


class Checkpoints:
    """The key follows from the installation key: every node signs alike, and its public half is no secret."""

    def __init__(
        self,
        transactions: Transactions,
        keys: Callable[[], Sequence[Ed25519PrivateKey]],
        outside: Path | None,
        ways: Collection[str] = (),
    ) -> None:
        """`keys`: the first signs, older ones are still believed. `ways`: those that receipts are sent by."""
        self._transactions, self._keys, self._outside = transactions, keys, outside
        self._ways = tuple(ways)

    @property
    def public_keys(self) -> list[bytes]:
        """Give them to the auditor: with them alone the checkpoints that are kept outside can be checked."""
        return [key.public_key().public_bytes_raw() for key in self._keys()]

    def make(self, *, only_after: dt.timedelta = dt.timedelta()) -> Checkpoint | None:
        """Sign where every chain ends now; None when nothing has grown, or the last one is not that old.

        Any number of nodes may try: they wait for each other. The outside copy is brought up to date each
        time, also with what an earlier failure left out; the newest goes by every way that it has not
        gone by.
        """

        def work(tx: Tx) -> Checkpoint | None:
            tx.exclusive("checkpoint")
            last = queries.newest(tx)
            made = self._signed(tx, last, only_after)
            self._put_out(tx, made or last)
            return made

        made = self._transactions.run(SYSTEM, work)
        self._keep_outside()
        return made

    def _signed(self, tx: Tx, last: Checkpoint | None, only_after: dt.timedelta) -> Checkpoint | None:
        if last is not None and tx.now - last.at < only_after:
            return None
        grown = {stream: end for stream, end, _ in queries.grown(tx)}
        if not grown:
            return None
        number, previous = (1, NOTHING_BEFORE) if last is None else (last.number + 1, last.hash)
        made = rules.signed(number, tx.now, grown, previous, self._keys()[0])
        queries.add(tx, made)
        return made

    def _put_out(self, tx: Tx, newest: Checkpoint | None) -> None:
        """The newest covers all before it: those that a way has missed need not be sent."""
        for way in self._ways if newest is not None else ():
            assert newest is not None
            if queries.newest_put_out(tx, way) < newest.number:
                receipt = checkpoint_receipts.receipt_of(newest, self._keys()[0])
                queries.put_out(tx, way, newest, receipt.to_text())

    def verify(self, outside: Sequence[Path] = ()) -> Fault | None:
        """The first thing that the checkpoints show to be wrong; None when there is nothing.

        `outside` are files that were kept elsewhere, or folders of them: copies of checkpoints, receipts,
        mails or posts that hold some (default: the installation's own copy). Raises ValueError when a
        checkpoint or a receipt is not readable any more.
        """

        def work(tx: Tx) -> Fault | None:
            # Outside first: one that is made meanwhile is inside before it is outside.
            kept = self._outside_of(outside)
            end_at = partial(queries.ends_of, tx)
            inside, of_ends = rules.compare_ends(queries.checkpoints(tx), end_at)
            believed = {*self.public_keys, *(each.public_key for each in inside)}
            for each in kept:
                if isinstance(each, Receipt) and not checkpoint_receipts.is_genuine(each, believed):
                    return Fault(
                        each.number, None, "has a receipt that was altered, or signed with another key"
                    )
            fault = rules.compare_outside(inside, kept)
            if fault is not None:
                return fault
            fault = rules.check(inside, public_keys=self.public_keys)
            return min(
                (each for each in (fault, of_ends) if each), key=lambda each: each.number, default=None
            )

        return self._transactions.read(work)

    def newest_outside(self, outside: Sequence[Path] = ()) -> int | None:
        """Up to which checkpoint `verify` compares with something from outside; None: with nothing."""
        return max((each.number for each in self._outside_of(outside)), default=None)

    def _outside_of(self, outside: Sequence[Path]) -> list[Seal | Receipt]:
        return [each for path in outside for each in _read(path)] if outside else list(self._kept())

    def standing(self) -> tuple[Checkpoint | None, int]:
        """The newest one, and how many events are younger: only the next one shows if they were cut off.

        Raises ValueError when a checkpoint is not readable any more.
        """

        def work(tx: Tx) -> tuple[Checkpoint | None, int]:
            unsigned = sum(end.length - signed for _, end, signed in queries.grown(tx))
            return queries.newest(tx), max(0, unsigned)

        return self._transactions.read(work)

    def missing_in_folder(self) -> int | None:
        """How many checkpoints the folder outside lacks; None where none is set.

        Raises ValueError and OSError for a copy that cannot be read.
        """
        if self._outside is None:
            return None
        kept = {each.number for each in self._kept()}
        return len(self._transactions.read(partial(queries.missing, known=kept)))

    def astray_in_folder(self) -> Fault | None:
        """The first checkpoint of the folder outside that is none of this database, as after a recovery.

        Raises ValueError and OSError for a copy that cannot be read.
        """
        if self._outside is None:
            return None
        kept = list(self._kept())  # first: one that is made meanwhile is inside before it is outside
        return self._transactions.read(
            lambda tx: rules.compare_outside([rules.seal_of(each) for each in queries.checkpoints(tx)], kept)
        )

    def _keep_outside(self) -> None:
        """Append what the copy lacks. Nodes that share the folder take turns at the file.

        A line that a writer left unfinished when it was killed, or when the disk was full, is written anew.
        """
        if self._outside is None:
            return
        private_files.make_folder(self._outside)
        with open(self._outside / FILE, "a+b", opener=private_files.opener) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed, or its writer is killed
            file.seek(0)
            whole, known = 0, set()
            for line in _whole_lines(file):
                whole += len(line)
                known |= {each.number for each in _opened(line)}
            missing = self._transactions.read(partial(queries.missing, known=known))
            if not missing:
                return
            file.truncate(whole)
            for number in missing:
                file.write(self._transactions.read(partial(_line, number=number)))
            file.flush()
            os.fsync(file.fileno())

    def _kept(self) -> Iterator[Seal]:
        """Of the installation's own copy."""
        file = self._outside / FILE if self._outside is not None else None
        if file is not None and file.exists():
            yield from _seals_of(file)


def _line(tx: Tx, number: int) -> bytes:
    [checkpoint] = queries.checkpoints(tx, [number])
    return checkpoint.to_line().encode() + b"\n"


def _whole_lines(file: IO[bytes]) -> Iterator[bytes]:
    """One at a time, since one may name every stream; without one that a writer left unfinished."""
    return itertools.takewhile(lambda line: line.endswith(b"\n"), file)


def _opened(line: bytes) -> list[Seal]:
    return [rules.seal_of(rules.from_line(line.decode()))] if line.strip() else []


def _lines_of(path: Path) -> list[Seal]:
    """Of a file with a checkpoint in each line; none for any other."""
    with path.open("rb") as file:
        seals = itertools.chain.from_iterable(map(_opened, file))
        try:
            first = next(seals, None)
        except ValueError:
            return []
        return [] if first is None else [first, *seals]


def _held_by(path: Path) -> list[Seal | Receipt]:
    found = checkpoint_receipts.read(path.read_bytes())
    return [each if isinstance(each, Receipt) else rules.seal_of(each) for each in found]


def _seals_of(path: Path) -> Iterator[Seal]:
    with path.open("rb") as file:
        yield from itertools.chain.from_iterable(map(_opened, _whole_lines(file)))


def _read(path: Path) -> list[Seal | Receipt]:
    """What a file, or every file of a folder, holds."""
    files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
    found: list[Seal | Receipt] = []
    for file in files:
        try:
            found += _lines_of(file) or _held_by(file)
        except UnicodeDecodeError:
            raise ValueError(f"{file.name}: there is no checkpoint in it") from None
        except ValueError as error:
            raise ValueError(f"{file.name}: {error}") from error
    if not found:  # who gives it would read that all is whole
        raise ValueError(f"{path.name}: there is no checkpoint in it")
    return found
