"""Boxed expressions and decision tables of a DMN file, compiled."""

from __future__ import annotations

from collections.abc import Callable, Collection

from flowcase.dmn.boxed import (
    Boxed,
    BrokenBox,
    ConditionalBox,
    ConstantBox,
    ContextBox,
    ContextEntry,
    FunctionBox,
    InvocationBox,
    ListBox,
    LiteralBox,
    Parameter,
    RelationBox,
)
from flowcase.dmn.iteration import FilterBox, ForBox, QuantifiedBox
from flowcase.dmn.quick import constant
from flowcase.dmn.types import Type
from flowcase.modeling.dmn_source import Element, Source, local_name, plain_name
from flowcase.modeling.read_dmn_table import Names, read_table
from flowcase.modeling.read_dmn_types import TypeReader


class LogicReader:
    """Compiles the logic of one file. `path_names` are names that may follow a dot in any expression."""

    def __init__(self, source: Source, types: TypeReader, path_names: Collection[str]) -> None:
        self._source = source
        self._types = types
        self._path_names = frozenset(path_names)
        self.is_strict = False  # whether the logic that is read may only use what its arrows provide
        self._readers: dict[str, Callable[[Element, Names], Boxed]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "list": self._list,
            "relation": self._relation,
            "invocation": self._invocation,
            "functionDefinition": self.function,
            "encapsulatedLogic": self.function,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
        }

    def logic_of(self, holder: Element, names: Names) -> Boxed | None:
        """The boxed expression directly inside an element; None when there is none."""
        for child in self._source.children(holder):
            reader = self._readers.get(local_name(child))
            if reader is not None:
                return reader(child, names)
        return None

    def _inner(self, holder: Element, names: Names, what: str) -> Boxed:
        found = self.logic_of(holder, names)
        if found is not None:
            return found
        # Some tools write the text of `in`, `then` and their like without a boxed expression around it.
        if self._source.text(holder):
            return self._literal(holder, names)
        self._source.report(
            "dmn-expression-missing", holder, f"The {what} has no expression.", "Fill it in, or remove it."
        )
        return self._broken(holder, f"The {what} has no expression.")

    def _child(self, element: Element, name: str, names: Names) -> Boxed:
        holder = self._source.child(element, name)
        if holder is None:
            what = f"'{name}' part of '{local_name(element)}'"
            self._source.report("dmn-expression-missing", element, f"The {what} is missing.", "Fill it in.")
            return self._broken(element, f"The {what} is missing.")
        return self._inner(holder, names, f"'{name}' part of '{local_name(element)}'")

    def _broken(self, element: Element, reason: str) -> BrokenBox:
        return BrokenBox(element=self._source.id_of(element), line=element.sourceline, reason=reason)

    # --- literal expressions -------------------------------------------------------------------------

    def _literal(self, element: Element, names: Names) -> Boxed:
        source = self._source
        if source.child(element, "importedValues") is not None:
            source.report(
                "dmn-imported-values",
                element,
                "The expression takes its values from another file, which is not supported.",
                "Write the values into the expression.",
            )
            return self._broken(element, "Imported values are not supported.")
        text = source.text(element)
        if not text:
            source.report(
                "dmn-expression-missing",
                element,
                "The expression is empty.",
                "Fill it in; `null` means no value.",
            )
            return self._broken(element, "The expression is empty.")
        return self.compiled(element, text, names, self._types.of(element))

    def compiled(self, element: Element, text: str, names: Names, type_: Type | None) -> Boxed:
        expression = None
        if self._source.is_feel(element):
            is_constant, value = constant(text)
            if is_constant:
                return ConstantBox(
                    element=self._source.id_of(element), line=element.sourceline, type=type_, value=value
                )
            expression = self._source.expression(element, text, names | self._path_names)
            if expression is not None:
                # Inside of a filter the entries of the items are names, too; nobody knows them beforehand.
                strict = self.is_strict and "item" not in names
                self._source.check_names(element, expression, names, strict=strict)
        if expression is None:
            return self._broken(element, "The expression cannot be read, so it is null.")
        return LiteralBox(
            element=self._source.id_of(element), line=element.sourceline, type=type_, expression=expression
        )

    # --- contexts, lists, relations ------------------------------------------------------------------

    def _context(self, element: Element, names: Names) -> Boxed:
        source = self._source
        entries: list[ContextEntry] = []
        for child in source.children(element, "contextEntry"):
            variable = source.child(child, "variable")
            name = None if variable is None else plain_name(variable.get("name"))
            if any(entry.name == name and name is not None for entry in entries):
                source.report(
                    "dmn-duplicate-name",
                    child,
                    f"The context has the entry '{name}' twice.",
                    "Rename one of the two.",
                )
            entries.append(
                ContextEntry(
                    name=name,
                    # A function may call itself by the name of its entry.
                    value=self._inner(child, names | {name} if name else names, "context entry"),
                    type=None if variable is None else self._types.of(variable),
                    element=source.id_of(child),
                )
            )
            if name:
                names = names | {name}
        return ContextBox(
            element=source.id_of(element),
            line=element.sourceline,
            type=self._types.of(element),
            entries=tuple(entries),
        )

    def _list(self, element: Element, names: Names) -> Boxed:
        items = [
            reader(child, names)
            for child in self._source.children(element)
            if (reader := self._readers.get(local_name(child))) is not None
        ]
        return ListBox(
            element=self._source.id_of(element),
            line=element.sourceline,
            type=self._types.of(element),
            items=tuple(items),
        )

    def _relation(self, element: Element, names: Names) -> Boxed:
        source = self._source
        columns = [
            (plain_name(column.get("name")), self._types.of(column))
            for column in source.children(element, "column")
        ]
        rows = []
        for row in source.children(element, "row"):
            cells = [
                reader(child, names)
                for child in source.children(row)
                if (reader := self._readers.get(local_name(child))) is not None
            ]
            if len(cells) != len(columns):
                source.report(
                    "dmn-relation-row",
                    row,
                    f"A row of the relation has {len(cells)} cells, but there are {len(columns)} columns.",
                    "Give every row one cell per column.",
                )
                continue
            rows.append(tuple(cells))
        return RelationBox(
            element=source.id_of(element),
            line=element.sourceline,
            type=self._types.of(element),
            columns=tuple(columns),
            rows=tuple(rows),
        )

    # --- functions and invocations -------------------------------------------------------------------

    def function(self, element: Element, names: Names) -> Boxed:
        """A boxed function, or a broken box for one that would run outside of FEEL."""
        source = self._source
        kind = element.get("kind") or "FEEL"
        if kind != "FEEL":
            source.report(
                "dmn-external-function",
                element,
                f"The function is written in {kind}; functions outside of FEEL are never run.",
                "Write the function in FEEL, or compute the value in a service task.",
            )
            return self._broken(element, f"A function written in {kind} is never run, so it is null.")
        parameters = tuple(
            Parameter(name=plain_name(each.get("name")), type=self._types.of(each))
            for each in source.children(element, "formalParameter")
        )
        holder = element.getparent()
        name = plain_name(holder.get("name") if holder is not None else "") or "function"
        body = self.logic_of(element, names | {parameter.name for parameter in parameters})
        if body is None:
            source.report(
                "dmn-expression-missing",
                element,
                f"The function '{name}' has no body.",
                "Write its expression.",
            )
            body = self._broken(element, f"The function '{name}' has no body.")
        return FunctionBox(
            element=source.id_of(element),
            line=element.sourceline,
            name=name,
            parameters=parameters,
            body=body,
            result=self._types.of(element),
        )

    def _invocation(self, element: Element, names: Names) -> Boxed:
        source = self._source
        bindings = []
        for binding in source.children(element, "binding"):
            parameter = source.child(binding, "parameter")
            name = plain_name(parameter.get("name")) if parameter is not None else ""
            argument = self._inner(binding, names, f"argument '{name}'")
            type_ = self._types.of(parameter) if parameter is not None else None
            bindings.append((Parameter(name=name, type=type_), argument))
        called = source.child(element, "literalExpression")
        return InvocationBox(
            element=source.id_of(element),
            line=element.sourceline,
            type=self._types.of(element),
            function=self._inner(element, names, "invocation"),
            function_name=source.text(called),
            bindings=tuple(bindings),
        )

    # --- conditional, filter, iteration --------------------------------------------------------------

    def _conditional(self, element: Element, names: Names) -> Boxed:
        return ConditionalBox(
            element=self._source.id_of(element),
            line=element.sourceline,
            type=self._types.of(element),
            condition=self._child(element, "if", names),
            then=self._child(element, "then", names),
            otherwise=self._child(element, "else", names),
        )

    def _filter(self, element: Element, names: Names) -> Boxed:
        return FilterBox(
            element=self._source.id_of(element),
            line=element.sourceline,
            type=self._types.of(element),
            collection=self._child(element, "in", names),
            match=self._child(element, "match", names | {"item"}),
        )

    def _for(self, element: Element, names: Names) -> Boxed:
        variable = plain_name(element.get("iteratorVariable"))
        return ForBox(
            element=self._source.id_of(element),
            line=element.sourceline,
            type=self._types.of(element),
            variable=variable,
            collection=self._child(element, "in", names),
            result=self._child(element, "return", names | {variable, "partial"}),
        )

    def _quantified(self, element: Element, names: Names) -> Boxed:
        variable = plain_name(element.get("iteratorVariable"))
        return QuantifiedBox(
            element=self._source.id_of(element),
            line=element.sourceline,
            type=self._types.of(element),
            every=local_name(element) == "every",
            variable=variable,
            collection=self._child(element, "in", names),
            condition=self._child(element, "satisfies", names | {variable}),
        )

    # --- decision tables -----------------------------------------------------------------------------

    def _table(self, element: Element, names: Names) -> Boxed:
        return read_table(element, names, self._source, self._types, self.compiled)
