"""What is done with one user task or several beside their forms: taken, handed over, delegated, put off …"""

from __future__ import annotations

from collections.abc import Mapping

from flowcase.errors import Conflict, FlowcaseError, Forbidden, InvalidValues
from flowcase.services.tasks.user_task_moves import HIGHEST, LONGEST_REASON, LOWEST, NORMAL
from flowcase.web.forms import asked_days
from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words.presenting import sentence

_PRIORITIES = {"hoej": (NORMAL + HIGHEST) // 2, "almindelig": NORMAL, "lav": (LOWEST + NORMAL) // 2}
_AGAIN = "vis_igen_den"
_WITH_REASON = ("overdrag", "uddeleger", "prioriter")


def cannot_begin(act: str, given: Mapping[str, str]) -> str:
    """What has to be chosen or put right first; empty when nothing has."""
    if act not in done_words():
        return gettext("Vælg med en knap, hvad der skal ske med opgaverne.")
    if act == "uddeleger" and not given.get("uddeleger_til"):
        return gettext("Vælg den kollega, der skal hjælpe med opgaverne.")
    if act == "overdrag" and not given.get("overdrag_til"):
        return gettext("Vælg den kollega, der skal have opgaverne.")
    if max(len(given.get(f"{name}_grund", "")) for name in _WITH_REASON) > LONGEST_REASON:
        return gettext("Begrundelsen er for lang. Skriv højst {most} tegn.").format(most=LONGEST_REASON)
    if act == "prioriter" and given.get("prioritet") not in _PRIORITIES:
        return gettext("Vælg, hvilken prioritet opgaverne skal have.")
    if act == "udsaet":
        day, wrong = asked_days.day(given, _AGAIN)
        if wrong:
            return f"{gettext('Vis mig igen den')} – {wrong}"
        if day is None:
            return gettext("Vælg den dag, opgaverne skal vises igen.")
    return ""


def carry_out(id: str, act: str, given: Mapping[str, str]) -> None:
    """Do one thing with one user task; raises what the services raise."""
    if act == "tag":
        flow().user_tasks.claim(id, actor=actor())
    elif act == "slip":
        flow().user_tasks.unclaim(id, actor=actor())
    elif act == "overdrag":
        reason = _reason(act, given)
        flow().user_task_moves.hand_over(id, given["overdrag_til"], reason=reason, actor=actor())
    elif act == "uddeleger":
        reason = _reason(act, given)
        flow().delegations.delegate(id, given["uddeleger_til"], reason=reason, actor=actor())
    elif act == "prioriter":
        priority, reason = _PRIORITIES[given["prioritet"]], _reason(act, given)
        flow().user_task_moves.prioritise(id, priority, reason=reason, actor=actor())
    elif act == "giv_tilbage":
        flow().delegations.give_back(id, actor=actor())
    elif act == "tag_tilbage":
        flow().delegations.take_back(id, actor=actor())
    else:
        again = asked_days.day(given, _AGAIN)[0] if act == "udsaet" else None
        flow().user_task_moves.put_off(id, again, actor=actor())


def why_not(error: FlowcaseError) -> str:
    if isinstance(error, InvalidValues) and "kollega" in error.errors:
        return gettext("Kollegaen er ikke blandt dem, der må løse opgaven. Vælg en anden.")
    if isinstance(error, InvalidValues) and "dato" in error.errors:
        return gettext("Vælg en dag efter i dag og ikke senere end opgavens frist.")
    if isinstance(error, InvalidValues) and "begrundelse" in error.errors:
        return gettext("Skriv hvorfor, når prioriteten er sat før, eller når den sættes ned.")
    if isinstance(error, Conflict) and "delegated" in error.because:
        return gettext("Opgaven er uddelegeret nu, eller den er ikke uddelegeret længere.")
    if isinstance(error, Conflict) and "suspended" in error.because:
        return gettext("Forløbet er sat på pause. Vent, til driften har genoptaget det.")
    if isinstance(error, Conflict):
        return gettext("Opgaven er taget af en anden eller ikke længere åben.")
    if isinstance(error, Forbidden):
        return gettext("Opgaven er ikke din. Tag den først, eller spørg den, der har den.")
    return sentence(error)


def why_not_among_others(error: FlowcaseError) -> str:
    """As `why_not`, with what to do where the page shows less than the user task's own."""
    if isinstance(error, Conflict) and "suspended" not in error.because:
        return f"{why_not(error)} {gettext('Åbn den for at se, hvem der har den nu.')}"
    return why_not(error)


def done_words() -> dict[str, str]:
    """What was done, by act."""
    return {
        "tag": gettext("Opgaver taget: {count}."),
        "slip": gettext("Opgaver lagt tilbage: {count}."),
        "overdrag": gettext("Opgaver overdraget: {count}."),
        "uddeleger": gettext("Opgaver uddelegeret: {count}."),
        "giv_tilbage": gettext("Opgaver givet tilbage: {count}."),
        "tag_tilbage": gettext("Opgaver taget tilbage: {count}."),
        "prioriter": gettext("Opgaver, der fik en ny prioritet: {count}."),
        "udsaet": gettext("Opgaver udsat: {count}."),
        "vis_nu": gettext("Opgaver, der vises igen: {count}."),
    }


def _reason(act: str, given: Mapping[str, str]) -> str:
    return " ".join(given.get(f"{act}_grund", "").split())
