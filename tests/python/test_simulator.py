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
from simulator.schemas import IN_PARTS, SCHEMAS

END = datetime(2026, 7, 1)
SMALL = Settings(customers=20, months=6, seed=5, end=END)

# MRR at each month's end from invoices, versions and coupons alone, before late renewals are bridged. A line holds until
# the next one of its item begins; a credit ends what was there before.
MRR_FROM_RAW = """
with versions as (
    select *, lead(_fivetran_start, 1, timestamp '9999-01-01') over (
        partition by id order by _fivetran_start
    ) as next_start
    from stripe_subscription_history
),
month_ends as (select distinct (month + interval 1 month)::timestamp as month_end from truth_movements),
lines as (
    select l.*, i.customer_id, l.proration and l.amount < 0 as is_credit, lead(l.period_start) over (
        partition by l.subscription_item_id order by l.period_start, l.proration and l.amount < 0 desc
    ) as next_start
    from stripe_invoice_line_item l join stripe_invoice i on i.id = l.invoice_id and i.status <> 'void'
    where l.subscription_item_id is not null
),
rates(currency, rate) as (values ('usd', 1 / 100), ('eur', 1.08 / 100), ('gbp', 1.26 / 100), ('jpy', 0.0067)),
gross as (
    select
        l.customer_id, l.subscription_id, month_end, rate, p.recurring_interval_count
        * case p.recurring_interval when 'year' then 12 when 'week' then 12 / 52 when 'day' then 12 / 365 else 1 end as months,
        sum(p.unit_amount * l.quantity) as amount
    from lines l
    join stripe_price p on p.id = l.price_id and p.recurring_usage_type = 'licensed'
    join rates r on r.currency = p.currency
    join month_ends on not l.is_credit and l.period_start < month_end
        and month_end <= least(l.period_end, coalesce(l.next_start, l.period_end))
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
    for name in IN_PARTS:
        connection.execute(
            f"create view {name.replace('/', '_')} as select *, filename from read_parquet('{sample}/{name}/**/*.parquet')"
        )
    # What the files call a customer: its CRM account, or billing's customer where the CRM knows none.
    connection.execute(
        "create view known_customer as select id from salesforce_account union select id from stripe_customer"
    )
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
        if name in IN_PARTS:
            parts = sorted((sample / name).rglob("*.parquet"))
            assert len(parts) >= 30
            assert all(pq.read_schema(part).equals(schema) for part in parts), name
        elif name.startswith("files/"):
            header = (sample / f"{name}.csv").read_text().splitlines()[0]
            assert header.split(",") == schema.names
        else:
            assert pq.read_schema(sample / f"{name}.parquet").equals(schema), name


def test_events_lie_by_day_and_late_ones_in_a_later_file_of_their_day(db, sample):
    days = {path.name for path in (sample / "segment" / "tracks").iterdir()}
    assert 880 <= len(days) <= 912
    late = one(db, "select count(*) from segment_tracks where filename like '%part-1%'")
    in_time = "received_at < date_trunc('day', timestamp) + interval 4 day"
    filed_on = "regexp_extract(filename, 'day=(..........)', 1)"
    assert 50 <= late <= 300
    assert one(db, f"select count(*) from segment_tracks where filename like '%part-0%' and not {in_time}") == 0
    # A clock in the future files a call on the day on which it came.
    elsewhere = f"strftime(timestamp, '%Y-%m-%d') <> {filed_on}"
    assert one(db, f"select count(*) from segment_tracks where {elsewhere} and timestamp <= received_at") == 0
    assert one(db, f"select count(*) from segment_tracks where {elsewhere}") > 0


def test_segments_clock_takes_out_a_wrong_one_on_the_device(db):
    """timestamp = received_at - (sent_at - original_timestamp), to the millisecond, wherever sent_at is there."""
    wrong = "timestamp <> received_at - (sent_at - original_timestamp)"
    assert one(db, f"select count(*) from segment_tracks where {wrong}") == 0
    assert one(db, "select count(*) from segment_tracks where sent_at is null and timestamp <> original_timestamp") == 0
    off = "abs(epoch(original_timestamp) - epoch(timestamp)) > 600"
    assert one(db, f"select count(*) from segment_tracks where {off}") > 500


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
        where churn > 0 and month >= date '2025-07-01'""",
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


def test_every_expansion_is_split_among_its_drivers(db):
    broken = one(
        db, "select count(*) from truth_movements where abs(upsell + seat + cross_sell + price - expansion) > 1e-6"
    )
    seen = db.execute("select sum(upsell) > 0, sum(seat) > 0, sum(cross_sell) > 0, sum(price) > 0 from truth_movements")
    assert broken == 0
    assert seen.fetchone() == (True, True, True, True)


