"""Bad rows are kept, judged and counted: within the budget the rest is published, beyond it nothing is rebuilt."""

from __future__ import annotations

import json

import company
import pytest
from conftest import WHOLE, Build, month_values

BAD_ROWS = """\
S90,A1,2024-02-01,,Basic,5,a hundred,1200,False,monthly
S91,A1,2024-02-01,,Basic,5,-100,-1200,False,monthly
S92,A1,2024-02-01,2024-01-01,Basic,5,1000,12000,False,monthly
"""
REASONS = {
    "S90": "mrr_amount is not a decimal(28, 6)",
    "S91": "price is negative",
    "S92": "end is before start",
}
SUBSCRIPTIONS = company.SUBSCRIPTIONS + BAD_ROWS
N_GOOD, N_BAD = 13, 3

# So many accounts that buy nothing that one unknown customer is within the budget of unmatched ones.
PROSPECTS = "".join(f"P{n:02d},Prospect {n},EdTech,US,2025-01-01,other,,,,\n" for n in range(1, 21))

# The subscriptions delivered twice, in two files of a folder; a row of every other table twice in its file, and a
# ticket of a customer that nobody knows.
TWICE = {
    "ravenstack_subscriptions/monday.csv": SUBSCRIPTIONS,
    "ravenstack_subscriptions/tuesday.csv": SUBSCRIPTIONS,
    "ravenstack_accounts.csv": company.ACCOUNTS + company.ACCOUNTS.splitlines(keepends=True)[1] + PROSPECTS,
    "ravenstack_churn_events.csv": company.CHURN_EVENTS + company.CHURN_EVENTS.splitlines(keepends=True)[1],
    "ravenstack_feature_usage.csv": company.FEATURE_USAGE + company.FEATURE_USAGE.splitlines(keepends=True)[2],
    "ravenstack_support_tickets.csv": company.SUPPORT_TICKETS + "T9,A99,2025-03-12,2025-03-12 09:00:00,low,60,,False\n",
}

SIX_BAD_ROWS = "".join(f"S8{n},A1,2024-02-01,,Basic,5,minus {n},0,False,monthly\n" for n in range(6))

ONLY_WARNS = """\
table: staging.stg_ravenstack__accounts
owner: data_platform
keys: [account_id]
rules:
  - rule: industry_is_edtech
    expect: column_values_to_be_in_set
    with: {column: industry, value_set: [EdTech]}
    severity: warning
    until: 2999-12-31
    reason: For the test.
    fix: Nothing to do.
"""


@pytest.fixture(scope="module")
def bad_rows(dbt, published_company, expectations_folder) -> Build:
    suites = expectations_folder({"staging/stg_ravenstack__accounts.yml": ONLY_WARNS})
    # The project's warning on repeated usage ends one day, and this test must not.
    (suites / "staging" / "ravenstack__feature_usage.yml").unlink()
    return dbt(*WHOLE, after=published_company, raw=TWICE, EXPECTATIONS_DIR=str(suites))


def staged(build: Build, columns: str, where: str) -> list[tuple]:
    return build.warehouse(f"select {columns} from staging.stg_ravenstack__subscriptions where {where} order by all")


def test_a_build_with_few_bad_rows_publishes(bad_rows):
    assert bad_rows.code == 0, bad_rows.output
    assert bad_rows.status["state"] == "published"
    assert bad_rows.status["last_good_build"]["build_id"] == bad_rows.status["build_id"]


@pytest.mark.parametrize("subscription", REASONS)
def test_a_bad_row_is_rejected_with_its_reason_and_its_raw_text(bad_rows, subscription):
    ((reason, record),) = staged(
        bad_rows, "reject_reason, raw_record", f"subscription_id = '{subscription}' and row_status = 'rejected'"
    )
    assert reason == REASONS[subscription]
    raw = BAD_ROWS.splitlines()[list(REASONS).index(subscription)].split(",")
    assert f"subscription_id={subscription}" in record
    assert f"mrr_amount={raw[6]}" in record
    assert f"ends_on={raw[3]}" in record


@pytest.mark.parametrize("subscription", REASONS)
def test_a_bad_row_is_among_the_rejects_with_its_file(bad_rows, subscription):
    rows = bad_rows.warehouse(
        f"""select source_name, raw_table, row_status, reject_reason, parse_filename(raw_file)
        from quality.rejects where raw_record like '%subscription_id={subscription}%' order by row_status desc"""
    )
    assert [row[:4] for row in rows] == [
        ("ravenstack", "subscriptions", "rejected", REASONS[subscription]),
        ("ravenstack", "subscriptions", "duplicate", REASONS[subscription]),
    ]
    assert {row[4] for row in rows} == {"monday.csv", "tuesday.csv"}


def test_of_a_row_that_is_delivered_twice_one_is_a_duplicate(bad_rows):
    statuses = staged(bad_rows, "subscription_id, row_status", "subscription_id < 'S90'")
    assert len(statuses) == 2 * N_GOOD
    assert statuses == [(f"S{n:02d}", status) for n in range(1, N_GOOD + 1) for status in ("accepted", "duplicate")]


