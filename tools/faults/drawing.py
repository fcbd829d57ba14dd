"""The small diagrams that faults are tried on, written as sequences of elements."""

from __future__ import annotations

from itertools import pairwise

GROUP = "clients"


def user_task(id: str) -> tuple[str, str]:
    inside = (
        f'<extensionElements><zeebe:userTask/><zeebe:assignmentDefinition candidateGroups="{GROUP}"/>'
        "</extensionElements>"
    )
    return id, f'<userTask id="{id}" name="{id}">{inside}%s</userTask>'


def job(id: str, type: str, *, retries: int = 3, pause: str = "PT0.2S") -> tuple[str, str]:
    inside = (
        f'<extensionElements><zeebe:taskDefinition type="{type}" retries="{retries}"/>'
        f'<zeebe:taskHeaders><zeebe:header key="retryBackoff" value="{pause}"/></zeebe:taskHeaders>'
        "</extensionElements>"
    )
    return id, f'<serviceTask id="{id}" name="{id}">{inside}%s</serviceTask>'


def wait(id: str, duration: str) -> tuple[str, str]:
    """A timer in the flow; a duration that begins with `=` is FEEL for an instant."""
    kind = "timeDate" if duration.startswith("=") else "timeDuration"
    return id, (
        f'<intermediateCatchEvent id="{id}" name="{id}">%s<timerEventDefinition id="{id}_t">'
        f"<{kind}>{duration}</{kind}></timerEventDefinition></intermediateCatchEvent>"
    )


def receive(id: str, message: str) -> tuple[str, str]:
    """Waits for a message whose key is variable `k`."""
    return id, (
        f'<intermediateCatchEvent id="{id}" name="{id}">%s'
        f'<messageEventDefinition messageRef="m_{message}"/></intermediateCatchEvent>'
    )


def sequence(id: str, *nodes: tuple[str, str], messages: tuple[str, ...] = ()) -> bytes:
    """A file with one process: start, `nodes` one after the other, end."""
    drawn = [("s", '<startEvent id="s">%s</startEvent>'), *nodes, ("e", '<endEvent id="e">%s</endEvent>')]
    flows = list(pairwise(name for name, _ in drawn))
    body = ""
    for name, text in drawn:
        ends = "".join(f"<incoming>{a}_{b}</incoming>" for a, b in flows if b == name)
        ends += "".join(f"<outgoing>{a}_{b}</outgoing>" for a, b in flows if a == name)
        body += text % ends
    body += "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in flows)
    return definitions(id, body, messages)


def definitions(id: str, body: str, messages: tuple[str, ...] = ()) -> bytes:
    """The file around the content of one process; each of `messages` is correlated by variable `k`."""
    roots = "".join(
        f'<message id="m_{name}" name="{name}"><extensionElements>'
        '<zeebe:subscription correlationKey="=k"/></extensionElements></message>'
        for name in messages
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
        f'id="d_{id}" targetNamespace="http://flowcase/chaos">{roots}'
        f'<process id="{id}" name="{id}" isExecutable="true">{body}</process></definitions>'
    ).encode()


# A person, the world outside, a second, a person: each kind of work that a fault can hit.
WORK = sequence(
    "work", user_task("first"), job("send", "chaos.send"), wait("a_second", "PT1S"), user_task("second")
)
