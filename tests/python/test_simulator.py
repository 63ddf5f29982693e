"""The simulator keeps its promises: same arguments, same data; tables that fit; a truth that adds up."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import simulate as simulate_command
from simulator import Settings, simulate
from simulator.schemas import SCHEMAS

END = datetime(2026, 7, 1)
SMALL = Settings(customers=20, months=6, seed=5, end=END)

# MRR at each month's end from invoices, versions and coupons alone, before late renewals are bridged.
MRR_FROM_RAW = """
with versions as (
    select *, lead(_fivetran_start, 1, timestamp '9999-01-01') over (
        partition by id order by _fivetran_start
    ) as next_start
    from stripe_subscription_history
),
month_ends as (select distinct (month + interval 1 month)::timestamp as month_end from truth_movements),
rates(currency, rate) as (values ('usd', 1 / 100), ('eur', 1.08 / 100), ('gbp', 1.26 / 100), ('jpy', 0.0067)),
gross as (
    select
        i.customer_id, i.subscription_id, month_end, rate,
        case p.recurring_interval when 'year' then 12 else p.recurring_interval_count end as months,
        sum(p.unit_amount * l.quantity) as amount
    from stripe_invoice_line_item l
    join stripe_invoice i on i.id = l.invoice_id and i.status <> 'void'
    join stripe_price p on p.id = l.price_id and p.recurring_usage_type = 'licensed'
    join rates r on r.currency = p.currency
    join month_ends on l.period_start < month_end and month_end <= l.period_end
    join versions v on v.id = l.subscription_id
        and v._fivetran_start < month_end and month_end <= v.next_start
        and v.status in ('active', 'past_due') and v.pause_collection_behavior is null
    group by all
),
discounts as (
    select d.subscription_id, d.start, d."end", 1 - coalesce(percent_off, 0) / 100 as keeps,
        coalesce(amount_off, 0) as off
    from stripe_subscription_discount d join stripe_coupon c on c.id = d.coupon_id
    where c.duration = 'forever' or c.duration_in_months >= 12
),
net as (
    select g.customer_id, g.month_end, g.amount, g.months, g.rate,
        coalesce(product(d.keeps), 1) as keeps, coalesce(sum(d.off), 0) as off
    from gross g left join discounts d on d.subscription_id = g.subscription_id
        and d.start < g.month_end and g.month_end <= coalesce(d."end", timestamp '9999-01-01')
    group by g.customer_id, g.subscription_id, g.month_end, g.amount, g.months, g.rate
)
select customer_id, (month_end - interval 1 month)::date as month,
    sum(greatest(amount * keeps - off, 0) / months * rate) as mrr
