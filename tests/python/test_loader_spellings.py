"""The oddities of loaders, each in a few rows: other names of tables and columns, and other ways to write times and truth."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from conftest import Build

NOON = datetime(2024, 1, 2, 12, 0)
TIMES = {
    "2024-01-02 12:00:00": NOON,
    "2024-01-02T12:00:00Z": NOON,
    "2024-01-02T12:00:00.000000Z": NOON,
    "2024-01-02 12:00:00.000000 UTC": NOON,
    "2024-01-02T14:00:00+02:00": NOON,
    "2024-01-02 08:30:00-0330": NOON,
    "2024-01-02 13:00:00+01": NOON,
    "1704196800": NOON,
    "1704196800.0": NOON,
    "1704196800000": NOON,
    "1704196800000000": NOON,
    "2024-01-02": datetime(2024, 1, 2),
    "  ": None,
}
# Read as they stand, each of these would be another moment.
NO_TIMES = (
    "02/01/2024",
    "2024-01-02 12:00:00 America/New_York",
    "2024-01-02 11:00 PM",
    "20240102",
    "45293",
    "yesterday",
)
TRUTHS = {"t": True, "f": False, "1": True, "0": False, "TRUE": True, "false": False, "": None}


def customers() -> str:
    rows = [f"cus_{number},{text}" for number, text in enumerate([*TIMES, *NO_TIMES])]
    return "\n".join(["id,created", *rows, ""])


def charges() -> str:
    rows = [f"ch_{number},100,usd,failed,2024-01-02,{text}" for number, text in enumerate([*TRUTHS, "maybe"])]
    return "\n".join(["ID,AMOUNT,CURRENCY,STATUS,CREATED,CAPTURED", *rows, ""])


RAW = {
    "stripe/customer.csv": customers(),
    "stripe/charge.csv": charges(),
    # An older connector: plans for prices, and subscriptions without history.
    "stripe/plan.csv": "id,product_id,currency,interval,interval_count,usage_type,amount\np1,prod,usd,month,3,licensed,9900\n",
    "stripe/subscription.csv": "id,customer_id,status,created,current_period_start\ns1,c1,active,2024-01-02,2024-03-02\n",
    "stripe/invoices.json": '[{"id": "in_1", "customer": "c1", "subscription": "s1", "status": "paid", "created": 1704196800}]',
    "stripe/invoice_line_items.json": """[{
        "id": "il_1", "invoice": "in_1", "subscription": "s1", "subscription_item": "si_1", "type": "subscription",
        "quantity": 1, "amount": 9900, "currency": "usd", "proration": false,
        "price": null, "plan": {"id": "p1"}, "period": {"start": 1704196800, "end": 1711972800}
    }]""",
    # Snowflake's spelling of reserved words.
    "stripe/subscription_discount.csv": "ID,SUBSCRIPTION_ID,COUPON_ID,CHECKOUT_SESSION,START,END\nd1,s1,k1,cs_1,2024-01-02,2024-04-02\n",
    "zendesk/ticket_tag.csv": "TICKET_ID,TAG\n1,VIP\n",
    "zendesk/organizations.json": '[{"id": 7, "name": "Seven", "deleted_at": "2024-01-02T12:00:00Z"}, {"id": 8, "deleted_at": null}]',
    "zendesk/user.csv": "id,role,_fivetran_deleted\n1,end-user,t\n2,agent,f\n3,agent,\n",
    "zendesk/tickets.json": """[
        {"id": 1, "status": "open", "requester_id": 1, "created_at": "2024-01-02T12:00:00Z", "via": {"channel": "web"}},
        {"id": 2, "status": "deleted", "requester_id": 1, "created_at": "2024-01-02T12:00:00Z", "via": {"channel": "api"}}
    ]""",
    "zendesk/ticket_comments.json": """[
        {"id": 1, "ticket_id": 1, "author_id": 1, "public": true, "created_at": "2024-01-02T12:00:00Z"}
    ]""",
    "zendesk/ticket_audits.json": """[{
        "id": 1, "ticket_id": 1, "author_id": 1, "created_at": "2024-01-02T12:00:00Z",
        "events": [{"type": "Create", "field_name": "status", "value": "open"}]
    }]""",
    "zendesk/ticket_metrics.json": """[
        {"id": 1, "ticket_id": 1, "reply_time_in_minutes": {"calendar": 90, "business": 60}, "solved_at": null}
    ]""",
}


def land(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def staged(dbt, tmp_path_factory) -> Build:
    build = dbt(
        "build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious",
        "-s", "build", "path:models/staging/stripe", "path:models/staging/zendesk",
        "rejects", "staging_counts",
        raw=land(tmp_path_factory.mktemp("odd"), RAW), SOURCES="stripe zendesk", AS_OF="2026-01-01",
    )  # fmt: skip
    assert build.code == 0, build.output[-5000:]
    return build


def rejected(build: Build, table: str) -> set[tuple]:
    return set(build.warehouse(f"select reject_reason from quality.rejects where raw_table = '{table}'"))


def test_a_time_is_read_however_it_is_written(staged):
    found = dict(staged.warehouse("select customer_id, created_at from staging.stg_stripe__customers"))
    assert [found[f"cus_{number}"] for number in range(len(TIMES))] == list(TIMES.values())


def test_a_time_that_could_be_misread_is_rejected(staged):
    assert rejected(staged, "customer") == {("created_at is not a timestamp",)}
    (rows,) = staged.warehouse("select count(*) from staging.stg_stripe__customers where row_status = 'rejected'")
    assert rows == (len(NO_TIMES),)


def test_truth_is_read_however_it_is_written_and_columns_in_capitals(staged):
    found = dict(staged.warehouse("select charge_id, is_captured from staging.stg_stripe__charges"))
    assert [found[f"ch_{number}"] for number in range(len(TRUTHS))] == list(TRUTHS.values())
    assert rejected(staged, "charge") == {("is_captured is not a boolean",)}


def test_plans_stand_in_for_prices(staged):
    columns = "product_id, billing_interval, interval_count, usage_type, unit_amount_minor, row_status"
    assert staged.warehouse(f"select {columns} from staging.stg_stripe__prices") == [
        ("prod", "month", 3, "licensed", 9900, "accepted")
    ]


def test_a_subscription_without_history_is_valid_from_its_present_period(staged):
    columns = "subscription_id, valid_from, changed_at, status, row_status"
    assert staged.warehouse(f"select {columns} from staging.stg_stripe__subscription_versions") == [
        ("s1", datetime(2024, 3, 2), None, "active", "accepted")
    ]


def test_keys_and_parts_of_objects_are_found(staged):
    columns = "invoice_id, subscription_id, price_id, period_start, row_status"
    assert staged.warehouse(f"select {columns} from staging.stg_stripe__invoice_lines") == [
        ("in_1", "s1", "p1", NOON, "accepted")
    ]
    assert staged.warehouse("select customer_id, created_at from staging.stg_stripe__invoices") == [("c1", NOON)]
    assert staged.warehouse(
        "select first_reply_calendar_minutes, first_reply_business_minutes from staging.stg_zendesk__ticket_metrics"
    ) == [(90, 60)]
    assert staged.warehouse("select user_id, commented_at from staging.stg_zendesk__ticket_comments") == [("1", NOON)]


def test_reserved_words_are_columns(staged):
    columns = "checkout_session_id, starts_at, ends_at"
    assert staged.warehouse(f"select {columns} from staging.stg_stripe__subscription_discounts") == [
        ("cs_1", datetime(2024, 1, 2), datetime(2024, 4, 2))
    ]
    assert staged.warehouse("select ticket_id, tag from staging.stg_zendesk__ticket_tags") == [("1", "vip")]


def test_what_is_deleted_at_the_source_is_kept_as_deleted(staged):
    for model, key, statuses in (
        ("tickets", "ticket_id", {"1": "accepted", "2": "deleted"}),
        ("organizations", "organization_id", {"7": "deleted", "8": "accepted"}),
        ("users", "user_id", {"1": "deleted", "2": "accepted", "3": "accepted"}),
    ):
        assert dict(staged.warehouse(f"select {key}, row_status from staging.stg_zendesk__{model}")) == statuses


def test_two_tables_of_one_meaning_and_none_of_either_are_named(dbt, tmp_path):
    neither = {name: text for name, text in RAW.items() if "audits" not in name and "plan" not in name}
    both = {"stripe/subscription_history.csv": RAW["stripe/subscription.csv"]}
    without_customer = {"stripe/invoices.json": '[{"id": "in_1", "status": "paid"}]'}
    build = dbt("run", "-s", "build", raw=land(tmp_path, neither | both | without_customer), SOURCES="stripe zendesk")
    assert build.code != 0
    assert "Landing found 4 problem(s)" in build.output
    assert "stripe.subscription_history: two different places hold this table" in build.output
    assert "zendesk.ticket_field_history: no file" in build.output
    assert "; ticket_audit will do instead" in build.output
    assert "stripe.price: no file" in build.output
    assert (
        "stripe/price (or prices).parquet, .csv or .json, or a folder of that name; plan will do instead"
        in build.output
    )
    assert "required column customer_id or customer not in" in build.output
