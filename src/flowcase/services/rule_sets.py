"""Rule sets at work: which versions are in force, what a case has pinned, and asking their tables.

A pin names the profile and how many versions of manifests and decision tables there were when it was
taken (`1+47`), and, where other rule sets than the profile's were chosen, which (`1+47.3f29c1d0a4b7`).
Versions and choices are only ever added, so a pin means the same numbers for all time. A table or setting
that came later is read as it is in force, and settings that the installation replaces, such as who leads a
team, hold for everything from then on.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase import dmn
from flowcase.access.actor import Actor
from flowcase.cases.deadline_rules import DeadlineRules
from flowcase.cases.rule_sets import Composition, Profile, RuleSet, compose, read_manifest
from flowcase.errors import NotFound
from flowcase.events import SettingChanged
from flowcase.modeling.read_dmn import read_dmn
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import resources, rule_set_files
from flowcase.store.queries import settings as setting_rows
from flowcase.store.wire import Question
from flowcase.values import Value, canonical_json, to_json

PROFILE_SETTING = "regelsaet.profil"  # id of the profile; needed when several are deployed
SELECTED_SETTING = "regelsaet.valgte"  # rule sets in force instead of the profile's, most general first
OVERRIDES_SETTING = "regelsaet.indstillinger"  # settings that replace those of the rule sets

_CHOICES = (PROFILE_SETTING, SELECTED_SETTING, OVERRIDES_SETTING)
_MOST_KEPT = 4096
_MODELS_KEPT = 256  # files of tables, by all installations that a process opens


@dataclass(frozen=True)
class Pin:
    """The version that a case or an instance began with."""

    name: str  # of the profile
    version: str  # <version of the profile's manifest>+<number of versions of all files by then>[.<choice>]

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"

    @classmethod
    def parse(cls, text: str) -> Pin:
        name, _, version = text.partition(":")
        return cls(name, version)

    @property
    def generation(self) -> int | None:
        count = self.version.rpartition("+")[2].partition(".")[0]
        return int(count) if count.isdigit() else None

    def of_generation(self, count: int) -> Pin:
        """The same profile and choice as a pin that is taken when there are so many versions."""
        choice = f".{self.choice}" if self.choice else ""
        return Pin(self.name, f"{self.version.rpartition('+')[0]}+{count}{choice}")

    @property
    def choice(self) -> str | None:
        """Which rule sets were chosen instead of the profile's; None for the profile's own."""
        return self.version.rpartition("+")[2].partition(".")[2] or None


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
        self._books: dict[Any, _Books] = {}
        self._compositions: dict[Any, Composition | None] = {}

    # --- within a transaction ----------------------------------------------------------------------

    def pin(self, tx: Tx) -> Pin | None:
        """What starts now pins; None while no profile is deployed."""
        composition = self.composition(tx)
        if composition is None:
            return None
        selected = self._chosen(tx).get(SELECTED_SETTING)
        choice = f".{_choice(selected)}" if selected else ""
        return Pin(composition.name, f"{composition.version}+{self._generation(tx)}{choice}")

    def composition(self, tx: Tx, pin: Pin | str | None = None) -> Composition | None:
        """The rule sets of a pin (default: those in force now); None while no profile is deployed."""
        pin = Pin.parse(pin) if isinstance(pin, str) and pin else pin or None
        generation = (pin.generation if isinstance(pin, Pin) else None) or self._generation(tx)
        wanted = pin.name if isinstance(pin, Pin) else None
        key = ("composition", generation, wanted, pin and pin.choice)
        if key not in tx.cache:
            chosen = self._chosen(tx)
            if isinstance(pin, Pin):
                chosen = {**chosen, SELECTED_SETTING: self._selected(tx, pin)}
            tx.cache[key] = self._composed(tx, self._read(tx, generation), wanted, chosen)
        return tx.cache[key]

    def settings(self, tx: Tx, pin: Pin | str | None = None) -> Mapping[str, Value]:
        """Every setting of the pinned rule sets, as diagrams read them under `indstilling`.

        One that came after the pin was taken is better than none: what reads it came later too.
        """
        pin = Pin.parse(pin) if isinstance(pin, str) and pin else pin or None
        composition = self.composition(tx, pin)
        if composition is None:
            return {}
        generation = self._generation(tx)
        if not isinstance(pin, Pin) or pin.generation in (None, generation):
            return composition.settings
        key = ("settings", pin)
        if key not in tx.cache:
            newest = self.composition(tx, pin.of_generation(generation))
            later = {} if newest is None else newest.settings
            tx.cache[key] = {**later, **composition.settings}
        return tx.cache[key]

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

    @property
    def questions(self) -> Sequence[Question]:
        """What `settings` asks for in a transaction, once the files of this generation are known."""
        return (rule_set_files.GENERATION, setting_rows.values_question(_CHOICES))

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
            if selected:
                kept = f"{SELECTED_SETTING}.{_choice(selected)}"
                tx.append(INSTALLATION, SettingChanged(key=kept, value=list(selected)))
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
            _keep(self._answers, key, table.model.evaluate(table.id, inputs).value)
        return self._answers[key]

    # --- reading files -----------------------------------------------------------------------------

    def _generation(self, tx: Tx) -> int:
        return self._newest(tx)[0]

    def _newest(self, tx: Tx) -> tuple[int, dt.datetime | None]:
        """How many versions there are, and when the last of them came."""
        if "rule set files" not in tx.cache:
            tx.cache["rule set files"] = rule_set_files.generation(tx)
        return tx.cache["rule set files"]

    def _read(self, tx: Tx, generation: int) -> _Books:
        # The instant is part of the key: after a deployment that was rolled back, the next one may come
        # to the same number.
        key = (generation, self._newest(tx)[1])
        books = self._books.get(key)
        if books is None:
            newest = rule_set_files.newest(tx, generation)
            by_kind: dict[str, dict[str, str]] = {}
            for (kind, name), content_hash in sorted(newest.items()):
                by_kind.setdefault(kind, {})[name] = content_hash
            books = _Books(
                by_kind.get(rule_set_files.DECISION, {}),
                tuple(by_kind.get(rule_set_files.RULE_SET, {}).values()),
            )
            _keep(self._books, key, books)
        return books

    def _composed(
        self, tx: Tx, books: _Books, wanted: str | None, chosen: Mapping[str, Value]
    ) -> Composition | None:
        key = (books.manifests, wanted, canonical_json(to_json(chosen)))
        if key not in self._compositions:
            composition = self._compose(tx, books, wanted or chosen.get(PROFILE_SETTING), chosen)
            _keep(self._compositions, key, composition)
        return self._compositions[key]

    def _compose(
        self, tx: Tx, books: _Books, wanted: str | None, chosen: Mapping[str, Value]
    ) -> Composition | None:
        manifests = [self._manifest(tx, content_hash) for content_hash in books.manifests]
        profiles = {each.id: each for each in manifests if isinstance(each, Profile)}
        if not profiles:
            return None
        if wanted is None and len(profiles) == 1:
            wanted = next(iter(profiles))
        if wanted not in profiles:
            raise NotFound("rule-set profile", str(wanted or PROFILE_SETTING))
        return compose(
            profiles[wanted],
            [each for each in manifests if isinstance(each, RuleSet)],
            selected=chosen.get(SELECTED_SETTING) or (),
            overrides=chosen.get(OVERRIDES_SETTING) or {},
        )

    def chosen(self, tx: Tx) -> tuple[list[str], dict[str, Value]]:
        """Rule sets in force instead of the profile's, and settings instead of theirs; mostly none."""
        chosen = self._chosen(tx)
        return list(chosen.get(SELECTED_SETTING) or ()), dict(chosen.get(OVERRIDES_SETTING) or {})

    def _chosen(self, tx: Tx) -> dict[str, Value]:
        """What this installation has chosen beside the deployed files."""
        if "rule set settings" not in tx.cache:
            tx.cache["rule set settings"] = setting_rows.values(tx, _CHOICES)
        return tx.cache["rule set settings"]

    def _selected(self, tx: Tx, pin: Pin) -> list[Value]:
        """The rule sets that a pin chose; none for the profile's own."""
        if pin.choice is None:
            return []
        found = setting_rows.value(tx, f"{SELECTED_SETTING}.{pin.choice}")
        if found is None:
            raise NotFound("choice of rule sets", pin.choice)
        return found

    def _manifest(self, tx: Tx, content_hash: str) -> RuleSet | Profile:
        if content_hash not in self._manifests:
            self._manifests[content_hash] = read_manifest(self._content(tx, content_hash), content_hash)
        return self._manifests[content_hash]

    def _model(self, tx: Tx, content_hash: str) -> dmn.Model:
        if content_hash not in self._models:
            self._models[content_hash] = _read_model(self._content(tx, content_hash), content_hash)
        return self._models[content_hash]

    def _content(self, tx: Tx, content_hash: str) -> bytes:
        content = resources.content(tx, content_hash)
        if content is None:
            raise NotFound("file", content_hash)
        return content


@functools.lru_cache(maxsize=_MODELS_KEPT)
def _read_model(content: bytes, content_hash: str) -> dmn.Model:
    return read_dmn(content, content_hash)


def _choice(selected: Sequence[Value]) -> str:
    """A short name for a list of rule sets: the same list has the same name."""
    return hashlib.sha256(canonical_json(list(selected))).hexdigest()[:12]


def _keep(known: dict[Any, Any], key: Any, value: Any) -> None:
    """Remember for the life of the process; when there is too much, begin anew."""
    if len(known) >= _MOST_KEPT:
        known.clear()
    known[key] = value