def test_every_raw_row_is_staged_and_counted_by_what_became_of_it(bad_rows):
    rows = bad_rows.warehouse(
        """select raw_table, raw_rows, staged_rows, accepted_rows, rejected_rows, duplicate_rows, deleted_rows
        from quality.staging_counts"""
    )
    counts = {row[0]: row[1:] for row in rows}
    assert counts["subscriptions"] == (32, 32, N_GOOD, N_BAD, N_GOOD + N_BAD, 0)
    assert counts["accounts"] == (29, 29, 28, 0, 1, 0)
    assert counts["churn_events"] == (2, 2, 1, 0, 1, 0)
    assert counts["feature_usage"] == (5, 5, 4, 0, 1, 0)
    assert counts["support_tickets"] == (4, 4, 4, 0, 0, 0)


def test_a_repeated_use_is_a_duplicate_and_counts_once(bad_rows):
    rows = bad_rows.warehouse("select usage_id, row_status from staging.stg_ravenstack__feature_usage order by all")
    assert rows == [("U1", "accepted"), ("U2", "accepted"), ("U2", "duplicate"), ("U3", "accepted"), ("U4", "accepted")]
    used = bad_rows.warehouse("select feature_id, sum(events) from core.fct_feature_days group by 1 order by 1")
    assert used == [("feature_1", 3), ("feature_2", 1)]


def test_a_ticket_of_an_unknown_customer_is_kept_under_its_own_unmatched_customer(bad_rows):
    rows = bad_rows.warehouse(
        """select tickets.ticket_id, customers.anchor_system, customers.anchor_id, customers.is_unmatched
        from core.dim_helpdesk_tickets as tickets
        inner join core.dim_customers as customers on tickets.customer_id = customers.customer_id order by 1"""
    )
    assert rows == [
        ("T1", "ravenstack", "A1", False),
        ("T2", "ravenstack", "A1", False),
        ("T3", "ravenstack", "A2", False),
        ("T9", "ravenstack", "A99", True),
    ]
    assert bad_rows.warehouse("select count(*) from core.fct_tickets") == [(4,)]


def test_a_ticket_of_an_unknown_customer_is_in_no_kpi(bad_rows):
    volume = bad_rows.published(
        """select strftime(period_start, '%Y-%m'), value from kpi_values
        where kpi_id = 'ticket_volume' and segment_type = 'all' and breakdown = 'all' and value is not null"""
    )
    assert month_values(volume) == company.TICKETS


def test_bad_and_repeated_rows_leave_the_published_values_as_they_were(bad_rows, published_company):
    everything = "select * from kpi_values order by all"
    assert bad_rows.published(everything) == published_company.published(everything)
    mrr = bad_rows.published(
        """select strftime(period_start, '%Y-%m'), value from kpi_values
        where kpi_id = 'mrr_movements' and segment_type = 'all' and breakdown = 'all'"""
    )
    assert month_values(mrr) == company.CLOSING_MRR


def test_a_warning_is_on_record_and_does_not_stop_the_build(bad_rows):
    build_id = bad_rows.status["build_id"]
    rows = bad_rows.warehouse(
        f"""select severity, status, failing_count, failing_keys from history.gate_staging
        where rule = 'industry_is_edtech' and build_id = '{build_id}'"""
    )
    ((severity, status, failing_count, failing_keys),) = rows
    assert (severity, status, failing_count) == ("warning", "failed", 5)
    assert sorted(key["account_id"] for key in json.loads(failing_keys)) == ["A2", "A4", "A5", "A7", "A8"]
    assert [(rule["rule"], rule["status"]) for rule in bad_rows.status["failing_rules"]] == [
        ("stg_ravenstack__accounts.industry_is_edtech", "warning")
    ]


# Beyond the budget, with a price that was changed too: were anything rebuilt, it would show.


@pytest.fixture(scope="module")
def over_budget(dbt, published_company) -> Build:
    raw = company.RAW | {"ravenstack_subscriptions.csv": company.RESTATED_SUBSCRIPTIONS + SIX_BAD_ROWS}
    return dbt(*WHOLE, after=published_company, raw=raw)


def test_rejects_over_budget_close_the_gate(over_budget):
    assert over_budget.code != 0
    (failed,) = [rule for rule in over_budget.status["failing_rules"] if rule["layer"] == "staging"]
    assert failed["rule"] == "staging_counts.rejects_stay_within_budget"
    assert failed["status"] == "critical"
    assert "FAIL 1 gate_staging_is_open" in over_budget.output


def test_the_history_names_table_count_file_and_reason_of_the_rejects(over_budget, published_company):
    rows = over_budget.warehouse(
        """select build_id, status, failing_keys from history.gate_staging
        where rule = 'rejects_stay_within_budget' order by judged_at"""
    )
    assert [row[:2] for row in rows] == [
        (published_company.status["build_id"], "passed"),
        (over_budget.status["build_id"], "failed"),
    ]
    (key,) = json.loads(rows[1][2])
    assert (key["model"], key["rejected_rows"], key["staged_rows"]) == ("stg_ravenstack__subscriptions", 6, 19)
    assert key["raw_file"].endswith("/ravenstack_subscriptions.csv")
    assert key["reject_reason"] == "mrr_amount is not a decimal(28, 6)"


def test_rejects_over_budget_leave_core_and_marts_as_they_were(over_budget, published_company):
    assert staged(over_budget, "mrr_amount", "subscription_id = 'S01'") == [(110,)]
    for schema in ("core", "marts"):
        assert over_budget.contents(schema) == published_company.contents(schema), schema


def test_rejects_over_budget_publish_nothing(over_budget, published_company):
    assert over_budget.published_bytes == published_company.published_bytes
    assert over_budget.status["state"] == "failed"
    assert over_budget.status["last_good_build"] == published_company.status["last_good_build"]
