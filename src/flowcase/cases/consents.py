"""Consent: who must give it, and whether it covers these recipients, this purpose and these data.

Domain specification 2.m, rules R-080 to R-102. The tables D-03 (who must consent) and D-12 (is a consent
valid) are asked elsewhere; here their answers are put together. A consent opens for exactly purpose x
recipients x types of data, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

MOTHER, FATHER, GUARDIAN = "mor", "far", "vaerge"
ONE_PARENT = "en_foraelder"  # either of the two; D-03 row 8
PARENTS = (MOTHER, FATHER)
HOLDER, HOLDERS = "indehaver", "indehavere"  # of custody, where the case does not tell who or there are two
YOUTH = "ung"

YES, NO, NO_ANSWER = "ja", "nej", "intet_svar"


class Outcome(StrEnum):
    """How a request for consent ended (specification 2.m, end states)."""

    GIVEN = "givet"
    PARTLY = "delvist"
    REFUSED = "afslaaet"
    NO_ANSWER = "intet_svar"
    WITHDRAWN = "tilbagekaldt"
    EXPIRED = "udloebet"
    LAPSED = "bortfaldet"  # the purpose was reached or has changed
    NOT_NEEDED = "ikke_noedvendigt"


class Gap(StrEnum):
    """Why somebody is not covered."""

    NOT_ASKED = "intet_samtykke"
    OTHER_PURPOSE = "andet_formaal"
    OTHER_DATA = "andre_oplysninger"
    WAITING = "mangler"
    REFUSED = "afslaaet"
    WITHDRAWN = "tilbagekaldt"
    EXPIRED = "udloebet"
    LAPSED = "bortfaldet"


# The nearer to a yes, the more it helps the reader: which gap is told when several requests fall short.
_NEAREST = (
    Gap.WITHDRAWN,
    Gap.EXPIRED,
    Gap.LAPSED,
    Gap.REFUSED,
    Gap.WAITING,
    Gap.OTHER_DATA,
    Gap.OTHER_PURPOSE,
    Gap.NOT_ASKED,
)


@dataclass(frozen=True)
class Answer:
    """One giver's answer to a request, with what D-12 says of it now (`gyldigt`, `udloebet` ...)."""

    giver: str
    answer: str
    validity: Callable[[str], str]  # recipient -> D-12's result; a health professional's ends by itself


@dataclass(frozen=True)
class Asked:
    """A request for consent as far as cover is concerned."""

    id: str
    purpose: str
    recipients: frozenset[str]
    kinds: frozenset[str]
    required: tuple[str, ...]  # givers of the request as a whole, from D-03
    about: Mapping[str, frozenset[str]] = field(default_factory=dict)  # parent -> confidential kinds
    answers: tuple[Answer, ...] = ()
    exception: str | None = None  # recorded ground to go without consent (D-03 rows 1 to 6)
    ended: str | None = None  # withdrawn, expired or lapsed as a whole


@dataclass(frozen=True)
class Missing:
    """Whose consent is missing for which recipient, and why."""

    recipient: str
    gap: Gap
    giver: str | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cover:
    """Who is covered, and what is missing for the others."""

    covered: tuple[str, ...]
    uncovered: tuple[str, ...]
    missing: tuple[Missing, ...]
    grounds: Mapping[str, str] = field(default_factory=dict)  # covered recipient -> id of the request

    @property
    def is_complete(self) -> bool:
        return not self.uncovered


def required_givers(rows: Iterable[str]) -> tuple[str, ...]:
    """The union of D-03 stage 2; either parent suffices only while no named one must consent anyway."""
    givers = tuple(dict.fromkeys(rows))
    if ONE_PARENT in givers and any(parent in givers for parent in PARENTS):
        return tuple(giver for giver in givers if giver != ONE_PARENT)
    return givers


def answers_for(giver: str, answering: str) -> bool:
    """Whether the answer of one person counts for a required giver."""
    return giver == answering or (giver == ONE_PARENT and answering in PARENTS)


