"""A form with files that are too large together is read to its end all the same: what was typed comes back.

Only for who is signed in, up to a bound; of each file no more is kept than shows that it is too large. What
is larger still is refused without being read, as everything too large is for strangers.
"""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Flask, Request, current_app, request
from flask_login import current_user

LARGEST = 250 * 1024 * 1024  # bytes of a whole request
_IN_MEMORY = 500_000
_ENDPOINTS = ("user_tasks.", "notifications.new")


class FormRequest(Request):
    """A request whose files end where they have become too large to be taken."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        most: int = current_app.config["FLOWCASE"].documents.limits.bytes
        return _UpTo(most + 1)


class _UpTo(SpooledTemporaryFile[bytes]):
    def __init__(self, most: int) -> None:
        super().__init__(max_size=_IN_MEMORY, mode="rb+")
        self._left = most

    def write(self, data: Any) -> int:
        kept = bytes(data[: self._left])
        self._left -= len(kept)
        super().write(kept)
        return len(data)


def init_app(app: Flask) -> None:
    """Before anything that reads a form."""
    app.request_class = FormRequest

    @app.before_request
    def read_it_to_the_end() -> None:
        length = request.content_length or 0
        if length <= int(app.config["MAX_CONTENT_LENGTH"]) or length > LARGEST:
            return
        is_a_form = request.method == "POST" and (request.endpoint or "").startswith(_ENDPOINTS)
        if is_a_form and current_user.is_authenticated:
            request.max_content_length = LARGEST
