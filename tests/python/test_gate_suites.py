"""The gate by itself: reading suites, and what becomes of Great Expectations' results."""

from __future__ import annotations

import datetime as dt
import json

import duckdb
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from quality import gate
from quality.gate import KEYS_KEPT, SuiteError, judge, read_suite, suites

TODAY = dt.date(2026, 7, 1)

SUITE = """\
table: core.invoices
owner: revenue_operations
keys: [invoice_id]
rules:
  - rule: amount_is_positive
    expect: column_values_to_be_between
    with: {column: amount, min_value: 0}
    severity: critical
    reason: A negative invoice is a credit note.
    fix: Ask billing.
  - rule: currency_is_known
    expect: column_values_to_not_be_null
    with: {column: currency}
    severity: warning
    until: 2026-07-01
    owner: finance
    reason: It cannot be converted.
    fix: Ask billing.
"""


@pytest.fixture
def suite_file(tmp_path):
    def write(text: str):
        path = tmp_path / "invoices.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_suite_is_read_with_the_owner_of_the_file_or_of_the_rule(suite_file):
    suite = read_suite(suite_file(SUITE), TODAY)
    assert (suite.name, suite.table, suite.keys) == ("invoices", "core.invoices", ["invoice_id"])
    first, second = suite.rules
    assert (first.rule, first.expect, first.arguments) == (
        "amount_is_positive",
        "column_values_to_be_between",
        {"column": "amount", "min_value": 0},
    )
    assert (first.owner, second.owner) == ("revenue_operations", "finance")
    assert (first.severity, second.severity) == ("critical", "warning")


@pytest.mark.parametrize(("day", "severity"), [(1, "warning"), (2, "critical")])
def test_a_warning_is_critical_from_the_day_after_its_last(suite_file, day, severity):
    assert read_suite(suite_file(SUITE), dt.date(2026, 7, day)).rules[1].severity == severity


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("owner: revenue_operations\n", "", "rule 'amount_is_positive' lacks owner"),
        ("reason: A negative", "because: A negative", "rule 'amount_is_positive' lacks reason"),
        ("    until: 2026-07-01\n", "", "rule 'currency_is_known' only warns: it needs `until: YYYY-MM-DD`"),
        ("until: 2026-07-01", "until: soon", "rule 'currency_is_known' only warns: it needs `until: YYYY-MM-DD`"),
        ("until:", "untill:", "rule 'currency_is_known' has untill, which means nothing here"),
        ("severity: critical", "severity: high", "rule 'amount_is_positive' has severity 'high'"),
        ("values_to_be_between", "values_to_be_nice", "expects 'column_values_to_be_nice', which"),
        ("min_value: 0", "minimum: 0", "has arguments that 'column_values_to_be_between' does not take"),
        ("column_values_to_be_between", "no_rows", "expects no_rows: it needs `with: {sql: …}`"),
        (
            "column_values_to_be_between\n    with: {column: amount, min_value: 0}",
            "no_rows\n    with: {sql: select 1}",
            "expects no_rows of a query that does not read {batch}",
        ),
        ("currency_is_known", "amount_is_positive", "two rules are named 'amount_is_positive'"),
        ("table: core.invoices", "table: invoices", "a suite has `table: schema.table` and `rules`"),
        ("rules:", "checks:", "a suite has `table: schema.table` and `rules`"),
        ("keys: [invoice_id]", "keys: [invoice_id", "not YAML"),
    ],
)
def test_a_suite_that_cannot_be_understood_is_refused_with_its_file_and_rule(suite_file, old, new, problem):
    assert old in SUITE
    path = suite_file(SUITE.replace(old, new, 1))
    with pytest.raises(SuiteError) as raised:
        read_suite(path, TODAY)
    assert str(raised.value).startswith(f"{path}: ")
    assert problem in str(raised.value)


