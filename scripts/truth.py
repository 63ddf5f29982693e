"""`make truth`: simulate a company, build it, and hold the warehouse against the simulator's own truth. Then the same company as
people keep its records (`--links dirty`): how well they were joined, by rule.

scripts/answers/<name>.sql says what the warehouse answers to truth/<name>.parquet, in the same columns. Its comments say
    -- key: column, column           what identifies a row; required
    -- within: column 0.005, …       the largest difference allowed in a number, an expression over the truth (t) and the warehouse (o)
    -- relative: 0.000000001         a number may differ by that part of itself, a decimal of the warehouse by its last digit
    -- of each: kpi_*                one answer for all truths of such a name
Every other column is exactly equal, and NULL equals only NULL. In the SQL {name} is the truth's name, {columns} are its columns and
{truth} is the table itself. Exits with 0 only where every answer equals the truth and no two companies became one customer; every
difference is in differences.csv.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
from identity_report import IDENTITY, identity_report
from simulate import at_least
from simulate import main as simulate

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = Path(__file__).with_name("answers")
SHOWN = 20


@dataclass
class Comparison:
    """One answer held against the truth. `differences`: key, column, truth, warehouse."""

    name: str
    rows: int
    columns: list[str]
    differences: pd.DataFrame = field(repr=False)

    @property
    def is_equal(self) -> bool:
        return self.differences.empty


@dataclass(frozen=True)
class Answer:
    """What the comments of an answer say. `is_of_many`: it answers several truths, of which each has some of the columns that are named."""

    sql: str

    @property
    def is_of_many(self) -> bool:
        return bool(hint(self.sql, "of each"))

    @property
    def key(self) -> list[str]:
        return [column.strip() for column in hint(self.sql, "key").split(",")]

    @property
    def within(self) -> dict[str, str]:
        return dict(part.split(maxsplit=1) for part in hint(self.sql, "within").split(",") if part)

    @property
    def relative(self) -> float:
        return float(hint(self.sql, "relative") or 0)

    def differs(self, column: str, stated: str, kind: str) -> str:
        """The condition by which a column, of these types in the truth (t) and the warehouse (o), is another."""
        one, other = f"t.{column}", f"o.{column}"
        limits = [self.within[column]] if column in self.within else []
        if self.relative and stated == "DOUBLE":
            limits.append(f"{self.relative} * greatest(abs({one}), abs({other}))")
            if decimal := re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind):
                limits.append(f"1e-{decimal[1]}")
        is_near = [f" and not coalesce(abs({one} - {other}) <= {limit}, false)" for limit in limits]
        return f"{one} is distinct from {other}" + "".join(is_near)


def hint(sql: str, name: str) -> str:
    """What the comments `-- name: …` say; several lines are one list."""
    return ", ".join(text.strip() for text in re.findall(rf"^-- {name}: (.+)$", sql, re.MULTILINE))


def answers_of(truth: Path) -> list[tuple[str, str]]:
    """[(the truth's name, SQL of its answer)] of a folder of Parquet files; what has an answer of its own is answered by none for many."""
    files = {path.stem: path.read_text(encoding="utf-8") for path in sorted(ANSWERS.glob("*.sql"))}
    found = []
    for name, sql in files.items():
        if pattern := hint(sql, "of each"):
            tables = sorted({path.stem for path in truth.glob(f"{pattern}.parquet")} - files.keys())
            found += [(table, sql.replace("{name}", table)) for table in tables]
        else:
            found.append((name, sql))
    return found


def compare(truth: Path, warehouse: Path, only: Iterable[str] = ()) -> list[Comparison]:
    """Every answer, or `only` some, against its truth."""
    answers = [(name, sql) for name, sql in answers_of(truth) if not only or name in only]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [compare_answer(connection, truth, name, sql) for name, sql in answers]


def compare_answer(connection: duckdb.DuckDBPyConnection, truth: Path, name: str, sql: str) -> Comparison:
    """One answer against its truth, in a warehouse that is open."""

    def types(table: str) -> dict[str, str]:
        return {column: kind for column, kind, *_ in connection.execute(f"describe from {table}").fetchall()}

    path = str(truth / f"{name}.parquet").replace("'", "''")
    stated, answer = types(f"'{path}'"), Answer(sql)
    connection.execute(
        "create or replace temp table ours as "
        + sql.replace("{columns}", ", ".join(stated)).replace("{truth}", f"'{path}'")
    )
    columns, key = types("ours"), answer.key
    named = set(key) | (set() if answer.is_of_many else answer.within.keys())
    for column in sorted((stated.keys() ^ columns.keys()) | named - columns.keys()):
        raise ValueError(f"{name}: column {column} is not in both the truth and the answer")
    on = " and ".join(f"t.{column} is not distinct from o.{column}" for column in key)
    sides = (f"(select *, true as is_there from {table})" for table in (f"'{path}'", "ours"))
    connection.execute(
        f"create or replace temp table pairs as select t, o from {next(sides)} as t full join {next(sides)} as o on {on}"
    )
    label = "concat_ws(' ', " + ", ".join(f"coalesce(t.{column}::varchar, o.{column}::varchar)" for column in key) + ")"
    looks = [
        f"""select {label} as key, '(row)' as "column", if(t.is_there, 'there', 'absent') as truth,
            if(o.is_there, 'there', 'absent') as warehouse
        from pairs where t.is_there is null or o.is_there is null"""
    ]
    for side, table in (("stated", f"'{path}'"), ("ours", "ours")):
        looks.append(
            f"""select concat_ws(' ', {", ".join(f"{column}::varchar" for column in key)}), '(repeated key in {side})',
                count(*)::varchar, '' from {table} group by {", ".join(key)} having count(*) > 1"""
        )
    looks += [
        f"""select {label}, '{column}', t.{column}::varchar, o.{column}::varchar from pairs
        where t.is_there and o.is_there and {answer.differs(column, stated[column], columns[column])}"""
        for column in columns
        if column not in key
    ]
    differences = connection.execute(f"select * from ({' union all '.join(looks)}) order by 1, 2").df()
    rows = connection.execute(f"select count(*) from '{path}'").fetchone()[0]
    return Comparison(name, rows, list(columns), differences)


def places(folder: Path) -> dict[str, str]:
    """The environment of a build of the simulated company under `folder`, in a warehouse of its own."""
    folders = {
        "RAW_DIR": "raw",
        "WAREHOUSE_DIR": "warehouse",
        "PUBLISHED_DIR": "published",
        "DBT_TARGET_PATH": "target",
        "DBT_LOG_PATH": "logs",
    }
    sources = {"SOURCES": "salesforce stripe segment zendesk files", "AS_OF": ""}
    return {name: str(folder / place) for name, place in folders.items()} | sources


def build(folder: Path, *options: str) -> None:
    dbt = Path(sys.executable).with_name("dbt")
    command = [dbt, "--quiet", "build", "--exclude-resource-type", "unit_test", *options]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | places(folder), check=False)
    if done.returncode:
        sys.exit(f"The build failed (exit code {done.returncode}); nothing was compared.")


def report(comparisons: list[Comparison], folder: Path) -> str:
    """What a person reads; every difference also goes to differences.csv."""
    lines = []
    for comparison in comparisons:
        state = "equal" if comparison.is_equal else f"{len(comparison.differences):,} DIFFERENCES"
        lines.append(
            f"  {comparison.name:<26}{comparison.rows:>9,} rows  {len(comparison.columns):>2} columns  {state}"
        )
    frames = [comparison.differences.assign(answer=comparison.name) for comparison in comparisons]
    found = pd.concat(frames)[["answer", "key", "column", "truth", "warehouse"]]
    found.to_csv(folder / "differences.csv", index=False, lineterminator="\n")
    for name, part in found.groupby("answer", sort=False):
        lines.append(f"{name}: {len(part):,} differences, the first {min(len(part), SHOWN)}")
        lines += [
            f"  {r.key} | {r.column}: truth {r.truth}, warehouse {r.warehouse}" for r in part[:SHOWN].itertuples()
        ]
    if len(found):
        lines.append(f"All {len(found):,} differences: {folder / 'differences.csv'}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=at_least(0), default=1)
    parser.add_argument("--customers", type=at_least(10), default=300)
    parser.add_argument("--months", type=at_least(2), default=30)
    parser.add_argument("--folder", type=Path, default=Path("target/truth"), help="where the company is built")
    options = parser.parse_args()
    folder, dirty = options.folder.resolve(), options.folder.resolve() / "dirty"
    shutil.rmtree(folder, ignore_errors=True)
    dirty.mkdir(parents=True)
    size = [f"--{name}={getattr(options, name)}" for name in ("customers", "months", "seed")]
    simulate([*size, "--out", str(folder / "raw")])
    build(folder)
    comparisons = compare(folder / "raw" / "truth", folder / "warehouse" / "customer_success.duckdb")
    print(f"Truth of {options.customers} customers, {options.months} months, seed {options.seed}")
    print(report(comparisons, folder), flush=True)
    simulate([*size, "--links=dirty", "--no-kpis", "--out", str(dirty / "raw")])
    build(dirty, *IDENTITY)
    identity = identity_report(dirty / "warehouse" / "customer_success.duckdb", dirty / "raw")
    print("The same company with records as people keep them")
    print("\n".join(f"  {line}" for line in identity.lines()))
    is_true = all(comparison.is_equal for comparison in comparisons)
    return int(not is_true or bool(identity.wrong) or identity.missing_records > 0)


if __name__ == "__main__":
    sys.exit(main())
