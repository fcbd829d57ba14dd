"""Random block-structured diagrams of what waits, branches, repeats and nests, ready to be deployed."""

from __future__ import annotations

import random
from xml.sax.saxutils import quoteattr

from faults.drawing import definitions, job, receive, user_task, wait

MESSAGE = "news"
_LEAVES = ("task", "task", "task", "timer", "message", "job")
_BLOCKS = ("task", "sequence", "sequence", "xor", "and", "or", "loop", "sub", "each", "reminded")


class _Scope:
    """Elements and flows between one start and one end event."""

    def __init__(self) -> None:
        self.nodes: list[tuple[str, str]] = []
        self.flows: list[tuple[str, str, str, str]] = []  # (id, from, to, condition)

    def xml(self) -> str:
        text = ""
        for name, drawn in self.nodes:
            ends = "".join(f"<incoming>{id}</incoming>" for id, _, to, _ in self.flows if to == name)
            ends += "".join(f"<outgoing>{id}</outgoing>" for id, at, _, _ in self.flows if at == name)
            text += drawn.replace("%s", ends, 1)
        for id, at, to, condition in self.flows:
            said = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
            text += f'<sequenceFlow id="{id}" sourceRef="{at}" targetRef="{to}">{said}</sequenceFlow>'
        return text


class _Artist:
    def __init__(self, seed: int) -> None:
        self.chance, self._number = random.Random(seed), 0

    def name(self, kind: str) -> str:
        self._number += 1
        return f"{kind}{self._number}"

    def whole(self, size: int) -> str:
        """Start, one block, end."""
        scope = _Scope()
        begin, end = self.name("s"), self.name("e")
        scope.nodes.append((begin, f'<startEvent id="{begin}">%s</startEvent>'))
        last = self.block(scope, begin, size)
        scope.nodes.append((end, f'<endEvent id="{end}">%s</endEvent>'))
        self.flow(scope, last, end)
        return scope.xml()

    def flow(self, scope: _Scope, at: str, to: str, condition: str = "") -> str:
        id = self.name("f")
        scope.flows.append((id, at, to, condition))
        return id

    def block(self, scope: _Scope, before: str, size: int, condition: str = "") -> str:
        """Draw a block behind `before`; the element that it ends with."""
        kind = self.chance.choice(_BLOCKS if size > 0 else _LEAVES)
        if kind == "sequence":
            for nr in range(2):
                before = self.block(scope, before, size - 1, "" if nr else condition)
            return before
        if kind in ("xor", "and", "or"):
            return self.branches(scope, kind, before, size, condition)
        if kind == "loop":
            return self.loop(scope, before, size, condition)
        id, drawn = self.part(kind, size)
        scope.nodes.append((id, drawn))
        self.flow(scope, before, id, condition)
        if kind == "reminded":
            at, end = self.name("b"), self.name("e")
            scope.nodes.append(
                (
                    at,
                    f'<boundaryEvent id="{at}" attachedToRef="{id}" cancelActivity="false">%s'
                    f'<timerEventDefinition id="{at}_t"><timeDuration>PT5M</timeDuration>'
                    "</timerEventDefinition></boundaryEvent>",
                )
            )
            scope.nodes.append((end, f'<endEvent id="{end}">%s</endEvent>'))
            self.flow(scope, at, end)
        return id

    def part(self, kind: str, size: int) -> tuple[str, str]:
        if kind in ("task", "reminded"):
            return user_task(self.name("t"))
        if kind == "timer":
            return wait(self.name("w"), "PT5M")
        if kind == "message":
            return receive(self.name("m"), MESSAGE)
        if kind == "job":
            return job(self.name("j"), "chaos.send", pause="PT1S")
        id, repeated = self.name(kind), ""
        if kind == "each":
            many = self.chance.randint(1, 3)
            sequential = str(self.chance.random() < 0.5).lower()
            repeated = (
                f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><extensionElements>'
                f"<zeebe:loopCharacteristics inputCollection={quoteattr(f'=for i in 1..{many} return i')} "
                'inputElement="x"/></extensionElements></multiInstanceLoopCharacteristics>'
            )
        return id, f'<subProcess id="{id}">%s{repeated}{self.whole(size - 1)}</subProcess>'

    def branches(self, scope: _Scope, kind: str, before: str, size: int, condition: str) -> str:
        tag = {"xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway"}[kind]
        split, join, many = self.name(kind), self.name(f"{kind}_join"), self.chance.randint(2, 3)
        at = len(scope.nodes)
        scope.nodes += [(split, ""), (join, f'<{tag} id="{join}">%s</{tag}>')]
        self.flow(scope, before, split, condition)
        one = self.chance.randrange(many)
        taken = (
            {one} if kind == "xor" else {one, *self.chance.sample(range(many), self.chance.randint(1, many))}
        )
        default = ""
        for nr in range(many):
            first = len(scope.flows)
            said = "" if kind == "and" else "=true" if nr in taken else "=false"
            if kind == "xor" and nr == many - 1:
                said = ""
            last = self.block(scope, split, size - 1, said)
            if kind == "xor" and nr == many - 1:
                default = f' default="{scope.flows[first][0]}"'
            self.flow(scope, last, join)
        scope.nodes[at] = (split, f'<{tag} id="{split}"{default}>%s</{tag}>')
        return join

    def loop(self, scope: _Scope, before: str, size: int, condition: str) -> str:
        counter, rounds = self.name("n"), self.chance.randint(1, 3)
        zero, entry, plus, again = (self.name(kind) for kind in ("zero", "in", "plus", "again"))
        scope.nodes += [
            (zero, _script(zero, "=0", counter)),
            (entry, f'<exclusiveGateway id="{entry}">%s</exclusiveGateway>'),
        ]
        self.flow(scope, before, zero, condition)
        self.flow(scope, zero, entry)
        last = self.block(scope, entry, size - 1)
        out = self.name("out")
        back = self.flow(scope, again, entry, f"={counter} &lt; {rounds}")
        assert back
        leave = self.flow(scope, again, out)
        scope.nodes += [
            (plus, _script(plus, f"={counter} + 1", counter)),
            (again, f'<exclusiveGateway id="{again}" default="{leave}">%s</exclusiveGateway>'),
            (out, f'<manualTask id="{out}">%s</manualTask>'),
        ]
        self.flow(scope, last, plus)
        self.flow(scope, plus, again)
        return out


def _script(id: str, expression: str, result: str) -> str:
    return (
        f'<scriptTask id="{id}"><extensionElements><zeebe:script expression="{expression}" '
        f'resultVariable="{result}"/></extensionElements>%s</scriptTask>'
    )


def draw(seed: int, *, size: int = 3) -> bytes:
    """The same process `random` for the same seed; messages `news` are correlated by variable `k`."""
    return definitions("random", _Artist(seed).whole(size), (MESSAGE,))