def test_every_problem_of_every_layer_is_in_one_message(tmp_path, monkeypatch):
    monkeypatch.setattr(gate, "EXPECTATIONS", tmp_path)
    twice_wrong = SUITE.replace("    until: 2026-07-01\n", "").replace("with:", "wiht:", 1)
    for layer, text in (("raw", SUITE), ("marts", twice_wrong)):
        (tmp_path / layer).mkdir()
        (tmp_path / layer / "invoices.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError) as raised:
        suites("raw", [], TODAY)
    assert [line.split(": ", 1)[1] for line in str(raised.value).splitlines()] == [
        "rule 'amount_is_positive' has wiht, which means nothing here",
        "rule 'currency_is_known' only warns: it needs `until: YYYY-MM-DD`",
    ]


def test_a_suite_of_a_source_that_is_off_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(gate, "EXPECTATIONS", tmp_path)
    (tmp_path / "staging").mkdir()
    for table in ("raw_stripe.price", "staging.stg_stripe__prices", "staging.stg_zendesk__users", "quality.build"):
        path = tmp_path / "staging" / f"{table}.yml"
        path.write_text(SUITE.replace("core.invoices", table), encoding="utf-8")
    tables = {suite.table for suite in suites("staging", ["stripe", "files"], TODAY)}
    assert tables == {"raw_stripe.price", "staging.stg_stripe__prices", "quality.build"}


# Results. 300 invoices: amounts -1 … -300, every currency known; the rules below fail in every way that there is.

EXPECTATIONS = {
    "map": ("column_values_to_be_between", {"column": "amount", "min_value": 0}),
    "aggregate": ("table_row_count_to_be_between", {"min_value": 301}),
    "rows": ("no_rows", {"sql": "select b.invoice_id from {batch} as b where b.invoice_id > 2"}),
    "passes": ("column_values_to_not_be_null", {"column": "currency"}),
    "no_row_passes": ("no_rows", {"sql": "select * from {batch} where amount > 0"}),
    "cannot_run": ("column_values_to_not_be_null", {"column": "nowhere"}),
}
RULES = {
    "table": "core.invoices",
    "owner": "finance",
    "keys": ["invoice_id"],
    "rules": [
        {"rule": rule, "expect": expect, "with": arguments, "severity": "critical", "reason": "r", "fix": "f"}
        for rule, (expect, arguments) in EXPECTATIONS.items()
    ],
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> dict[str, dict]:
    """{rule: its row} of a gate over the invoices."""
    folder = tmp_path_factory.mktemp("expectations")
    (folder / "core").mkdir()
    (folder / "core" / "invoices.yml").write_text(yaml.safe_dump(RULES), encoding="utf-8")
    session = duckdb.connect()
    session.execute("create schema core")
    session.execute(
        """create table core.invoices as
        select i as invoice_id, -i as amount, 'USD' as currency from range(1, 301) as r(i)"""
    )
    build = pd.Series({"build_id": "b1", "sources": "files", "started_at": pd.Timestamp("2026-07-01")})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gate, "EXPECTATIONS", folder)
        frame = judge(session, build, "core")
    return {row["rule"]: row for row in frame.to_dict("records")}


def test_every_rule_has_one_row_that_says_whose_and_of_which_build_it_is(judged):
    assert len(judged) == 6
    for row in judged.values():
        assert (row["build_id"], row["layer"], row["suite"]) == ("b1", "core", "invoices")
        assert row["table_name"] == "core.invoices"
        assert (row["owner"], row["severity"], row["reason"], row["fix"]) == ("finance", "critical", "r", "f")


def test_a_rule_on_rows_keeps_the_first_keys_and_counts_all(judged):
    row = judged["map"]
    keys = [key["invoice_id"] for key in json.loads(row["failing_keys"])]
    assert (row["status"], row["failing_count"]) == ("failed", 300)
    assert len(keys) == len(set(keys)) == KEYS_KEPT == 50
    assert set(keys) <= set(range(1, 301))
    assert json.loads(row["example"]) == {"invoice_id": keys[0]}


def test_a_query_of_failing_rows_counts_them_and_keeps_what_it_selects(judged):
    row = judged["rows"]
    keys = json.loads(row["failing_keys"])
    assert (row["status"], row["failing_count"]) == ("failed", 298)
    assert len(keys) == KEYS_KEPT
    assert all(key.keys() == {"invoice_id"} and key["invoice_id"] > 2 for key in keys)


def test_a_rule_on_the_whole_table_counts_once_and_shows_what_it_saw(judged):
    row = judged["aggregate"]
    assert (row["status"], row["failing_count"]) == ("failed", 1)
    assert json.loads(row["failing_keys"]) == [{"observed": 300}]


@pytest.mark.parametrize("rule", ["passes", "no_row_passes"])
def test_a_rule_that_holds_has_passed_with_nothing_failing(judged, rule):
    row = judged[rule]
    assert (row["status"], row["failing_count"], row["failing_keys"], row["example"]) == ("passed", 0, "[]", "")


def test_a_rule_that_cannot_be_run_is_an_error_and_not_passed(judged):
    row = judged["cannot_run"]
    assert row["status"] == "error"
    assert "nowhere" in row["example"]


@pytest.mark.parametrize(("first_month", "status"), [("2024-01-01", "passed"), ("0024-01-01", "failed")])
def test_a_subscription_of_the_year_24_does_not_publish_a_century_without_today(first_month, status):
    """dim_months holds 1200 months at most, from the first subscription on."""
    session = duckdb.connect()
    session.execute("create schema core")
    session.execute("create schema quality")
    session.execute("create table quality.build as select date '2026-07-15' as as_of")
    session.execute(
        f"""create table core.dim_months as
        select cast(m as date) as month_start, cast(m + interval 1 month as date) as next_month_start
        from (select date '{first_month}' + to_months(cast(i as integer)) as m from range(1200) as r(i))
        where m < date '2026-07-01'"""
    )
    build = pd.Series({"build_id": "b1", "sources": "", "started_at": pd.Timestamp("2026-07-15")})
    with pytest.MonkeyPatch.context() as patched:
        suite = read_suite(ROOT / "expectations" / "core" / "dim_months.yml", TODAY)
        patched.setattr(gate, "suites", lambda *_: [suite])
        (row,) = judge(session, build, "core").to_dict("records")
    assert (row["severity"], row["status"]) == ("critical", status)
