"""One world per fault: a clean company is simulated and built, then each fault of simulator/faults is put into a copy of its raw tables
and built on what the clean company left behind, as a bad load follows a good one. Writes target/faults.csv.

python scripts/faults.py
python scripts/faults.py --only tickets_of_the_future,costs_in_words --jobs 2
python scripts/faults.py --clean 20
python scripts/faults.py --page                # writes the table of docs/faults.md anew

The build before knows the same company a day before its newest month was over, so that a fault can be in months that are published
already and in one that is not. What counts as caught is in docs/faults.md. Exits with 0 when every fault had the consequence that it
names, or says why it cannot be caught.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

import dbt_process
import duckdb
from simulate import at_least
from simulate import main as simulate
from simulator.faults import FAULTS, Injected, inject
from simulator.faults.landing import Landing, key, listed

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "faults.md"
BEGIN, PAGE_END = "<!-- written by scripts/faults.py --page: begin -->\n", "<!-- end -->\n"
END = datetime(2026, 7, 1)
DAY_BEFORE = f"{END - timedelta(days=1):%Y-%m-%d}"
LAYERS = ("raw", "staging", "core", "marts")


@dataclass
class Score:
    """A line of target/faults.csv. caught_rule: suite.rule of the table, `landing`, or why its rows were rejected.
    rows_named_correctly: how many of what is to be named a report of it names (a gate keeps 50 keys of a rule)."""

    fault: str
    injected_rows: int
    caught_layer: str
    caught_rule: str
    rows_named_correctly: str
    reached_published: bool
    note: str

    @property
    def is_caught(self) -> bool:
        return self.caught_layer != ""


# Builds.


def build(raw: Path, live: Path, after: Path | None = None, as_of: str = "") -> str:
    """A whole build of `raw` in the folder `live`, on the warehouse and published files of `after`; what dbt printed.
    The folder keeps its place, since dbt parses everything anew when it moves."""
    for name in ("warehouse", "published"):
        shutil.rmtree(live / name, ignore_errors=True)
        if after:
            shutil.copytree(after / name, live / name)
    folders = {
        "RAW_DIR": raw,
        "WAREHOUSE_DIR": live / "warehouse",
        "PUBLISHED_DIR": live / "published",
        "DBT_TARGET_PATH": live / "target",
        "DBT_LOG_PATH": live / "logs",
    }
    environment = os.environ | {name: str(path) for name, path in folders.items()}
    environment |= {"SOURCES": "salesforce stripe segment zendesk files", "AS_OF": as_of}
    known = (live / "published" / "status.json").read_bytes() if after else b""
    live.mkdir(parents=True, exist_ok=True)
    dbt_process.run(["build", "--exclude-resource-type", "unit_test"], environment, ROOT, live / "output.txt")
    output = (live / "output.txt").read_text(encoding="utf-8")
    if not (live / "published" / "status.json").exists() or (live / "published" / "status.json").read_bytes() == known:
        raise RuntimeError(f"dbt did not begin to build:\n{output[-5000:]}")
    return output


def keep(live: Path, folder: Path) -> None:
    for name in ("warehouse", "published"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(live / name, folder / name)


def status(folder: Path) -> dict:
    return json.loads((folder / "published" / "status.json").read_text(encoding="utf-8"))


# Judging what a build made of a fault.


def differing_tables(folder: Path, expected: Path) -> list[str]:
    """The tables that the build in `folder` published otherwise than the one in `expected`; none where it published nothing."""
    if status(folder)["state"] != "published":
        return []
    with duckdb.connect() as connection:
        for name, side in (("ours", folder), ("theirs", expected)):
            connection.execute(f"attach '{side / 'published' / 'customer_success.duckdb'}' as {name} (read_only)")
        tables = (
            "select table_name from duckdb_tables() where database_name = '{}' and table_name not like 'published_%'"
        )
        names = [
            {name for (name,) in connection.execute(tables.format(side)).fetchall()} for side in ("ours", "theirs")
        ]
        differing = names[0] ^ names[1]
        for name in names[0] & names[1]:
            for one, other in (("ours", "theirs"), ("theirs", "ours")):
                rows = f"select * from {one}.{name} except all select * from {other}.{name} limit 1"
                if connection.execute(rows).fetchall():
                    differing.add(name)
        return sorted(differing)


def failing_rules(folder: Path) -> list[dict]:
    """The rules that failed in the folder's last build: {layer, rule, table, text}; text is all that a report has of them."""
    last = status(folder)
    found = [
        {"layer": rule["layer"], "rule": rule["rule"], "table": "", "text": rule["message"] or ""}
        for rule in last["failing_rules"]
        if "table" not in rule and rule["layer"] != "publish"
    ]
    with duckdb.connect(str(folder / "warehouse" / "customer_success.duckdb"), read_only=True) as warehouse:
        # A first build that a gate held has no gates behind it.
        judged = warehouse.execute("select table_name from duckdb_tables() where schema_name = 'history'").fetchall()
        for layer in LAYERS:
            if (f"gate_{layer}",) not in judged:
                continue
            rows = warehouse.execute(
                f"""select suite || '.' || rule, table_name, failing_keys from history.gate_{layer}
                where build_id = ? and severity = 'critical' and status <> 'passed' order by 1""",
                [last["build_id"]],
            ).fetchall()
            found += [{"layer": layer, "rule": rule, "table": table, "text": text} for rule, table, text in rows]
    return found


