"""The rows of an inbox as HTML, fifty with every page: what they share is looked up once, not in each row."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup, escape

from flowcase.access.permissions import may_see_cases
from flowcase.web.drawing import address, words
from flowcase.web.language import current, gettext
from flowcase.web.presenting import date, due_words, instant, person, whose

if TYPE_CHECKING:
    from flowcase.access.actor import Actor
    from flowcase.services.inboxes import AnyTaskRow

TAKING = "tag-en"  # the form that the buttons of all rows send, each to its own address
_NORMAL = 50  # Camunda 8's default priority
_MARK = "0-0"
_is_plain = re.compile(r"[A-Za-z0-9._-]+").fullmatch  # the same as HTML and in an address
_NOTHING = Markup("&ndash;")  # a page whose letters are all of Latin-1 is written in half the time


class InboxRows:
    """What all rows of one page share."""

    def __init__(
        self,
        actor: Actor,
        *,
        now: dt.datetime,
        process_names: Mapping[str, str],
        ticked: Container[str],
        may_take: bool,
    ) -> None:
        self._actor, self._now, self._ticked, self._may_take = actor, now, ticked, may_take
        self._sees_cases = may_see_cases(actor)
        self._show, self._claim = _around("user_tasks.show", "id"), _around("user_tasks.claim", "id")
        self._known_cases: dict[str, str] = {}
        self._known_holders: dict[tuple[str, ...], str] = {}
        self._known_priorities: dict[int, str] = {}
        self._flows = {
            process: Markup('<span class="fc-quiet" lang="da">{}</span>').format(name)
            for process, name in process_names.items()
            if name
        }
        self._is_english = current() == "en"
        self._suspended = words("Forløbet er sat på pause")
        self._choose, self._take, self._again = words("Vælg"), words("Tag"), words("Vises igen")
        self._task, self._case, self._due = words("Opgave"), words("Sag"), words("Frist")
        self._priority, self._who, self._mine = words("Prioritet"), words("Hvem"), words("Mig")

    def _read_out(self, name: str) -> str:
        """The name of a step among words of the page: the Danish that it is."""
        return f'<span lang="da">{name}</span>' if self._is_english else name

    def html(self, rows: Iterable[AnyTaskRow]) -> Markup:
        return Markup("\n".join(map(self._row, rows)))  # noqa: S704 - each part is escaped or ours

    def _row(self, row: AnyTaskRow) -> str:
        id, name, case = row.id, _escaped(row.name), _escaped(row.case_code or "")
        address_id = id
        if not _is_plain(id):
            id, address_id = str(escape(id)), quote(id)
        before, after = self._show
        return (
            '<tr>\n<td class="fc-tick"><label class="fc-ticked"><input type="checkbox" name="opgave" '
            f'value="{id}" form="flere"{" checked" if row.id in self._ticked else ""}>'
            f'<span class="sr-only">{self._choose} {self._read_out(name)} {case}</span></label></td>\n'
            f'<td data-title="{self._task}"><a href="{before}{address_id}{after}" '
            f'lang="da">{name}</a>{self._flows.get(row.process, "")}{self._stands(row)}</td>\n'
            f'<td class="fc-whole" data-title="{self._case}">{self._case_of(row)}</td>\n'
            f'<td data-title="{self._due}">{self._when(row)}</td>\n'
            f'<td data-title="{self._priority}">{self._priority_of(row)}</td>\n'
            f'<td data-title="{self._who}">{self._whose(row)}</td>\n'
            f"<td>{self._taking(row, address_id, name, case)}</td>\n</tr>"
        )

    def _stands(self, row: AnyTaskRow) -> str:
        """That it cannot be completed now, which its page tells more of."""
        return f' <span class="badge fc-state-cancelled">{self._suspended}</span>' if row.is_suspended else ""

    def _case_of(self, row: AnyTaskRow) -> str:
        if not row.case_code:
            return _NOTHING
        found = self._known_cases.get(row.case_code)
        if found is None:
            found = _escaped(row.case_code)
            if self._sees_cases:
                found = f'<a href="{_escaped(address("cases.show", code=row.case_code))}">{found}</a>'
            self._known_cases[row.case_code] = found
        return found

    def _priority_of(self, row: AnyTaskRow) -> str:
        found = self._known_priorities.get(row.priority)
        if found is None:
            found = self._known_priorities[row.priority] = _priority(row.priority)
        return found

    def _when(self, row: AnyTaskRow) -> str:
        said = _NOTHING if row.due_at is None else due(row.due_at, self._now)
        if row.follow_up_at is None or row.follow_up_at <= self._now:
            return said
        return f'{said} <span class="fc-quiet">{self._again} {_escaped(date(row.follow_up_at))}</span>'

    def _whose(self, row: AnyTaskRow) -> str:
        if row.owner is not None:
            return self._lent(row.owner, row.assignee)
        if row.assignee == self._actor.id:
            return f"<strong>{self._mine}</strong>"
        key = (row.assignee or "", *row.candidate_groups, "", *row.candidate_users)
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

    def _taking(self, row: AnyTaskRow, address_id: str, name: str, case: str) -> str:
        if row.assignee or not self._may_take:
            return ""
        before, after = self._claim
        return (
            f'<button class="button button-secondary fc-small" type="submit" form="{TAKING}" '
            f'formaction="{before}{address_id}{after}">{self._take}'
            f'<span class="sr-only"> {self._read_out(name)} {case}</span></button>'
        )


@functools.lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    """Names, cases and groups come again and again."""
    return str(escape(text))


def _around(endpoint: str, name: str) -> tuple[str, str]:
    """What stands before and behind a value in an address."""
    before, _, after = address(endpoint, **{name: _MARK}).partition(_MARK)
    return _escaped(before), _escaped(after)


def due(at: dt.datetime, now: dt.datetime) -> str:
    """When something is due (digits and our own words), and in words how near that is."""
    code, near = due_words(at, now)
    badge = f' <span class="badge fc-due-{code}">{_escaped(near)}</span>' if near else ""
    return f'<span class="fc-when">{instant(at)}</span>{badge}'


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
