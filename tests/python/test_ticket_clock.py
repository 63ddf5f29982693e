"""Business hours computed once more, in plain Python with zoneinfo, and held against the warehouse's SQL.

The SQL of dim_business_intervals and fct_ticket_clocks, as dbt compiles it, runs in an empty DuckDB over
random schedules, holidays and tickets. The tickets of the sample are computed again too.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest
from simulator import Settings
from simulator import schedules as simulated

PROJECT = Path(__file__).parents[2]
MODELS = ("dim_business_intervals", "fct_ticket_clocks")
# Clocks that change at night, at midnight (Santiago), by half an hour (Lord Howe), in other months, or never.
ZONES = (
    "America/New_York", "America/Santiago", "Europe/Berlin", "Europe/London", "Australia/Lord_Howe",
    "Australia/Sydney", "Asia/Kolkata", "Africa/Cairo", "Pacific/Auckland", "UTC",
)  # fmt: skip
FIRST_DAY, DAYS = datetime(2024, 1, 1), 900
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Schedule:
    """Opening hours as {weekday, 0 is Sunday: [(opening, closing minute of the local day)]}."""

    name: str
    zone: str
    hours: dict[int, list[tuple[int, int]]] = field(hash=False)
    holidays: frozenset[date] = frozenset()

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The open spans of a local day, in UTC without a zone."""
        if day in self.holidays:
            return []
        return [(self._utc(day, a), self._utc(day, b)) for a, b in self.hours.get(day.isoweekday() % 7, [])]

    def _utc(self, day: date, minute: int) -> datetime:
        """A local time that a change of the clocks repeats or skips is the later of its two readings."""
        local = datetime.combine(day, time()) + timedelta(minutes=minute)
        readings = (local.replace(tzinfo=ZoneInfo(self.zone), fold=fold).astimezone(UTC) for fold in (0, 1))
        return max(readings).replace(tzinfo=None)

    def open_hours(self, start: datetime, end: datetime) -> float:
        """The business hours between two instants in UTC; what is open twice counts once."""
        days = range((end.date() - start.date()).days + 5)
        spans = [span for n in days for span in self.spans(start.date() + timedelta(days=n - 2))]
        seconds, counted_to = 0.0, start
        for opens, closes in sorted(spans):
            seconds += max(0.0, (min(end, closes) - max(counted_to, opens)) / SECOND)
            counted_to = max(counted_to, closes)
        return seconds / 3600

    def is_open(self, instant: datetime) -> bool:
        """Whether the wall clock at an instant in UTC shows an opening hour."""
        local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        spans = self.hours.get(local.isoweekday() % 7, [])
        return local.date() not in self.holidays and any(a <= minute < b for a, b in spans)


@dataclass(frozen=True)
class Ticket:
    name: str
    schedule: Schedule
    created: datetime
    replied: datetime
    solved: datetime
    waits: tuple[tuple[datetime, datetime], ...]

    def spans(self) -> list[tuple[str, datetime, datetime]]:
        waits = [("customer_turn", *wait) for wait in self.waits]
        return [
            ("first_reply", self.created, self.replied),
            ("first_solve", self.created, self.solved),
            *waits,
        ]


def random_schedule(rng: random.Random, number: int) -> Schedule:
    hours = {}
    for weekday in rng.sample(range(7), rng.randint(3, 7)):
        if rng.random() < 0.2:
            hours[weekday] = [(0, 1440)]
        else:
            cuts = sorted(rng.sample(range(1441), 2 * rng.randint(1, 2)))
            hours[weekday] = list(zip(cuts[::2], cuts[1::2], strict=True))
    holidays = {FIRST_DAY.date() + timedelta(days=rng.randrange(DAYS)) for _ in range(40)}
    return Schedule(f"schedule {number}", ZONES[number % len(ZONES)], hours, frozenset(holidays))