def rejects(folder: Path, injected: Injected) -> str:
    """What quality.rejects says of the fault's table and reason."""
    source, table = injected.fault.table.split("/")
    with duckdb.connect(str(folder / "warehouse" / "customer_success.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select raw_record from quality.rejects where source_name = ? and raw_table = ? and contains(reject_reason, ?)",
            [source, table, injected.fault.rule],
        ).fetchall()
    return "\n".join(record for (record,) in rows)


def is_one_of(injected: Injected, table: str) -> str:
    """Whether a row of the table has the key of one that the fault put in or changed, as SQL."""
    label = "concat_ws(' ', " + ", ".join(f'"{name}"' for name in key(table)) + ")"
    return f"{label} in {listed(injected.rows['key'].tolist())}"


def has_rows_of(injected: Injected, raw: Path) -> bool:
    """Whether a landing without the fault has rows of the same keys, which a key that contradicts itself takes along."""
    tables = injected.fault.tables
    return any(
        Landing(raw, END).values(table, f"select 1 from t where {is_one_of(injected, table)} limit 1")
        for table in tables
    )


def score(injected: Injected, folder: Path, differing: list[str]) -> Score:
    """What the build in `folder` made of a fault; `differing`: the tables that it published other than they are in the world without the
    fault, or without its rows."""
    fault = injected.fault
    rules = failing_rules(folder)
    is_published = status(folder)["state"] == "published"
    line = Score(fault.name, len(injected.rows), "", "", "", bool(differing), "")
    named: list[str] = injected.names
    if fault.consequence in ("held", "landing"):
        right = [rule for rule in rules if rule["rule"] == fault.rule and rule["table"] == fault.judged]
        shown = [name for name in named if right and name in right[0]["text"]]
        # Every one that is to be named, or twenty where there are more: a gate keeps the first 50 keys.
        if right and len(shown) >= min(len(named), 20) and not is_published:
            line.caught_layer, line.caught_rule = right[0]["layer"], fault.rule
        others = sorted({rule["rule"] for rule in rules} - {fault.rule})
        line.note = f"also {', '.join(others)}" if others else ""
    elif fault.consequence == "rejected":
        text = rejects(folder, injected)
        shown = [name for name in named if name in text]
        if is_published and len(shown) == len(named) and not differing:
            line.caught_layer, line.caught_rule = "staging", f"rejected: {fault.rule}"
        line.note = ", ".join(rule["rule"] for rule in rules)
    else:
        shown = named
        if is_published and not differing:
            line.caught_layer, line.caught_rule = "harmless", "absorbed"
        line.note = ", ".join(rule["rule"] for rule in rules)
    line.rows_named_correctly = f"{len(shown)} of {len(named)}"
    if differing:
        line.note = f"differs: {', '.join(differing[:3])} ({len(differing)} tables) {line.note}".strip()
    if fault.gap and not line.is_caught:
        line.note = f"{fault.gap} ({line.note})"
    return line


# docs/faults.md.


def page() -> str:
    """The page with its table written anew: what each fault is and what must come of it."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    lines = ["| fault | table | defect | what comes of it |", "|---|---|---|---|"]
    for fault in FAULTS.values():
        comes = {
            "landing": "landing stops and names the file",
            "held": f"held by `{fault.rule}`",
            "rejected": f"its rows are rejected: {fault.rule}",
            "harmless": "absorbed",
        }[fault.consequence]
        tables = ", ".join(f"`{table}`" for table in fault.tables)
        if fault.gap:
            comes = f"should be {comes}, and is not yet: {fault.gap}"
        lines.append(f"| `{fault.name}` | {tables} | {fault.defect} | {comes} |")
    table = "\n".join(lines)
    return f"{before}{BEGIN}\n{table}\n\n{PAGE_END}{rest.split(PAGE_END)[1]}"


# The run.


class Run:
    """Clean company, faults and scores under one folder, `jobs` builds at a time."""

    def __init__(self, folder: Path, size: list[str], jobs: int) -> None:
        self.folder = folder
        self.size = size
        self.lives: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            self.lives.put(folder / f"live{number}")
        self.jobs = jobs

    def build(self, raw: Path, kept: Path, after: Path | None = None, as_of: str = "") -> None:
        live = self.lives.get()
        try:
            (kept / "output.txt").parent.mkdir(parents=True, exist_ok=True)
            (kept / "output.txt").write_text(build(raw, live, after, as_of), encoding="utf-8")
            keep(live, kept)
        finally:
            self.lives.put(live)

    def clean(self, seed: int) -> tuple[Path, list[dict]]:
        """A clean company of this seed, built as of the day before its newest month was over and then again; its folder, and the rules
        that failed in either build."""
        folder = self.folder / f"clean{seed}"
        shutil.rmtree(folder, ignore_errors=True)
        simulate([*self.size, f"--seed={seed}", f"--end={END:%Y-%m-%d}", "--no-kpis", "--out", str(folder / "raw")])
        self.build(folder / "raw", folder / "before", as_of=DAY_BEFORE)
        self.build(folder / "raw", folder / "now", after=folder / "before")
        return folder, failing_rules(folder / "before") + failing_rules(folder / "now")

    def score(self, name: str, clean: Path) -> Score:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(clean / "raw", folder / "raw")
        (injected,) = inject(folder / "raw", END, [name])
        expected = clean / "now"
        if injected.fault.consequence == "rejected" and has_rows_of(injected, clean / "raw"):
            expected = folder / "without"
            self._build_without(injected, clean, expected)
        self.build(folder / "raw", folder / "built", after=clean / "before")
        line = score(injected, folder / "built", differing_tables(folder / "built", expected))
        # What was caught is of no interest any more, and a hundred warehouses are large.
        for place in [folder] if line.is_caught else [folder / "raw", folder / "without"]:
            shutil.rmtree(place, ignore_errors=True)
        print(
            f"{'caught' if line.is_caught else 'NOT CAUGHT':<12}{name}: {line.caught_layer} {line.caught_rule} {line.note}",
            flush=True,
        )
        return line

    def _build_without(self, injected: Injected, clean: Path, folder: Path) -> None:
        """The clean company without the rows that the fault touched, built."""
        shutil.copytree(clean / "raw", folder / "raw")
        for table in injected.fault.tables:
            Landing(folder / "raw", END).remove(table, is_one_of(injected, table))
        self.build(folder / "raw", folder, after=clean / "before")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=at_least(0), default=1)
    parser.add_argument("--customers", type=at_least(10), default=60)
    parser.add_argument("--months", type=at_least(2), default=16)
    parser.add_argument("--only", help="names of faults, by commas (all)")
    parser.add_argument(
        "--clean", type=at_least(0), default=0, help="so many further clean companies, which no rule may stop (0)"
    )
    parser.add_argument("--jobs", type=at_least(1), default=1, help="builds at a time (1)")
    parser.add_argument("--folder", type=Path, default=Path("target/faults"), help="where the companies are built")
    parser.add_argument("--page", action="store_true", help="write docs/faults.md and build nothing")
    parser.add_argument("--keep", action="store_true", help="take the clean company that a run before left there")
    options = parser.parse_args()
    if options.page:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    run = Run(
        options.folder.resolve(), [f"--customers={options.customers}", f"--months={options.months}"], options.jobs
    )
    names = options.only.split(",") if options.only else list(FAULTS)
    clean = run.folder / f"clean{options.seed}"
    alarms = {}
    if not (options.keep and clean.exists()):
        clean, alarms[options.seed] = run.clean(options.seed)
    with ThreadPoolExecutor(options.jobs) as pool:
        lines = list(pool.map(lambda name: run.score(name, clean), names))
        seeds = range(options.seed + 1, options.seed + 1 + options.clean)
        alarms |= dict(zip(seeds, pool.map(lambda seed: run.clean(seed)[1], seeds), strict=True))
    return report(lines, alarms)


def report(lines: list[Score], alarms: dict[int, list[dict]]) -> int:
    path = Path("target/faults.csv")
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Score)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(line) | {"reached_published": str(line.reached_published).lower()} for line in lines)
    caught = sum(line.is_caught for line in lines)
    print(f"{caught} of {len(lines)} faults as they should be: {path}")
    for seed, rules in alarms.items():
        print(f"clean company of seed {seed}: {', '.join(rule['rule'] for rule in rules) or 'no alarm'}")
    explained = sum(bool(FAULTS[line.fault].gap) for line in lines if not line.is_caught)
    return int(caught + explained < len(lines) or any(alarms.values()))


if __name__ == "__main__":
    sys.exit(main())
