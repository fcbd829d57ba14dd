"""Branches that run side by side are joined before they go on (warning).

Two tokens that come to an exclusive gateway, or to a task, each go on: what follows runs twice. Sometimes
that is meant; mostly the drawing lacks a join.

Wrong (saml)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="del"/>
    <parallelGateway id="del"/>
    <sequenceFlow id="f2" sourceRef="del" targetRef="a"/>
    <sequenceFlow id="f3" sourceRef="del" targetRef="b"/>
    <userTask id="a"/>
    <userTask id="b"/>
    <sequenceFlow id="f4" sourceRef="a" targetRef="saml"/>
    <sequenceFlow id="f5" sourceRef="b" targetRef="saml"/>
    <exclusiveGateway id="saml"/>
    <sequenceFlow id="f6" sourceRef="saml" targetRef="c"/>
    <userTask id="c"/>
    <sequenceFlow id="f7" sourceRef="c" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="del"/>
    <parallelGateway id="del"/>
    <sequenceFlow id="f2" sourceRef="del" targetRef="a"/>
    <sequenceFlow id="f3" sourceRef="del" targetRef="b"/>
    <userTask id="a"/>
    <userTask id="b"/>
    <sequenceFlow id="f4" sourceRef="a" targetRef="saml"/>
    <sequenceFlow id="f5" sourceRef="b" targetRef="saml"/>
    <parallelGateway id="saml"/>
    <sequenceFlow id="f6" sourceRef="saml" targetRef="c"/>
    <userTask id="c"/>
    <sequenceFlow id="f7" sourceRef="c" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.document import Document, Scope
from flowcase.modeling.paths import MAX_WORK, TokenGame
from flowcase.modeling.report import Report

SEVERITY = Severity.WARNING


def check(document: Document, report: Report) -> None:
    work = MAX_WORK
    for scope in document.relevant_scopes():
        if not _splits(scope):
            continue
        game = TokenGame(scope, work)
        game.starved_joins()
        work = max(0, game.work_left)
        for node in sorted(game.meeting_at, key=lambda found: found.line or 0):
            report(
                node,
                f"Two tokens may come to this {node.tag} side by side; what follows then runs twice.",
                "Join the branches with a parallel or inclusive gateway before it, if that is not meant.",
            )


def _splits(scope: Scope) -> bool:
    """Whether anything in the scope makes two tokens of one."""
    return any(
        (node.tag in {"parallelGateway", "inclusiveGateway"} and len(node.outgoing) > 1)
        or (node.tag == "boundaryEvent" and not node.is_interrupting)
        for node in scope.nodes
    )
