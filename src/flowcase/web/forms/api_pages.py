"""Lists a page at a time: where the next one begins, in an address, for the API and for the pages."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import request, url_for

Found = tuple[Any, Any]  # rows, and where the next page begins; None behind the last one


def token_of(place: tuple[Any, ...]) -> str:
    """Where the next page begins, for an address."""
    parts = [place[0].astimezone(dt.UTC).isoformat(), *map(str, place[1:])]
    return base64.urlsafe_b64encode("\n".join(parts).encode()).decode().rstrip("=")


def place_from(token: str, parts: int = 2) -> Any:
    """An instant and what tells apart what has the same one, `parts` in all.

    None, which is the first page, for a token that was damaged on its way.
    """
    try:
        at, *rest = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().split("\n")
    except (ValueError, binascii.Error):
        return None
    instant = instant_of(at)
    if instant is None or len(rest) != parts - 1 or "\0" in "".join(rest):
        return None
    return (instant, *rest)


def place_in_words(token: str) -> tuple[dt.datetime, str] | None:
    """As `place_from`, of a token that is written out: an instant, `~` and a code or an id."""
    at, _, rest = token.partition("~")
    instant = instant_of(at)
    return None if instant is None or "\0" in rest else (instant, rest)


def instant_of(text: str) -> dt.datetime | None:
    """In UTC; None for what is none, and beyond the first and the last year that UTC has."""
    try:
        instant = dt.datetime.fromisoformat(text)
        return instant.astimezone(dt.UTC) if instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def place_in_history(token: str) -> Any:
    """An instant, a stream and the number of an event in it; None as above."""
    place = place_from(token, parts=3)
    if place is None or not (place[2].isascii() and place[2].isdecimal()):
        return None
    return place[0], place[1], min(int(place[2][:19]), 2**62)


class PlaceField(ma.fields.String):
    """Where a page begins; None is the first page."""

    def __init__(self, read: Callable[[str], Any] = place_from) -> None:
        super().__init__(
            load_default=None, metadata={"description": "As the address in header `Link` has it."}
        )
        self._read = read

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        token = super()._deserialize(value, attr, data, **kwargs)
        if not token:
            return None
        place = self._read(token)
        if place is None:
            raise ma.ValidationError("Expected it as the address in header Link has it.")
        return place


class PageIn(ma.Schema):
    """Pages by key: what is added or taken away meanwhile neither doubles nor hides anything."""

    limit = ma.fields.Integer(
        load_default=50, validate=ma.validate.Range(min=1, max=200), metadata={"example": 50}
    )
    after = PlaceField()


def paged(
    asked: dict[str, Any], find: Callable[..., Found], *, token: Callable[[Any], str] = token_of
) -> Any:
    """The answer of a list: the rows that `find(after=, limit=)` has from where `asked` begins.

    When there is more, header `Link` has the address of the next page, with all else that was asked.
    """
    rows, following = find(after=asked["after"], limit=asked["limit"])
    if following is None:
        return rows
    kept = {name: value for name, value in asked.items() if value not in (None, "") and name != "after"}
    address = url_for(str(request.endpoint), **(request.view_args or {}), **kept, after=token(following))
    return rows, HTTPStatus.OK, {"Link": f'<{address}>; rel="next"'}