from net group by all
"""


def fingerprints(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "raw"
    simulate(SMALL, folder)
    return folder


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "raw"
    simulate(Settings(customers=160, months=30, seed=1, end=END), folder)
    return folder


@pytest.fixture(scope="module")
def db(sample) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for path in sample.glob("*/*.parquet"):
        connection.execute(f"create view {path.parent.name}_{path.stem} as select * from '{path}'")
    for path in sample.glob("files/*.csv"):
        connection.execute(f"create view files_{path.stem} as select * from read_csv('{path}', all_varchar = true)")
    connection.execute(f"create view segment_tracks as select * from '{sample}/segment/tracks/*/*.parquet'")
    return connection


def one(db, query: str):
    return db.execute(query).fetchone()[0]


def test_the_same_arguments_write_the_same_bytes(small, tmp_path):
    simulate(SMALL, tmp_path / "raw")
    assert fingerprints(tmp_path / "raw") == fingerprints(small)


def test_another_seed_writes_other_customers_and_events(small, tmp_path):
    simulate(Settings(SMALL.customers, SMALL.months, 6, END), tmp_path / "raw")
    one, other = fingerprints(small), fingerprints(tmp_path / "raw")
    for name in (
        "salesforce/account.parquet",
        "stripe/invoice.parquet",
        "segment/tracks/day=2026-06-30/part-0.parquet",
    ):
        assert one[name] != other[name]


def test_every_table_has_its_declared_columns_and_types(sample):
    for name, schema in SCHEMAS.items():
        if name.startswith("files/"):
            header = (sample / f"{name}.csv").read_text().splitlines()[0]
            assert header.split(",") == schema.names
        elif name == "segment/tracks":
            days = sorted((sample / name).iterdir())
            assert len(days) == 912
            assert all(pq.read_schema(day / "part-0.parquet").equals(schema) for day in days)
        else:
            assert pq.read_schema(sample / f"{name}.parquet").equals(schema), name


def test_the_sample_gives_every_kpi_something_to_say(db):
    due = one(
        db,
        """select count(distinct (l.subscription_id, l.period_end)) from stripe_invoice_line_item l
        join stripe_price p on p.id = l.price_id and p.recurring_interval = 'year'
        where l.period_end > timestamp '2025-07-01' and l.period_end <= timestamp '2026-07-01'""",
    )
    losses = one(
        db,
        """select count(*) from truth_movements
        where churn > 0 and month >= date '2025-07-01' and not is_internal""",
    )
    events = one(db, "select count(*) from segment_tracks")
    assert due >= 50
    assert losses >= 10
    assert 150_000 <= events <= 250_000


def test_movements_add_up_in_every_row_and_from_month_to_month(db):
    broken = one(
        db,
        """select count(*) from truth_movements
        where abs(opening + new + reactivation + expansion - contraction - churn - closing) > 1e-6
        or least(opening, new, reactivation, expansion, contraction, churn, closing) < 0""",
    )
    unchained = one(
        db,
        """select count(*) from (
            select opening, lag(closing, 1, 0) over (
                partition by salesforce_account_id, stripe_customer_id order by month
            ) as previous from truth_movements
        ) where abs(opening - previous) > 1e-9""",
    )
    assert (broken, unchained) == (0, 0)
    assert one(db, "select sum(closing) from truth_movements") == pytest.approx(
        one(db, "select sum(mrr_usd) from truth_customer_months")
    )


def test_invoices_tell_the_truth_but_for_bridged_late_renewals(db):
    """Truth and raw tables come from one state by two ways: only a bridged late renewal may part them."""
    rows = db.execute(
        f"""with linked as (
            select source_customer_id as customer_id, anchor_id as account_id
            from truth_identity_map where source_system = 'stripe'
        ), truth as (
            select coalesce(t.stripe_customer_id, l.customer_id) as customer_id, month, mrr_usd
            from truth_customer_months t left join linked l on l.account_id = t.salesforce_account_id
        ), rebuilt as ({MRR_FROM_RAW})
        select coalesce(t.mrr_usd, 0) - coalesce(r.mrr, 0) as gap, coalesce(n.mrr, 0) > 0 as pays_next_month
        from truth t full join rebuilt r using (customer_id, month)
        left join rebuilt n on n.customer_id = t.customer_id and n.month = t.month + interval 1 month"""
    ).fetchall()
    gaps = [(gap, pays_next_month) for gap, pays_next_month in rows if abs(gap) > 1e-4]
    assert len(rows) > 2000
    assert 3 <= len(gaps) <= 0.01 * len(rows)
    assert all(gap > 0 and pays_next_month for gap, pays_next_month in gaps)


@pytest.mark.parametrize(
    ("child", "column", "parent", "key"),
    [
        ("stripe_subscription_history", "customer_id", "stripe_customer", "id"),
        ("stripe_subscription_item", "plan_id", "stripe_price", "id"),
        ("stripe_subscription_item", "subscription_id", "stripe_subscription_history", "id"),
        ("stripe_subscription_discount", "coupon_id", "stripe_coupon", "id"),
        ("stripe_invoice", "subscription_id", "stripe_subscription_history", "id"),
        ("stripe_invoice_line_item", "invoice_id", "stripe_invoice", "id"),
        ("stripe_invoice_line_item", "price_id", "stripe_price", "id"),
        ("salesforce_contact", "account_id", "salesforce_account", "id"),
        ("salesforce_account", "csm_id_c", "salesforce_user", "id"),
        ("salesforce_account", "master_record_id", "salesforce_account", "id"),
        ("zendesk_ticket", "requester_id", "zendesk_user", "id"),
        ("zendesk_ticket", "group_id", "zendesk_group", "id"),
        ("zendesk_ticket", "organization_id", "zendesk_organization", "id"),
        ("zendesk_ticket_comment", "ticket_id", "zendesk_ticket", "id"),
        ("zendesk_ticket_field_history", "ticket_id", "zendesk_ticket", "id"),
        ("zendesk_ticket_schedule", "schedule_id", "zendesk_schedule", "id"),
        ("truth_ticket_clock", "ticket_id", "zendesk_ticket", "id"),
        ("segment_tracks", "user_id", "segment_users", "id"),
        ("segment_tracks", "context_group_id", "segment_groups", "group_id"),
        ("segment_groups", "salesforce_account_id", "salesforce_account", "id"),
        ("files_churn_events", "customer_id", "salesforce_account", "id"),
        ("files_feature_entitlements", "feature_id", "files_features", "feature_id"),
    ],
)
def test_references_lead_somewhere(db, child, column, parent, key):
    assert one(db, f"select count(*) from {child}") > 0
    assert one(db, f"select count(*) from {child} where {column} not in (select {key} from {parent})") == 0


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("salesforce_account", "(id, _fivetran_start)"),
        ("stripe_subscription_history", "(id, _fivetran_start)"),
        ("stripe_invoice", "id"),
        ("stripe_invoice_line_item", "id"),
        ("zendesk_ticket_field_history", "(ticket_id, field_name, updated)"),
        ("zendesk_ticket_comment", "id"),
        ("truth_customer_months", "(coalesce(salesforce_account_id, stripe_customer_id), month)"),
    ],
)
def test_keys_are_unique(db, table, key):
    assert one(db, f"select count(*) - count(distinct {key}) from {table}") == 0


@pytest.mark.parametrize(
    ("oddity", "low", "high"),
    [
        (
            "select count(*) from truth_identity_map where source_system = 'stripe' and anchor_system = 'stripe'",
            2,
            8,
        ),
        ("select count(*) from stripe_customer where metadata is null", 30, 90),
        ("select count(*) from salesforce_account where is_deleted and master_record_id is not null", 2, 3),
        ("select count(distinct id) from stripe_subscription_history where status = 'past_due'", 3, 60),
        ("select count(distinct id) from stripe_subscription_history where status = 'unpaid'", 1, 20),
        ("select count(distinct id) from stripe_subscription_history where status = 'trialing'", 10, 60),
        (
            "select count(distinct id) from stripe_subscription_history where pause_collection_behavior = 'void'",
            3,
            40,
        ),
        (
            "select count(*) from stripe_price p join stripe_subscription_item i on i.plan_id = p.id"
            " where recurring_usage_type = 'metered'",
            1,
            30,
        ),
        ("select count(*) from stripe_customer where currency = 'jpy'", 2, 40),
        ("select count(*) - count(distinct id) from segment_tracks", 300, 700),
        ("select count(*) from segment_tracks where received_at - timestamp > interval 2 hour", 900, 2000),
        ("select count(*) from zendesk_ticket where merged_ticket_ids <> '[]'", 5, 100),
        ("select count(*) from zendesk_ticket where submitter_id <> requester_id", 20, 120),
        ("select count(*) from files_churn_events where try_cast(churned_at as timestamp) is null", 2, 2),
    ],
)
def test_oddities_are_there_in_the_promised_measure(db, oddity, low, high):
    assert low <= one(db, oddity) <= high


def test_nothing_happens_before_the_window_or_after_its_end(db):
    for table, column in (
        ("stripe_invoice", "created"),
        ("stripe_subscription_history", "_fivetran_start"),
        ("zendesk_ticket_comment", "created"),
        ("zendesk_ticket_field_history", "updated"),
        ("segment_tracks", "timestamp"),
        ("segment_tracks", "received_at"),
    ):
        first, last = db.execute(f"select min({column}), max({column}) from {table}").fetchone()
        assert datetime(2024, 1, 1) <= first < last < END, table


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--customers", "9"], "at least 10"),
        (["--months", "x"], "not a whole number"),
        (["--end", "2026-07-15"], "not the first day of a month"),
        (["--end", "July"], "not a date"),
        (["--out", __file__], "not a folder"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_is_written(tmp_path, capsys, arguments, message):
    usual = ["--customers", "10", "--months", "2", "--seed", "1", "--out", str(tmp_path / "raw")]
    with pytest.raises(SystemExit, match="2"):
        simulate_command.main([*usual, *arguments])
    assert message in capsys.readouterr().err
    assert not (tmp_path / "raw").exists()


def test_a_failed_run_leaves_the_earlier_data_alone(small, monkeypatch):
    before = fingerprints(small)

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr("simulator.write_track_day", broken)
    with pytest.raises(OSError, match="disk full"):
        simulate(Settings(SMALL.customers, SMALL.months, 7, END), small)
    assert fingerprints(small) == before
