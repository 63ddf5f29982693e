"""Tables as a real loader lands them, once without and once with history mode, through staging.

The rows are samples of Fivetran's own packages (Apache-2.0), not part of the repository: where they are absent, this is skipped."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, THIRD_PARTY_DATA, Build
from yaml import safe_load

FIXTURES = THIRD_PARTY_DATA / "loader_fixtures"
SOURCES = ("salesforce", "stripe", "zendesk")
STAGING = {
    source: tables
    for source, tables in safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["staging_models"].items()
    if source in SOURCES
}
# Of what two tables say the same, with history and without, each landing has one.
HISTORY_MODE = {
    "salesforce/account_history": "salesforce/account",
    "salesforce/contact_history": "salesforce/contact",
    "salesforce/opportunity_history": "salesforce/opportunity",
    "stripe/subscription_history": "stripe/subscription",
}
# No staging reads these: the company's own account, and tables that only join others' ids.
NOT_STAGED = {"stripe/account", "stripe/payment_method_card", "stripe/payout_balance_transaction"}

# Rows that are not accepted: how many, and as what.
JUDGED: dict[str, dict[str, int]] = {
    "stg_salesforce__users": {"deleted": 5},  # is_active false
    "stg_zendesk__tickets": {"deleted": 2},  # status deleted
    # The same row more than once.
    "stg_zendesk__organization_tags": {"duplicate": 4},
    "stg_zendesk__ticket_tags": {"duplicate": 3},
    "stg_zendesk__ticket_field_history": {"duplicate": 3},
}
REJECTED: set[tuple[str, str]] = set()  # (raw table, reason)

# Columns that are empty in every row, since the sample holds nothing for them. In Salesforce these are mostly custom fields, which each
# company names itself: there only the keys are looked at.
EMPTY: dict[str, set[str]] = {
    "stg_stripe__balance_transactions": {"exchange_rate", "reporting_category"},
    "stg_stripe__cards": {"customer_id"},
    "stg_stripe__charges": {"invoice_id"},
    "stg_stripe__credit_notes": {"customer_balance_transaction_id", "reason", "voided_at"},
    "stg_stripe__customers": {"currency", "email"},
    "stg_stripe__discounts": {
        "checkout_session_id",
        "ends_at",
        "given_to",
        "invoice_item_id",
        "loaded_at",
        "promotion_code",
    },
    "stg_stripe__invoice_lines": {"line_type"},
    "stg_stripe__payment_intents": {
        "cancellation_reason",
        "last_decline_code",
        "last_error_charge_id",
        "last_error_code",
    },
    "stg_stripe__payouts": {"failure_code"},
    "stg_stripe__plans": {"nickname", "trial_period_days"},
    "stg_stripe__products": {"unit_label"},
    "stg_stripe__refunds": {"failure_reason", "payment_intent_id"},
    "stg_stripe__subscription_discounts": {"checkout_session_id"},
    "stg_stripe__subscription_versions": {
        "cancellation_feedback",
        "cancellation_reason",
        "changed_at",
        "discount_coupon_id",
        "discount_ends_at",
        "discount_starts_at",
        "pause_behavior",
    },
    "stg_stripe__transfers": {"destination_payment_id", "source_transaction_id"},
    "stg_zendesk__organizations": {"domain_names", "external_id"},
    "stg_zendesk__schedules": {"intervals"},
    "stg_zendesk__ticket_chat_events": {"loaded_at", "reason", "status", "status_changed_at"},
    "stg_zendesk__ticket_field_history": {"user_id"},
    "stg_zendesk__tickets": {"custom_category", "custom_complaint"},
    "stg_zendesk__users": {"alias"},
}


def landed(name: str) -> str:
    """The table of a fixture file."""
    return name.removeprefix("sf_").removesuffix("_data.csv")


def rows_of(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


@pytest.fixture(scope="module", params=["plain", "history mode"])
def raw(request, tmp_path_factory) -> Path:
    if not FIXTURES.exists():
        pytest.skip(f"the loader's sample tables are not at {FIXTURES}")
    folder = tmp_path_factory.mktemp("fixtures")
    plain = request.param == "plain"
    for path in sorted(FIXTURES.glob("*/*.csv")):
        table = f"{path.parent.name}/{landed(path.name)}"
        if path.parent.name not in SOURCES or table in NOT_STAGED:
            continue
        if table in (HISTORY_MODE if plain else HISTORY_MODE.values()):
            continue
        if table.startswith("salesforce/"):
            table = HISTORY_MODE.get(table, table)
        target = folder / f"{table}.csv"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
    return folder


@pytest.fixture(scope="module")
def staged(dbt, raw) -> Build:
    build = dbt(
        "build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious",
        "-s", "build", *(f"path:models/staging/{source}" for source in SOURCES),
        "rejects", "staging_counts",
        raw=raw, SOURCES=" ".join(SOURCES), AS_OF="2026-01-01",
    )  # fmt: skip
    assert build.code == 0, build.output[-5000:]
    return build


def test_every_table_of_the_loader_is_declared(staged):
    assert "ignored" not in staged.output
    counts = dict(staged.warehouse("select model, raw_rows from quality.staging_counts"))
    assert set(counts) == {f"stg_{source}__{things}" for source, tables in STAGING.items() for things in tables}


def test_every_row_is_staged(staged, raw):
    staged_rows = {
        f"{source}/{table}": rows
        for source, table, rows in staged.warehouse(
            "select source_name, raw_table, staged_rows from quality.staging_counts where staged_rows > 0"
        )
    }
    names = {"stripe/subscription": "stripe/subscription_history"}
    expected = {str(path.relative_to(raw).with_suffix("")): rows_of(path) for path in raw.glob("*/*.csv")}
    assert staged_rows == {names.get(table, table): rows for table, rows in expected.items()}


def test_what_is_not_accepted_is_known(staged):
    found = {}
    for model, *counts in staged.warehouse(
        "select model, rejected_rows, duplicate_rows, deleted_rows from quality.staging_counts"
    ):
        judged = {
            status: rows for status, rows in zip(("rejected", "duplicate", "deleted"), counts, strict=True) if rows
        }
        if judged:
            found[model] = judged
    assert found == JUDGED
    assert set(staged.warehouse("select distinct raw_table, reject_reason from quality.rejects")) == REJECTED


def columns_of(staged: Build, model: str) -> list[str]:
    names = staged.warehouse(
        f"select column_name from duckdb_columns() where schema_name = 'staging' and table_name = '{model}'"
        " and column_name not in ('row_status', 'reject_reason', 'raw_record') order by column_index"
    )
    return [name for (name,) in names]


def test_columns_are_filled(staged):
    empty = {}
    for model in (f"stg_{source}__{things}" for source in SOURCES for things in STAGING[source]):
        columns = columns_of(staged, model)
        counts = ", ".join(f"count({column})" for column in columns)
        rows, *filled = staged.warehouse(f"select count(*), {counts} from staging.{model}")[0]
        assert filled[0] == rows, f"{model}: {columns[0]} is empty somewhere"
        names = {column for column, count in zip(columns, filled, strict=True) if not count}
        if rows and names and not model.startswith("stg_salesforce"):
            empty[model] = names
    assert empty == EMPTY
