"""`make bench`: what a build costs, as ratios measured in one run on generated data of stated size.

Two companies are simulated, one ten times the other in customers and events. Each is built from nothing, then again with one
more day of events, in the middle of a month; and the same answers are computed by plain hand-written DuckDB SQL over the same
files (scripts/floor/), with as many threads and as much memory: the floor for this machine. The floor's answers must equal the warehouse's.
A third, tiny company shows what dbt costs before there is any data. Results go to docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import truth
from floor import run as floor
from simulate import at_least
from simulate import main as simulate

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
MEMORY = os.environ.get("MEMORY_LIMIT", "4GB")
TINY = (10, 2)
# So many days of events are left away, so that the last day that is landed lies within a month: with most days no month ends.
DAYS_LEFT = 10


@dataclass
class Cost:
    """Of one process: seconds on the clock, peak memory in MB."""

    seconds: float
    memory: float


@dataclass
class Company:
    """What one company cost. `nodes`: of the full build; `rows`: events on file."""

    name: str
    customers: int
    rows: int
    nodes: int
    full: Cost
    day: Cost | None = None
    floor: Cost | None = None


def measured(command: list[str | Path], environment: dict[str, str], log: Path) -> Cost:
    """Runs a command as a child; stops with its output where it fails."""
    started = time.perf_counter()
    with log.open("wb") as output:
        files = [(os.POSIX_SPAWN_DUP2, output.fileno(), stream) for stream in (1, 2)]
        pid = os.posix_spawn(
            str(command[0]), [str(part) for part in command], os.environ | environment, file_actions=files
        )
        _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{log.read_text(errors='replace')[-3000:]}\n{command} failed; its output is in {log}")
    return Cost(seconds, usage.ru_maxrss / (1024 if platform.system() == "Linux" else 1024**2))


class Bench:
    def __init__(self, folder: Path, months: int, seed: int) -> None:
        self.folder, self.months, self.seed = folder, months, seed

    def company(self, name: str, customers: int, events: int | None, months: int | None = None) -> Company:
        """Simulates and builds a company; where `events` are asked for, also the day after and the floor."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        size = {"customers": customers, "months": months or self.months, "seed": self.seed}
        size |= {"events": events} if events else {}
        self.say(f"{name}: simulating " + ", ".join(f"{value:,} {key}" for key, value in size.items()))
        simulate([f"--{key}={value}" for key, value in size.items()] + ["--no-kpis", "--out", str(folder / "raw")])
        day, landed_last = self._held_back(folder) if events else (None, [])
        self.say(f"{name}: full build")
        full = self.build(folder, "full", day)
        results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
        company = Company(name, customers, 0, len(results), full)
        if events:
            for held, path in landed_last:
                held.rename(path)
            self.say(f"{name}: one more day")
            as_of = day + timedelta(days=1)
            company.day = self.build(folder, "day", as_of)
            self.say(f"{name}: the floor")
            company.floor = measured(
                [sys.executable, Path(floor.__file__), folder / "raw", folder / "floor", MEMORY, str(as_of)],
                {"PYTHONPATH": str(ROOT / "scripts")},
                folder / "floor.log",
            )
            self._equal(folder)
        company.rows = self._events(folder)
        return company

    def build(self, folder: Path, name: str, as_of: date | None) -> Cost:
        dbt = Path(sys.executable).with_name("dbt")
        command = [dbt, "build", "--exclude-resource-type", "unit_test", "--project-dir", ROOT, "--profiles-dir", ROOT]
        return measured(command, truth.places(folder) | {"AS_OF": str(as_of or "")}, folder / f"{name}.log")

    def _held_back(self, folder: Path) -> tuple[date, list[tuple[Path, Path]]]:
        """Takes the last days of events away, and what was loaded on the day before them, late events of earlier days too; that
        day, and [(where a file of it is now, where it belongs)]."""
        tracks, aside = folder / "raw" / "segment" / "tracks", folder / "held back"
        aside.mkdir()
        first, end = (
            date.fromisoformat(sorted(tracks.iterdir())[n].name.split("=")[1]) for n in (-1 - DAYS_LEFT, -DAYS_LEFT)
        )
        spans = {
            "earlier": f"uuid_ts < timestamp '{first}'",
            "day": f"uuid_ts >= timestamp '{first}' and uuid_ts < timestamp '{end}'",
        }
        held = []
        for path in sorted(tracks.glob("*/*.parquet")):
            if not duckdb.sql(f"select 1 from '{path}' where not {spans['earlier']} limit 1").fetchall():
                continue
            parts = {span: aside / f"{path.parent.name}-{path.stem}-{span}.parquet" for span in spans}
            for span, part in parts.items():
                duckdb.execute(f"copy (from '{path}' where {spans[span]}) to '{part}'")
                if not duckdb.sql(f"select 1 from '{part}' limit 1").fetchall():
                    part.unlink()
            path.unlink()
            if parts["earlier"].exists():
                parts["earlier"].rename(path)
            if parts["day"].exists():
                held.append((parts["day"], path.with_stem(f"{path.stem}-day")))
        return first, held

    def _events(self, folder: Path) -> int:
        files = folder / "raw" / "segment" / "tracks" / "**" / "*.parquet"
        return duckdb.sql(f"select count(*) from read_parquet('{files}')").fetchall()[0][0]

    def _equal(self, folder: Path) -> None:
        comparisons = truth.compare(
            folder / "floor", folder / "warehouse" / "customer_success.duckdb", only=floor.ANSWERS
        )
        print(truth.report(comparisons, folder))
        if not all(comparison.is_equal for comparison in comparisons):
            sys.exit("The floor's answers are not the warehouse's: what was timed is not the same work.")

    def say(self, text: str) -> None:
        print(f"bench: {text}", file=sys.stderr, flush=True)


