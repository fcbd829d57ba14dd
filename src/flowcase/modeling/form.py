"""Forms: form-js JSON as fields with a type and a place where their value goes.

`services.form_values` validates against these, and `web` renders them. The file stays plain form-js, so
that Camunda Modeler and the form editor open it; what flowcase adds stands in `properties`:
`target`, `label_en`, `description_en`, `flowcase.required`, `flowcase.shown`, and what is asked of a value:
`flowcase.refuse.<name>` and `flowcase.warn.<name>` with their sentences.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flowcase.modeling.definition import Expression


class FieldType(StrEnum):
    """What a value is, whatever the component looks like."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    BOOLEAN = "boolean"  # checkbox, or radio/select over the values true and false
    DATE = "date"
    TIME = "time"
    INSTANT = "instant"  # date and time
    CHOICE = "choice"  # one code
    CHOICES = "choices"  # several codes
    FILE = "file"
    LIST = "list"  # dynamiclist: rows of `children`
    GROUP = "group"  # children under one heading, and under `path` when it has one
    DISPLAY = "display"  # text, separator, spacer: no value


TYPES_FOR_VARIABLES = frozenset(
    {
        FieldType.NUMBER,
        FieldType.BOOLEAN,
        FieldType.DATE,
        FieldType.TIME,
        FieldType.INSTANT,
        FieldType.CHOICE,
        FieldType.CHOICES,
    }
)  # what may become a process variable: never text about a person


@dataclass(frozen=True)
class Option:
    """One choice: the code that is stored and its Danish label."""

    value: str
    label: str


@dataclass(frozen=True)
class CaseTarget:
    """`case:Underretning.modtaget`: an attribute of a record."""

    entity: str
    attribute: str


@dataclass(frozen=True)
class VariableTarget:
    """`variable:konklusion`: a process variable."""

    name: str


Target = CaseTarget | VariableTarget


@dataclass(frozen=True)
class Check:
    """What is asked of a value: FEEL that is true when the value is probably or certainly a slip.

    `properties.flowcase.refuse.<name>` is never taken; of `properties.flowcase.warn.<name>` somebody is told
    once and may go on. The sentences say what to do: `refuse.<name>` and `refuse_en.<name>`.
    """

    wrong_if: Expression
    is_refused: bool
    said: str
    said_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One component of a form."""

    id: str
    key: str  # the name of its value; empty for a group without path and for displays
    path: tuple[str, ...]  # to its value, from the form or from the row of the enclosing list
    type: FieldType
    component: str  # form-js type: textfield, radio, select, dynamiclist, ...
    label: str = ""
    label_en: str = ""
    description: str = ""
    description_en: str = ""
    required: bool = False
    required_if: Expression | None = None  # FEEL over the form's values (`properties.flowcase.required`)
    hide_if: Expression | None = None  # FEEL over the form's values (`conditional.hide`)
    readonly: bool = False  # shown, never stored
    shown: Expression | None = None  # FEEL: what a readonly field shows (`properties.flowcase.shown`)
    disabled: bool = False
    options: tuple[Option, ...] = ()
    options_expression: Expression | None = None  # `valuesExpression`: FEEL, gives list of {value, label}
    options_key: str | None = None  # `valuesKey`: name of a variable that holds the options
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    minimum: str | None = None  # decimal text
    maximum: str | None = None
    decimal_digits: int | None = None
    checks: tuple[Check, ...] = ()
    default: object = None
    targets: tuple[Target, ...] = ()
    sources: tuple[Target, ...] = ()  # what it is filled in with at first (`properties.flowcase.from`)
    children: tuple[Field, ...] = ()
    text: str = ""  # of a display
    properties: Mapping[str, str] = field(default_factory=dict)
    line: int | None = None

    @property
    def reads(self) -> tuple[Expression, ...]:
        """Its expressions: what they name decides how the field is shown."""
        found = (self.required_if, self.hide_if, self.options_expression, self.shown)
        return tuple(each for each in found if each is not None)

    def option_label(self, option: Option, language: str) -> str:
        """What an option is called; its Danish where the form has no `properties.value_en.<code>`."""
        english = self.properties.get(f"value_en.{option.value}") if language == "en" else None
        return english or option.label


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form file."""

    id: str
    file: str
    fields: tuple[Field, ...]
    content_hash: str = ""  # SHA-256 of the file's bytes, hex

    @functools.cached_property
    def expressions(self) -> str:
        """All FEEL that decides how the form is shown as one text, with the names that hold choices."""
        found = (
            text
            for field in self.walk()
            for text in (
                *(each.text for each in field.reads),
                field.options_key or "",
            )
        )
        return "\n".join(found)

    @functools.cached_property
    def warns(self) -> bool:
        """Whether it says of any value that it is probably a slip."""
        return any(not check.is_refused for field in self.walk() for check in field.checks)

    def is_read(self, name: str) -> bool:
        """Whether its FEEL names something: how it is shown, or what is asked of a value."""
        checks = (check.wrong_if.text for field in self.walk() for check in field.checks)
        return name in self.expressions or any(name in text for text in checks)

    def walk(self) -> Iterator[Field]:
        """Every field, groups and lists before their children."""
        waiting = list(reversed(self.fields))
        while waiting:
            found = waiting.pop()
            yield found
            waiting.extend(reversed(found.children))

    def values(self) -> Iterator[Field]:
        """The fields that have a value of their own at form level: through groups, not into lists."""
        waiting = list(reversed(self.fields))
        while waiting:
            found = waiting.pop()
            if found.type is FieldType.GROUP:
                waiting.extend(reversed(found.children))
            elif found.type is not FieldType.DISPLAY:
                yield found

    def targeted(self) -> Iterator[Field]:
        """The fields whose value goes somewhere; a group with a target goes there as a whole."""
        return (found for found in self.filled_in() if found.targets)

    def filled_in(self) -> Iterator[Field]:
        """The fields whose value goes somewhere, or comes from somewhere and is only shown."""
        waiting = list(reversed(self.fields))
        while waiting:
            found = waiting.pop()
            if (found.targets or found.sources) and found.path:
                yield found
            if found.type is FieldType.GROUP:
                waiting.extend(reversed(found.children))
