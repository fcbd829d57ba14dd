"""Small DMN files for tests, written from their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from flowcase.dmn import DecisionResult, Model
from flowcase.modeling.read_dmn import read_dmn

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def definitions(
    *parts: str, namespace: str = "urn:test", xmlns: str = NAMESPACE, attributes: str = ""
) -> bytes:
    body = "\n".join(parts)
    return (
        f'<definitions xmlns="{xmlns}" id="file" name="file" namespace="{namespace}" {attributes}>\n{body}\n'
        "</definitions>"
    ).encode()


def literal(text: str, type_ref: str | None = None) -> str:
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f"<literalExpression{typed}><text>{escape(text)}</text></literalExpression>"


def decision(
    id_: str,
    logic: str,
    *,
    requires: Sequence[str] = (),
    type_ref: str | None = None,
    name: str | None = None,
) -> str:
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return (
        f'<decision id="{id_}" name="{name or id_}"><variable name="{name or id_}"{typed}/>'
        + "".join(requires)
        + logic
        + "</decision>"
    )


def needs(kind: str, href: str) -> str:
    """A requirement; `kind` is Decision, Input or Knowledge."""
    arrow = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return f'<{arrow}><required{kind} href="{href if "#" in href else "#" + href}"/></{arrow}>'


def input_data(id_: str, type_ref: str | None = None, name: str | None = None) -> str:
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<inputData id="{id_}" name="{name or id_}"><variable name="{name or id_}"{typed}/></inputData>'


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    hit_policy: str = "UNIQUE",
    aggregation: str | None = None,
    types: Mapping[str, str] | None = None,
    allowed: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> str:
    """A decision table; `types`, `allowed` and `defaults` are by input expression or output name."""
    types, allowed, defaults = types or {}, allowed or {}, defaults or {}
    lines = [f'<decisionTable id="table" hitPolicy="{hit_policy}"']
    lines.append(f' aggregation="{aggregation}">' if aggregation else ">")
    for each in inputs:
        typed = f' typeRef="{types[each]}"' if each in types else ""
        values = f"<inputValues><text>{escape(allowed[each])}</text></inputValues>" if each in allowed else ""
        lines.append(
            f"<input><inputExpression{typed}><text>{escape(each)}</text></inputExpression>{values}</input>"
        )
    for each in outputs:
        typed = f' typeRef="{types[each]}"' if each in types else ""
        values = (
            f"<outputValues><text>{escape(allowed[each])}</text></outputValues>" if each in allowed else ""
        )
        default = (
            f"<defaultOutputEntry><text>{escape(defaults[each])}</text></defaultOutputEntry>"
            if each in defaults
            else ""
        )
        lines.append(f'<output name="{each}"{typed}>{values}{default}</output>')
    for number, rule in enumerate(rules, start=1):
        cells = "".join(
            f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in rule[: len(inputs)]
        )
        cells += "".join(
            f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in rule[len(inputs) :]
        )
        lines.append(f'\n<rule id="rule_{number}">{cells}</rule>')
    return "".join(lines) + "</decisionTable>"


def model(*parts: str, **imports: bytes) -> Model:
    return read_dmn(definitions(*parts), "test.dmn", imports=imports)


def decide(*parts: str, of: str = "d", **inputs: object) -> DecisionResult:
    """Read the parts as one file and evaluate the decision `of`."""
    return model(*parts).evaluate(of, inputs)
