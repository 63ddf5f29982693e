"""The gate of a layer: its Great Expectations suites, run on dbt's own DuckDB connection.

A suite is one YAML file in expectations/<layer>/ for one table:

    table: core.fct_mrr_movements        # schema.table as it lies in the warehouse
    owner: revenue_operations            # who mends a failure; a rule may name another
    keys: [customer_id, month_start]     # columns that name a failing row
    rules:
      - rule: closing_is_not_negative    # unique in the file
        expect: column_values_to_be_between
        with: {column: closing_mrr_amount, min_value: 0}
        severity: critical               # critical closes the gate; warning needs `until`, after which it is critical
        reason: …                        # why it matters
        fix: …                           # what to do first

`expect` is any expectation of Great Expectations without its "expect_", or `no_rows`, whose `with: {sql: …}` is a query
over {batch}, the table, that returns the failing rows. A suite of a source that is not enabled is left out.
"""

import datetime as dt
import json
import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import yaml

EXPECTATIONS = Path(os.environ.get("EXPECTATIONS_DIR", "expectations"))
KEYS_KEPT = 50  # failing keys stored per rule and build; failing_count is always the full number

COLUMNS = {
    "build_id": "string",
    "layer": "string",
    "suite": "string",
    "rule": "string",
    "table_name": "string",
    "severity": "string",
    "owner": "string",
    "status": "string",  # passed | failed | error
    "failing_count": "Int64",
    "failing_keys": "string",  # JSON list of the first KEYS_KEPT
    "example": "string",
    "reason": "string",
    "fix": "string",
    "seconds": "float64",
    "judged_at": "datetime64[us]",
}


class SuiteError(ValueError):
    """An expectation file that cannot be understood."""


@dataclass(frozen=True)
class Rule:
    rule: str
    expect: str
    arguments: dict
    severity: str
    owner: str
    reason: str
    fix: str


@dataclass(frozen=True)
class Suite:
    name: str
    table: str
    keys: list[str]
    rules: list[Rule] = field(default_factory=list)


