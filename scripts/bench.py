"""`make bench`: what a build costs, as ratios measured in one run on generated data of stated size.

Two companies are simulated, one ten times the other in customers and events. Each is built from nothing, then again with one
more day of events, in the middle of a month; and the same answers are computed by plain hand-written DuckDB SQL over the same
files (scripts/floor/), with as many threads and as much memory: the floor for this machine. The floor's answers must equal the
warehouse's. A third, tiny company shows what dbt costs before there is any data. Results go to docs/performance.md.
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
# By name what is built. Models of the floor's answers wait for gates, and so for all of raw and staging.
OF_ANSWERS = ("fct_customer_months", "fct_customer_usage_months", "fct_feature_months", "fct_feature_adoptions")
PARTS = {
    "all": [],
    "the floor's answers": ["--indirect-selection=cautious", "--select", *(f"+{model}" for model in OF_ANSWERS)],
}


@dataclass
class Cost:
    """Of one process: seconds on the clock, peak memory in MB."""

    seconds: float
    memory: float


@dataclass
class Builds:
    """What it costs to build a part of the warehouse from nothing, and again with one more day of events."""

    nodes: int
    full: Cost
    day: Cost


@dataclass
class Company:
    """What one company cost. `rows`: events on file."""

    customers: int
    rows: int
    builds: dict[str, Builds]
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
        """Simulates and builds a company, all of it and the floor's answers alone, each twice. Where `events` are asked for, the
        second build is the day after, and the floor is measured too."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        size = {"customers": customers, "months": months or self.months, "seed": self.seed}
        size |= {"events": events} if events else {}
        self.say(f"{name}: simulating " + ", ".join(f"{value:,} {key}" for key, value in size.items()))
        simulate([f"--{key}={value}" for key, value in size.items()] + ["--no-kpis", "--out", str(folder / "raw")])
        day, landed_last = self._held_back(folder) if events else (None, [])
        full = {part: self.build(folder, part, "from nothing", day) for part in PARTS}
        for held, path in landed_last:
            held.rename(path)
        as_of = day and day + timedelta(days=1)
        again = {part: self.build(folder, part, "one more day", as_of) for part in PARTS}
        company = Company(
            customers,
            self._events(folder),
            {part: Builds(self._nodes(folder, part), full[part], again[part]) for part in PARTS},
        )
        if events:
            self.say(f"{name}: the floor")
            company.floor = measured(
                [sys.executable, Path(floor.__file__), folder / "raw", folder / "floor", MEMORY, str(as_of)],
                {"PYTHONPATH": str(ROOT / "scripts")},
                folder / "floor.log",
            )
            self._equal(folder)
        return company

    def build(self, folder: Path, part: str, name: str, as_of: date | None) -> Cost:
        self.say(f"{folder.name}: {part}, {name}")
        dbt = Path(sys.executable).with_name("dbt")
        command = [dbt, "build", "--exclude-resource-type", "unit_test", "--project-dir", ROOT, "--profiles-dir", ROOT]
        environment = truth.places(folder / part) | {"RAW_DIR": str(folder / "raw"), "AS_OF": str(as_of or "")}
        (folder / part).mkdir(exist_ok=True)
        return measured([*command, *PARTS[part]], environment, folder / part / f"{name}.log")

    def _nodes(self, folder: Path, part: str) -> int:
        results = (folder / part / "target" / "run_results.json").read_text(encoding="utf-8")
        return len(json.loads(results)["results"])

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
        for part in PARTS:
            warehouse = folder / part / "warehouse" / "customer_success.duckdb"
            comparisons = truth.compare(folder / "floor", warehouse, only=floor.ANSWERS)
            print(truth.report(comparisons, folder))
            if not all(comparison.is_equal for comparison in comparisons):
                sys.exit("The floor's answers are not the warehouse's: what was timed is not the same work.")

    def say(self, text: str) -> None:
        print(f"bench: {text}", file=sys.stderr, flush=True)


def page(tiny: Company, small: Company, large: Company, command: str) -> str:
    """The generated part of docs/performance.md."""
    companies = (tiny, small, large)
    rows = [
        ("customers", *(f"{company.customers:,}" for company in companies)),
        ("events on file", *(f"{company.rows:,}" for company in companies)),
        ("hand-written SQL (the floor)", "", *(_cost(company.floor) for company in (small, large))),
    ]
    for part in PARTS:
        builds = [company.builds[part] for company in companies]
        over_floor = (c.builds[part].full.seconds / c.floor.seconds for c in (small, large))
        of_full = (f"**{built.day.seconds / built.full.seconds:.0%}**" for built in builds[1:])
        rows += [
            (f"**{part}**: {tiny.builds[part].nodes} nodes, from nothing", *(_cost(built.full) for built in builds)),
            ("… / floor", "", *(f"**{ratio:.1f}**" for ratio in over_floor)),
            ("… one more day (tiny: nothing new)", *(_cost(built.day) for built in builds)),
            ("… one more day / from nothing", "", *of_full),
        ]
    growth = large.builds["all"].full.seconds / small.builds["all"].full.seconds
    node = 1000 * tiny.builds["all"].day.seconds / tiny.builds["all"].nodes
    return "\n".join(
        [
            f"`{command}` on {os.cpu_count()} cores, {datetime.now():%Y-%m-%d}; wall time and peak memory of one process each.",
            "",
            "| | tiny | small | large |",
            "|---|---:|---:|---:|",
            *(f"| {' | '.join(row)} |" for row in rows),
            "",
            f"- dbt itself: the tiny company has next to no data, so its builds are what nodes cost, {node:.0f} ms each. From nothing "
            "they also parse the project.",
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