def outcome_of(asked: Asked) -> Outcome:
    """What the answers make of a request, all recipients and all its data taken together.

    The whole is given when everyone required said yes; it is given in part when what concerns a parent
    alone (D-03 row 14) is the only thing that lacks a yes.
    """
    said = {each.giver: each.answer for each in asked.answers}
    general = [_answer_of(giver, said) for giver in asked.required]
    if all(answer == YES for answer in general):
        about = [
            said.get(parent)
            for parent, kinds in asked.about.items()
            if kinds and parent not in asked.required
        ]
        return Outcome.GIVEN if all(answer == YES for answer in about) else Outcome.PARTLY
    if NO in general:
        return Outcome.REFUSED
    return Outcome.NO_ANSWER


def cover(recipients: Sequence[str], purpose: str, kinds: Iterable[str], requests: Sequence[Asked]) -> Cover:
    """Whether valid consents or recorded exceptions cover all these recipients for purpose and kinds.

    Without kinds, any data of the request counts, except what is kept back by row 14. One recipient may
    be covered by one request and another by the next; one recipient's kinds by several.
    """
    wanted = frozenset(kinds)
    covered: list[str] = []
    missing: list[Missing] = []
    grounds: dict[str, str] = {}
    for recipient in dict.fromkeys(recipients):
        gaps, ground = _gaps(recipient, purpose, wanted, requests)
        if gaps:
            missing.extend(gaps)
        else:
            covered.append(recipient)
            grounds[recipient] = ground
    uncovered = tuple(each for each in dict.fromkeys(recipients) if each not in grounds)
    return Cover(tuple(covered), uncovered, tuple(dict.fromkeys(missing)), grounds)


def _gaps(
    recipient: str, purpose: str, wanted: frozenset[str], requests: Sequence[Asked]
) -> tuple[list[Missing], str]:
    """What is missing for one recipient (nothing: covered), and the id of the request that covers."""
    ground = ""
    gaps: list[Missing] = []
    for kind in sorted(wanted) or [""]:
        nearest: list[Missing] | None = None
        for asked in requests:
            found = _missing_in(asked, recipient, purpose, kind)
            if not found:
                ground, nearest = asked.id, []
                break
            if nearest is None or _rank(found) < _rank(nearest):
                nearest = found
        gaps.extend([Missing(recipient, Gap.NOT_ASKED)] if nearest is None else nearest)
    return gaps, ground


def _missing_in(asked: Asked, recipient: str, purpose: str, kind: str) -> list[Missing]:
    """What keeps this request from covering one recipient's one kind of data."""
    if recipient not in asked.recipients:
        return [Missing(recipient, Gap.NOT_ASKED)]
    if asked.purpose != purpose:
        return [Missing(recipient, Gap.OTHER_PURPOSE)]
    if kind and kind not in asked.kinds:
        return [Missing(recipient, Gap.OTHER_DATA, None, (kind,))]
    if asked.ended:
        return [Missing(recipient, Gap(asked.ended))]
    if asked.exception:
        return []
    givers = [*asked.required]
    givers += [
        parent for parent, kinds in asked.about.items() if kind and kind in kinds and parent not in givers
    ]
    named = (kind,) if kind else ()
    if not givers:  # nobody has been asked yet
        return [Missing(recipient, Gap.WAITING, None, named)]
    found = []
    for giver in givers:
        gap = _gap_of(giver, recipient, asked.answers)
        if gap is not None:
            found.append(Missing(recipient, gap, giver, named))
    return found


def _gap_of(giver: str, recipient: str, answers: Iterable[Answer]) -> Gap | None:
    """None when somebody who counts for the giver has said a yes that is valid for this recipient."""
    gaps: list[Gap] = []
    for each in answers:
        if not answers_for(giver, each.giver):
            continue
        if each.answer == YES:
            validity = each.validity(recipient)
            if validity == "gyldigt":
                return None
            gaps.append(Gap(validity))
        else:
            gaps.append(Gap.REFUSED if each.answer == NO else Gap.WAITING)
    return min(gaps, key=_NEAREST.index, default=Gap.WAITING)


def _answer_of(giver: str, said: Mapping[str, str]) -> str:
    """The best answer of those who count for a giver."""
    answers = [answer for who, answer in said.items() if answers_for(giver, who)]
    return next((best for best in (YES, NO, NO_ANSWER) if best in answers), NO_ANSWER)


def _rank(missing: Sequence[Missing]) -> int:
    return max(_NEAREST.index(each.gap) for each in missing)
