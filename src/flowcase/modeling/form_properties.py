"""What the properties of a form's field are for, each in a sentence of the documentation."""

from __future__ import annotations

FORM_PROPERTIES = {
    "target": "Where the value goes.",
    "label_en": "The label in English.",
    "description_en": "The description in English.",
    "text_en": "A shown text in English.",
    "value_en.<code>": "What the choice of that code is called in English.",
    "key.<code>": "The key that takes the choice of that code, on the screen of the daily meeting.",
    "flowcase.from": (
        "What the field is filled in with when the form is opened and its target has no value yet: "
        "`case:<Entity>.<attribute>` (of the flow's own record, else of the newest of the case that has it, "
        "of an approved one first), or `variable:<name>`, where `variable:aktoer` is who opens it. "
        "A readonly field without a target shows it."
    ),
    "flowcase.refuse.<name>": "FEEL over values and facts: the value is not taken when it is true.",
    "flowcase.required": "FEEL over the form's values: required when it is true.",
    "flowcase.shown": "FEEL over the form's values: what a readonly field shows, as it is now.",
    "flowcase.warn.<name>": "The same; the value may be taken by who looks again and goes on.",
    "refuse.<name>": "What `flowcase.refuse.<name>` says, and what to do.",
    "refuse_en.<name>": "The same in English.",
    "warn.<name>": "What `flowcase.warn.<name>` says, and what to do.",
    "warn_en.<name>": "The same in English.",
}
