"""`make quality-report`: what the guards saw, as one HTML file that needs neither a server nor a network.

    quality_report.py [--warehouse FOLDER] [--out FILE]

For the data steward: the state of the last build, what fails now and since when, every rule with its history, rejected rows with their
raw text, how fresh each raw table is, what has no customer, and which published values were restated. It is read from the warehouse
and may hold what rows hold, names and addresses included: it is for stewards, and no mart. Whatever comes from data is put into the
page as text, never as HTML.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

import duckdb
from html_page import assembled, rows, script_json

PAGE = Path(__file__).with_name("quality_page")
BUILDS = 30
# Rows shown of one raw table and reason; the page says how many there are.
REJECTS = 100
RESTATED = 200

SQL = {
    "builds": f"""
        select r.build_id, max(r.judged_at) as judged_at,
            count(*) filter (r.status = 'passed') as passed, count(*) filter (r.status in ('failed', 'error')) as failed,
            coalesce(bool_or(p.is_published), false) as is_published, max(p.refusal) as refusal
        from quality.rule_results as r
        left join history.publish as p using (build_id)
        group by r.build_id having count(*) filter (r.kind = 'expectation') > 0
        order by judged_at desc limit {BUILDS}""",
    "failures_by_layer": f"""
        select build_id, layer, count(*) as failed from quality.rule_results
        where status in ('failed', 'error') and build_id in (
            select build_id from quality.rule_results where kind = 'expectation' group by 1 order by max(judged_at) desc limit {BUILDS})
        group by 1, 2""",
    "rules": "select * exclude (build_id) from quality.rule_states order by failing_since desc nulls last, kind desc, layer, rule",
    "reject_counts": """
        select source_name, raw_table, reject_reason, count(*) as rejected_rows, any_value(c.raw_rows) as raw_rows
        from quality.rejects as r left join quality.staging_counts as c using (source_name, raw_table)
        group by 1, 2, 3 order by rejected_rows desc, 1, 2, 3""",
    "rejects": f"""
        select source_name, raw_table, reject_reason, raw_record, raw_file from quality.rejects
        qualify row_number() over (partition by source_name, raw_table, reject_reason order by raw_file, raw_record) <= {REJECTS}
        order by 1, 2, 3, raw_file, raw_record""",
    "raw_tables": """
        select l.source_name, l.raw_table, count(*) as files, sum(l.size) as bytes, max(l.last_modified)::timestamp as newest_file_at,
            any_value(c.raw_rows) as raw_rows, any_value(c.rejected_rows) as rejected_rows, any_value(c.duplicate_rows) as duplicate_rows
        from quality.landed_files as l left join quality.staging_counts as c using (source_name, raw_table)
        group by 1, 2 order by 1, 2""",
    "customers": """
        select anchor_system, count(*) as customers, count(*) filter (is_unmatched) as unmatched
        from core.dim_customers where anchor_id <> '(none)' group by 1 order by customers desc""",
    "restated_by_kpi": """
        select kpi_id, count(*) as restated, max(dbt_valid_to) as last_restated_at
        from history.kpi_values_history where dbt_valid_to is not null group by 1 order by restated desc, 1""",
    "restated": f"""
        select old.kpi_id, old.period_start, old.segment_type, old.segment, old.breakdown, old.value as was, new.value as became,
            old.dbt_valid_to as restated_at
        from history.kpi_values_history as old
        left join history.kpi_values_history as new
            on old.dbt_valid_to = new.dbt_valid_from and old.kpi_id = new.kpi_id and old.period_grain = new.period_grain
                and old.period_start = new.period_start and old.segment_type = new.segment_type and old.segment = new.segment
                and old.breakdown = new.breakdown
        where old.dbt_valid_to is not null and old.segment_type = 'all'
        order by restated_at desc, old.kpi_id, old.period_start desc limit {RESTATED}""",
}


def read(path: Path) -> dict:
    """All that the page shows, from the warehouse; exits with a message where there is nothing to show yet."""
    try:
        warehouse = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        if "lock" in str(error):
            sys.exit(f"{path} is held by another command: wait for it to end")
        raise
    with warehouse:
        present = {
            f"{schema}.{name}"
            for schema, name in warehouse.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
        }
        if "quality.rule_states" not in present:
            sys.exit(f"{path} has no rules yet: the first build that passes its gates makes them")
        # A build that stopped early has made only some of them.
        data = {name: rows(warehouse, sql) if _is_there(sql, present) else [] for name, sql in SQL.items()}
        (data["build"],) = rows(
            warehouse, "select build_id, as_of, git_revision, sources, started_at from quality.build"
        ) or [None]
    return data | {"limits": {"rejects": REJECTS, "restated": RESTATED, "keys": 50}}


def _is_there(sql: str, present: set[str]) -> bool:
    """Whether every table that is read has been made."""
    return present.issuperset(re.findall(r"\b(?:quality|history|core)\.\w+", sql))


def page(data: dict) -> str:
    script = (PAGE / "page.js").read_text(encoding="utf-8")
    parts = {"STYLE": (PAGE / "page.css").read_text(encoding="utf-8"), "DATA": script_json(data)}
    return assembled(PAGE / "page.html", script, parts)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--warehouse", type=Path, default=Path(os.environ.get("WAREHOUSE_DIR", "warehouse")))
    parser.add_argument("--out", type=Path, default=Path("target/quality.html"))
    options = parser.parse_args(arguments)
    warehouse = options.warehouse / "customer_success.duckdb"
    if not warehouse.exists():
        sys.exit(f"{warehouse} is not there: make build first")
    html = page(read(warehouse))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(html, encoding="utf-8")
    print(f"{options.out} ({len(html.encode()) / 1e6:.1f} MB): for stewards; it holds raw rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
