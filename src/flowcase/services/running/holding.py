"""Starts from a suspended process: refused where a person asks, held where nobody is there to be told.

Works on transactions that others open. What is held is started by `services/operating/suspensions.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from flowcase import events
from flowcase.errors import Conflict
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import suspensions
from flowcase.store.queries.resources import ProcessDefinitionRow
from flowcase.store.queries.suspensions import SuspensionRow
from flowcase.values import Value

MESSAGE, SIGNAL, HANDLER = "message", "signal", "handler"


class IsSuspended(Conflict):
    """Nothing starts from this process now; the edges put into words who decided so, when and why."""

    def __init__(self, name: str, row: SuspensionRow) -> None:
        self.name, self.row = name, row
        at = f"{row.at:%Y-%m-%d %H:%M} UTC"
        super().__init__(
            f"start process '{row.process}'",
            f"{row.actor} suspended {row.scope} at {at}: {row.reason}",
        )


def check_may_start(tx: Tx, definition: ProcessDefinitionRow) -> None:
    """Raises IsSuspended."""
    row = suspensions.of_start(tx, definition.id)
    if row is not None:
        raise IsSuspended(definition.name or definition.process, row)


def hold(
    tx: Tx,
    definition: ProcessDefinitionRow,
    kind: str,
    *,
    stream: str | None,
    case_code: str | None,
    variables: Mapping[str, Value],
    start_element: str | None = None,
    name: str = "",
    start_key: str | None = None,
    message: str | None = None,
    is_used_up: bool = False,
) -> None:
    """Keep what would have begun; `message` is the buffered one that it takes."""
    held = events.StartHeld(
        held=tx.new_id(),
        process=definition.process,
        definition=definition.id,
        kind=kind,
        start_element=start_element,
        name=name,
        start_key=start_key,
        case_code=case_code,
        variables=variables,
        message=message,
        is_used_up=is_used_up,
    )
    tx.append(stream or INSTALLATION, held)
