"""Parts of a page that are written once for the same keys, and never shown for other ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, render_template_string

from flowcase.web import language, remembered

Show = Callable[..., str]


@pytest.fixture
def made() -> list[str]:
    return []


@pytest.fixture
def app(made: list[str]) -> Flask:
    app = Flask("test")
    app.secret_key = "x"
    language.init_app(app)
    remembered.init_app(app)

    def make(word: str) -> str:
        made.append(word)
        return f"<{word}>"

    app.jinja_env.globals.update(make=make)
    return app


@pytest.fixture
def show(app: Flask) -> Iterator[Show]:
    template = "{% remember key, more %}<b>{{ make(word) }}</b>{% endremember %}"

    def shown(word: str, *, key: Any = "k", more: Any = None, address: str = "/") -> str:
        with app.test_request_context(address):
            app.preprocess_request()
            return render_template_string(template, word=word, key=key, more=more)

    yield shown


def test_the_same_keys_are_answered_from_memory(show: Show, made: list[str]) -> None:
    pages = [show(word, key=["a", 1], more={"x": "y"}) for word in ("first", "second")]

    assert pages == ["<b>&lt;first&gt;</b>"] * 2
    assert made == ["first"]


@pytest.mark.parametrize(
    "other", [{"key": "l"}, {"more": {"x": "z"}}, {"address": "/?sprog=en"}], ids=["key", "more", "language"]
)
def test_another_key_or_language_is_another_part(show: Show, made: list[str], other: dict[str, Any]) -> None:
    show("first")

    assert "second" in show("second", **other)
    assert "first" in show("third")


def test_who_works_on_the_templates_sees_each_change(app: Flask, show: Show) -> None:
    app.jinja_env.auto_reload = True

    assert "first" in show("first")
    assert "second" in show("second")
