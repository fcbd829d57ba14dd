"""What completing a user task does next, in one clear sentence; honest where it depends on answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowcase.services.what_follows import Following, Way
from flowcase.web.language import gettext
from flowcase.web.presenting import group

if TYPE_CHECKING:
    from flowcase.services.user_tasks import UserTask


@dataclass(frozen=True)
class NextSteps:
    sentence: str
    ways: tuple[tuple[str, str], ...] = ()  # (the answers that lead there or nothing, what happens then)


def next_steps(task: UserTask) -> NextSteps | None:
    """None where the diagram tells nothing."""
    follows = task.follows
    if not follows:
        return None
    if task.waits_for_others and not any(each.branches for each in follows):
        return NextSteps(
            gettext("Når du gør opgaven færdig, er din del gjort. Når alle er færdige: {what}.").format(
                what="; ".join(dict.fromkeys(_what(each) for each in follows))
            )
        )
    sure = [each for each in follows if not each.branches]
    if len(sure) == len(follows):
        what = gettext(" og ").join(dict.fromkeys(_what(each) for each in sure))
        return NextSteps(gettext("Når du gør opgaven færdig, {what}.").format(what=what))
    return NextSteps(
        gettext("Hvad der sker, når du gør opgaven færdig, afhænger af svarene og sagens oplysninger:"),
        # Branches that run side by side come to the same place: it is told once.
        tuple(dict.fromkeys(map(_way, sorted(follows, key=lambda each: bool(each.branches))))),
    )


def _way(each: Following) -> tuple[str, str]:
    """What happens in any case comes without a label, and is told first."""
    said = gettext("Så {what}.") if each.branches else gettext("I alle tilfælde {what}.")
    return " · ".join(each.branches), said.format(what=_what(each))


def _what(each: Following) -> str:
    name = f"»{each.name}«" if each.name else ""
    if each.is_same:
        return gettext("kommer denne opgave igen")
    if each.way is Way.USER_TASK:
        who = _who(each)
        if who:
            return gettext("går sagen videre til {who}: {name}").format(who=who, name=name)
        return gettext("kommer opgaven {name}").format(name=name)
    if each.way is Way.WAIT:
        return gettext("venter forløbet: {name}").format(name=name or gettext("på noget udefra"))
    if each.way is Way.FLOW:
        return gettext("begynder forløbet {name}").format(name=name)
    return gettext("slutter forløbet: {name}").format(name=name) if name else gettext("slutter forløbet")


def _who(each: Following) -> str:
    if each.is_caseworkers:
        return gettext("sagens rådgiver")
    groups: Sequence[str] = each.groups
    if groups:
        return gettext(" eller ").join(map(group, groups[:3]))
    return each.lane
