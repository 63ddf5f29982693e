"""The help desk's schedules, and business time counted minute by minute on their zones' wall clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from .settings import Settings

DAY_MINUTES, WEEK_MINUTES = 1440, 10_080
# Days before the window (creations of tickets are never earlier) and after it that a clock knows.
MARGIN_DAYS = 7


@dataclass(frozen=True)
class Schedule:
    """`spans`: open minutes of a local week, from Sunday 00:00; `holidays`: (name, first, last month-day).

    `earlier_spans`: the hours before they were edited in the middle of the window; a help desk forgets them.
    """

    number: int
    name: str
    rails_zone: str
    zone: str
    spans: tuple[tuple[int, int], ...]
    holidays: tuple[tuple[str, str, str], ...] = ()
    earlier_spans: tuple[tuple[int, int], ...] = ()

    def holiday_dates(self, settings: Settings) -> list[tuple[str, date, date]]:
        """(name, first day, last day) of each holiday of the window's years; one may run into the next year."""
        dates = []
        for year in range(settings.start.year - 1, settings.end.year + 1):
            for name, first, last in self.holidays:
                starts, ends = (date.fromisoformat(f"{year}-{day}") for day in (first, last))
                dates.append((name, starts, ends if ends >= starts else ends.replace(year=year + 1)))
        return dates


def _workdays(*hours: tuple[int, int], days: range = range(1, 6)) -> tuple[tuple[int, int], ...]:
    return tuple((day * DAY_MINUTES + opens, day * DAY_MINUTES + closes) for day in days for opens, closes in hours)


CHRISTMAS, NEW_YEAR = ("Christmas", "12-25", "12-25"), ("New Year", "01-01", "01-01")
SCHEDULES = {
    schedule.number: schedule
    for schedule in (
        Schedule(
            1, "Americas", "Eastern Time (US & Canada)", "America/New_York", _workdays((480, 1080)),
            (NEW_YEAR, CHRISTMAS, ("Independence Day", "07-04", "07-04")),
        ),
        Schedule(
            2, "United Kingdom", "London", "Europe/London", _workdays((540, 1050)),
            (NEW_YEAR, ("Christmas", "12-25", "12-26")), earlier_spans=_workdays((480, 960)),
        ),
        # Closed at noon, and from New Year's Eve to the day after New Year.
        Schedule(
            3, "Europe", "Berlin", "Europe/Berlin", _workdays((540, 750), (780, 1020)),
            (("Labour Day", "05-01", "05-01"), ("Christmas", "12-24", "12-26"), ("Turn of the year", "12-31", "01-02")),
        ),
        # Every night from 22:00 to 6:00; Saturday's is cut where the week ends. A holiday closes the hours on its own
        # date only: the end of one night and the beginning of the next.
        Schedule(
            4, "Night desk", "Pacific Time (US & Canada)", "America/Los_Angeles",
            ((0, 360), *_workdays((1320, 1800), days=range(6)), (9960, WEEK_MINUTES)), (CHRISTMAS,),
        ),
        Schedule(5, "Australia", "Sydney", "Australia/Sydney", _workdays((480, 1080)), (NEW_YEAR, CHRISTMAS)),
        Schedule(6, "Around the clock", "London", "Europe/London", ((0, WEEK_MINUTES),)),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """Which minutes of the window a schedule is open, from its zone's wall clock."""

    settings: Settings
    schedule: Schedule

    @cached_property
    def _origin(self) -> datetime:
        return self.settings.start - timedelta(days=MARGIN_DAYS)

    @cached_property
    def _wall_minutes(self) -> np.ndarray:
        """For every minute in UTC the local minute since the origin's midnight."""
        days = self.settings.days + 2 * MARGIN_DAYS
        zone = ZoneInfo(self.schedule.zone)

        def ahead(minute: int) -> int:
            at = (self._origin + timedelta(minutes=minute)).replace(tzinfo=UTC)
            return int(at.astimezone(zone).utcoffset().total_seconds()) // 60

        offsets = np.empty(days * DAY_MINUTES, dtype=np.int32)
        for first in range(0, len(offsets), DAY_MINUTES):
            last = first + DAY_MINUTES
            if ahead(first) == ahead(last):
                offsets[first:last] = ahead(first)
            else:
                offsets[first:last] = [ahead(minute) for minute in range(first, last)]
        return np.arange(len(offsets), dtype=np.int32) + offsets

    @cached_property
    def is_open(self) -> np.ndarray:
        week = np.zeros(WEEK_MINUTES, dtype=bool)
        for opens, closes in self.schedule.spans:
            week[opens:closes] = True
        sunday = (self._origin.weekday() + 1) % 7 * DAY_MINUTES
        open_minutes = week[(self._wall_minutes + sunday) % WEEK_MINUTES]
        local_day = self._wall_minutes // DAY_MINUTES
        for _, first, last in self.schedule.holiday_dates(self.settings):
            day, until = ((at - self._origin.date()).days for at in (first, last))
            open_minutes[(local_day >= day) & (local_day <= until)] = False
        return open_minutes

    @cached_property
    def _opened(self) -> np.ndarray:
        """Minutes that were open before each minute."""
        return np.concatenate([[0], np.cumsum(self.is_open)]).astype(np.int64)

    @cached_property
    def _next_open(self) -> np.ndarray:
        """The first minute at or after each one that is open; the last minute where there is none."""
        minutes = np.where(self.is_open, np.arange(len(self.is_open)), len(self.is_open) - 1)
        return np.minimum.accumulate(minutes[::-1])[::-1]

    def _seconds_at(self, at: datetime) -> int:
        """Business seconds from the origin to an instant."""
        minute, second = divmod(int((at - self._origin).total_seconds()), 60)
        return int(self._opened[minute]) * 60 + (second if self.is_open[minute] else 0)

    def seconds(self, start: datetime, end: datetime) -> int:
        """Business seconds of [start, end)."""
        return self._seconds_at(end) - self._seconds_at(start)

    def runs_out(self, start: datetime, seconds: int) -> datetime | None:
        """When so many business seconds have passed; None where that is beyond the days that it knows."""
        due = self._seconds_at(start) + seconds
        minute = int(np.searchsorted(self._opened, -(-due // 60))) - 1
        if minute >= len(self.is_open):
            return None
        return self._origin + timedelta(minutes=minute, seconds=due - int(self._opened[minute]) * 60)

    def opening(self, at: datetime) -> datetime:
        """`at` where the schedule is open then, else the next opening; `at` itself beyond the window."""
        minute = int((at - self._origin).total_seconds()) // 60
        if minute >= len(self.is_open) or self.is_open[minute]:
            return at
        return self._origin + timedelta(minutes=int(self._next_open[minute]))


@dataclass(frozen=True)
class EditedClock(Clock):
    """A clock with the earlier hours until the middle of the window."""

    @cached_property
    def is_open(self) -> np.ndarray:
        now = Clock(self.settings, self.schedule).is_open
        before = Clock(self.settings, replace(self.schedule, spans=self.schedule.earlier_spans)).is_open
        return np.where(np.arange(len(now)) < len(now) // 2, before, now)


def clocks(settings: Settings) -> dict[int, Clock]:
    """By schedule number: the hours as they are known at the window's end, for all of its time."""
    return {number: Clock(settings, schedule) for number, schedule in SCHEDULES.items()}


def clocks_of_the_time(known_now: dict[int, Clock]) -> dict[int, Clock]:
    """By schedule number: the hours as the help desk ran them."""
    return {
        number: EditedClock(clock.settings, clock.schedule) if clock.schedule.earlier_spans else clock
        for number, clock in known_now.items()
    }
