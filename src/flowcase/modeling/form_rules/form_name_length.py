"""A field's label can be read at a glance, and its key is short.

The label stands before the field, in the story of the case and in lists; the key in expressions. What takes
longer to say belongs in the field's description.

Wrong (antal_boern_i_husstanden_som_er_under_atten_aar_og_bor_hjemme_mindst_syv_ud_af_14_dage)::

    {"id": "a", "type": "number", "label": "Antal", "properties": {"target": "variable:antal"},
     "key": "antal_boern_i_husstanden_som_er_under_atten_aar_og_bor_hjemme_mindst_syv_ud_af_14_dage"}

Right::

    {"id": "a", "type": "number", "key": "antal", "label": "Antal",
     "properties": {"target": "variable:antal"}}
"""

from __future__ import annotations

from collections.abc import Iterator

from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import LABELS, FormReport, components_of
from flowcase.modeling.rules.name_length import MAX_NAME

MAX_KEY = 80  # letters, of a key, a path and an option's code


def check(form: Located, report: FormReport) -> None:
    for component, _ in components_of(form):
        for what, text, most in _names(component):
            if len(text) > most:
                report(
                    component,
                    f"The {what} '{text[:40]} …' has {len(text)} letters, more than {most}.",
                    "Give it a short name; the field's description has room for the rest.",
                )


def _names(component: Located) -> Iterator[tuple[str, str, int]]:
    """(what it is, the words, how many letters they may have)."""
    yield from (("label", str(component.get(name) or ""), MAX_NAME) for name in LABELS)
    yield from (("key", str(component.get(name) or ""), MAX_KEY) for name in ("key", "path"))
    values = component.get("values")
    for option in values if isinstance(values, list) else ():
        if isinstance(option, dict):
            yield "answer", str(option.get("label") or ""), MAX_NAME
            yield "code", str(option.get("value") or ""), MAX_KEY
