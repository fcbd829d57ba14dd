"""Reading, writing and combining dates, times and durations (DMN 1.5, sections 10.3.2.3.4 to 10.3.2.3.8).

Durations of days and time are exact: P1D is 24 hours on the clock of UTC, as the standard says, so the
local hour moves when the clocks change between. Years and months keep the local time of day.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from flowcase.feel import wide
from flowcase.feel.wide import AnyDate, AnyDateTime, WideDate, WideDateTime
from flowcase.values import YearMonthDuration

UTC = dt.UTC
MAX_OFFSET = 18 * 3600  # seconds; what the standard's reference types accept
_MICRO = 1_000_000
_EPOCH = dt.datetime(1, 1, 1)  # noqa: DTZ001 - for values that have no zone
_EPOCH_UTC = dt.datetime(1, 1, 1, tzinfo=UTC)

_DATE = r"(-?(?:[0-9]{4}|[1-9][0-9]{4,8}))-([0-9]{2})-([0-9]{2})"
_ZONE = r"([Zz]|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z][A-Za-z0-9_+\-/]*)?"
_TIME = rf"([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}})(?:\.([0-9]+))?{_ZONE}"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIME_ONLY = re.compile(_TIME, re.ASCII)
_DATE_TIME = re.compile(rf"{_DATE}T{_TIME}", re.ASCII)
_DAYS = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]{1,18})D)?(?:T(?=[0-9])(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?"
    r"(?:([0-9]{1,18})(?:\.([0-9]*))?S)?)?",
    re.ASCII,
)
_MONTHS = re.compile(r"(-)?P(?=[0-9])(?:([0-9]{1,18})Y)?(?:([0-9]{1,18})M)?", re.ASCII)


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo | None:
    """The IANA zone, or None when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder is an OSError
        return None


def parse_date(text: str) -> AnyDate | None:
    """`2026-03-29`; None when the text is no date."""
    found = _DATE_ONLY.fullmatch(text)
    if not found:
        return None
    try:
        return wide.make_date(*map(int, found.groups()))
    except ValueError:
        return None


def parse_time(text: str) -> dt.time | None:
    """`23:59:00`, with `Z`, an offset or `@Zone` behind it."""
    found = _TIME_ONLY.fullmatch(text.removeprefix("T"))
    return _time(found.groups()) if found else None


def _time(groups: tuple) -> dt.time | None:
    hour, minute, second, fraction, zone_text = groups
    tz: dt.tzinfo | None = None
    if zone_text:
        tz = _zone_of(zone_text)
        if tz is None:
            return None
    try:
        return dt.time(int(hour), int(minute), int(second), int(((fraction or "") + "000000")[:6]), tz)
    except ValueError:
        return None


def _zone_of(text: str) -> dt.tzinfo | None:
    if text in ("Z", "z"):  # the standard writes both
        return UTC
    if text[0] == "@":
        return zone(text[1:])
    parts = [int(part) for part in text[1:].split(":")]
    seconds = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
    if seconds > MAX_OFFSET or max(parts[1:]) > 59:
        return None
    return offset_zone(-seconds if text[0] == "-" else seconds)


def offset_zone(seconds: int) -> dt.timezone:
    return dt.timezone(dt.timedelta(seconds=seconds)) if seconds else UTC


def parse_date_time(text: str) -> AnyDateTime | None:
    """`2026-03-29T12:00:00@Europe/Copenhagen`; a date alone is its midnight."""
    found = _DATE_TIME.fullmatch(text)
    if not found:
        day = parse_date(text)
        return None if day is None else at_time(day, dt.time())
    groups = found.groups()
    time = _time(groups[3:])
    if time is None:
        return None
    try:
        day = wide.make_date(*map(int, groups[:3]))
    except ValueError:
        return None
    return at_time(day, time)


def parse_duration(text: str) -> dt.timedelta | YearMonthDuration | None:
    """`P1DT2H` or `P1Y2M`; None when the text is neither."""
    found = _MONTHS.fullmatch(text)
    if found and (found.group(2) or found.group(3)):
        months = int(found.group(2) or 0) * 12 + int(found.group(3) or 0)
        return YearMonthDuration(-months if found.group(1) else months)
    found = _DAYS.fullmatch(text)
    if not found:
        return None
    sign, days, hours, minutes, seconds, fraction = found.groups()
    try:
        value = dt.timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=int(((fraction or "") + "000000")[:6]),
        )
        return -value if sign else value
    except OverflowError:
        return None


