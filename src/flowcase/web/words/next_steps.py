"""What completing a user task does next, in one clear sentence; honest where it depends on answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flowcase.services.running.what_follows import Following, Way
from flowcase.web.language import current, gettext
from flowcase.web.words.presenting import group

if TYPE_CHECKING:
    from flowcase.services.tasks.user_tasks import UserTask


MOST = 8  # lines of one sentence
_CODE = re.compile(
    r"[ ,:(]*\b(?:T\d{2}|[DF]-\d{2}|R-\d{3})\b[):]*\s*"
)  # of a rule: work is not told by codes


@dataclass(frozen=True)
class NextSteps:
    sentence: str
    ways: tuple[tuple[str, str], ...] = ()  # (the answers that lead there or nothing, what happens then)


def next_steps(task: UserTask) -> NextSteps | None:
    """None where the diagram tells nothing."""
    in_case = bool(task.of_case)
    follows = [_without_codes(each) for each in task.follows]
    if not follows:
        return None
    if task.waits_for_others and not any(each.branches for each in follows):
        return NextSteps(
            gettext("Når du gør opgaven færdig, er din del gjort. Når alle er færdige: {what}.").format(
                what="; ".join(dict.fromkeys(_what(each, in_case) for each in follows))
            )
        )
    is_after_others = all(each.is_after_others for each in follows)
    sure = [each for each in follows if not each.branches]
    if len(sure) == len(follows) and is_after_others:
        return NextSteps(
            gettext(
                "Når du gør opgaven færdig, er din del gjort. Når resten også er færdigt: {what}."
            ).format(what="; ".join(dict.fromkeys(_what(each, in_case) for each in sure)))
        )
    if len(sure) == len(follows) and not any(each.is_after_others for each in follows):
        what = gettext(" og ").join(dict.fromkeys(_what(each, in_case) for each in sure))
        return NextSteps(gettext("Når du gør opgaven færdig, {what}.").format(what=what))
    if is_after_others:
        depends = (
            gettext(
                "Når du gør opgaven færdig, er din del gjort. Hvad der sker, når resten også er færdigt, "
                "afhænger af svarene og sagens oplysninger:"
            )
            if in_case
            else gettext(
                "Når du gør opgaven færdig, er din del gjort. Hvad der sker, når resten også er færdigt, "
                "afhænger af svarene:"
            )
        )
        follows = [replace(each, is_after_others=False) for each in follows]  # said once, above
    elif len(sure) == len(follows):
        depends = gettext("Når du gør opgaven færdig:")
    elif in_case:
        depends = gettext(
            "Hvad der sker, når du gør opgaven færdig, afhænger af svarene og sagens oplysninger:"
        )
    else:
        depends = gettext("Hvad der sker, når du gør opgaven færdig, afhænger af svarene:")
    return NextSteps(
        depends,
        tuple(sorted(_ways(follows, in_case), key=lambda way: bool(way[0])))[:MOST],
    )


def _ways(follows: Sequence[Following], in_case: bool) -> list[tuple[str, str]]:
    """A line for each set of answers with the places it leads to: what every way there has in common.

    What happens in any case comes without a label.
    """
    places: dict[tuple[str, bool], list[tuple[str, ...]]] = {}
    for each in follows:
        ways = places.setdefault((_what(each, in_case), each.is_after_others), [])
        if each.branches not in ways:
            ways.append(each.branches)
    both, either = gettext(" og "), gettext(" eller ")
    by_answers = (
        gettext("Alt efter svarene {what}."),
        gettext("Når resten også er færdigt, {what}, alt efter svarene."),
    )
    certain = (gettext("Så {what}."), gettext("Når resten også er færdigt, {what}."))
    always = (gettext("I alle tilfælde {what}."), certain[True])
    told: dict[tuple[str, str], list[str]] = {}  # (answers, how sure it is) -> what happens then
    for place, ways in places.items():
        what, after = place
        if () in ways:
            told.setdefault(("", always[after]), []).append(what)
            continue
        shared = [part for part in ways[0] if all(part in way for way in ways)]
        elsewhere = [way for other, them in places.items() if other != place for way in them]
        is_sure = len(ways) == 1 or (shared and not any(set(shared) <= set(way) for way in elsewhere))
        said = certain[after] if is_sure else by_answers[after]
        told.setdefault((" · ".join(shared), said), []).append(what)
    return [
        (label, said.format(what=(either if said in by_answers else both).join(them)))
        for (label, said), them in told.items()
    ]


def _without_codes(each: Following) -> Following:
    """As whoever works says it: `T07: seks måneder gået` as `Seks måneder gået`."""
    name = _CODE.sub(" ", each.name).strip()
    if name != each.name:
        name = name[:1].upper() + name[1:]
    branches = tuple(_CODE.sub(" ", part).strip() for part in each.branches)
    return replace(each, name=name, branches=branches)


def _what(each: Following, in_case: bool) -> str:
    quoted = "“{}”" if current() == "en" else "»{}«"
    name = quoted.format(each.name) if each.name else ""
    if each.is_same:
        return gettext("kommer denne opgave igen")
    if each.way is Way.USER_TASK:
        who = _who(each)
        if who:
            goes_on = (
                gettext("går sagen videre til {who}: {name}")
                if in_case
                else gettext("går forløbet videre til {who}: {name}")
            )
            return goes_on.format(who=who, name=name)
        return gettext("kommer opgaven {name}").format(name=name)
    if each.way is Way.WAIT:
        return gettext("venter forløbet: {name}").format(name=name or gettext("på noget udefra"))
    if each.way is Way.FLOW:
        return gettext("begynder forløbet {name}").format(name=name)
    if each.way is Way.PART_END:
        part = gettext("slutter denne del af forløbet")
        return gettext("slutter denne del af forløbet: {name}").format(name=name) if name else part
    return gettext("slutter forløbet: {name}").format(name=name) if name else gettext("slutter forløbet")


def _who(each: Following) -> str:
    if each.is_caseworkers:
        return gettext("sagens rådgiver")
    groups: Sequence[str] = each.groups
    if groups:
        return gettext(" eller ").join(map(group, groups[:3]))
    return f"“{each.lane}”" if each.lane and current() == "en" else each.lane
