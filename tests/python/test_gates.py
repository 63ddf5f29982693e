"""A closed gate stops a plain `dbt build`: later layers keep what they had, nothing is published, and it says why."""

from __future__ import annotations

import json

import company
import pytest
from conftest import WHOLE, Build

LAYERS = ("staging", "core", "marts")

EDTECH_ONLY = """\
table: staging.stg_ravenstack__accounts
owner: data_platform
keys: [account_id]
rules:
  - rule: nobody_is_in_fintech
    expect: column_values_to_not_be_in_set
    with: {column: industry, value_set: [FinTech]}
    severity: critical
    reason: For the test.
    fix: Leave the trade.
"""

EXPIRED_WARNING = """\
table: core.dim_months
owner: revenue_operations
keys: [month_start]
rules:
  - rule: only_january_is_a_month
    expect: no_rows
    with: {sql: "select month_start from {batch} where month_start >= date '2025-02-01'"}
    severity: warning
    until: 2025-06-30
    reason: For the test.
    fix: Extend it with the owner's word.
"""

FAR_FUTURE = company.CHURN_EVENTS + "C2,A1,2999-01-01,pricing\n"


def header(text: str) -> str:
    return text.splitlines(keepends=True)[0]


def gate_rows(build: Build, layer: str) -> dict[str, tuple]:
    """{suite.rule: (severity, status, failing count, failing keys)} of a layer's rules that failed in this build."""
    rows = build.warehouse(
        f"""select suite || '.' || rule, severity, status, failing_count, failing_keys from history.gate_{layer}
        where build_id = '{build.status["build_id"]}' and status <> 'passed'"""
    )
    return {name: (severity, status, count, json.loads(keys)) for name, severity, status, count, keys in rows}


def failing_rules(build: Build) -> set[tuple]:
    return {(rule["layer"], rule["rule"]) for rule in build.status["failing_rules"]}


def assert_stopped(build: Build, before: Build, *untouched: str) -> None:
    """The build failed, said so, left these layers as they were, and the published files too."""
    assert build.code != 0
    for schema in untouched:
        assert build.contents(schema) == before.contents(schema), schema
    assert build.published_bytes == before.published_bytes
    assert build.status["state"] == "failed"
    assert build.status["build_id"] != before.status["build_id"]
    assert build.status["last_good_build"] == before.status["last_good_build"]
    assert build.warehouse("select build_id from history.publish") == [(before.status["build_id"],)]


# gate_raw.


@pytest.fixture(scope="module")
def empty_tables(dbt, published_company) -> Build:
    """Required tables without a row, and the churn event of a thousand years hence."""
    raw = {
        "ravenstack_accounts.csv": header(company.ACCOUNTS),
        "ravenstack_subscriptions.csv": header(company.SUBSCRIPTIONS),
        "ravenstack_churn_events.csv": FAR_FUTURE,
    }
    return dbt(*WHOLE, after=published_company, raw=raw)


def test_each_empty_required_table_closes_gate_raw(empty_tables):
    severity, status, count, keys = gate_rows(empty_tables, "raw")["raw_counts.required_tables_are_not_empty"]
    assert (severity, status, count) == ("critical", "failed", 2)
    assert sorted(key["raw_table"] for key in keys) == ["accounts", "subscriptions"]
    assert ("raw", "raw_counts.required_tables_are_not_empty") in failing_rules(empty_tables)


def test_a_record_far_in_the_future_closes_gate_raw(empty_tables):
    severity, status, count, keys = gate_rows(empty_tables, "raw")["build.as_of_is_not_in_the_future"]
    assert (severity, status, count) == ("critical", "failed", 1)
    assert keys[0]["as_of"].startswith("2999-01-02")
    assert ("raw", "build.as_of_is_not_in_the_future") in failing_rules(empty_tables)


def test_a_closed_gate_raw_stops_staging(empty_tables, published_company):
    assert_stopped(empty_tables, published_company, *LAYERS)
    assert gate_rows(published_company, "raw") == {}


def test_each_of_the_rules_keeps_the_gate_closed(empty_tables):
    """The test behind the gate counts the critical rules that did not pass."""
    assert set(gate_rows(empty_tables, "raw")) == {
        "build.as_of_is_not_in_the_future",
        "raw_changes.nothing_is_lost",
        "raw_counts.required_tables_are_not_empty",
        "raw_freshness.rows_are_not_of_the_future",
    }
    assert "FAIL 4 gate_raw_is_open" in empty_tables.output


