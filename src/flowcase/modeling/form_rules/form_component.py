"""A form is made of components that are shown and stored.

Frames of other pages, raw HTML, tables, documents and computed values are not shown here; a field of one of
these kinds would be missing from the caseworker's page.

Wrong (kort)::

    {"id": "kort", "type": "iframe", "url": "https://example.org"}

Right::

    {"id": "tekst", "type": "text", "text": "Se kortet i fagsystemet."}
"""

from __future__ import annotations

from flowcase.modeling.form_json import Located
from flowcase.modeling.form_rules import FormReport, components_of
from flowcase.modeling.read_form import COMPONENTS, IGNORED, MAX_DEPTH

_MAX_COMPONENTS = 1_000


def check(form: Located, report: FormReport) -> None:
    count = 0
    for component, around in components_of(form):
        count += 1
        kind = component.get("type")
        if not isinstance(kind, str) or (kind not in COMPONENTS and kind not in IGNORED):
            report(
                component,
                f"A component of the type '{str(kind)[:40]}' is not shown.",
                f"Use one of: {', '.join(sorted(COMPONENTS))}.",
            )
        if len(around) == MAX_DEPTH + 1:
            report(
                component,
                "This component lies too deep in lists and groups to be shown.",
                "Flatten the form.",
            )
    if count > _MAX_COMPONENTS:
        report(
            form, f"This form has {count} components, too many for a page.", "Divide it into several forms."
        )
