"""Decision tables of a DMN file, compiled (DMN 1.5, 8.2 and 8.3)."""

from __future__ import annotations

from collections.abc import Callable

from flowcase.dmn.boxed import Boxed, BrokenBox
from flowcase.dmn.cells import split_tests
from flowcase.dmn.quick import NOT_SIMPLE, SimpleTests, quick_test
from flowcase.dmn.table import Aggregation, HitPolicy, Input, Output, Rule, TableBox
from flowcase.dmn.types import ConstrainedType, ItemType, Type, plain, unconstrained
from flowcase.feel import UnaryTests
from flowcase.finding import Severity
from flowcase.modeling.dmn_source import Element, Source, plain_name
from flowcase.modeling.read_dmn_types import TypeReader

Names = frozenset[str]
Compile = Callable[[Element, str, Names, Type | None], Boxed]

_WHOLE = ("integer", "long")  # Camunda 7's types for numbers without fraction
_SHORT_HIT_POLICIES = {
    "U": HitPolicy.UNIQUE,
    "A": HitPolicy.ANY,
    "F": HitPolicy.FIRST,
    "P": HitPolicy.PRIORITY,
    "R": HitPolicy.RULE_ORDER,
    "O": HitPolicy.OUTPUT_ORDER,
    "C": HitPolicy.COLLECT,
}


def read_table(
    element: Element, names: Names, source: Source, types: TypeReader, compiled: Compile
) -> TableBox:
    """The compiled table; whatever cannot be read is reported to `source` and evaluates to null."""
    return _TableReader(element, names, source, types, compiled).read()


