"""What answers are called once they are written on a case: as the forms that ask for them say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath

from flowcase.modeling.form import CaseTarget, FieldType, Form

# By entity, attribute and code: its words in each language.
OptionLabels = Mapping[tuple[str, str, str], Mapping[str, str]]


def option_labels(forms: Iterable[Form]) -> OptionLabels:
    """Where forms word the same answer differently, the one whose file comes first by its name is followed.

    So the caseworker's form (F-A1) names what the citizen's (F-A1-offentlig) asks in the first person.
    """
    found: dict[tuple[str, str, str], Mapping[str, str]] = {}
    for form in sorted(forms, key=lambda each: PurePath(each.file).stem):
        for asked in form.targeted():
            if asked.type not in (FieldType.CHOICE, FieldType.CHOICES):
                continue
            for target in asked.targets:
                if isinstance(target, CaseTarget):
                    for option in asked.options:
                        words = {each: asked.option_label(option, each) for each in ("da", "en")}
                        found.setdefault((target.entity, target.attribute, option.value), words)
    return found
