"""What templates say that never changes is looked up once, by language and by where the application is."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, render_template, url_for
from flask.testing import FlaskClient
from jinja2 import DictLoader, pass_context

from flowcase.web import drawing, language
from flowcase.web.compiled_pages import CompiledPages, written

PAGES = {
    "words.html": "{{ _('Sag') }}|{{ url_for('shown') }}|{{ url_for('shown', a='b&c') }}",
    "own.html": "{% macro _(text) %}own {{ text }}{% endmacro %}{{ _('Sag') }}",
    "set.html": "{% for url_for in [_] %}{{ url_for('Sag') }}{% endfor %}",
    "marked.html": "{{ _('Du har {what}').format(what='<b>') }}|{{ _('Sag') ~ '<b>' }}",
    "whole.html": "<{{ a }}|{% if rows %}{{ rows }}{% endif %}|{% include 'part.html' %}>",
    "part.html": "{{ rows }}{{ a }}",
    "called.html": "{% set here = 1 %}{{ named('here') }}{{ plain(2) }}{{ [3].pop() }}",
}


class Application(Flask):
    jinja_environment = CompiledPages


@pytest.fixture
def app() -> Flask:
    app = Application("flowcase.web")
    app.secret_key = "s"
    app.jinja_loader = DictLoader(PAGES)
    language.init_app(app)
    drawing.init_app(app)

    app.add_url_rule("/her", "shown", lambda: "")
    app.add_url_rule("/<name>", "rendered", lambda name: render_template(name))
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def said(client: FlaskClient, name: str, **options: Any) -> str:
    return client.get(f"/{name}", **options).get_data(as_text=True)


def test_each_language_has_its_own_words(client: FlaskClient) -> None:
    danish = said(client, "words.html")
    english = said(client, "words.html?sprog=en")
    again = said(client, "words.html?sprog=da")

    assert danish.startswith("Sag|") and english.startswith("Case|") and again == danish


def test_addresses_are_those_of_where_the_application_is_mounted(client: FlaskClient) -> None:
    at_the_root = said(client, "words.html")
    below = said(client, "words.html", environ_overrides={"SCRIPT_NAME": "/kommune"})
    elsewhere = said(client, "words.html", environ_overrides={"SCRIPT_NAME": "/anden"})

    assert at_the_root == "Sag|/her|/her?a=b%26c"
    assert below == "Sag|/kommune/her|/kommune/her?a=b%26c"
    assert elsewhere == "Sag|/anden/her|/anden/her?a=b%26c"
    assert said(client, "words.html") == at_the_root


@pytest.mark.parametrize(("name", "expected"), [("own.html", "own Sag"), ("set.html", "Sag")])
def test_a_name_that_the_template_gives_a_meaning_of_its_own_keeps_it(
    client: FlaskClient, name: str, expected: str
) -> None:
    assert said(client, name) == expected


def test_what_is_put_into_words_is_escaped(client: FlaskClient) -> None:
    assert said(client, "marked.html") == "Du har &lt;b&gt;|Sag&lt;b&gt;"


@pytest.mark.parametrize(("rows", "shown"), [("<b>æ</b>", "<b>æ</b>"), ("", "")], ids=["some", "none"])
def test_what_is_encoded_already_stands_where_the_template_shows_it(
    app: Flask, rows: str, shown: str
) -> None:
    app.add_url_rule(
        "/whole", "whole", lambda: written("whole.html", whole={"rows": rows.encode()}, a="<rows ø>")
    )

    assert said(app.test_client(), "whole") == f"<&lt;rows ø&gt;|{shown}|{shown}&lt;rows ø&gt;>"


@pytest.mark.parametrize("value", ["2026-03-02T08:00:00+00:00~50~id", "æ ø&å=1/?", "0-0", ""])
@pytest.mark.parametrize("others", [{}, {"soeg": "efter=0-0 æ", "vis": "mine"}], ids=["alone", "others"])
def test_an_address_with_a_value_is_what_flask_makes_of_it(
    app: Flask, value: str, others: dict[str, str]
) -> None:
    with app.test_request_context("/"):
        made = drawing.address_with("efter", value, "shown", **others)

        assert made == url_for("shown", efter=value, **others)


def test_functions_are_called_as_they_ask_to_be(app: Flask, client: FlaskClient) -> None:
    @pass_context
    def named(context: Any, name: str) -> str:
        return f"{context[name]}"

    app.jinja_env.globals.update(named=named, plain=lambda value: value)

    assert said(client, "called.html") == "123"


def test_who_works_on_a_template_sees_each_change(app: Flask, client: FlaskClient) -> None:
    app.jinja_env.auto_reload = True
    assert said(client, "words.html").startswith("Sag|")

    app.jinja_loader.mapping["words.html"] = "{{ _('Opgave') }}"  # type: ignore[union-attr]

    assert said(client, "words.html") == "Opgave"
