"""A parallel join gets a token on every flow that leads into it.

When only one of two branches runs, or one of them may end elsewhere, the join waits for ever. All
choices that the diagram allows are played.

Wrong (saml)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="a">
      <conditionExpression>=akut</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="b"/>
    <userTask id="a"/>
    <userTask id="b"/>
    <sequenceFlow id="f4" sourceRef="a" targetRef="saml"/>
    <sequenceFlow id="f5" sourceRef="b" targetRef="saml"/>
    <parallelGateway id="saml"/>
    <sequenceFlow id="f6" sourceRef="saml" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="a">
      <conditionExpression>=akut</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="b"/>
    <userTask id="a"/>
    <userTask id="b"/>
    <sequenceFlow id="f4" sourceRef="a" targetRef="saml"/>
    <sequenceFlow id="f5" sourceRef="b" targetRef="saml"/>
    <exclusiveGateway id="saml"/>
    <sequenceFlow id="f6" sourceRef="saml" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.document import Document
from flowcase.modeling.paths import MAX_WORK, TokenGame
from flowcase.modeling.report import Report
from flowcase.modeling.rules.parallel_gateway_loop import loop_backs


def check(document: Document, report: Report) -> None:
    work = MAX_WORK
    for scope in document.relevant_scopes():
        joins = [n for n in scope.nodes if n.tag == "parallelGateway" and len(n.incoming) > 1]
        if not joins or any(loop_backs(join) for join in joins[:50]):
            continue
        game = TokenGame(scope, work)
        for join, flow in game.starved_joins().items():
            report(
                join,
                f"This parallel gateway may wait for ever: no token need come on the flow '{flow.called}'.",
                "Join with an exclusive gateway if one branch runs, or let every branch lead here.",
            )
        work = game.work_left
        if game.gave_up:
            report(
                scope,
                "This part has too many ways through it to tell whether each of its joins is always reached.",
                "Move parts of it into processes of their own and call them.",
                severity=Severity.WARNING,
            )