def parse_any(text: str) -> AnyDate | AnyDateTime | dt.time | dt.timedelta | YearMonthDuration | None:
    """What stands in `@"..."`."""
    if text[:1] == "P" or text[:2] == "-P":
        return parse_duration(text)
    if "T" in text and _DATE_TIME.fullmatch(text):
        return parse_date_time(text)
    return parse_date(text) or parse_time(text)


def at_time(day: AnyDate, time: dt.time) -> AnyDateTime:
    """The date and time; a local time that a clock change leaves out is moved forward by the change."""
    proxy, cycles = (day, 0) if isinstance(day, dt.date) else wide.split(day)
    moment = dt.datetime.combine(proxy, time)
    if isinstance(time.tzinfo, ZoneInfo):
        moment = existing(moment)
    return wide.join(moment, cycles) if cycles else moment


def existing(moment: dt.datetime) -> dt.datetime:
    """The same instant as its zone's clocks show it (they never show 02:30 when spring skips it)."""
    try:
        return moment.astimezone(UTC).astimezone(moment.tzinfo)
    except OverflowError:
        return moment


def date_of(value: AnyDate | AnyDateTime) -> AnyDate:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, WideDateTime):
        return WideDate(value.proxy.date(), value.cycles)
    return value


def time_of(value: AnyDate | AnyDateTime) -> dt.time:
    """The time of day with its zone; that of a date is midnight in UTC (section 10.3.2.3.5)."""
    moment = value.proxy if isinstance(value, (WideDate, WideDateTime)) else value
    return moment.timetz().replace(fold=0) if isinstance(moment, dt.datetime) else dt.time(tzinfo=UTC)


def microseconds(duration: dt.timedelta) -> int:
    return (duration.days * 86400 + duration.seconds) * _MICRO + duration.microseconds


def offset_of(value: dt.time | AnyDateTime) -> dt.timedelta | None:
    """The offset from UTC; for a time with a zone and no date the zone's offset in January 2000."""
    if isinstance(value, WideDateTime):
        return value.proxy.utcoffset()
    if isinstance(value, dt.time) and isinstance(value.tzinfo, ZoneInfo):
        return dt.datetime(2000, 1, 1, tzinfo=value.tzinfo).utcoffset()
    return value.utcoffset()


def zone_name(value: dt.time | AnyDateTime) -> str | None:
    """The IANA name when the value has a zone, not just an offset."""
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


# -- one number per value, for comparing and subtracting -----------------------------------------------


def instant(value: AnyDateTime) -> int:
    """Microseconds since 0001-01-01 in UTC, or on the local clock when the value has no zone."""
    if isinstance(value, dt.datetime):
        return microseconds(value - (_EPOCH if value.tzinfo is None else _EPOCH_UTC))
    proxy, cycles = wide.split(value)
    return instant(proxy) + cycles * wide.CYCLE_DAYS * 86400 * _MICRO


def time_number(value: dt.time) -> int:
    """Microseconds since midnight UTC, or local midnight when the value has no zone."""
    offset = offset_of(value)
    return clock_number(value) - (microseconds(offset) if offset is not None else 0)


