"""Danish first, English by a switch; the catalogue is `translations/en.po` with Danish as its keys."""

from __future__ import annotations

import gettext as gettext_module
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, request, session

LANGUAGES = ("da", "en")
LANGUAGE = "sprog"  # behind the question mark of an address: from now on in this one
_current: ContextVar[str] = ContextVar("language", default="da")  # asked for with every word of a page
CATALOGUES = Path(__file__).parent / "translations"


@cache
def catalogue(language: str) -> gettext_module.NullTranslations:
    """The translations of one language; Danish is the source text itself."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return gettext_module.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


def current() -> str:
    """The language of this request: the person's choice, else Danish."""
    return _current.get()


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """What is said within is said in this language, whatever the request asks for, or outside of any."""
    before = _current.set(language)
    try:
        yield
    finally:
        _current.reset(before)


def gettext(text: str) -> str:
    """`text` (Danish) in the language of this request."""
    return catalogue(current()).gettext(text) if text else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    return catalogue(current()).ngettext(singular, plural, number)


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(language=current)

    @app.before_request
    def choose() -> None:
        asked = request.args.get(LANGUAGE)
        if asked in LANGUAGES:
            session["language"] = asked
        chosen = session.get("language")
        _current.set(chosen if chosen in LANGUAGES else "da")

    @app.teardown_request
    def forget(_: BaseException | None) -> None:
        _current.set("da")
