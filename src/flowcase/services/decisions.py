"""Asking a decision table within a transaction, and keeping the record of what it answered."""

from __future__ import annotations

from collections.abc import Mapping

from flowcase import dmn
from flowcase.errors import NotFound
from flowcase.events import DecisionEvaluated
from flowcase.modeling.definition import Binding
from flowcase.modeling.read_dmn import read_dmn
from flowcase.services.rule_sets import RuleSets
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import resources
from flowcase.values import Value, from_json


class Decisions:
    """Finds the table by binding and pinned rule set, evaluates it, records the evaluation."""

    def __init__(self, rule_sets: RuleSets) -> None:
        self._rule_sets = rule_sets
        self._models: dict[str, dmn.Model] = {}

    def decide(
        self,
        tx: Tx,
        instance: LockedInstance,
        decision: str,
        inputs: Mapping[str, Value],
        *,
        binding: str = Binding.LATEST,
        version_tag: str | None = None,
        deployment: str | None = None,
        element: str | None = None,
    ) -> dmn.DecisionResult:
        """Evaluate in the version that applies to this instance.

        The binding `latest` means the newest of the rule-set generation that the instance pinned when it
        began. Raises NotFound, and FeelLimitError when the table asks for too much.
        """
        content_hash, model = self._model(tx, instance, decision, binding, version_tag, deployment)
        # Facts are computed when they are read, and some of them read every open case.
        asked = model.decision(decision).input_names
        result = model.evaluate(
            decision, {name: inputs[name] for name in inputs if name in asked}, now=tx.now
        )
        record = result.record
        tx.append(
            instance.stream,
            DecisionEvaluated(
                decision=decision,
                result=result.value,
                rules=tuple(rule for matched in record.matched_rules for rule in matched.rules if rule),
                record=from_json(record.to_json()),
                resource=content_hash,
                rule_set=instance.rule_set,
            ),
            instance=instance,
            element=element,
        )
        return result

    def _model(
        self,
        tx: Tx,
        instance: LockedInstance,
        decision: str,
        binding: str,
        version_tag: str | None,
        deployment: str | None,
    ) -> tuple[str, dmn.Model]:
        if binding == Binding.LATEST:
            table = self._rule_sets.table(tx, decision, instance.rule_set)
            return table.content_hash, table.model
        row = resources.named(
            tx,
            "decision",
            decision,
            version_tag=version_tag if binding == Binding.VERSION_TAG else None,
            deployment=deployment if binding == Binding.DEPLOYMENT else None,
        )
        if row is None:
            raise NotFound("decision", decision)
        if row.hash not in self._models:
            content = resources.content(tx, row.hash)
            if content is None:
                raise NotFound("file", row.hash)
            self._models[row.hash] = read_dmn(content, row.path)
        return row.hash, self._models[row.hash]