def clock_number(value: dt.time) -> int:
    """Microseconds since midnight on the value's own clock."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * _MICRO + value.microsecond


def with_zone_of(value: AnyDateTime, other: AnyDateTime) -> AnyDateTime:
    """The value itself, or in the zone of `other` when it has none."""
    if value.tzinfo is not None:
        return value
    return at_time(date_of(value), time_of(value).replace(tzinfo=other.tzinfo))


# -- arithmetic; each raises ValueError or OverflowError when the result is out of range -----------------


def add_to_date_time(value: AnyDateTime, duration: dt.timedelta) -> AnyDateTime:
    """Exact addition on the clock of UTC; the zone stays."""
    if isinstance(value, dt.datetime):
        tz = value.tzinfo
        try:
            return value + duration if tz is None else (value.astimezone(UTC) + duration).astimezone(tz)
        except OverflowError:
            pass
    proxy, cycles = wide.split(value)
    tz = proxy.tzinfo
    shift, rest = divmod(duration.days, wide.CYCLE_DAYS)
    duration = dt.timedelta(rest, duration.seconds, duration.microseconds)
    proxy = proxy + duration if tz is None else (proxy.astimezone(UTC) + duration).astimezone(tz)
    return wide.join(proxy, cycles + shift)


def add_to_date(value: AnyDate, duration: dt.timedelta) -> AnyDate:
    """The day of midnight UTC plus the duration."""
    return wide.from_ordinal(wide.ordinal(value) + duration.days)


def add_months(value: AnyDate, months: int) -> AnyDate:
    """The same day of another month, or its last day when it is shorter."""
    count = value.year * 12 + value.month - 1 + months
    year, month = divmod(count, 12)
    day = value.day
    while True:
        try:
            return wide.make_date(year, month + 1, day)
        except ValueError:
            day -= 1
            if day < 28:
                raise


def add_months_to_date_time(value: AnyDateTime, months: int) -> AnyDateTime:
    return at_time(add_months(date_of(value), months), time_of(value))


def add_to_time(value: dt.time, duration: dt.timedelta) -> dt.time:
    """The time of day that follows, past midnight from the start."""
    seconds, micro = divmod((clock_number(value) + microseconds(duration)) % (86400 * _MICRO), _MICRO)
    return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60, micro, value.tzinfo)


def months_between(start: AnyDate | AnyDateTime, end: AnyDate | AnyDateTime) -> int:
    """Whole months from `start` to `end`, towards zero (`years and months duration(from, to)`)."""
    if _position(start) > _position(end):
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    if months and _position(end)[2:] < _position(start)[2:]:
        months -= 1
    return months


def _position(value: AnyDate | AnyDateTime) -> tuple:
    proxy = value.proxy if isinstance(value, (WideDate, WideDateTime)) else value
    clock = proxy.time() if isinstance(proxy, dt.datetime) else dt.time()
    return value.year, value.month, value.day, clock


# -- text ------------------------------------------------------------------------------------------------


def format_date(value: AnyDate | AnyDateTime) -> str:
    year = f"{abs(value.year):04d}"
    return f"{'-' if value.year < 0 else ''}{year}-{value.month:02d}-{value.day:02d}"


def format_time(value: dt.time | dt.datetime) -> str:
    text = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
    if value.microsecond:
        text += f".{value.microsecond:06d}".rstrip("0")
    return text + _format_zone(value.tzinfo, value)


def _format_zone(tz: dt.tzinfo | None, value: dt.time | dt.datetime) -> str:
    if tz is None:
        return ""
    if isinstance(tz, ZoneInfo):
        return f"@{tz.key}"
    offset = tz.utcoffset(value if isinstance(value, dt.datetime) else None)
    seconds = 0 if offset is None else int(offset.total_seconds())
    if seconds == 0:
        return "Z"
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return text + (f":{seconds % 60:02d}" if seconds % 60 else "")


def format_date_time(value: AnyDateTime) -> str:
    proxy = value.proxy if isinstance(value, WideDateTime) else value
    return f"{format_date(value)}T{format_time(proxy)}"


def format_days(duration: dt.timedelta) -> str:
    micros = microseconds(duration)
    sign, micros = "-" if micros < 0 else "", abs(micros)
    seconds, micro = divmod(micros, _MICRO)
    days, seconds = divmod(seconds, 86400)
    fraction = f".{micro:06d}".rstrip("0") if micro else ""
    clock = "".join(
        (
            f"{seconds // 3600}H" if seconds >= 3600 else "",
            f"{seconds // 60 % 60}M" if seconds // 60 % 60 else "",
            f"{seconds % 60}{fraction}S" if seconds % 60 or fraction else "",
        )
    )
    if not days and not clock:
        return "PT0S"
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"


def format_months(duration: YearMonthDuration) -> str:
    sign, months = "-" if duration.months < 0 else "", abs(duration.months)
    if not months:
        return "P0M"
    return f"{sign}P{f'{months // 12}Y' if months >= 12 else ''}{f'{months % 12}M' if months % 12 else ''}"
