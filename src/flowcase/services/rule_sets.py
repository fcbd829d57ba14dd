"""Rule sets at work: which versions are in force, what a case has pinned, and asking their tables.

A pin names the profile and how many versions of manifests and decision tables there were when it was
taken (`1+47`). Versions are only ever added, so a pin means the same numbers for all time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from flowcase import dmn
from flowcase.access.actor import Actor
from flowcase.cases.deadline_rules import DeadlineRules
from flowcase.cases.rule_sets import Composition, Profile, RuleSet, compose, read_manifest
from flowcase.errors import NotFound
from flowcase.events import SettingChanged
from flowcase.modeling.read_dmn import read_dmn
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx, tables
from flowcase.values import Value

PROFILE_SETTING = "regelsaet.profil"  # id of the profile; needed when several are deployed
SELECTED_SETTING = "regelsaet.valgte"  # rule sets in force instead of the profile's, most general first
OVERRIDES_SETTING = "regelsaet.indstillinger"  # settings that replace those of the rule sets

_named = tables.named_resource
_KINDS = ("decision", "ruleset")
_KEPT_ANSWERS = 4096


@dataclass(frozen=True)
class Pin:
    """The version that a case or an instance began with."""

    name: str  # of the profile
    version: str  # <version of the profile's manifest>+<number of versions of all files by then>

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"

    @classmethod
    def parse(cls, text: str) -> Pin:
        name, _, version = text.partition(":")
        return cls(name, version)

    @property
    def generation(self) -> int | None:
        count = self.version.rpartition("+")[2]
        return int(count) if count.isdigit() else None


@dataclass(frozen=True)
class Table:
    """A decision of a pinned version."""

    id: str
    content_hash: str
    model: dmn.Model

    def evaluate(self, inputs: Mapping[str, Value], now: dt.datetime) -> dmn.DecisionResult:
        return self.model.evaluate(self.id, inputs, now=now)


@dataclass(frozen=True)
class _Books:
    """The files of one generation."""

    decisions: Mapping[str, str]  # decision id -> content hash
    manifests: tuple[str, ...]  # content hashes


class RuleSets:
    """One transaction per public method that takes an actor; the others work on a transaction given."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._models: dict[str, dmn.Model] = {}
        self._manifests: dict[str, RuleSet | Profile] = {}
        self._answers: dict[Any, Any] = {}

    # --- within a transaction ----------------------------------------------------------------------

    def pin(self, tx: Tx) -> Pin | None:
        """What starts now pins; None while no profile is deployed."""
        composition = self.composition(tx)
        if composition is None:
            return None
        return Pin(composition.name, f"{composition.version}+{self._generation(tx)}")

    def composition(self, tx: Tx, pin: Pin | str | None = None) -> Composition | None:
        """The rule sets of a pin (default: those in force now); None while no profile is deployed."""
        pin = Pin.parse(pin) if isinstance(pin, str) and pin else pin or None
        generation = (pin.generation if isinstance(pin, Pin) else None) or self._generation(tx)
        wanted = pin.name if isinstance(pin, Pin) else None
        key = ("composition", generation, wanted)
        if key not in tx.cache:
            tx.cache[key] = self._composed(tx, self._read(tx, generation), wanted)
        return tx.cache[key]

    def settings(self, tx: Tx, pin: Pin | str | None = None) -> dict[str, Value]:
        """Every setting of the pinned rule sets, as diagrams read them under `indstilling`."""
        composition = self.composition(tx, pin)
        return {} if composition is None else composition.settings

    def table(self, tx: Tx, decision: str, pin: Pin | str | None = None) -> Table:
        """The decision of that id in the pinned version. Raises NotFound."""
        pin = Pin.parse(pin) if isinstance(pin, str) and pin else pin or None
        generation = (pin.generation if isinstance(pin, Pin) else None) or self._generation(tx)
        content_hash = self._read(tx, generation).decisions.get(decision)
        if content_hash is None:
            # A table that came after the pin was taken is better than none: the diagram names it.
            content_hash = self._read(tx, self._generation(tx)).decisions.get(decision)
        if content_hash is None:
            raise NotFound("decision", decision)
        return Table(decision, content_hash, self._model(tx, content_hash))

    def deadline_rules(self, tx: Tx, pin: Pin | str | None = None) -> DeadlineRules:
        """Deadlines by the pinned rule sets. Raises NotFound while no profile is deployed."""
        composition = self.composition(tx, pin)
        if composition is None:
            raise NotFound("rule-set profile", PROFILE_SETTING)
        key = ("deadline rules", str(pin))
        if key not in tx.cache:

            def decide(decision: str, inputs: Mapping[str, Value]) -> Any:
                return self._answer(self.table(tx, decision, pin), inputs)

            tx.cache[key] = DeadlineRules(composition, decide)
        return tx.cache[key]

    # --- public ------------------------------------------------------------------------------------

    def current(self) -> Composition | None:
        """What a case opened now would pin."""
        return self._transactions.read(self.composition)

    def use(
        self,
        *,
        selected: Sequence[str] | None = None,
        settings: Mapping[str, Value] | None = None,
        profile: str | None = None,
        actor: Actor,
    ) -> None:
        """Choose rule sets for the installation, replace settings, or name the profile.

        An argument that is None changes nothing; an empty one takes back what was chosen before.
        Raises NotFound for a rule set or profile that is not deployed.
        """

        def work(tx: Tx) -> None:
            for key, value in (
                (PROFILE_SETTING, profile),
                (SELECTED_SETTING, None if selected is None else list(selected)),
                (OVERRIDES_SETTING, None if settings is None else dict(settings)),
            ):
                if value is not None:
                    tx.append(INSTALLATION, SettingChanged(key=key, value=value))
            tx.cache.clear()
            self.composition(tx)

        self._transactions.run(actor, work)

    def _answer(self, table: Table, inputs: Mapping[str, Value]) -> Any:
        """Tables of deadlines read no clock: the same question has the same answer, so it is kept."""
        key = (table.content_hash, table.id, tuple(sorted(inputs.items())))
        if key not in self._answers:
            if len(self._answers) >= _KEPT_ANSWERS:
                self._answers.clear()
            self._answers[key] = table.model.evaluate(table.id, inputs).value
        return self._answers[key]

    # --- reading files -----------------------------------------------------------------------------

    def _generation(self, tx: Tx) -> int:
        if "generation" not in tx.cache:
            statement = select(func.count()).where(_named.c.kind.in_(_KINDS), _named.c.status == "active")
            tx.cache["generation"] = tx.scalar(statement)
        return tx.cache["generation"]

    def _read(self, tx: Tx, generation: int) -> _Books:
        key = ("rule set files", generation)
        if key not in tx.cache:
            statement = (
                select(_named.c.kind, _named.c.name, _named.c.hash)
                .where(_named.c.kind.in_(_KINDS), _named.c.status == "active")
                .order_by(_named.c.created_at, _named.c.kind, _named.c.name, _named.c.version)
                .limit(generation)
            )
            newest = {(row.kind, row.name): row.hash for row in tx.rows(statement)}
            tx.cache[key] = _Books(
                {name: content for (kind, name), content in newest.items() if kind == "decision"},
                tuple(content for (kind, _), content in sorted(newest.items()) if kind == "ruleset"),
            )
        return tx.cache[key]

    def _composed(self, tx: Tx, books: _Books, wanted: str | None) -> Composition | None:
        manifests = [self._manifest(tx, content_hash) for content_hash in books.manifests]
        profiles = {each.id: each for each in manifests if isinstance(each, Profile)}
        chosen = wanted or self._setting(tx, PROFILE_SETTING)
        if not profiles:
            return None
        if chosen is None and len(profiles) == 1:
            chosen = next(iter(profiles))
        if chosen not in profiles:
            raise NotFound("rule-set profile", str(chosen or PROFILE_SETTING))
        return compose(
            profiles[chosen],
            [each for each in manifests if isinstance(each, RuleSet)],
            selected=self._setting(tx, SELECTED_SETTING) or (),
            overrides=self._setting(tx, OVERRIDES_SETTING) or {},
        )

    def _setting(self, tx: Tx, key: str) -> Value:
        return tx.scalar(select(tables.setting.c.value).where(tables.setting.c.key == key))

    def _manifest(self, tx: Tx, content_hash: str) -> RuleSet | Profile:
        if content_hash not in self._manifests:
            self._manifests[content_hash] = read_manifest(self._content(tx, content_hash), content_hash)
        return self._manifests[content_hash]

    def _model(self, tx: Tx, content_hash: str) -> dmn.Model:
        if content_hash not in self._models:
            self._models[content_hash] = read_dmn(self._content(tx, content_hash), content_hash)
        return self._models[content_hash]

    def _content(self, tx: Tx, content_hash: str) -> bytes:
        content = tx.scalar(select(tables.resource.c.content).where(tables.resource.c.hash == content_hash))
        if content is None:
            raise NotFound("file", content_hash)
        return content
