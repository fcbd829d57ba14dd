"""Item definitions and `typeRef`s of a DMN file as types (DMN 1.5, 7.3.2)."""

from __future__ import annotations

from collections.abc import Mapping

from flowcase.dmn.types import (
    ANY,
    BUILT_IN,
    ConstrainedType,
    FunctionType,
    ItemType,
    ListType,
    NamedType,
    Type,
    unconstrained,
)
from flowcase.modeling.dmn_source import FEEL_NAMESPACES, Element, Source, plain_name

_XSD = "http://www.w3.org/2001/XMLSchema"
_XSD_TYPES = {
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "dateTime": "dateTime",
    "dayTimeDuration": "dayTimeDuration",
    "yearMonthDuration": "yearMonthDuration",
    **dict.fromkeys(("integer", "int", "long", "short", "decimal", "double", "float"), "number"),
}


class TypeReader:
    """Fills `source.types` and answers what a `typeRef` means."""

    def __init__(
        self, source: Source, imported_by_namespace: Mapping[str, tuple[str, Mapping[str, Type]]]
    ) -> None:
        self.source = source
        self._imported = imported_by_namespace  # namespace -> (import name, its item definitions)
        for name, definitions in self._imported.values():
            for key, type_ in definitions.items():
                source.types[f"{name}.{key}" if name else key] = type_

    def read_all(self) -> None:
        source = self.source
        definitions = list(source.children(source.root, "itemDefinition"))
        for element in definitions:
            name = plain_name(element.get("name"))
            # A definition may use one that stands below it, or itself.
            source.types[name] = NamedType(name, source.types)
        read: dict[str, Type] = {}
        for element in definitions:
            name = plain_name(element.get("name"))
            if name in read:
                source.report(
                    "dmn-duplicate-name",
                    element,
                    f"The data type '{name}' is defined twice.",
                    "Rename one of the two.",
                )
            read[name] = self._item(element, name)
        source.types.update(read)

    def of(self, element: Element) -> Type | None:
        """The type that the element's `typeRef` names; None when it has none or it means any value."""
        text = element.get("typeRef")
        if text is None:  # DMN 1.1 files also write it as a child of item definitions only
            return None
        found = self._named(plain_name(text), element)
        return None if found is ANY else found

    def component_names(self) -> set[str]:
        """All names that a path may use because an item definition has them."""
        names: set[str] = set()
        for element in self.source.root.iter(f"{{{self.source.namespace}}}itemComponent"):
            names.add(plain_name(element.get("name")))
        return names

    def _item(self, element: Element, name: str) -> Type:
        source = self.source
        components = list(source.children(element, "itemComponent"))
        function = source.child(element, "functionItem")
        base: Type = ANY
        type_ref = source.child(element, "typeRef")
        if components:
            base = ItemType(
                name,
                {
                    plain_name(each.get("name")): self._item(each, f"{name}.{plain_name(each.get('name'))}")
                    for each in components
                },
            )
        elif function is not None:
            base = self._function(function)
        elif type_ref is not None:
            base = self._named(plain_name(type_ref.text), element)
        elif element.get("typeRef"):
            base = self._named(plain_name(element.get("typeRef")), element)
        base = self._constrained(element, "allowedValues", name, base)
        if element.get("isCollection") in ("true", "1"):
            base = ListType(base)
        return self._constrained(element, "typeConstraint", name, base)

    def _constrained(self, element: Element, kind: str, name: str, base: Type) -> Type:
        holder = self.source.child(element, kind)
        text = self.source.text(holder)
        if holder is None or not text or not self.source.is_feel(holder):
            return base
        tests = self.source.unary_tests(holder, text, ())
        return base if tests is None else ConstrainedType(name, base, tests)

    def _function(self, element: Element) -> Type:
        output = element.get("outputTypeRef")
        return FunctionType(
            tuple(self.of(each) or ANY for each in self.source.children(element, "parameters")),
            (self._named(plain_name(output), element) if output else None) or ANY,
        )

    def _named(self, text: str, element: Element) -> Type:
        found = self._lookup(text, element)
        if found is not None:
            return found
        self.source.report(
            "dmn-unknown-type",
            element,
            f"The type '{text}' is not defined.",
            "Define the data type, or choose one that exists.",
        )
        return ANY

    def _lookup(self, text: str, element: Element) -> Type | None:
        """Item definition, built-in type, `prefix:name` (DMN 1.1), `import.name` `type.component`."""
        if not text or text == "<Undefined>":
            return ANY
        found = self.source.types.get(text) or BUILT_IN.get(text)
        if found is not None:
            return found
        if ":" in text:
            prefix, _, name = text.partition(":")
            namespace = element.nsmap.get(prefix)
            if namespace == _XSD:
                return BUILT_IN.get(_XSD_TYPES.get(name, ""))
            if namespace in FEEL_NAMESPACES or prefix == "feel":
                return BUILT_IN.get(name)
            if namespace in self._imported:
                return self._imported[namespace][1].get(name)
            return self.source.types.get(name)
        if "." in text:
            owner, _, component = text.rpartition(".")
            return self._component(owner, component, element)
        return None

    def _component(self, owner: str, component: str, element: Element) -> Type | None:
        """`tPerson.address`: the type of a component, looked up when it is used."""
        if owner not in self.source.types:
            return None
        holder = unconstrained(self.source.types[owner])
        if isinstance(holder, ItemType):
            return holder.components.get(component)
        # The owner stands further down and is not read yet.
        return _ComponentType(f"{owner}.{component}", self.source.types)


class _ComponentType(NamedType):
    def resolved(self) -> Type:
        owner, _, component = self.name.rpartition(".")
        holder = unconstrained(self.definitions.get(owner, ANY))
        found = holder.components.get(component, ANY) if isinstance(holder, ItemType) else ANY
        return found.resolved() if isinstance(found, NamedType) and found is not self else found
