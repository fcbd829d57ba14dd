"""What a plan is called: the one home of its words is the setting `plan_navne` of the rule sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowcase.services.forms.form_sentences import WithEnglish
from flowcase.values import Value

_ANY = WithEnglish("Plan", "Plan")  # where the rule sets name none


def plan_name(settings: Mapping[str, Value], kind: Value) -> WithEnglish:
    """Of a plan of this kind; one that does not say its kind is what the rule sets call a plan."""
    names: Any = settings.get("plan_navne") or {}
    words = names.get(kind or settings.get("plan_navn"))
    return WithEnglish(words["da"], words.get("en") or "") if words else _ANY