def page(tiny: Company, small: Company, large: Company, command: str) -> str:
    """The generated part of docs/performance.md."""
    node = 1000 * tiny.full.seconds / tiny.nodes
    rows = [
        ("customers", *(f"{company.customers:,}" for company in (small, large))),
        ("events on file", *(f"{company.rows:,}" for company in (small, large))),
        ("full build", *(_cost(company.full) for company in (small, large))),
        ("one more day of events", *(_cost(company.day) for company in (small, large))),
        ("hand-written SQL (the floor)", *(_cost(company.floor) for company in (small, large))),
        ("**full build / floor**", *(f"**{c.full.seconds / c.floor.seconds:.1f}**" for c in (small, large))),
        ("**one more day / full build**", *(f"**{c.day.seconds / c.full.seconds:.0%}**" for c in (small, large))),
    ]
    growth = large.full.seconds / small.full.seconds
    return "\n".join(
        [
            f"`{command}` on {os.cpu_count()} cores, {datetime.now():%Y-%m-%d}; wall time and peak memory of one process each.",
            "",
            "| | small | large |",
            "|---|---:|---:|",
            *(f"| {' | '.join(row)} |" for row in rows),
            "",
            f"- dbt itself: {tiny.nodes} nodes over next to no data (customers {tiny.customers}) take "
            f"{tiny.full.seconds:.0f} s, {node:.0f} ms a node: no build costs less.",
            f"- {large.rows / small.rows:.1f} times the events take {growth:.1f} times as long.",
        ]
    )


def _cost(cost: Cost) -> str:
    return f"{timedelta(seconds=round(cost.seconds))}, {cost.memory:,.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=at_least(100), default=10_000, help="of the large company")
    parser.add_argument("--events", type=at_least(10_000), default=50_000_000, help="of the large company")
    parser.add_argument("--months", type=at_least(4), default=24)
    parser.add_argument("--seed", type=at_least(0), default=1)
    parser.add_argument("--folder", type=Path, default=Path("target/bench"), help="needs about 6 GB for 50 M events")
    options = parser.parse_args()
    bench = Bench(options.folder.resolve(), options.months, options.seed)
    tiny = bench.company("tiny", TINY[0], None, months=TINY[1])
    small = bench.company("small", options.customers // 10, options.events // 10)
    large = bench.company("large", options.customers, options.events)
    command = f"make bench CUSTOMERS={options.customers} EVENTS={options.events}"
    text = page(tiny, small, large, command)
    print(text)
    marked = re.compile(r"(<!-- bench -->\n).*(<!-- /bench -->)", re.DOTALL)
    PAGE.write_text(marked.sub(lambda m: f"{m[1]}{text}\n{m[2]}", PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