def read_suite(path: Path, today: dt.date) -> Suite:
    """The suite in `path`; raises SuiteError with every problem: the file, the rule and what is wrong."""
    try:
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path}: not YAML: {_one_line(error)}") from error
    if not isinstance(text, dict) or str(text.get("table")).count(".") != 1 or not text.get("rules"):
        raise SuiteError(f"{path}: a suite has `table: schema.table` and `rules`")
    rules, problems = [], []
    for entry in text["rules"]:
        try:
            rules.append(_read_rule({"owner": text.get("owner")} | entry, today))
        except SuiteError as error:
            problems.append(f"{path}: rule {entry.get('rule')!r} {error}")
    names = [rule.rule for rule in rules]
    problems += [f"{path}: two rules are named {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
    if problems:
        raise SuiteError("\n".join(problems))
    return Suite(path.stem, text["table"], text.get("keys", []), rules)


def _read_rule(entry: dict, today: dt.date) -> Rule:
    if absent := [key for key in ("rule", "expect", "severity", "owner", "reason", "fix") if not entry.get(key)]:
        raise SuiteError(f"lacks {', '.join(absent)}")
    if unknown := entry.keys() - {"rule", "expect", "with", "severity", "until", "owner", "reason", "fix"}:
        raise SuiteError(f"has {', '.join(sorted(unknown))}, which means nothing here")
    severity, until = entry["severity"], entry.get("until")
    if severity not in ("critical", "warning"):
        raise SuiteError(f"has severity {severity!r}; it is critical or warning")
    if severity == "warning" and type(until) is not dt.date:
        raise SuiteError("only warns: it needs `until: YYYY-MM-DD`")
    rule = Rule(
        entry["rule"],
        entry["expect"],
        entry.get("with") or {},
        "critical" if severity == "warning" and until < today else severity,
        entry["owner"],
        entry["reason"],
        entry["fix"],
    )
    _expectation(rule)
    return rule


def suites(layer: str, sources: list[str], today: dt.date) -> list[Suite]:
    """The suites of a layer whose table belongs to an enabled source, or to none. Those of all layers are read, so
    that the first gate already stops for one that a later gate could not understand."""
    found, problems = [], []
    for path in sorted(EXPECTATIONS.glob("*/*.yml")):
        try:
            found.append((path.parent.name, read_suite(path, today)))
        except SuiteError as error:
            problems.append(str(error))
    if problems:
        raise SuiteError("\n".join(problems))
    return [suite for folder, suite in found if folder == layer and _source(suite) in (None, *sources)]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _source(suite: Suite) -> str | None:
    """raw_stripe.invoice and staging.stg_stripe__invoices belong to stripe, any other table to no source."""
    schema, table = suite.table.split(".")
    if schema.startswith("raw_"):
        return schema.removeprefix("raw_")
    return table.removeprefix("stg_").split("__")[0] if table.startswith("stg_") else None


def judge(session, build: pd.Series, layer: str) -> pd.DataFrame:
    """Runs the layer's suites for a build (the row of quality.build), prints every failure and returns one row per
    rule. Never raises for a failing rule: the test gate_is_open on the gate's table is what stops the build."""
    rows = []
    started = pd.Timestamp(build["started_at"])
    due = suites(layer, build["sources"].split(), started.date())
    if due:
        source = warehouse(context(), session)
        for suite in due:
            rows += [_row(build, layer, suite, *outcome) for outcome in _validate(source, suite)]
    for row in rows:
        if row["status"] != "passed":
            _print(row)
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    failed = frame[frame["status"] != "passed"]
    print(
        f"gate {layer}: {len(frame)} rules on {len(due)} tables, "
        f"{(failed['severity'] == 'critical').sum()} critical and {(failed['severity'] == 'warning').sum()} warnings",
        flush=True,
    )
    return frame


def context():
    """A Great Expectations context that keeps everything in memory."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    # This module sets its own level when it is imported, and would tell of a temporary folder at every gate.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)

    made = gx.get_context(mode="ephemeral")
    made.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    return made


def warehouse(context, session):
    """A data source of the context that speaks through an open DuckDB cursor, such as dbt's own."""
    import duckdb_sqlalchemy
    from sqlalchemy.pool import StaticPool

    return context.data_sources.add_sql(
        "warehouse",
        connection_string="duckdb:///:memory:",
        kwargs={
            "creator": lambda: duckdb_sqlalchemy.ConnectionWrapper(session),
            "poolclass": StaticPool,
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
        },
    )


def _expectation(rule: Rule):
    import great_expectations.expectations as gxe

    name = "Expect" + "".join(part.title() for part in rule.expect.split("_"))
    arguments = rule.arguments
    if rule.expect == "no_rows":
        if arguments.keys() != {"sql"}:
            raise SuiteError("expects no_rows: it needs `with: {sql: …}` and nothing else")
        if "{batch}" not in str(arguments["sql"]):
            raise SuiteError("expects no_rows of a query that does not read {batch}, the suite's table")
        # Great Expectations gives {batch} an alias of its own unless it is already wrapped.
        name = "UnexpectedRowsExpectation"
        arguments = {"unexpected_rows_query": arguments["sql"].replace("{batch}", "(select * from {batch})")}
    if not hasattr(gxe, name):
        raise SuiteError(f"expects {rule.expect!r}, which Great Expectations does not know")
    try:
        return getattr(gxe, name)(**arguments, meta={"rule": rule.rule}, notes=[f"{rule.rule}: {rule.reason}"])
    except (ValueError, TypeError) as error:
        raise SuiteError(f"has arguments that {rule.expect!r} does not take: {_one_line(error)}") from error


def whole_table(source, suite: Suite):
    """The suite's table as one batch."""
    schema, table = suite.table.split(".")
    asset = source.add_table_asset(f"{suite.name}_{schema}", table_name=table, schema_name=schema)
    return asset.add_batch_definition_whole_table("whole")


def expectations_of(suite: Suite):
    import great_expectations as gx

    return gx.ExpectationSuite(name=suite.name, expectations=[_expectation(rule) for rule in suite.rules])


def _validate(source, suite: Suite):
    """(rule, status, failing count, failing keys, seconds) for each rule of a suite, validated as one batch."""
    started = time.perf_counter()
    by_name = {rule.rule: rule for rule in suite.rules}
    batch = whole_table(source, suite).get_batch()
    expectations = expectations_of(suite)
    wanted = {"result_format": "COMPLETE", "partial_unexpected_count": KEYS_KEPT}
    if suite.keys:
        wanted["unexpected_index_column_names"] = suite.keys
    results = batch.validate(expectations, result_format=wanted).results
    seconds = (time.perf_counter() - started) / max(len(results), 1)
    for result in results:
        rule = by_name[result.expectation_config.meta["rule"]]
        if result.exception_info and _raised(result.exception_info):
            yield rule, "error", None, [_raised(result.exception_info)], seconds
        elif result.success:
            yield rule, "passed", 0, [], seconds
        else:
            yield rule, "failed", *_failing(result.result, suite.keys), seconds


def _raised(info: dict) -> str:
    """The exception's message, whether Great Expectations nests it by metric or not."""
    if "raised_exception" in info:
        return info.get("exception_message") or "" if info["raised_exception"] else ""
    return "; ".join(str(part.get("exception_message")) for part in info.values() if part.get("raised_exception"))


def _failing(result: dict, keys: list[str]) -> tuple[int, list]:
    """How many rows fail, and which; an aggregate that is out of bounds counts as one and shows its value."""
    if "unexpected_index_list" in result:
        rows = [{key: row.get(key) for key in keys} for row in result["unexpected_index_list"]]
        return result["unexpected_count"], rows
    rows = (result.get("details") or {}).get("unexpected_rows")
    if rows is not None:
        return int(result.get("observed_value", len(rows))), [dict(row) for row in rows]
    if "unexpected_count" in result:
        return result["unexpected_count"], result.get("partial_unexpected_list", [])
    return 1, [{"observed": result.get("observed_value")}]


def _row(build, layer: str, suite: Suite, rule: Rule, status: str, count, keys: list, seconds: float) -> dict:
    shown = [json.loads(json.dumps(key, default=str)) for key in keys[:KEYS_KEPT]]
    return {
        "build_id": build["build_id"],
        "layer": layer,
        "suite": suite.name,
        "rule": rule.rule,
        "table_name": suite.table,
        "severity": rule.severity,
        "owner": rule.owner,
        "status": status,
        "failing_count": count,
        "failing_keys": json.dumps(shown),
        "example": json.dumps(shown[0])[:500] if shown else "",
        "reason": rule.reason,
        "fix": rule.fix,
        "seconds": seconds,
        "judged_at": pd.Timestamp.now("UTC").tz_localize(None),
    }


def _print(row: dict) -> None:
    print(
        f"  {row['severity'].upper()} {row['table_name']} {row['rule']}: {row['status']}, "
        f"{row['failing_count']} failing, for example {row['example']}\n"
        f"    why: {row['reason']}\n    do: {row['fix']} (owner: {row['owner']})",
        flush=True,
    )
