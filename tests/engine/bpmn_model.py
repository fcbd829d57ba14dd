"""BPMN's token game by hand: small, slow, and independent of the engine that it judges.

Written from BPMN 2.0 (chapter 13) and docs/dialect.md. It reads the same definitions and nothing else of
flowcase: own tokens, own timers, own variables, own (tiny) expressions (`bpmn_ground`). What waits is
found by walking over all tokens; nothing is remembered but what waits.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, deque
from typing import Any

from bpmn_ground import Ground, K, Token, Undecided, Wait

from flowcase.modeling.definition import (
    Element,
    ErrorEvent,
    EscalationEvent,
    MessageEvent,
    MultiInstance,
    ProcessDefinition,
    SignalEvent,
    StandardLoop,
    TerminateEvent,
    TimerEvent,
    TimerKind,
)

ANSWERED = {K.USER_TASK, K.SERVICE_TASK, K.BUSINESS_RULE_TASK, K.CALL_ACTIVITY}


class Instance(Ground):
    """One process instance; `outbox` is what its surroundings are to do, `log` what happened."""

    def __init__(self, definition: ProcessDefinition, *, is_called: bool) -> None:
        super().__init__(definition)
        self.is_called = is_called
        self.status = "active"
        self.ends: list[str] = []
        self.waits: list[Wait] = []
        self.agenda: deque[Token] = deque()
        self.log: Counter[tuple[str, str, str]] = Counter()
        self.outbox: list[tuple[Any, ...]] = []
        self.now = dt.datetime.min
        self._numbers = 0

    # --- what can be done to it ---

    def start(self, element: str | None, variables: dict[str, Any]) -> None:
        begin = self.elements[element] if element else self._none_start(None)
        self.root.variables.update(variables)
        self.root.status = "waiting"
        self._listen(self.root, [self._start_of(each) for each in self._event_sub_processes(None)])
        self._spawn(begin, self.root)
        self.settle()

    def answer(self, token: Token, variables: dict[str, Any]) -> None:
        self._finish(token, variables)
        self.settle()

    def happen(self, wait: Wait, variables: dict[str, Any]) -> None:
        """A timer has fired, or a message or signal has come."""
        event, token = wait.event, wait.token
        self.waits.remove(wait)
        beside = event.kind in (K.BOUNDARY_EVENT, K.START_EVENT)
        if beside and not event.is_interrupting:
            if wait.kind != "timer":
                self.waits.append(wait)
            elif wait.period and wait.left:
                again = Wait(self._number(), token, event, "timer", period=wait.period, left=wait.left - 1)
                again.due_at = wait.due_at + wait.period
                self.waits.append(again)
        if beside:
            self._catch(token, event, variables)
        else:
            token.chosen = event.id
            self._finish(token, variables)
        self.settle()

    def error(self, token: Token, code: str) -> None:
        """What a job or a called process answers; without a catcher the token stands still."""
        if not self._throw_error(token, code):
            token.status = "stuck"
        self.settle()

    def escalate(self, token: Token, code: str) -> None:
        self._throw_escalation(token, code)
        self.settle()

    def fail(self, token: Token) -> None:
        token.status = "stuck"

    def retry(self, token: Token) -> None:
        token.status = "waiting"

    def cancel(self) -> None:
        self._empty(self.root)
        self._close(self.root)
        self.status = "cancelled"
        self.outbox.append(("cancelled",))

    # --- the game ---

    def settle(self) -> None:
        """First come, first served, until every token waits; then inclusive gateways are judged."""
        while True:
            while self.agenda:
                token = self.agenda.popleft()
                if token.status == "moving":
                    self._enter(token)
                elif token.status == "leaving":
                    self._leave(token)
            if self.status != "active" or not self._meet_inclusively():
                return

    def tokens(self, scope: Token | None = None) -> list[Token]:
        scope = scope or self.root
        return [token for inner in scope.inside for token in (inner, *self.tokens(inner))]

    def _spawn(self, element: Element, scope: Token, **details: Any) -> Token:
        role = "body" if element.loop and "index" not in details else "instance" if element.loop else ""
        token = Token(element, scope, role, **details)
        scope.inside.append(token)
        self._arrive(token)
        return token

    def _arrive(self, token: Token) -> None:
        kind, incoming = token.element.kind, token.element.incoming
        if kind is K.INCLUSIVE_GATEWAY and len(incoming) > 1:
            token.status = "joining"
        elif kind is K.PARALLEL_GATEWAY:
            token.status = "joining"
            self._melt(token, self._arrived(token), len(incoming) or 1)
        else:
            self.agenda.append(token)

    def _arrived(self, token: Token) -> dict[str | None, list[Token]]:
        """Tokens at the same gateway in the same scope, by the flow they came by."""
        arrived: dict[str | None, list[Token]] = {}
        for other in token.scope.inside:
            if other.element is token.element and other.status == "joining":
                arrived.setdefault(other.flow, []).append(other)
        return arrived

    def _melt(self, token: Token, arrived: dict[str | None, list[Token]], needed: int) -> None:
        """One token of each flow becomes one that goes on."""
        if len(arrived) < needed:
            return
        for flow, tokens in arrived.items():
            if flow != token.flow:
                token.scope.inside.remove(tokens[0])
                tokens[0].status = "gone"
        token.status = "moving"
        self.agenda.append(token)

    def _meet_inclusively(self) -> bool:
        """BPMN 2.0, table 13.3: no token elsewhere may reach an empty flow without reaching a full one.

        All that may go on at one gateway at the same quiet moment go on together.
        """
        for gateway in self.elements.values():
            if gateway.kind is K.INCLUSIVE_GATEWAY:
                waiting = [token for token in self.tokens() if token.element is gateway]
                if [token for token in waiting if token.status == "joining" and self._met(token)]:
                    return True
        return False

    def _met(self, token: Token) -> bool:
        gateway, arrived = token.element, self._arrived(token)
        others = [other for other in token.scope.inside if other.element is not gateway]
        reached = [self._reached(other.element, gateway) for other in others]
        if not all(not flows or flows & set(arrived) for flows in reached):
            return False
        self._melt(token, arrived, 0)
        return True

    def _reached(self, begin: Element, gateway: Element) -> set[str]:
        """Incoming flows of the gateway to which sequence flows lead, not by way of the gateway."""
        found, seen, ahead = set(), set(), [begin]
        while ahead:
            element = ahead.pop()
            if element.id in seen or element is gateway:
                continue
            seen.add(element.id)
            found |= set(element.outgoing) & set(gateway.incoming)
            ahead += [self.elements[self.flows[flow].target] for flow in element.outgoing]
            ahead += [other for other in self.elements.values() if other.attached_to == element.id]
        return found

    def _enter(self, token: Token) -> None:
        element, body = token.element, token.role == "body"
        self._tell("entered", token)
        token.status = "waiting"
        if token.role == "instance":
            self._define_loop_variables(token)
        if not body:
            for mapping in element.inputs:
                token.variables[mapping.target] = self._value(mapping.source, token)
        if body and isinstance(element.loop, MultiInstance):
            token.items = list(self._value(element.loop.input_collection, token))
            if element.loop.output_collection:
                token.variables[element.loop.output_collection] = [None] * len(token.items)
        around = [] if token.role == "instance" else self._attached(element)
        if not body and element.kind in (K.SUB_PROCESS, K.EVENT_SUB_PROCESS):
            around += [self._start_of(each) for each in self._event_sub_processes(element.id)]
        self._listen(token, around)
        if body:
            self._repeat(token)
        else:
            self._act(token)

    def _act(self, token: Token) -> None:
        """What the element does; tokens that do not wait leave at once, in the same breath."""
        element, kind = token.element, token.element.kind
        if kind in ANSWERED:
            if kind is K.CALL_ACTIVITY:
                self.outbox.append(("call", token, element.call.process_id.text, self._visible(token)))
            return
        if kind in (K.SUB_PROCESS, K.EVENT_SUB_PROCESS):
            begin = self._none_start(element.id) if kind is K.SUB_PROCESS else self._start_of(element)
            handed, token.handed = token.handed, None
            self._spawn(begin, token, handed=handed)
            return
        waits = kind is K.RECEIVE_TASK or (kind is K.INTERMEDIATE_CATCH_EVENT)
        if waits and not token.happened:
            self._listen(token, [element])
            return
        if kind is K.EVENT_BASED_GATEWAY:
            self._listen(token, [self.elements[self.flows[flow].target] for flow in element.outgoing])
            return
        if kind is K.SCRIPT_TASK:
            token.handed = {element.script.result_variable: self._value(element.script.expression, token)}
        if kind in (K.END_EVENT, K.INTERMEDIATE_THROW_EVENT, K.SEND_TASK) and not self._throw(token):
            token.status = "stuck"
        elif token.status != "gone":
            self._leave(token)

    def _throw(self, token: Token) -> bool:
        event = token.element.event or token.element.message
        if isinstance(event, MessageEvent):
            self.outbox.append(("message", event.name.text, event.correlation_key.text))
        elif isinstance(event, SignalEvent):
            self.outbox.append(("signal", event.name.text))
        elif isinstance(event, EscalationEvent):
            self._throw_escalation(token, event.code)
        elif isinstance(event, ErrorEvent):
            return self._throw_error(token, event.code)
        elif isinstance(event, TerminateEvent):
            self._empty(token.scope, but=token)
        return True

    def _finish(self, token: Token, variables: dict[str, Any]) -> None:
        token.handed, token.status = variables, "leaving"
        self.agenda.append(token)

    def _leave(self, token: Token) -> None:
        element, scope = token.element, token.scope
        if scope is None:
            self._close(token)
            self.status = "completed"
            self.outbox.append(("completed", dict(token.variables)))
            return
        self._merge(token)
        try:
            flows = [] if token.role == "instance" else self._choose(token)
        except Undecided:
            flows = None
        is_last = token.role == "instance" and self._collect(token)
        if flows is None or is_last is None:
            token.status = "stuck"
            return
        self._close(token)
        self._tell("completed", token)
        if element.kind is K.END_EVENT and scope is self.root:
            self.ends = [each for each in self.ends if each != element.id] + [element.id]
        token.status = "gone"
        scope.inside.remove(token)
        ahead = [
            Token(
                self.elements[flow.target],
                scope,
                "body" if self.elements[flow.target].loop else "",
                flow=flow.id,
                happened=token.chosen is not None and element.kind is K.EVENT_BASED_GATEWAY,
                handed=token.handed if element.kind is K.EVENT_BASED_GATEWAY else None,
            )
            for flow in flows
        ]
        scope.inside += ahead
        for child in ahead:
            self._arrive(child)
        if token.role == "instance":
            self._instance_done(scope, token, is_last)
        self._finish_when_empty(scope)

    def _finish_when_empty(self, scope: Token) -> None:
        if not scope.inside and scope.status == "waiting" and scope.role != "body":
            self._finish(scope, {})

    def _choose(self, token: Token) -> list[Any] | None:
        """The flows to take; None when there are some and none may be taken."""
        element = token.element
        flows = [self.flows[flow] for flow in element.outgoing]
        if element.kind is K.PARALLEL_GATEWAY or not flows:
            return flows
        if element.kind is K.EVENT_BASED_GATEWAY:
            return [flow for flow in flows if flow.target == token.chosen]
        true = []
        for flow in flows:
            is_default = flow.id == element.default_flow
            if not is_default and (not flow.condition or self._is_true(flow.condition, token)):
                true.append(flow)
                if element.kind is K.EXCLUSIVE_GATEWAY:
                    break
        return true or [flow for flow in flows if flow.id == element.default_flow] or None

    # --- repeating ---

    def _repeat(self, body: Token) -> None:
        loop = body.element.loop
        if isinstance(loop, StandardLoop):
            if loop.maximum == 0 or (loop.test_before and not self._again(body, loop, 0)):
                self._leave(body)
            else:
                self._spawn(body.element, body, index=0)
            return
        if not body.items:
            body.handed = self._collected(body)
            self._leave(body)
            return
        for index in range(1 if loop.is_sequential else len(body.items)):
            self._spawn(body.element, body, index=index)

    def _again(self, token: Token, loop: StandardLoop, done: int) -> bool:
        return loop.condition is None or self._value(loop.condition, token, loopCounter=done)

    def _define_loop_variables(self, token: Token) -> None:
        loop = token.element.loop
        token.variables["loopCounter"] = token.index + 1
        if isinstance(loop, MultiInstance):
            if loop.output_element:
                token.variables[loop.output_element.text] = None
            if loop.input_element:
                token.variables[loop.input_element] = token.scope.items[token.index]

    def _collect(self, token: Token) -> bool | None:
        """Take what an instance brings; True when it is the last one, None when there is no place for it."""
        loop, body = token.element.loop, token.scope
        done = body.done + 1
        if isinstance(loop, StandardLoop):
            return done == loop.maximum or not self._again(token, loop, done)
        if loop.output_collection:
            output = list(body.variables[loop.output_collection])
            if token.index >= len(output):
                return None  # something inside has put a shorter list in its place
            output[token.index] = self._value(loop.output_element, token)
            body.variables[loop.output_collection] = output
        if done == len(body.items):
            return True
        until = loop.completion_condition
        return bool(until and self._value(until, token, numberOfCompletedInstances=done))

    def _instance_done(self, body: Token, token: Token, is_last: bool) -> None:
        body.done += 1
        if is_last:
            self._empty(body)
            self._finish(body, self._collected(body))
        elif isinstance(body.element.loop, StandardLoop) or body.element.loop.is_sequential:
            self._spawn(body.element, body, index=token.index + 1)

    def _collected(self, body: Token) -> dict[str, Any]:
        name = getattr(body.element.loop, "output_collection", None)
        return {name: body.variables[name]} if name else {}

    # --- events ---

    def _listen(self, token: Token, events: list[Element]) -> None:
        for element in events:
            event = element.event or element.message
            wait = Wait(0, token, element, "")
            if isinstance(event, TimerEvent):
                wait.kind = "timer"
                repeat, hours = re.fullmatch(r"(?:R(\d+)/)?PT(\d+)H", event.expression.text).groups()
                wait.due_at = self.now + dt.timedelta(hours=int(hours))
                if event.kind is TimerKind.CYCLE:
                    wait.period, wait.left = dt.timedelta(hours=int(hours)), int(repeat) - 1
            elif isinstance(event, (MessageEvent, SignalEvent)):
                wait.kind = "message" if isinstance(event, MessageEvent) else "signal"
                wait.name = event.name.text
            else:
                continue  # errors and escalations are caught, not waited for
            wait.number = self._number()
            self.waits.append(wait)

    def _close(self, token: Token) -> None:
        self.waits = [wait for wait in self.waits if wait.token is not token]

    def _catch(self, host: Token, event: Element, variables: dict[str, Any]) -> None:
        """A boundary event of `host`, or an event sub-process inside it, begins."""
        if event.kind is K.BOUNDARY_EVENT:
            scope, begins = host.scope, event
            if event.is_interrupting:
                self._take_away(host)
        else:
            scope, begins = host, self.elements[event.parent]
            if event.is_interrupting:
                self._empty(scope)
                inner = self._event_sub_processes(begins.parent)
                starts = [self._start_of(each) for each in inner]
                self.waits = [w for w in self.waits if w.token is not scope or w.event not in starts]
                scope.interrupted = True
            scope.status = "waiting"  # it may have been stuck while it left, and has work inside again
        self._spawn(begins, scope, handed=dict(variables))

    def _throw_error(self, token: Token, code: str) -> bool:
        catcher = self._catcher(token, ErrorEvent, code)
        if catcher:
            self._catch(*catcher, {})
        elif self.is_called:
            self._empty(self.root)
            self._close(self.root)
            self.status = "cancelled"
            self.outbox.append(("failed", code))
        return bool(catcher) or self.is_called

    def _throw_escalation(self, token: Token, code: str) -> None:
        catcher = self._catcher(token, EscalationEvent, code)
        if catcher:
            self._catch(*catcher, {})
        else:
            self.outbox.append(("escalation", code))

    def _catcher(self, token: Token, kind: type, code: str) -> tuple[Token, Element] | None:
        """The nearest that catches; at one place event sub-processes first, and the exact code first."""
        inner = None
        for host in token.chain():
            places: list[list[Element]] = []
            if host is not token and host.role != "body" and not host.interrupted:
                scope = host.element.id if host.element else None
                subs = [each for each in self._event_sub_processes(scope) if each is not inner]
                places.append([self._start_of(each) for each in subs])
            if host.element and host.role != "instance":
                places.append(self._attached(host.element))
            inner = host.element
            for place in places:
                for wanted in (code, None):
                    for event in place:
                        if isinstance(event.event, kind) and event.event.code == wanted:
                            return host, event
        return None

    def _empty(self, scope: Token, but: Token | None = None) -> None:
        for token in list(scope.inside):
            if token is not but:
                self._take_away(token)

    def _take_away(self, token: Token) -> None:
        self._empty(token)
        self._close(token)
        token.scope.inside.remove(token)
        status, token.status = token.status, "gone"
        if status in ("moving", "joining"):
            return  # it has not entered its element yet
        if token.element.kind is K.CALL_ACTIVITY and token.role != "body" and status != "leaving":
            self.outbox.append(("uncall", token))
        self._tell("cancelled", token)

    # --- telling ---

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _tell(self, what: str, token: Token) -> None:
        self.log[what, token.element.id, token.role] += 1
