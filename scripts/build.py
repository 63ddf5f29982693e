"""`make build`: one whole, guarded dbt build, and a summary that a person reads.

Exits with dbt's own code, so a closed gate fails the command.
"""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import duckdb

WAREHOUSE = Path(os.environ.get("WAREHOUSE_DIR", "warehouse")) / "customer_success.duckdb"
PUBLISHED = Path(os.environ.get("PUBLISHED_DIR", "published"))
TARGET = Path(os.environ.get("DBT_TARGET_PATH", "target"))


def main() -> int:
    started = time.time()
    dbt = Path(sys.executable).with_name("dbt")
    # Unit tests need no data: they are run by `make test`.
    code = subprocess.run([dbt, "build", "--exclude-resource-type", "unit_test"], check=False).returncode
    results = TARGET / "run_results.json"
    if not results.exists() or results.stat().st_mtime < started or not WAREHOUSE.exists():
        return code or 1
    print(summary(json.loads(results.read_text(encoding="utf-8")), time.time() - started))
    return code


def summary(run: dict, seconds: float) -> str:
    """What the build did: counts, failures, rejects, headline KPIs, where it lies, time by phase."""
    with duckdb.connect(str(WAREHOUSE), read_only=True) as warehouse:
        build_id = run["metadata"]["invocation_id"]
        parts = [
            ["", f"Build {build_id}", *_counts(run, warehouse, build_id)],
            _failures(run),
            _rejects(warehouse),
            _headlines(warehouse, build_id),
            _where(),
            _salt(),
            _times(run, seconds),
        ]
    return "\n".join(line for part in parts for line in part)


def _exists(warehouse, table: str) -> bool:
    schema, name = table.split(".")
    return bool(
        warehouse.execute(
            "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
            [schema, name],
        ).fetchall()
    )


def _counts(run: dict, warehouse, build_id: str) -> list[str]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for result in run["results"]:
        kinds[result["unique_id"].split(".")[0]].append(result["status"])
    lines = []
    for kind, good in (("model", "success"), ("test", "pass")):
        done = sum(status == good for status in kinds[kind])
        skipped = kinds[kind].count("skipped")
        bad = len(kinds[kind]) - done - skipped
        lines.append(f"  {kind + 's':<14}{done} of {len(kinds[kind])} ok, {bad} failed, {skipped} skipped")
    outcomes = [
        outcome
        for gate in ("raw", "staging", "core", "marts")
        if _exists(warehouse, f"history.gate_{gate}")
        for outcome in warehouse.execute(
            f"select status = 'passed', severity from history.gate_{gate} where build_id = ?", [build_id]
        ).fetchall()
    ]
    critical, warnings = outcomes.count((False, "critical")), outcomes.count((False, "warning"))
    lines.append(f"  expectations  {len(outcomes)} run, {critical} critical and {warnings} warnings failed")
    return lines


def _failures(run: dict) -> list[str]:
    failed = [r for r in run["results"] if r["status"] in ("error", "fail", "runtime error")]
    lines = [f"  - {r['unique_id'].split('.', 2)[2]}: {(r['message'] or '').splitlines()[0]}" for r in failed]
    return ["Failed", *lines] if lines else []


def _rejects(warehouse) -> list[str]:
    if not _exists(warehouse, "quality.staging_counts"):
        return []
    rows = warehouse.execute(
        """select source_name || '.' || raw_table, raw_rows, rejected_rows, duplicate_rows, deleted_rows
        from quality.staging_counts where staged_rows <> accepted_rows order by 1"""
    ).fetchall()
    total = warehouse.execute("select sum(raw_rows), sum(rejected_rows) from quality.staging_counts").fetchone()
    lines = [
        f"  {name:<36}{raw:>11,} rows: {rejected:,} rejected, {duplicate:,} duplicate, {deleted:,} deleted"
        for name, raw, rejected, duplicate, deleted in rows
    ]
    return [
        f"Raw rows not used ({total[0]:,} landed, {total[1]:,} rejected; reasons in quality.rejects)",
        *lines,
    ]


def _headlines(warehouse, build_id: str) -> list[str]:
    if not _exists(warehouse, "marts.kpi_values"):
        return []
    built = warehouse.execute("select build_id, as_of from quality.build").fetchone()
    if not built or built[0] != build_id:
        return []
    rows = warehouse.execute(
        """select c.kpi_id, c.unit, v.value, v.band, v.is_final, v.sample_size, v.n_pending, c.availability_reason,
            max(v.period_start) over () as month
        from marts.kpi_catalog as c
        left join marts.kpi_values as v on c.kpi_id = v.kpi_id and v.segment_type = 'all' and v.breakdown = 'all'
            and v.period_start = (select max(period_start) from marts.kpi_values)
        order by c.theme, c.kpi_id"""
    ).fetchall()
    if not rows:
        return []
    lines = [f"KPIs of {rows[0][8]:%Y-%m}, the last complete month (as of {built[1]:%Y-%m-%d})"]
    for kpi, unit, value, band, final, size, pending, reason, _ in rows:
        if reason:
            lines.append(f"  {kpi:<36}unavailable: {reason}")
            continue
        shown = "no data" if value is None else f"{value:,.4f}" if unit == "ratio" else f"{value:,.2f}"
        notes = [] if final else ["provisional"]
        notes += [f"{pending} pending"] if pending else []
        band = "" if band == "none" else band
        lines.append(f"  {kpi:<36}{shown:>16}  {band:<8}n={size:<6}{', '.join(notes)}".rstrip())
    return lines


def _where() -> list[str]:
    status = json.loads((PUBLISHED / "status.json").read_text(encoding="utf-8"))
    good = status["last_good_build"]
    if status["state"] == "published":
        return [
            f"Published to {PUBLISHED}/customer_success.duckdb and {PUBLISHED}/parquet/, see {PUBLISHED}/status.json"
        ]
    return [
        f"NOT PUBLISHED: {PUBLISHED}/customer_success.duckdb is "
        + (f"still that of build {good['build_id']}" if good else "not there yet")
        + f"; {PUBLISHED}/status.json says why"
    ]


def _salt() -> list[str]:
    if os.environ.get("PRIVACY_SALT"):
        return []
    return [
        "PRIVACY_SALT is not set: whoever has an e-mail address can find its hash in the warehouse. Set a secret before real data come in."
    ]


def _times(run: dict, seconds: float) -> list[str]:
    """Seconds by phase. Two nodes run at a time, so phases add up to more than the wall time."""
    phases: dict[str, float] = defaultdict(float)
    for result in run["results"]:
        kind, _, name = result["unique_id"].split(".")[:3]
        phase = "tests" if kind == "test" else _phase(name, kind)
        phases[phase] += result["execution_time"]
    spent = ", ".join(f"{name} {spent:.1f}" for name, spent in sorted(phases.items(), key=lambda item: -item[1]))
    return [f"Time {seconds:.0f} s; node seconds: {spent}"]


def _phase(name: str, kind: str) -> str:
    if kind in ("seed", "snapshot", "operation"):
        return {"seed": "seeds", "snapshot": "history", "operation": "landing"}[kind]
    for prefix, phase in (
        ("stg_", "staging"),
        ("int_", "intermediate"),
        ("kpi_", "marts"),
        ("gate_", "gates"),
    ):
        if name.startswith(prefix):
            return phase
    return name if name in ("publish", "build") else "quality" if name in ("rejects", "staging_counts") else "core"


if __name__ == "__main__":
    sys.exit(main())
