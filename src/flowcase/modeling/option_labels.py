"""What answers are called once they are written on a case: as the forms that ask for them say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath

from flowcase.modeling.form import CaseTarget, Field, FieldType, Form

# By entity, attribute and code: its words in each language. Of the rows of a list the attribute is followed
# by the key of what stands in each (`kilder.hvem`), and the code that is empty is what the key is called.
OptionLabels = Mapping[tuple[str, str, str], Mapping[str, str]]


def option_labels(forms: Iterable[Form]) -> OptionLabels:
    """Where forms word the same answer differently, the one whose file comes first by its name is followed.

    So the caseworker's form (F-A1) names what the citizen's (F-A1-offentlig) asks in the first person.
    """
    found: dict[tuple[str, str, str], Mapping[str, str]] = {}
    for form in sorted(forms, key=lambda each: PurePath(each.file).stem):
        for asked in form.targeted():
            for target in asked.targets:
                if not isinstance(target, CaseTarget):
                    continue
                if asked.type is FieldType.LIST:
                    for child in asked.children:
                        place = f"{target.attribute}.{child.key}"
                        label = {"da": child.label, "en": child.label_en or child.label}
                        found.setdefault((target.entity, place, ""), label)
                        _add(found, target.entity, place, child)
                else:
                    _add(found, target.entity, target.attribute, asked)
    return found


def _add(
    found: dict[tuple[str, str, str], Mapping[str, str]], entity: str, attribute: str, asked: Field
) -> None:
    if asked.type in (FieldType.CHOICE, FieldType.CHOICES):
        for option in asked.options:
            words = {each: asked.option_label(option, each) for each in ("da", "en")}
            found.setdefault((entity, attribute, option.value), words)
