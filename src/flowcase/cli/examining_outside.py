"""What `flowcase doctor` says of the checkpoints that are kept outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Finding = tuple[str, str, str]  # level, message, remedy


def examine(flow: Any) -> Iterator[Finding]:
    """Every way that a copy goes by, and whether it does."""
    yield from _folder(flow)
    states = flow.checkpoint_sending.states()
    for state in states:
        if state.failed:
            remedy = "See what it answered on Drift, mend it, and send it again there."
            yield "warning", f"{state.failed} receipts could not be sent by {state.way}.", remedy
        elif state.tried:
            remedy = "It is tried again by itself; see that what it goes to is there."
            yield "warning", f"{state.tried} receipts were tried in vain by {state.way} and wait.", remedy
        elif state.sent:
            sent = f"The receipt of checkpoint {state.sent} left by {state.way}."
            yield "ok", sent, ""
        else:
            yield "ok", f"No receipt has left by {state.way} yet; {state.waiting} wait.", ""
    if not states and flow.settings.checkpoint_folder is None and not flow.settings.is_demonstration:
        yield (
            "warning",
            "No copy of the checkpoints is kept outside: who owns the machine could replace everything.",
            "Set FLOWCASE_CHECKPOINT_FOLDER, FLOWCASE_CHECKPOINT_MAIL or FLOWCASE_CHECKPOINT_URL.",
        )


def _folder(flow: Any) -> Iterator[Finding]:
    try:
        missing, astray = flow.checkpoints.missing_in_folder(), flow.checkpoints.astray_in_folder()
    except (ValueError, OSError) as error:
        because = type(error).__name__
        yield "error", f"The copy of the checkpoints cannot be read ({because}).", "Run: flowcase verify"
        return
    if astray is not None:
        remedy = (
            "After a recovery that was meant, keep the file for who audits, give it another name, and run: "
            "flowcase checkpoint"
        )
        yield "error", f"The copy outside is not of this database. {astray}", remedy
    elif missing is not None and missing > 0:
        remedy = "See that FLOWCASE_CHECKPOINT_FOLDER can be written to, and run: flowcase checkpoint"
        yield "warning", f"The copy outside lacks {missing} checkpoints.", remedy
    elif missing is not None:
        yield "ok", "The copy outside holds every checkpoint.", ""
