"""A signed-in process owner who means harm: forms that hang, look around or change what they may not."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.errors import InvalidValues
from flowcase.modeling import Severity, check_form
from flowcase.services.forms.form_members import fits as is_fit
from flowcase.web.words.presenting import markdown

SECONDS = 2.0  # of computing

CATASTROPHES = {
    "a plus of a plus": ("(a+)+b", "a" * 1000),
    "two words for one": ("(x+x+)+y", "x" * 1000),
    "alternatives that overlap": ("(a|a)*b", "a" * 1000),
    "alternatives that nest": ("(a|aa)+$b", "a" * 1000),
    "an optional tower": ("(a?){30}a{30}", "a" * 30),
    "a back reference": (r"(a*)*\1b", "a" * 200),
    "a mail address": (r"([a-z0-9]+[-._]?)+@x", "a" * 900 + "!"),
    "a huge count": ("(a{1,999}){1,999}b", "a" * 1000),
}


@pytest.mark.parametrize("attack", CATASTROPHES)
def test_a_pattern_of_a_form_never_holds_up_the_server(attack):
    pattern, text = CATASTROPHES[attack]
    begun = time.process_time()

    is_fit(pattern, text)

    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("[A-Za-z0-9-]+", "ab-1", True),
        ("[A-Za-z0-9-]+", "ab 1", False),
        (r"^\d{6}-?\d{4}$", "010117-4002", True),
        (r"^\d{6}-?\d{4}$", "x010117-4002", False),
        ("a|b", "ab", False),
    ],
)
def test_a_pattern_fits_the_whole_text_or_not(pattern, text, fits):
    assert is_fit(pattern, text) is fits


def form(**component: Any) -> bytes:
    whole = {"id": "F-X", "type": "default", "components": [{"id": "a", **component}]}
    return json.dumps(whole).encode()


HOSTILE_FORMS = {
    "a pattern that cannot be read": form(
        type="textfield",
        key="n",
        label="N",
        validate={"pattern": "(?=x"},
        properties={"target": "variable:n"},
    ),
    "a field of another table": form(
        type="textfield", key="n", label="N", properties={"target": "case:person.groups"}
    ),
    "the secrets of accounts": form(
        type="textfield", key="n", label="N", properties={"target": "case:credential.secret_hash"}
    ),
    "a Python attribute": form(
        type="textfield", key="n", label="N", properties={"target": "case:Underretning.__class__"}
    ),
    "an expression that looks around": form(
        type="text", text="x", conditional={"hide": "=__import__('os').system('id')"}
    ),
    "an endless expression": form(
        type="textfield", key="n", label="N", conditional={"hide": "=" + "(" * 5000}
    ),
    "a component of HTML": form(type="html", content="<script>alert(1)</script>"),
    "a frame": form(type="iframe", url="https://evil.example"),
    "a picture from elsewhere": form(type="image", source="https://evil.example/x.png"),
    "no JSON": b"{",
    "a list": b"[]",
    "deep": b'{"components":' * 5000 + b"1" + b"}" * 5000,
    "a prototype": b'{"__proto__":{"x":1},"id":"F-X","type":"default","components":[{"type":"__proto__"}]}',
    "ten thousand fields": json.dumps(
        {
            "id": "F-X",
            "type": "default",
            "components": [{"id": f"a{n}", "type": "textfield", "key": "n"} for n in range(10_000)],
        }
    ).encode(),
}


@pytest.mark.parametrize("attack", HOSTILE_FORMS)
def test_a_hostile_form_is_refused_in_time(attack):
    begun = time.process_time()

    findings = check_form(HOSTILE_FORMS[attack], "F-X.form", bootstrap.known())

    assert time.process_time() - begun < 5
    assert any(each.severity is Severity.ERROR for each in findings)
    assert "rule-crashed" not in {each.rule for each in findings}


def test_the_words_of_a_form_are_words():
    shown = str(markdown("# <script>alert(1)</script> [x](javascript:alert(1)) ![x](http://evil/x)"))

    assert "<script" not in shown
    assert 'href="javascript' not in shown
    assert 'src="http' not in shown


WRONG_KINDS: dict[str, Any] = {
    "a list for a text": ["x"],
    "an object for a text": {"$ne": ""},
    "a huge number": "9" * 5000,
    "no number": "NaN",
    "an endless number": "Infinity",
    "true for a text": True,
    "a text of a million": "x" * 1_000_000,
    "NUL": "a\0b",
    "half a character": "\ud800",
}


@pytest.mark.parametrize("attack", WRONG_KINDS)
def test_a_value_of_another_kind_is_refused_or_kept_as_it_is(world, attack):
    task = world.task("vurder")

    with pytest.raises(InvalidValues):
        world.flow.user_tasks.complete(
            task.id,
            {"begrundelse": WRONG_KINDS[attack], "fare_sundhed_udvikling": WRONG_KINDS[attack]},
            actor=world.flow.people.actor("karen.fp"),
        )

    assert world.flow.user_tasks.get(task.id, actor=SYSTEM).row.status == "open"
