"""The built front end: kept by browsers under addresses that name its content, and sent compressed."""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from pathlib import Path
from stat import S_ISREG

from flask import Flask, Response, request
from flask.sessions import SessionMixin
from werkzeug.utils import safe_join

from flowcase.web.signed_cookie import SignedCookie

VERSION = "v"  # in the address
_YEAR = "public, max-age=31536000, immutable"
_AGAIN = "no-cache"  # asked for each time, answered 304 while it is the same
# Fonts and pictures that style sheets ask for; `hatch_build.py` has the bundler name them by their content.
_NAMED = re.compile(r"bundle/assets/[^/]+-[0-9A-Z]{8}\.[a-z0-9]+")
_COMPRESSED = {"text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json"}
_SMALL = 1024  # bytes, not worth it


class _NotForFiles(SignedCookie):
    """A file that everybody's caches may keep must carry nobody's session."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint != "static":
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    app.session_interface = _NotForFiles()
    folder = str(app.static_folder)

    @app.after_request
    def send_well(response: Response) -> Response:
        if request.endpoint != "static" or response.status_code not in (200, 304):
            return response
        name = (request.view_args or {}).get("filename", "")
        path = safe_join(folder, name)
        if path is None:
            return response
        is_named = _NAMED.fullmatch(name) is not None or request.args.get(VERSION) == version(path)
        response.headers["Cache-Control"] = _YEAR if is_named else _AGAIN
        if response.mimetype in _COMPRESSED:
            response.headers["Vary"] = "Accept-Encoding"
            _compress(response, path)
        return response


def version(path: str) -> str:
    """Changes with the content of the file; empty for what is no file, or cannot be the name of one."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return ""
    return _digest(path, found.st_mtime_ns) if S_ISREG(found.st_mode) else ""


def _compress(response: Response, path: str) -> None:
    is_whole = response.status_code == 200 and request.method == "GET" and not request.range
    if not is_whole or "gzip" not in request.accept_encodings:
        return
    packed = _packed(path, Path(path).stat().st_mtime_ns)
    if packed is not None:
        response.close()  # the file that was to be sent instead
        response.direct_passthrough = False
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"


@functools.lru_cache(maxsize=500)
def _digest(path: str, _changed: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


@functools.lru_cache(maxsize=100)
def _packed(path: str, _changed: int) -> bytes | None:
    content = Path(path).read_bytes()
    return gzip.compress(content, 9, mtime=0) if len(content) >= _SMALL else None