def test_invoices_tell_the_truth_but_for_bridged_late_renewals(db):
    """Truth and raw tables come from one state by two ways: only a bridged late renewal may part them."""
    rows = db.execute(
        f"""with linked as (
            select source_customer_id as customer_id, anchor_id as account_id
            from truth_identity_map where source_system = 'stripe'
        ), truth as (
            select coalesce(t.stripe_customer_id, l.customer_id) as customer_id, month, mrr_usd
            from truth_customer_months t left join linked l on l.account_id = t.salesforce_account_id
        ), every as ({MRR_FROM_RAW}), rebuilt as (
            select * from every where customer_id not in (
                select customer_id from linked join salesforce_account a on a.id = account_id and a.is_internal_c
            )
        )
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
        ("stripe_charge", "invoice_id", "stripe_invoice", "id"),
        ("stripe_refund", "charge_id", "stripe_charge", "id"),
        ("stripe_credit_note", "invoice_id", "stripe_invoice", "id"),
        ("stripe_credit_note", "refund_id", "stripe_refund", "id"),
        ("stripe_credit_note_line_item", "credit_note_id", "stripe_credit_note", "id"),
        ("salesforce_contact", "account_id", "salesforce_account", "id"),
        ("salesforce_account", "csm_id_c", "salesforce_user", "id"),
        ("salesforce_account", "master_record_id", "salesforce_account", "id"),
        ("zendesk_ticket", "requester_id", "zendesk_user", "id"),
        ("zendesk_ticket", "group_id", "zendesk_group", "id"),
        ("zendesk_ticket", "organization_id", "zendesk_organization", "id"),
        ("zendesk_ticket_comment", "ticket_id", "zendesk_ticket", "id"),
        ("zendesk_ticket_field_history", "ticket_id", "zendesk_ticket", "id"),
        ("zendesk_ticket_schedule", "schedule_id", "zendesk_schedule", "id"),
        ("zendesk_ticket_metric", "ticket_id", "zendesk_ticket", "id"),
        ("zendesk_satisfaction_rating", "ticket_id", "zendesk_ticket", "id"),
        ("zendesk_ticket_tag", "ticket_id", "zendesk_ticket", "id"),
        ("zendesk_ticket_sla_policy", "sla_policy_id", "zendesk_sla_policy_metric_history", "sla_policy_id"),
        ("zendesk_ticket", "brand_id", "zendesk_brand", "id"),
        ("zendesk_ticket", "ticket_form_id", "zendesk_ticket_form_history", "id"),
        ("zendesk_schedule", "time_zone", "zendesk_daylight_time", "time_zone"),
        ("zendesk_domain_name", "organization_id", "zendesk_organization", "id"),
        ("truth_ticket_counts", "salesforce_account_id", "salesforce_account", "id"),
        ("segment_tracks", "user_id", "segment_users", "id"),
        ("segment_tracks", "context_group_id", "segment_groups", "group_id"),
        ("segment_groups", "salesforce_account_id", "salesforce_account", "id"),
        ("segment_identifies", "user_id", "segment_users", "id"),
        ("segment_aliases", "user_id", "segment_users", "id"),
        ("segment_accounts", "id", "segment_groups", "group_id"),
        ("segment_pages", "user_id", "segment_users", "id"),
        ("segment_screens", "user_id", "segment_users", "id"),
        ("files_seat_entitlements", "customer_id", "known_customer", "id"),
        ("files_seat_assignments", "user_id", "segment_users", "id"),
        ("files_process_daily", "customer_id", "known_customer", "id"),
        ("files_messages", "customer_id", "known_customer", "id"),
        ("files_messages", "contact_id", "salesforce_contact", "id"),
        ("files_content_events", "user_id", "segment_users", "id"),
        ("salesforce_campaign_member", "campaign_id", "salesforce_campaign", "id"),
        ("salesforce_campaign_member", "contact_id", "salesforce_contact", "id"),
        ("files_churn_events", "customer_id", "salesforce_account", "id"),
        ("files_contracts", "customer_id", "salesforce_account", "id"),
        ("files_contracts", "predecessor_id", "files_contracts", "contract_id"),
        ("truth_contract_renewals", "contract_id", "files_contracts", "contract_id"),
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
        ("stripe_charge", "id"),
        ("files_contracts", "contract_id"),
        (
            "truth_contract_renewals",
            "(coalesce(salesforce_account_id, stripe_customer_id), term_start, term_end)",
        ),
        ("zendesk_ticket_field_history", "(ticket_id, field_name, updated)"),
        ("zendesk_ticket_comment", "id"),
        ("zendesk_schedule", "(id, start_time)"),
        ("zendesk_ticket_schedule", "(ticket_id, created_at)"),
        ("truth_tickets", "ticket_id"),
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
        (
            "select count(*) from stripe_price p join stripe_subscription_item i on i.plan_id = p.id where recurring_interval = 'day'",
            1,
            9,
        ),
        (
            "select count(*) from stripe_price p join stripe_subscription_item i on i.plan_id = p.id where recurring_interval = 'week'",
            2,
            9,
        ),
        ("select count(distinct id) from stripe_subscription_history where status = 'incomplete_expired'", 2, 20),
        ("select count(*) from stripe_invoice_line_item where proration and amount < 0", 20, 200),
        (
            "select count(*) from stripe_invoice_line_item where type = 'invoiceitem' and not proration and amount > 0",
            10,
            100,
        ),
        (
            "select count(*) from stripe_invoice_line_item where type = 'invoiceitem' and not proration and amount < 0",
            5,
            60,
        ),
        (
            "select count(*) from (select subscription_item_id, period_end from stripe_invoice_line_item"
            " where proration and amount > 0 group by all having count(*) > 1)",
            1,
            30,
        ),
        (
            "select count(*) from (select customer_id from stripe_invoice group by 1 having count(distinct currency) > 1)",
            2,
            15,
        ),
        (
            "select count(*) from (select subscription_id from stripe_subscription_discount group by 1 having count(*) > 1)",
            5,
            40,
        ),
        ("select count(*) from stripe_refund", 10, 100),
        ("select count(*) from stripe_credit_note where refund_id is null", 10, 100),
        ("select count(distinct customer_id) from files_contracts", 50, 90),
        ("select count(*) from files_contracts where terminated_at is not null", 2, 20),
        ("select count(*) from truth_contract_renewals where is_renewed and not is_on_time", 3, 30),
        ("select count(*) from truth_contract_renewals where is_superseded", 1, 9),
        ("select count(*) from truth_movements where reason = 'pause'", 2, 20),
        ("select count(*) from files_message_events where event_type = 'open' and is_machine", 500, 5000),
        ("select 100 * sum(opened) / sum(sent - bounced) from truth_message_months where channel = 'email'", 15, 40),
        ("select 100 * sum(walkthroughs_completed) / sum(walkthroughs_started) from truth_content_months", 25, 60),
        ("select 100 * sum(answered_in_48_hours) / sum(questions) from truth_community_months", 30, 80),
        ("select count(*) from truth_movements where reason = 'non_payment'", 2, 20),
        ("select count(*) from truth_movements where reason = 'resume'", 2, 20),
        ("select count(*) - count(distinct id) from segment_tracks", 200, 700),
        ("select count(*) from segment_tracks where received_at - timestamp > interval 2 hour", 700, 2000),
        ("select count(*) from segment_tracks where received_at - timestamp > interval 7 day", 20, 150),
        ("select count(*) from segment_tracks where timestamp > received_at + interval 1 day", 1, 500),
        ("select count(distinct id) from segment_tracks where sent_at is null", 100, 5000),
        (
            "select count(*) from (select id from segment_tracks group by id having count(distinct filename) > 1)",
            20,
            200,
        ),
        (
            "select count(*) from (select id from segment_tracks group by id"
            " having count(distinct cast(timestamp as date)) > 1)",
            1,
            30,
        ),
        ("select count(*) from segment_aliases where previous_id in (select id from segment_users)", 15, 60),
        ("select count(*) from files_seat_assignments where unassigned_at is not null", 50, 600),
        ("select count(*) - count(distinct user_id) from files_seat_assignments", 10, 150),
        ("select count(*) from files_seat_entitlements where purchased is null", 3, 40),
        ("select count(*) from truth_seats where assigned_seats > purchased_seats", 20, 600),
        ("select count(*) from truth_feature_adoptions where adopted_on is null", 100, 1000),
        ("select count(*) from zendesk_ticket where merged_ticket_ids <> '[]'", 5, 100),
        ("select count(*) from zendesk_ticket where merged_ticket_ids like '%,%'", 1, 30),
        ("select count(*) from zendesk_ticket where submitter_id <> requester_id", 20, 180),
        ("select count(*) from zendesk_ticket where _fivetran_deleted", 3, 40),
        ("select count(*) from zendesk_ticket where via_followup_source_id is not null", 10, 200),
        ("select count(*) from zendesk_ticket_field_history where field_name = 'requester_id'", 10, 100),
        ("select count(*) from zendesk_ticket_field_history where value = 'hold'", 50, 250),
        ("select count(*) from zendesk_ticket_comment where user_id = 360000000002 and public", 150, 500),
        ("select count(*) from zendesk_schedule where _fivetran_deleted", 5, 5),
        (
            "select count(*) from zendesk_schedule where end_time // 1440 > start_time // 1440 and end_time % 1440 > 0",
            6,
            6,
        ),
        ("select count(*) - count(distinct ticket_id) from zendesk_ticket_schedule", 80, 250),
        ("select count(*) from zendesk_satisfaction_rating where score like 'bad%'", 50, 300),
        (
            "select count(*) - count(distinct external_id) from zendesk_organization where external_id is not null",
            3,
            20,
        ),
        ("select count(*) from truth_tickets where ticket_id like '%#%'", 10, 80),
        ("select count(*) from truth_tickets where first_reply_calendar_seconds is null", 40, 250),
        ("select count(*) from truth_tickets where third_party_turn_business_seconds > 0", 30, 250),
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
        ("segment_tracks", "received_at"),
        ("segment_pages", "received_at"),
        ("segment_aliases", "received_at"),
    ):
        first, last = db.execute(f"select min({column}), max({column}) from {table}").fetchone()
        assert datetime(2024, 1, 1) <= first < last < END, table


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--customers", "9"], "at least 10"),
        (["--events", "0"], "at least 1"),
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

    monkeypatch.setattr("simulator.write_part", broken)
    with pytest.raises(OSError, match="disk full"):
        simulate(Settings(SMALL.customers, SMALL.months, 7, END), small)
    assert fingerprints(small) == before


@pytest.mark.parametrize("wanted", [60_000, 400_000])
def test_about_as_many_events_come_as_were_asked_for(tmp_path, wanted):
    simulate(Settings(300, 4, 2, END, events=wanted), tmp_path / "raw")
    count = f"select count(*) from '{tmp_path}/raw/segment/tracks/*/*.parquet'"
    assert one(duckdb.connect(), count) == pytest.approx(wanted, rel=0.02)


def test_customers_alone_are_enough_and_progress_is_told_in_lines_where_no_terminal_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simulator.progress.SECONDS_BETWEEN_LINES", 0.05)
    simulate_command.main(["--customers", "10", "--months", "3"])
    assert (tmp_path / "data" / "simulated" / "truth" / "active_users.parquet").exists()
    told = capsys.readouterr().err
    assert "simulate: events up to 2026-0" in told and " of 91 days, " in told
    assert "\r" not in told


# What counts as use, from the raw tables alone: the accepted deliveries of customers' own people, once an event and day.
USE_FROM_RAW = """
with recursive chains(first_id, last_id) as (
    select id, id from segment_users
    union all
    select chains.first_id, a.user_id from chains join segment_aliases a on a.previous_id = chains.last_id
),
people as (
    select first_id, last_id from chains where last_id not in (select previous_id from segment_aliases)
)
select distinct t.id, p.last_id as person, i.anchor_id, cast(t.timestamp as date) as day, t.event
from segment_tracks t
join segment_users u on u.id = t.user_id and not u.is_bot and not u.is_internal
join people p on p.first_id = t.user_id
join truth_identity_map i on i.source_system = 'segment' and i.source_customer_id = t.context_group_id
where t.timestamp <= t.received_at + interval 1 day
"""


def test_the_truth_of_use_can_be_read_from_the_raw_tables(db):
    """Two ways from one state: counted while it happened, and from what was delivered. Months before the first paid one, and the
    month of it, hold use on trial, which the truth leaves out."""
    differing, compared, users = db.execute(
        f"""with use as ({USE_FROM_RAW}), months as (
            select
                anchor_id, cast(date_trunc('month', day) as date) as month,
                count(distinct person) filter (event not in ('signed_in', 'page_viewed')) as active_users,
                count(distinct (person, day)) as login_days,
                count(*) filter (event not in ('signed_in', 'page_viewed')) as value_events
            from use group by all
        ), truth as (
            select *, coalesce(salesforce_account_id, stripe_customer_id) as anchor_id,
                min(month) over (partition by salesforce_account_id, stripe_customer_id) as first_month
            from truth_active_users
        )
        select
            count(*) filter ((t.active_users, t.login_days, t.value_events) is distinct from
                (coalesce(m.active_users, 0), coalesce(m.login_days, 0), coalesce(m.value_events, 0))),
            count(*), sum(t.active_users)
        from truth t left join months m using (anchor_id, month) where t.month > t.first_month"""
    ).fetchone()
    assert differing == 0
    assert compared > 2000 and users > 3000
