"""States of process instances that are older than the history tells, do not open, or are gone.

An entry of the history says which versions of states were saved with it, and each state is sealed with its
version: who puts an older state back has to say so, and cannot call it a newer one. What an older release
wrote says of no version; of such an instance nothing is compared until its next step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flowcase.store import SealBroken, Tx
from flowcase.store.queries import as_kept_states as as_kept
from flowcase.store.queries import history
from flowcase.store.queries.as_kept_states import KeptState
from flowcase.store.queries.history import SealedRow


@dataclass
class States:
    """Those of the instances that are looked at just now."""

    kept: Mapping[str, KeptState] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)  # newest version by instance
    unread: dict[str, SealedRow] = field(default_factory=dict)  # newest entry by instance

    def look_at(self, tx: Tx, instances: Sequence[str]) -> None:
        self.kept = as_kept.states(tx, instances)

    def hear(self, versions: Mapping[str, int]) -> None:
        for instance, version in versions.items():
            self.told[instance] = version
            self.unread.pop(instance, None)

    def pass_over(self, entry: SealedRow) -> None:
        """One of which nothing else is to be known."""
        for instance in (entry.instance or "").split():
            self.unread[instance] = entry

    def altered(self, tx: Tx, stream: str, instances: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Instance, and what is wrong with its state; all that its stream tells was heard."""
        for instance in instances:
            if (entry := self.unread.get(instance)) is not None:
                self.hear(history.versions_saved(tx, entry))
            kept = self.kept.get(instance)
            if kept is None:
                yield instance, "has no state any more"
            elif kept.version < self.told.get(instance, 0):
                yield instance, "its state is older than its last step"
            elif kept.sealed_state is not None:
                try:
                    tx.open(stream, f"state|{instance}|{kept.version}", kept.sealed_state)
                except SealBroken:
                    yield instance, "its state was altered, or moved from another instance"
        self.forget()

    def forget(self) -> None:
        self.told.clear()
        self.unread.clear()
