"""What templates ask for hundreds of times a page, answered from memory: addresses and translated words."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import quote_plus

from flask import Flask, Request, current_app, request, url_for
from markupsafe import Markup
from werkzeug.utils import safe_join

from flowcase.web import static_files
from flowcase.web.language import catalogue, current

_ADDRESSES, _WORDS = 20_000, 10_000  # kept at the most
_ANY = "0-0"
_AS_IT_IS = "!$'()*,/:;?@"  # behind a question mark, as Werkzeug has it


def address(endpoint: str, **values: Any) -> str:
    """`url_for` for templates: an address is the same each time, so it is made once."""
    if endpoint.startswith(".") or any(name.startswith("_") for name in values):
        return url_for(endpoint, **values)
    asked = request._get_current_object()  # type: ignore[attr-defined] # once, not with each of its names
    try:
        return _made(asked.script_root, asked.host, endpoint, tuple(values.items()))
    except TypeError:  # a list cannot be remembered
        return url_for(endpoint, **values)


@functools.lru_cache(maxsize=_ADDRESSES)
def _made(_root: str, _host: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    named = dict(values)
    if endpoint == "static":
        path = safe_join(str(current_app.static_folder), named["filename"])
        named[static_files.VERSION] = (static_files.version(path) if path is not None else "") or None
    return url_for(endpoint, **named)


def address_with(name: str, value: str, endpoint: str, **values: Any) -> str:
    """As `address`, with one more value behind the question mark, for which hardly anybody asks twice."""
    made = address(endpoint, **{name: _ANY}, **values)
    return made.replace(f"{name}={_ANY}", f"{name}={quote_plus(value, safe=_AS_IT_IS)}", 1)


def here_in(language: str) -> str:
    """This page's address in another language."""
    asked: Request = request._get_current_object()  # type: ignore[attr-defined] # as above
    if asked.endpoint is None or (asked.method not in ("GET", "HEAD") and not _answers_get(asked)):
        return url_for("inbox.home", sprog=language)
    make = url_for if asked.args else address  # what anybody may ask behind a question mark is not kept
    return make(asked.endpoint, **{**asked.args.to_dict(), "sprog": language, **(asked.view_args or {})})


def _answers_get(asked: Request) -> bool:
    rule = asked.url_rule
    return rule is not None and "GET" in (rule.methods or ())


def words(text: str, **values: Any) -> Markup:
    """`_` for templates: the text in this request's language, with values escaped into it."""
    return _translated(current(), text) % values if values else _plain(current(), text)


@functools.lru_cache(maxsize=_WORDS)
def _translated(language: str, text: str) -> Markup:
    return Markup(catalogue(language).gettext(text))  # noqa: S704 - written by us, in templates


@functools.lru_cache(maxsize=_WORDS)
def _plain(language: str, text: str) -> Markup:
    return _translated(language, text) % {}


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(url_for=address, here_in=here_in, _=words)
