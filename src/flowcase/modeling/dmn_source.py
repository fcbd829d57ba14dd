"""What the parts of the DMN reader share: one file's elements, its findings, its compiled FEEL texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

from lxml import etree

from flowcase.feel import (
    Expression,
    FeelSyntaxError,
    UnaryTests,
    check,
    compile_expression,
    compile_unary_tests,
)
from flowcase.feel.types import Type
from flowcase.finding import Finding, Severity

Element: TypeAlias = Any  # lxml's element; lxml comes without types

DMN_NAMESPACES: Mapping[str, str] = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
FEEL_NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/FEEL/20140401",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
        "feel",
    }
)


MAX_EXPRESSIONS = 15_000  # in one file; literals and simple table cells do not count


def local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def plain_name(text: str | None) -> str:
    """A name as expressions see it: white space within it is one blank."""
    return " ".join((text or "").split())


class Source:
    """One DMN file while it is read. Texts that are no FEEL become findings, and None."""

    def __init__(self, root: Element, file: str) -> None:
        self.root = root
        self.file = file
        self.namespace = etree.QName(root).namespace or ""
        self._prefix = f"{{{self.namespace}}}"
        self.version = DMN_NAMESPACES.get(self.namespace, "")
        self._compiled = 0
        self.findings: list[Finding] = []
        self._rows: dict[Element, dict[Element, int]] = {}  # of a table: its rules with their numbers
        self.types: dict[str, Type] = {}  # item definitions, imported ones under `<import>.<name>`

    def children(self, element: Element, *names: str) -> Iterator[Element]:
        """Child elements of DMN's own namespace, all or those with one of the local names."""
        if names:
            yield from element.iterchildren(*(self._prefix + name for name in names))
        else:
            yield from (child for child in element if child.tag.startswith(self._prefix))

    def all(self, name: str) -> Iterator[Element]:
        """The elements of DMN's own namespace with this local name, however deep, in the file's order."""
        yield from self.root.iter(self._prefix + name)

    def child(self, element: Element, *names: str) -> Element | None:
        return next(self.children(element, *names), None)

    def text(self, element: Element | None) -> str:
        """The FEEL text of an element with a `text` child; empty when there is none."""
        holder = None if element is None else self.child(element, "text")
        return "" if holder is None else "".join(holder.itertext()).strip()

    def report(
        self,
        rule: str,
        element: Element | None,
        message: str,
        remedy: str,
        *,
        severity: Severity = Severity.ERROR,
        line: int | None = None,
    ) -> None:
        self.findings.append(
            Finding(
                rule=rule,
                severity=severity,
                file=self.file,
                element=self.id_of(element),
                element_name=self._called(element) if element is not None else None,
                line=line or (element.sourceline if element is not None else None),
                message=message,
                remedy=remedy,
            )
        )

    def _called(self, element: Element) -> str | None:
        """Its name or heading, or that of what it belongs to; a cell by table, row and column."""
        if local_name(element) in ("inputEntry", "outputEntry", "rule"):
            return self._cell(element)
        around = element
        while around is not None:
            if name := plain_name(around.get("name") or around.get("label")):
                return name
            if local_name(around) in ("inputEntry", "outputEntry", "rule"):
                return self._cell(around)
            around = around.getparent()
        return None

    def _cell(self, element: Element) -> str | None:
        kind = local_name(element).removesuffix("Entry")
        rule = element if kind == "rule" else element.getparent()
        table = rule.getparent()
        decision = table.getparent() if table is not None else None
        if decision is None:
            return None
        if table not in self._rows:
            self._rows[table] = {each: row for row, each in enumerate(self.children(table, "rule"), 1)}
        said = [plain_name(decision.get("name")), str(self._rows[table].get(rule, ""))]
        if kind != "rule":
            before = len(list(element.itersiblings(element.tag, preceding=True)))
            column = next(islice(self.children(table, kind), before, None), None)
            if column is not None:
                expression = self.text(self.child(column, "inputExpression"))
                said.append(plain_name(column.get("label") or column.get("name") or expression))
        return " › ".join(filter(None, said)) or None

    @staticmethod
    def id_of(element: Element | None) -> str | None:
        """The id of the element, or of the nearest one around it that has an id."""
        while element is not None:
            if element.get("id"):
                return element.get("id")
            element = element.getparent()
        return None

    def is_feel(self, element: Element) -> bool:
        """Whether the text of this element is FEEL; any other expression language is a finding."""
        language = element.get("expressionLanguage")
        if language is None:
            language = self.root.get("expressionLanguage")
        if not language or language in FEEL_NAMESPACES or language.strip().lower() == "feel":
            return True
        self.report(
            "dmn-expression-language",
            element,
            f"The expression is written in '{language}', but only FEEL is run.",
            "Rewrite it in FEEL and remove the attribute expressionLanguage.",
        )
        return False

    def _may_compile(self, element: Element) -> bool:
        """Whether one more expression may be compiled; each costs a fraction of a millisecond."""
        self._compiled += 1
        if self._compiled == MAX_EXPRESSIONS + 1:
            self.report(
                "dmn-too-large",
                element,
                f"The file has more than {MAX_EXPRESSIONS} expressions.",
                "Split it into several files.",
            )
        return self._compiled <= MAX_EXPRESSIONS

    def expression(self, element: Element, text: str, names: Collection[str]) -> Expression | None:
        return self._compile(element, text, lambda: compile_expression(text, names=names, types=self.types))

    def unary_tests(self, element: Element, text: str, names: Collection[str]) -> UnaryTests | None:
        return self._compile(element, text, lambda: compile_unary_tests(text, names=names, types=self.types))

    def check_names(
        self, element: Element, compiled: Expression | UnaryTests, names: Collection[str], *, strict: bool
    ) -> None:
        """Report calls that lead nowhere, and with `strict` also variables that nothing provides."""
        told: set[str] = set()
        for problem in check(compiled, names={*names, "?"}):
            is_variable = problem.kind == "unknown variable"
            # A decision may be null on purpose; the types of cells are checked by `dmn-cell-type`.
            if (
                problem.kind in ("unknown entry", "wrong types")
                or (is_variable and not strict)
                or problem.name in told
            ):
                continue
            told.add(problem.name)
            hint = f" Did you mean '{problem.suggestion}'?" if problem.suggestion else ""
            self.report(
                "feel-unknown-name" if problem.kind != "wrong arguments" else "feel-wrong-arguments",
                element,
                f"The expression '{_shortened(compiled.text)}' has the {problem.kind} '{problem.name}'.{hint}"
                if problem.kind != "wrong arguments"
                else f"The expression '{_shortened(compiled.text)}' calls '{problem.name}' with arguments "
                "that it does not take.",
                "Draw an arrow from what provides it, or correct the name."
                if problem.kind != "wrong arguments"
                else "Correct the arguments of the call.",
                severity=Severity.WARNING if is_variable else Severity.ERROR,
            )

    def _compile(self, element: Element, text: str, compiled: Any) -> Any:
        if not self._may_compile(element):
            return None
        try:
            return compiled()
        except FeelSyntaxError as error:
            holder = self.child(element, "text")
            start = holder.sourceline if holder is not None else element.sourceline
            # `text` was stripped: lines that stood before it still count.
            raw = "".join(holder.itertext()) if holder is not None else text
            blank_lines = raw[: len(raw) - len(raw.lstrip())].count("\n")
            self.report(
                "feel-syntax",
                element,
                f"The FEEL text '{_shortened(text)}' cannot be read: {error.message} "
                f"(column {error.column}).",
                "Correct the expression.",
                line=(start or 1) + blank_lines + error.line - 1,
            )
            return None


def _shortened(text: str, length: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