class _TableReader:
    def __init__(
        self, element: Element, names: Names, source: Source, types: TypeReader, compiled: Compile
    ) -> None:
        self._element = element
        self._names = names
        self._source = source
        self._types = types
        self._compiled = compiled
        self._broken_cells = False

    def read(self) -> TableBox:
        source, element = self._source, self._element
        hit_policy, aggregation = self._hit_policy()
        table_type = self._types.of(element)
        inputs = tuple(self._input(each) for each in source.children(element, "input"))
        outputs_read = list(source.children(element, "output"))
        outputs = tuple(self._output(each, len(outputs_read), table_type) for each in outputs_read)
        rules = tuple(
            rule
            for index, each in enumerate(source.children(element, "rule"), start=1)
            if (rule := self._rule(each, index, inputs, outputs)) is not None
        )
        self._check_shape(outputs, hit_policy, aggregation)
        return TableBox(
            element=source.id_of(element),
            line=element.sourceline,
            inputs=inputs,
            outputs=outputs,
            rules=rules,
            hit_policy=hit_policy,
            aggregation=aggregation,
            is_broken=self._broken_cells,
        )

    def _hit_policy(self) -> tuple[HitPolicy, Aggregation | None]:
        text = " ".join((self._element.get("hitPolicy") or "UNIQUE").split()).upper()
        aggregation_text = self._element.get("aggregation")
        try:
            hit_policy = _SHORT_HIT_POLICIES.get(text) or HitPolicy(text)
        except ValueError:
            self._source.report(
                "dmn-hit-policy",
                self._element,
                f"'{text}' is no hit policy.",
                f"Choose one of {', '.join(HitPolicy)}.",
            )
            return HitPolicy.UNIQUE, None
        if not aggregation_text or hit_policy is not HitPolicy.COLLECT:
            return hit_policy, None
        try:
            return hit_policy, Aggregation(aggregation_text.upper())
        except ValueError:
            self._source.report(
                "dmn-hit-policy",
                self._element,
                f"'{aggregation_text}' is no aggregation.",
                f"Choose one of {', '.join(Aggregation)}, or none.",
            )
            return hit_policy, None

    def _check_shape(
        self,
        outputs: tuple[Output, ...],
        hit_policy: HitPolicy,
        aggregation: Aggregation | None,
    ) -> None:
        source, element = self._source, self._element
        if not outputs:
            source.report(
                "dmn-table-output-missing", element, "The table has no output.", "Add an output column."
            )
        if source.child(element, "rule") is None:  # those that cannot be read have findings of their own
            source.report(
                "dmn-table-empty",
                element,
                "The table has no rules, so it never gives a value.",
                "Add rules.",
                severity=Severity.WARNING,
            )
        names = [output.name for output in outputs]
        if len(outputs) > 1 and (not all(names) or len(set(names)) < len(names)):
            source.report(
                "dmn-table-output-name",
                element,
                "A table with several outputs needs a name of its own for each of them.",
                "Name every output column.",
            )
        if len(outputs) > 1 and aggregation not in (None, Aggregation.COUNT):
            source.report(
                "dmn-hit-policy",
                element,
                f"COLLECT with {aggregation} needs exactly one output, but the table has {len(outputs)}.",
                "Make a table of its own for each output, or collect without aggregation.",
            )
        ordered = hit_policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)
        if ordered and outputs and not any(output.ranking for output in outputs):
            source.report(
                "dmn-output-order-missing",
                element,
                f"The hit policy {hit_policy} orders by the list of output values, but no output has one.",
                "List the output values of a column, the most important first.",
            )

    def _input(self, element: Element) -> Input:
        source = self._source
        holder = source.child(element, "inputExpression")
        text = source.text(holder)
        label = plain_name(element.get("label"))
        if holder is None or not text:
            source.report(
                "dmn-expression-missing",
                element,
                f"The input '{label or 'without name'}' has no expression.",
                "Write which value the column looks at.",
            )
            expression: Boxed = BrokenBox(
                element=source.id_of(element), line=element.sourceline, reason="The input has no expression."
            )
        else:
            expression = self._compiled(holder, text, self._names, self._types.of(holder))
            self._broken_cells |= isinstance(expression, BrokenBox)
        values = source.child(element, "inputValues")
        allowed_text = source.text(values)
        return Input(
            expression=expression,
            text=" ".join(text.split()),
            label=label,
            is_whole=holder is not None and holder.get("typeRef") in _WHOLE,
            allowed=self._tests(values, allowed_text) if values is not None else None,
            allowed_text=allowed_text,
            element=source.id_of(element),
        )

    def _output(self, element: Element, count: int, table_type: Type | None) -> Output:
        source = self._source
        name = plain_name(element.get("name")) or plain_name(element.get("label"))
        type_ = self._types.of(element)
        if type_ is None and count > 1 and table_type is not None:
            whole = unconstrained(table_type)
            type_ = whole.components.get(name) if isinstance(whole, ItemType) else None
        values = source.child(element, "outputValues")
        text = source.text(values)
        ranking: tuple[UnaryTests, ...] = ()
        if values is not None and text:
            tests = (self._tests(values, each) for each in split_tests(text))
            ranking = tuple(test for test in tests if test is not None)
        elif type_ is not None and isinstance(constrained := plain(type_), ConstrainedType):
            tests = (self._tests(element, each) for each in split_tests(constrained.allowed.text))
            ranking = tuple(test for test in tests if test is not None)
        default = source.child(element, "defaultOutputEntry")
        default_text = source.text(default)
        return Output(
            name=name,
            type=type_,
            allowed=self._tests(values, text) if values is not None else None,
            ranking=ranking,
            default=self._compiled(default, default_text, self._names, None)
            if default is not None and default_text
            else None,
            element=source.id_of(element),
        )

    def _tests(self, element: Element, text: str) -> UnaryTests | None:
        """Compiled unary tests; None for a test that always holds."""
        if not text or text == "-" or not self._source.is_feel(element):
            return None
        tests = self._source.unary_tests(element, text, self._names)
        self._broken_cells |= tests is None
        return tests

    def _rule(
        self, element: Element, index: int, inputs: tuple[Input, ...], outputs: tuple[Output, ...]
    ) -> Rule | None:
        source = self._source
        input_entries = list(source.children(element, "inputEntry"))
        output_entries = list(source.children(element, "outputEntry"))
        if len(input_entries) != len(inputs) or len(output_entries) != len(outputs):
            source.report(
                "dmn-rule-cells",
                element,
                f"Rule {index} has {len(input_entries)} input and {len(output_entries)} output cells, "
                f"but the table has {len(inputs)} inputs and {len(outputs)} outputs.",
                "Give every rule one cell per column.",
            )
            return None
        cells = tuple(source.text(entry) for entry in input_entries)
        tests = []
        for position, (entry, text) in enumerate(zip(input_entries, cells, strict=True)):
            if text in ("", "-"):
                continue
            quick = quick_test(text)
            is_simple = quick is not NOT_SIMPLE and source.is_feel(entry)
            test = SimpleTests(text) if is_simple else self._tests(entry, text)
            if test is None:  # reported; a rule with an unreadable cell must not match by accident
                self._broken_cells = True
                return None
            tests.append((position, test, quick))
        output_texts = tuple(source.text(entry) or "null" for entry in output_entries)
        return Rule(
            id=element.get("id") or f"#{index}",
            index=index,
            line=element.sourceline,
            cells=cells,
            tests=tuple(tests),
            outputs=tuple(
                self._compiled(entry, text, self._names, self._types.of(entry))
                for entry, text in zip(output_entries, output_texts, strict=True)
            ),
            output_texts=output_texts,
        )