def random_ticket(rng: random.Random, number: int, schedules: list[Schedule]) -> Ticket:
    def later(moment: datetime) -> datetime:
        return moment + timedelta(seconds=int(rng.expovariate(1 / rng.choice((3_600, 86_400, 1_000_000)))))

    created = FIRST_DAY + timedelta(seconds=rng.randrange(DAYS * 86_400))
    moments = [created]
    for _ in range(5):
        moments.append(later(moments[-1]) + SECOND)
    _, first_wait, asked, second_wait, answered, solved = moments
    replied = later(created)
    waits = ((first_wait, asked), (second_wait, answered))
    return Ticket(f"ticket {number}", rng.choice(schedules), created, replied, solved, waits)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> dict[str, str]:
    """The SQL of the two models, as dbt compiles it."""
    folder = tmp_path_factory.mktemp("dbt")
    env = os.environ | {
        "SOURCES": "files", "WAREHOUSE_DIR": str(folder), "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }  # fmt: skip
    command = [str(Path(sys.executable).parent / "dbt"), "compile", "-s", *MODELS, "--no-introspect"]
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    paths = {path.stem: path for path in (folder / "target" / "compiled").rglob("models/core/support/*.sql")}
    return {model: paths[model].read_text(encoding="utf-8") for model in MODELS}


def measured(compiled: dict[str, str], tickets: list[Ticket]) -> dict[tuple, float]:
    """{(ticket, clock, start): business hours} by the warehouse's SQL."""
    schedules = {ticket.schedule.name: ticket.schedule for ticket in tickets}.values()
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    con.execute("attach ':memory:' as customer_success")
    con.execute("create schema customer_success.core")
    con.execute("create schema customer_success.quality")
    con.execute("create table customer_success.quality.build (as_of date)")

    def table(name: str, columns: str, rows: Iterable[tuple]) -> None:
        con.execute(f"create table customer_success.core.{name} ({columns})")
        places = ", ".join("?" for _ in columns.split(","))
        rows = list(rows)
        if rows:
            con.executemany(f"insert into customer_success.core.{name} values ({places})", rows)

    table(
        "union_business_hours",
        "source_system text, schedule_id text, time_zone text, weekday bigint, opens_minute bigint,"
        " closes_minute bigint",
        (
            ("s", s.name, s.zone, weekday, opens, closes)
            for s in schedules for weekday, spans in s.hours.items() for opens, closes in spans
        ),
    )  # fmt: skip
    table(
        "union_holidays",
        "source_system text, schedule_id text, holiday_on date",
        (("s", s.name, day) for s in schedules for day in s.holidays),
    )
    table("union_tickets", "created_at timestamp", ((t.created,) for t in tickets))
    table("union_ticket_events", "occurred_at timestamp", ((m,) for t in tickets for m in (t.replied, t.solved)))
    table(
        "fct_ticket_lifetimes",
        "source_system text, ticket_id text, schedule_id text, created_at timestamp, first_solved_at timestamp,"
        " last_solved_at timestamp",
        (("s", t.name, f"s:{t.schedule.name}", t.created, t.solved, None) for t in tickets),
    )
    table(
        "fct_ticket_events",
        "source_system text, ticket_id text, is_public_human_reply boolean, occurred_at timestamp",
        (("s", t.name, True, t.replied) for t in tickets),
    )
    table(
        "fct_ticket_turns",
        "source_system text, ticket_id text, spell_number bigint, turn text, starts_at timestamp, ends_at timestamp",
        (("s", t.name, 1, "customer", *wait) for t in tickets for wait in t.waits),
    )
    for model in MODELS:
        con.execute(f"create table customer_success.core.{model} as {compiled[model]}")
    rows = con.execute(
        "select ticket_id, clock, starts_at, cast(business_hours as double) from customer_success.core.fct_ticket_clocks"
    ).fetchall()
    return {(ticket, clock, start): hours for ticket, clock, start, hours in rows}


def differing(compiled: dict[str, str], tickets: list[Ticket], judged_as: list[Ticket]) -> list[tuple]:
    """The spans whose hours by SQL over `tickets` are not those of `judged_as` by Python."""
    sql = measured(compiled, tickets)
    wanted = {
        (ticket.name, clock, start): ticket.schedule.open_hours(start, end)
        for ticket in judged_as
        for clock, start, end in ticket.spans()
    }
    assert sql.keys() == wanted.keys()
    return [(key, sql[key], hours) for key, hours in wanted.items() if abs(sql[key] - hours) > 1e-6]


@pytest.fixture(scope="module")
def tickets() -> list[Ticket]:
    rng = random.Random(20260308)
    schedules = [random_schedule(rng, number) for number in range(20)]
    return [random_ticket(rng, number, schedules) for number in range(400)]


def test_sql_and_python_agree_on_random_schedules(compiled, tickets):
    assert differing(compiled, tickets, tickets) == []


@pytest.mark.parametrize(
    "mistake",
    [
        lambda s: replace(s, holidays=frozenset()),
        lambda s: replace(s, zone="UTC"),
        lambda s: replace(s, hours={(day + 1) % 7: spans for day, spans in s.hours.items()}),
        lambda s: replace(s, hours={day: [(a, b - 1) for a, b in spans] for day, spans in s.hours.items()}),
    ],
    ids=["no holidays", "no time zones", "weekdays shifted", "closed a minute early"],
)
def test_a_mistake_in_the_sql_would_be_found(compiled, tickets, mistake):
    mistaken = [replace(ticket, schedule=mistake(ticket.schedule)) for ticket in tickets]
    assert differing(compiled, mistaken, tickets)


def random_week(rng: np.random.Generator) -> tuple[tuple[int, int], ...]:
    """Open minutes of a week: days with a break or without, nights that cross midnight, or all of it.

    No edge lies in the hours in which the zones' clocks change, where an edge has two readings.
    """
    kind = rng.choice(["days", "nights", "always"], p=[0.55, 0.35, 0.1])
    if kind == "always":
        return ((0, 10_080),)
    spans = []
    for weekday in sorted(rng.choice(7, rng.integers(3, 8), replace=False).tolist()):
        midnight = 1440 * weekday
        if kind == "days":
            edges = np.sort(rng.choice(np.arange(240, 1320), 2 * rng.integers(1, 3), replace=False)).tolist()
            spans += [
                (midnight + opens, midnight + closes) for opens, closes in zip(edges[::2], edges[1::2], strict=True)
            ]
        else:
            opens, closes = midnight + int(rng.integers(1200, 1320)), midnight + 1440 + int(rng.integers(240, 600))
            spans += [(opens, min(closes, 10_080))] + [(0, closes - 10_080)] * (closes > 10_080)
    return tuple(spans)


def random_holidays(rng: np.random.Generator) -> tuple[tuple[str, str, str], ...]:
    """Single days, several days, and one that runs into the next year."""
    days = [date(2023, 1, 1) + timedelta(days=int(n)) for n in rng.choice(360, 12, replace=False)]
    return (
        ("turn of the year", "12-30", "01-02"),
        *(("holiday", f"{day:%m-%d}", f"{day + timedelta(days=int(rng.integers(0, 4))):%m-%d}") for day in days),
    )


def cut_at_midnight(spans: Iterable[tuple[int, int]]) -> dict[int, list[tuple[int, int]]]:
    hours: dict[int, list[tuple[int, int]]] = {}
    for opens, closes in spans:
        for weekday in range(opens // 1440, (closes - 1) // 1440 + 1):
            midnight = 1440 * weekday
            hours.setdefault(weekday, []).append((max(opens - midnight, 0), min(closes - midnight, 1440)))
    return hours


@pytest.mark.parametrize("seed", range(3))
def test_sql_agrees_with_a_wall_clock_that_is_read_every_minute(compiled, seed):
    """The simulator's clock knows no spans: it asks of each minute what the zone's wall clock shows."""
    rng = np.random.default_rng(seed)
    window = Settings(customers=10, months=30, seed=seed, end=datetime(2026, 7, 1))
    tickets, wanted = [], {}
    for number, zone in enumerate(ZONES):
        week = simulated.Schedule(number, f"{zone} {seed}", zone, zone, random_week(rng), random_holidays(rng))
        clock = simulated.Clock(window, week)
        holidays = {
            first + timedelta(days=n)
            for _, first, last in week.holiday_dates(window)
            for n in range((last - first).days + 1)
        }
        schedule = Schedule(week.name, zone, cut_at_midnight(week.spans), frozenset(holidays))
        for n in range(40):
            start, end = np.sort(rng.integers(0, window.days * 86_400, 2)).tolist()
            if n % 2:
                end = start + (end - start) // 100
            starts, ends = (window.start + timedelta(seconds=second) for second in (start, end + 1))
            ticket = Ticket(f"{week.name} {n}", schedule, starts, ends, ends, ())
            tickets.append(ticket)
            wanted[ticket.name, "first_reply", starts] = clock.seconds(starts, ends)
    sql = measured(compiled, tickets)
    assert [(key, sql[key] * 3600, wanted[key]) for key in wanted if abs(sql[key] * 3600 - wanted[key]) > 0.001] == []
    assert sum(wanted.values()) > 0


@pytest.mark.parametrize("change", ["2026-03-08", "2026-11-01"])
@pytest.mark.parametrize("hours", [(0, 1440), (480, 1080)], ids=["all day", "office hours"])
def test_sql_counts_the_minutes_that_a_wall_clock_shows_as_open(compiled, change, hours):
    """New York's clocks change within the span; every minute is asked for by itself."""
    schedule = Schedule("ny", "America/New_York", {day: [hours] for day in range(7)})
    start = datetime.fromisoformat(change) - timedelta(days=2, hours=5, minutes=7)
    end = start + timedelta(days=4, hours=3)
    minutes = int((end - start).total_seconds()) // 60
    counted = sum(schedule.is_open(start + timedelta(minutes=n)) for n in range(minutes)) / 60
    ticket = Ticket("ticket", schedule, start, end, end, ())
    assert measured(compiled, [ticket])["ticket", "first_reply", start] == pytest.approx(counted)


def test_the_tickets_of_the_sample_agree_with_python(sample_build):
    con = duckdb.connect(str(sample_build.warehouse_file), read_only=True)
    con.execute("set TimeZone = 'UTC'")
    zones: dict[str, str] = {}
    hours: dict[str, dict[int, list]] = {}
    for schedule, zone, weekday, opens, closes in con.execute(
        "select source_system || ':' || schedule_id, time_zone, weekday, opens_minute, closes_minute"
        " from core.union_business_hours"
    ).fetchall():
        zones[schedule] = zone
        hours.setdefault(schedule, {}).setdefault(weekday, []).append((opens, closes))
    holidays: dict[str, set] = {}
    for schedule, day in con.execute(
        "select source_system || ':' || schedule_id, holiday_on from core.union_holidays"
    ).fetchall():
        holidays.setdefault(schedule, set()).add(day)
    always = {day: [(0, 1440)] for day in range(7)}
    schedules = {name: Schedule(name, zones[name], hours[name], frozenset(holidays.get(name, ()))) for name in zones}
    schedules["always_open"] = Schedule("always_open", "UTC", always)
    spans = con.execute(
        "select ticket_id, clock, schedule_id, starts_at, ends_at, cast(business_hours as double) from core.fct_ticket_clocks"
        " order by hash(source_system, ticket_id, clock, starts_at) limit 1000"
    ).fetchall()
    assert len(spans) == 1000
    wrong = [
        (ticket, clock, sql, python)
        for ticket, clock, schedule, start, end, sql in spans
        if abs(sql - (python := schedules[schedule].open_hours(start, end))) > 1e-6
    ]
    assert wrong == []