# gate_staging and gate_core. A raw price differs from what was built before, so that a rebuild would show.


@pytest.fixture(scope="module")
def fintech(dbt, published_company, expectations_folder) -> Build:
    suites = expectations_folder({"staging/stg_ravenstack__accounts.yml": EDTECH_ONLY})
    return dbt(*WHOLE, after=published_company, raw=company.RESTATED, EXPECTATIONS_DIR=str(suites))


def test_a_critical_expectation_on_staging_stops_core(fintech, published_company):
    assert_stopped(fintech, published_company, "core", "marts")
    assert fintech.contents("staging") != published_company.contents("staging")


def test_the_failing_keys_are_in_the_history(fintech):
    severity, status, count, keys = gate_rows(fintech, "staging")["stg_ravenstack__accounts.nobody_is_in_fintech"]
    assert (severity, status, count) == ("critical", "failed", 3)
    assert sorted(key["account_id"] for key in keys) == ["A2", "A4", "A7"]


def test_status_says_which_expectation_failed_and_whose_it_is(fintech):
    (rule,) = [rule for rule in fintech.status["failing_rules"] if rule["layer"] == "staging"]
    assert rule["rule"] == "stg_ravenstack__accounts.nobody_is_in_fintech"
    assert rule["table"] == "staging.stg_ravenstack__accounts"
    assert (rule["owner"], rule["failures"], rule["status"]) == ("data_platform", 3, "critical")


def test_the_console_says_which_expectation_failed_why_and_what_to_do(fintech):
    assert "CRITICAL staging.stg_ravenstack__accounts nobody_is_in_fintech: failed, 3 failing" in fintech.output
    assert "why: For the test." in fintech.output
    assert "do: Leave the trade. (owner: data_platform)" in fintech.output


@pytest.fixture(scope="module")
def closed_core(dbt, published_company, expectations_folder) -> Build:
    """A warning whose time is over, and one unknown customer among nine."""
    suites = expectations_folder({"core/only_january.yml": EXPIRED_WARNING})
    tickets = company.SUPPORT_TICKETS + "T9,A99,2025-03-12,2025-03-12 09:00:00,low,60,,False\n"
    raw = company.RESTATED | {"ravenstack_support_tickets.csv": tickets}
    return dbt(*WHOLE, after=published_company, raw=raw, EXPECTATIONS_DIR=str(suites))


def test_a_closed_gate_core_stops_marts(closed_core, published_company):
    assert_stopped(closed_core, published_company, "marts")
    assert closed_core.contents("core") != published_company.contents("core")
    assert "FAIL 2 gate_core_is_open" in closed_core.output


def test_a_warning_whose_time_is_over_closes_gate_core(closed_core):
    severity, status, count, keys = gate_rows(closed_core, "core")["only_january.only_january_is_a_month"]
    assert (severity, status, count) == ("critical", "failed", 2)
    assert sorted(key["month_start"] for key in keys) == ["2025-02-01", "2025-03-01"]


def test_unmatched_customers_over_budget_close_gate_core(closed_core):
    severity, status, _, keys = gate_rows(closed_core, "core")["dim_customers.unmatched_customers_stay_within_budget"]
    assert (severity, status) == ("critical", "failed")
    assert [(int(key["unmatched_customers"]), key["customers"]) for key in keys] == [(1, 9)]


def test_suites_that_cannot_be_read_stop_the_build_with_file_and_rule(dbt, published_company, expectations_folder):
    suites = expectations_folder(
        {
            "raw/no_owner.yml": EDTECH_ONLY.replace("owner: data_platform\n", ""),
            "staging/unknown.yml": EDTECH_ONLY.replace("column_values_to_not_be_in_set", "column_values_to_be_nice"),
            "core/no_until.yml": EXPIRED_WARNING.replace("    until: 2025-06-30\n", ""),
        }
    )
    build = dbt(*WHOLE, after=published_company, raw=company.RESTATED, EXPECTATIONS_DIR=str(suites))
    assert_stopped(build, published_company, *LAYERS)
    for problem in (
        f"{suites}/raw/no_owner.yml: rule 'nobody_is_in_fintech' lacks owner",
        f"{suites}/staging/unknown.yml: rule 'nobody_is_in_fintech' expects 'column_values_to_be_nice'",
        f"{suites}/core/no_until.yml: rule 'only_january_is_a_month' only warns: it needs `until: YYYY-MM-DD`",
    ):
        assert problem in build.output
        assert problem in build.status["failing_rules"][0]["message"]
