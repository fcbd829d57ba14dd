"""What an act of a batch would do to one instance, found without doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from flowcase import engine, model
from flowcase.errors import FlowcaseError
from flowcase.services.operating.instance_moves import InstanceMoves, Move
from flowcase.services.operating.move_verdicts import Reason, Verdict, reasons_of
from flowcase.services.operating.token_moves import TokenAct, TokenMoves
from flowcase.services.transactions import fault_of
from flowcase.store import DatabaseFault, LockedInstance, Tx
from flowcase.store.queries import batches as queries
from flowcase.store.queries import instances
from flowcase.store.queries.batches import BatchItemRow, BatchRow

_log = structlog.get_logger(__name__)
_CHANGED = Verdict("changed")


def move_of(row: BatchRow, source: str) -> Move:
    return Move(row.id, source, row.details["target"], row.details["mapping"].get(source, {}))


class BatchVerdicts:
    """Works on transactions that others open; nothing is written."""

    def __init__(self, moves: InstanceMoves, token_moves: TokenMoves) -> None:
        self._moves, self._token_moves = moves, token_moves

    def of(self, tx: Tx, row: BatchRow, item: BatchItemRow) -> Verdict:
        """unchanged: there is nothing to do; changed; refused, with the code of why."""
        if row.act == "migrate":
            return self._moves.judged(tx, move_of(row, item.source or ""), item.instance)
        looked = tx.look(item.instance)
        return self._found(tx, row, item, looked)

    def why_not(self, tx: Tx, row: BatchRow, instance: str, error: FlowcaseError) -> Verdict:
        """Of an act that has just been refused: in codes, as it would be foreseen now."""
        if isinstance(error, engine.CannotMoveToken):
            return _refused(error.code, error.element)
        if row.act == "migrate":
            return Verdict("refused", reasons_of(error))
        item = queries.item(tx, row.id, instance)
        found = _refused("gone_on") if item is None else self.of(tx, row, item)
        return found if found.kind == "refused" else _refused("gone_on")

    def _found(self, tx: Tx, row: BatchRow, item: BatchItemRow, looked: LockedInstance) -> Verdict:
        try:
            return self._of(tx, row.act, row.details, looked)
        except engine.CannotMoveToken as refused:
            return _refused(refused.code, refused.element)
        except FlowcaseError as error:
            _log.warning("refused in a verdict", instance=item.instance, why=type(error).__name__)
            return Verdict("refused", (Reason("conflict", detail=str(error)),))
        except DatabaseFault:
            raise
        except Exception as error:
            _log.error("fault in a verdict", instance=item.instance, **fault_of(error))
            return Verdict("refused", (Reason("fault", detail=type(error).__name__),))

    def _of(self, tx: Tx, act: str, details: Mapping[str, Any], looked: LockedInstance) -> Verdict:
        is_suspended = looked.status == model.InstanceStatus.SUSPENDED
        if looked.has_ended:
            return _refused("ended")
        if act in ("suspend", "resume"):
            return Verdict("unchanged") if is_suspended == (act == "suspend") else _CHANGED
        if act == "cancel":
            return _CHANGED if looked.parent is None else _refused("was_called")
        if is_suspended:
            return _refused("suspended")
        if act == "retry":
            return (
                _CHANGED if instances.incidents(tx, instance=looked.id, limit=1) else _refused("no_incident")
            )
        if looked.state is None:
            return _refused("erased")
        tokens = self._token_moves.at_element(tx, looked, details["element"])
        if not tokens:
            return _refused("no_token", details["element"])
        for token in tokens:
            self._token_moves.tried_within(tx, looked, token, TokenAct(act, target=details["target"]))
        return _CHANGED


def _refused(code: str, element: str = "") -> Verdict:
    return Verdict("refused", (Reason(code, element),))
