"""Why a token cannot go on: raised inside a step, and turned into an incident there."""

from __future__ import annotations

from flowcase.model import IncidentKind


class Stuck(Exception):
    """The token stays where it is with an incident; the sentence holds no personal data."""

    def __init__(self, kind: IncidentKind, message: str) -> None:
        self.kind, self.message = kind, message
        super().__init__(message)


_KINDS = {
    "NoneType": "null",
    "str": "text",
    "int": "a number",
    "Decimal": "a number",
    "bool": "a boolean",
    "list": "a list of something else",
    "dict": "a context",
    "datetime": "an instant",
    "date": "a date",
    "timedelta": "a duration",
}


def wrong_value(what: str, wanted: str, value: object, text: str, missing: tuple[str, ...] = ()) -> Stuck:
    """An expression whose value cannot be used: names its text and the kind of the value, never the value."""
    got = _KINDS.get(type(value).__name__, type(value).__name__)
    unknown = f"; not defined: {', '.join(missing)}" if missing else ""
    return Stuck(
        IncidentKind.EXPRESSION_FAILED,
        f"Expected {what} to be {wanted}, but '{text}' gave {got}{unknown}.",
    )
