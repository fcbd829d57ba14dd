"""The rows of an inbox as HTML, fifty with every page: what they share is looked up once, not in each row."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup, escape

from flowcase.access.permissions import may_see_cases
from flowcase.web.drawing import address, words
from flowcase.web.language import current, gettext
from flowcase.web.words.presenting import date, due_bounds, instant, person, whose

if TYPE_CHECKING:
    from flowcase.access.actor import Actor
    from flowcase.services.tasks.inboxes import AnyTaskRow

TAKING = "tag-en"  # the form that the buttons of all rows send, each to its own address
_NORMAL = 50  # Camunda 8's default priority
_MARK = "0-0"
_is_plain = re.compile(r"[A-Za-z0-9._-]+").fullmatch  # the same as HTML and in an address
_LEFT_OUT = ' class="fc-none"'  # on a phone: what is as usual, and what is not there
_NO_DAY = _LEFT_OUT + ">&ndash;"
_NOTHING = Markup("&ndash;")  # a page whose letters are all of Latin-1 is written in half the time


class InboxRows:
    """What all rows of one page share, and what some of them share: each is written once."""

    def __init__(
        self,
        actor: Actor,
        *,
        now: dt.datetime,
        process_names: Mapping[str, str],
        ticked: Container[str],
        may_take: bool,
        meetings: Mapping[str, str] | None = None,
    ) -> None:
        """`meetings` says of user tasks outside of any case, by id, which meeting they are about."""
        self._actor, self._now, self._ticked, self._may_take = actor, now, ticked, may_take
        self._sees_cases, self._meetings = may_see_cases(actor), meetings or {}
        self._process_names, self._is_english = process_names, current() == "en"
        self._known_steps: dict[tuple[str, str], tuple[str, str, str]] = {}
        self._known_cases: dict[str | None, tuple[str, str]] = {}
        self._known_priorities: dict[int, str] = {}
        self._known_holders: dict[tuple[Any, ...], str] = {}
        self._near = [
            (before, f' <span class="badge fc-due-{code}">{_escaped(near)}</span>')
            for before, code, near in due_bounds(now)
        ]
        self._mine, self._again = words("Mig"), words("Vises igen")
        before, self._shown = _around("user_tasks.show", "id")
        self._show = f'</span></label></td>\n<td data-title="{words("Opgave")}"><a href="{before}'
        self._before_case, self._behind_case = _around("cases.show", "code")
        before, self._claimed = _around("user_tasks.claim", "id")
        self._claim = (
            '<button class="button button-secondary fc-small" type="submit" '
            f'form="{TAKING}" formaction="{before}'
        )

    def html(self, rows: Sequence[AnyTaskRow]) -> Markup:
        write = self._row if _is_plain("".join([row.id for row in rows])) else self._odd_row
        return Markup("\n".join(map(write, rows)))  # noqa: S704 - each part is escaped or ours

    def _odd_row(self, row: AnyTaskRow) -> str:
        return self._row(row, str(escape(row.id)), quote(row.id))

    def _row(self, row: AnyTaskRow, id: str = "", address_id: str = "") -> str:
        """`id` and `address_id` are how its id is written in HTML and in an address, unless as it is."""
        id, address_id = id or row.id, address_id or row.id
        ticking, link, taking = self._known_steps.get((row.name, row.process)) or self._step(row)
        code, cell = self._known_cases.get(row.case_code) or self._case(row.case_code)
        if meeting := self._meetings.get(row.id):
            code = _escaped(meeting)
            link = f'{link}<span class="fc-quiet">{code}</span>'
        take = ""
        if self._may_take and not row.assignee:
            take = f"{self._claim}{address_id}{taking}{code}</span></button>"
        return (
            '<tr>\n<td class="fc-tick"><label class="fc-ticked"><input type="checkbox" name="opgave" '
            f'value="{id}" form="flere"{" checked" if row.id in self._ticked else ""}>{ticking}{code}'
            f"{self._show}{address_id}{link}{self._stands() if row.is_suspended else ''}{cell}"
            f"{_NO_DAY if row.due_at is row.follow_up_at is None else self._when(row)}"
            f"{self._known_priorities.get(row.priority) or self._cell_of_priority(row.priority)}"
            f"{self._whose(row)}</td>\n<td>{take}</td>\n</tr>"
        )

    def _step(self, row: AnyTaskRow) -> tuple[str, str, str]:
        """What stands before the case at its tick, behind the id in its address, and in that of its Tag."""
        name, flow = _escaped(row.name), self._process_names.get(row.process)
        # Among words of an English page the name of a step is the Danish that it is.
        read_out = f'<span lang="da">{name}</span>' if self._is_english else name
        of = f'<span class="fc-quiet" lang="da">{_escaped(flow)}</span>' if flow else ""
        found = self._known_steps[row.name, row.process] = (
            f'<span class="sr-only">{words("Vælg")} {read_out} ',
            f'{self._shown}" lang="da">{name}</a>{of}',
            f'{self._claimed}">{words("Tag")}<span class="sr-only"> {read_out} ',
        )
        return found

    def _stands(self) -> str:
        """That it cannot be completed now, which its page tells more of."""
        return f' <span class="badge fc-state-cancelled">{words("Forløbet er sat på pause")}</span>'

    def _case(self, code: str | None) -> tuple[str, str]:
        """The code, and its cell up to the middle of the next one's tag."""
        said = shown = _escaped(code or "")
        if code and self._sees_cases:
            where = f"{self._before_case}{code}{self._behind_case}"
            if not _is_plain(code):
                where = _escaped(address("cases.show", code=code))
            shown = f'<a href="{where}">{said}</a>'
        found = self._known_cases[code] = (
            said,
            f'</td>\n<td class="{"fc-whole" if code else "fc-none"}" data-title="{words("Sag")}">'
            f"{shown or _NOTHING}</td>\n"
            f'<td data-title="{words("Frist")}"',
        )
        return found

    def _cell_of_priority(self, number: int) -> str:
        """Its cell up to what stands in the next one."""
        found = self._known_priorities[number] = (
            f'</td>\n<td{_LEFT_OUT if number == _NORMAL else ""} data-title="{words("Prioritet")}">'
            f"{_priority(number)}</td>\n"
            f'<td data-title="{words("Hvem")}">'
        )
        return found

    def _when(self, row: AnyTaskRow) -> str:
        """From within the tag of its cell, which a phone leaves out where nothing stands in it."""
        said = ">" + (_NOTHING if row.due_at is None else self._due(row.due_at))
        if row.follow_up_at is None or row.follow_up_at <= self._now:
            return said
        return f'{said} <span class="fc-quiet">{self._again} {_escaped(date(row.follow_up_at))}</span>'

    def _due(self, at: dt.datetime) -> str:
        """When something is due (digits and our own words), and in words how near that is."""
        said = f'<span class="fc-when">{instant(at)}</span>'
        for before, badge in self._near:
            if at < before:
                return said + badge
        return said

    def _whose(self, row: AnyTaskRow) -> str:
        if row.owner is not None:
            return self._lent(row.owner, row.assignee)
        if row.assignee == self._actor.id:
            return f"<strong>{self._mine}</strong>"
        key = (row.assignee, tuple(row.candidate_groups), tuple(row.candidate_users))
        found = self._known_holders.get(key)
        if found is None:
            found = self._known_holders[key] = _escaped(whose(row))
        return found

    def _lent(self, owner: str, delegate: str | None) -> str:
        """A delegated one: to its owner where it waits, to its delegate for whom."""
        if owner == self._actor.id:
            return f"<strong>{words('Venter hos')} {_escaped(person(delegate))}</strong>"
        holder = self._mine if delegate == self._actor.id else _escaped(person(delegate))
        whom = _escaped(person(owner))
        return f'<strong>{holder}</strong> <span class="fc-quiet">{words("for")} {whom}</span>'


@functools.lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    """Names, cases and groups come again and again."""
    return str(escape(text))


def _around(endpoint: str, name: str) -> tuple[str, str]:
    """What stands before and behind a value in an address."""
    before, _, after = address(endpoint, **{name: _MARK}).partition(_MARK)
    return _escaped(before), _escaped(after)


def _priority(number: int) -> str:
    code, said = priority(number)
    if code == "normal":
        return _escaped(said)
    return f'<span class="badge fc-priority-{code}">{_escaped(said)}</span>'


def priority(number: int) -> tuple[str, str]:
    """(code, words) of a user task's priority."""
    if number == _NORMAL:
        return "normal", gettext("Almindelig")
    said = gettext("Høj") if number > _NORMAL else gettext("Lav")
    return "high" if number > _NORMAL else "low", f"{said} ({number})"
