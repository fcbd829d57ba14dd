"""One random process walked at random in three ways that must agree after each thing that is done.

The engine pruned and saved, the engine neither, and the token game by hand.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from random_processes import Drawn
from worlds import Act, ByEngine, ByHand, TooMuch

from flowcase.modeling.definition import ElementKind

MOST_TOKENS = 60


class Disagreement(AssertionError):
    """Two ways differ after an act."""

    def __init__(self, number: int, act: Act, differences: list[str]) -> None:
        self.number = number
        super().__init__(f"after act {number}, {act}:\n" + "\n".join(differences))


@dataclass
class Walk:
    """What was done, and what it exercised: what happened to each element, by role."""

    acts: list[Act] = field(default_factory=list)
    log: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    acted: Counter[str] = field(default_factory=Counter)
    outcome: str = ""
    largest: int = 0


def walk(drawn: Drawn, seed: int, *, acts: list[Act] | None = None, length: int = 40) -> Walk:
    """Walk at random, or do the given acts as far as they are possible. Raises Disagreement."""
    chance = random.Random(seed)
    hand = ByHand(drawn)
    saved = ByEngine(drawn, saves=True, prunes=True)
    unpruned = ByEngine(drawn, saves=False, prunes=False)
    walked = Walk()
    for number in range(length if acts is None else len(acts)):
        act = _first(drawn, chance) if number == 0 else None
        if acts is not None:
            act = acts[number]
            if number and act.kind != "cancel" and _bare(act) not in hand.possible():
                continue  # what made it possible was left out
        elif act is None:
            act = _next(hand, chance, number)
        if act is None:
            break
        walked.acts.append(act)
        try:
            hand.do(act)
        except TooMuch:
            walked.outcome = "too much"
            break
        for world in (saved, unpruned):
            world.do(act)
        _compare(number, act, hand, saved, unpruned)
        walked.acted[act.kind] += 1
        walked.log.update(hand.log)
        if sum(len(instance.tokens()) for instance in hand.instances) > MOST_TOKENS:
            walked.outcome = "too much"
            break
    walked.outcome = walked.outcome or hand.status(hand.instances[0])
    walked.largest = saved.largest
    return walked


def _bare(act: Act) -> Act:
    """As `possible` lists it: without what chance adds."""
    return Act(act.kind, act.instance, act.path, act.nth, act.event, act.name)


def _first(drawn: Drawn, chance: random.Random) -> Act:
    starts = [
        each.id
        for each in drawn.definitions[drawn.main].children(None)
        if each.kind is ElementKind.START_EVENT
    ]
    return Act("start", name=chance.choice(["", *starts]), choice=chance.randrange(4))


def _next(hand: ByHand, chance: random.Random, number: int) -> Act | None:
    possible = hand.possible()
    if not possible:
        return None
    if chance.random() < 0.004:
        return Act("cancel")
    act = chance.choice(possible)
    brings = act.kind in ("answer", "message", "signal") and chance.random() < 0.9
    choice = chance.randrange(4) if brings else None
    return Act(act.kind, act.instance, act.path, act.nth, act.event, act.name, choice)


def _compare(number: int, act: Act, hand: ByHand, saved: ByEngine, unpruned: ByEngine) -> None:
    differences = []
    if saved.events != unpruned.events:
        differences.append(f"events\n  saved    {saved.events}\n  unpruned {unpruned.events}")
    pictures = [world.picture() for world in (hand, saved, unpruned)]
    for name in sorted(set().union(*pictures)):
        seen = [picture.get(name) for picture in pictures]
        if seen[1] != seen[0] or seen[2] != seen[0]:
            differences.append(f"{name}\n  by hand  {seen[0]}\n  saved    {seen[1]}\n  unpruned {seen[2]}")
    if hand.log != saved.log:
        more, less = saved.log - hand.log, hand.log - saved.log
        differences.append(f"log: the engine has more {dict(more)}, by hand has more {dict(less)}")
    if differences:
        raise Disagreement(number, act, differences)


# --- when they disagree ----------------------------------------------------------------------------


def shrunk(seed: int, size: int, redraw: Any) -> str:
    """The smallest disagreement found: smaller drawings of near seeds first, then fewer acts."""
    best: tuple[int, int, Drawn, list[Act], Disagreement] | None = None
    for smaller in range(size + 1):
        for near in [seed, *(seed + 1_000_000 + 5 * offset for offset in range(60 * (size > smaller)))]:
            drawn = redraw(near, size=smaller)
            found = _fails(drawn, near, None)
            if found:
                best = (near, smaller, drawn, *found)
                break
        if best:
            break
    if best is None:
        return "It does not happen again."
    near, smaller, drawn, acts, disagreement = best
    goes_on = True
    while goes_on:
        goes_on = False
        for at in range(len(acts) - 1, 0, -1):
            found = _fails(drawn, near, acts[:at] + acts[at + 1 :])
            if found:
                acts, disagreement, goes_on = *found, True
                break
    done = "\n".join(f"  {act}" for act in acts)
    found = f"seed {seed}; smallest found: seed {near}, size {smaller}"
    return f"{found}\n{drawn.text()}\nwalk\n{done}\n{disagreement}"


def _fails(drawn: Drawn, seed: int, acts: list[Act] | None) -> tuple[list[Act], Disagreement] | None:
    try:
        walk(drawn, seed, acts=acts)
    except Disagreement as found:
        done = acts or _acts_of(drawn, seed)
        return done[: found.number + 1], found
    except (IndexError, StopIteration, KeyError):
        return None  # an act that was left out made another impossible
    return None


def _acts_of(drawn: Drawn, seed: int) -> list[Act]:
    """The random acts of a walk, up to where it fails."""
    chance, hand, acts = random.Random(seed), ByHand(drawn), []
    for number in range(40):
        act = _first(drawn, chance) if number == 0 else _next(hand, chance, number)
        if act is None:
            break
        acts.append(act)
        try:
            hand.do(act)
        except TooMuch:
            break
    return acts
