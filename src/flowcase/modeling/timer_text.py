"""Whether the plain text of a timer can be read: ISO 8601 dates, durations and repetitions, and cron.

Each function gives the reason why not, as the end of a sentence that begins with the text, or None.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_YEARS = 1_000
_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<W>\d+)W)?(?:(?P<D>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:[.,]\d{1,9})?)S)?)?",
    re.ASCII,
)
_SECONDS = {"Y": 31_536_000, "M": 2_419_200, "W": 604_800, "D": 86_400, "h": 3_600, "m": 60, "s": 1}
_ZONE = re.compile(r"(?P<local>[^@\[]+)(?:@(?P<at>[\w/+-]+)|\[(?P<bracket>[\w/+-]+)\])")
_MACROS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("second", 0, 59, []),
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day of month", 1, 31, []),
    ("month", 1, 12, ["", *_MONTHS]),
    ("day of week", 0, 7, _DAYS),
)


def problem_of_date(text: str) -> str | None:
    stripped = text.strip()
    found = _ZONE.fullmatch(stripped)
    if found:
        try:
            ZoneInfo(found["at"] or found["bracket"])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return "names a time zone that there is not"
        stripped = re.sub(r"([+-]\d\d:\d\d|Z)$", "", found["local"])
    if "T" not in stripped.upper():
        return "is no ISO 8601 date and time such as 2026-04-01T09:00:00+02:00"
    try:
        dt.datetime.fromisoformat(stripped)
    except ValueError:
        return "is no ISO 8601 date and time such as 2026-04-01T09:00:00+02:00"
    return None


def problem_of_duration(text: str) -> str | None:
    found = _DURATION.fullmatch(text.strip())
    if not found:
        return "is no ISO 8601 duration such as PT24H or P3M"
    if any(len(part) > 12 for part in found.groups() if part):
        return "is longer than can be computed"
    if _length(found) > MAX_YEARS * _SECONDS["Y"]:
        return f"is longer than {MAX_YEARS} years"
    return None


def _length(found: re.Match[str]) -> float:
    return sum(float((part or "0").replace(",", ".")) * _SECONDS[k] for k, part in found.groupdict().items())


def problem_of_cycle(text: str) -> str | None:
    stripped = text.strip()
    if stripped[:1] not in {"R", "r"}:
        return problem_of_cron(stripped)
    head, *rest = stripped.split("/")
    if not re.fullmatch(r"[Rr](-1|[0-9]{0,9})", head) or len(rest) not in {1, 2}:
        return "is no ISO 8601 repetition such as R3/PT1H"
    if head[1:] and not head[1:].strip("0"):
        return "repeats no time at all"
    if len(rest) == 2 and (problem := problem_of_date(rest[0])):
        return f"has a start that {problem}"
    if problem := problem_of_duration(rest[-1]):
        return f"has a period that {problem}"
    found = _DURATION.fullmatch(rest[-1].strip())
    if found and _length(found) < 1:
        return "repeats faster than once a second"
    return None


def problem_of_cron(text: str) -> str | None:
    """Five fields begin with the minute, six with the second."""
    if text.lower() in _MACROS:
        return None
    fields = text.upper().split()
    if len(fields) not in {5, 6} or any(len(field) > 200 for field in fields):
        return "is neither an ISO 8601 repetition such as R/P1D nor cron with five or six fields"
    for value, (what, low, high, names) in zip(fields, _FIELDS[6 - len(fields) :], strict=True):
        for part in value.split(","):
            if not _is_cron_part(part, low, high, names, what):
                return f"has '{part[:40]}' for the {what} of its cron"
    return None


def _is_cron_part(part: str, low: int, high: int, names: list[str], what: str) -> bool:
    if what == "day of month" and part == "L":
        return True
    if what == "day of week" and re.fullmatch(r"([A-Z]{3}|[0-7])(#[1-5]|L)", part):
        return part[0].isdigit() or part[:3] in names
    spread, slash, step = part.partition("/")
    if slash and not re.fullmatch(r"0*[1-9][0-9]{0,3}", step):
        return False
    if spread in {"*", "?"}:
        return True
    first, dash, last = spread.partition("-")
    begin = _cron_number(first, names)
    end = _cron_number(last, names) if dash else begin
    return begin is not None and end is not None and low <= begin <= end <= high


def _cron_number(text: str, names: list[str]) -> int | None:
    if text and text in names:
        return names.index(text)
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else None
