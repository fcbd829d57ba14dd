"""Making checkpoints of the history, keeping them also outside, and verifying everything with them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowcase.access.actor import SYSTEM
from flowcase.history import checkpoints as rules
from flowcase.history.checkpoints import NOTHING_BEFORE, Checkpoint, Fault
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
    ) -> None:
        """`keys`: the first signs, older ones are still believed."""
        self._transactions, self._keys, self._outside = transactions, keys, outside

    @property
    def public_keys(self) -> list[bytes]:
        """Give them to the auditor: with them alone the checkpoints that are kept outside can be checked."""
        return [key.public_key().public_bytes_raw() for key in self._keys()]

    def make(self, *, only_after: dt.timedelta = dt.timedelta()) -> Checkpoint | None:
        """Sign where every chain ends now; None when nothing has grown, or the last one is not that old.

        Any number of nodes may try: they wait for each other. The outside copy is brought up to date each
        time, also with what an earlier failure left out.
        """

        def work(tx: Tx) -> Checkpoint | None:
            tx.exclusive("checkpoint")
            last = queries.newest(tx)
            if last is not None and tx.now - last.at < only_after:
                return None
            known = queries.known_ends(tx)
            grown = {
                stream: end for stream, end in queries.present_ends(tx).items() if known.get(stream) != end
            }
            if not grown:
                return None
            number, previous = (1, NOTHING_BEFORE) if last is None else (last.number + 1, last.hash)
            made = rules.signed(number, tx.now, grown, previous, self._keys()[0])
            queries.add(tx, made)
            return made

        made = self._transactions.run(SYSTEM, work)
        self._keep_outside()
        return made

    def verify(self, outside: Path | None = None) -> Fault | None:
        """The first thing that the checkpoints show to be wrong; None when there is nothing.

        `outside` is the copy that is kept elsewhere (default: the installation's own). Raises ValueError
        when a checkpoint is not readable any more.
        """

        def work(tx: Tx) -> Fault | None:
            inside = queries.checkpoints(tx)
            kept = self._kept(outside)
            fault = rules.compare_outside(inside, kept)
            if fault is not None:
                return fault
            wanted = [(name, end.length) for each in inside for name, end in each.ends.items()]
            found = queries.ends_of(tx, wanted)
            return rules.check(inside, public_keys=self.public_keys, end_at=found)

        return self._transactions.read(work)

    def _keep_outside(self) -> None:
        if self._outside is None:
            return
        kept = len(self._kept())
        missing = self._transactions.read(queries.checkpoints)[kept:]
        if not missing:
            return
        self._outside.mkdir(parents=True, exist_ok=True)
        with (self._outside / FILE).open("a", encoding="utf-8") as file:
            for each in missing:
                file.write(each.to_line() + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _kept(self, file: Path | None = None) -> list[Checkpoint]:
        file = file or (self._outside / FILE if self._outside is not None else None)
        if file is None or not file.exists():
            return []
        return [rules.from_line(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
