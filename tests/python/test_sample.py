"""The sample company: built twice alike, from Parquet or CSV, and in agreement with its help desk and with itself (test_truth.py: with the truth)."""

from __future__ import annotations

import duckdb
import pytest
import truth
from conftest import VENDORS, WHOLE
from floor import run as floor
from simulator.conversations import BOT
from simulator.zendesk import schedule_id


@pytest.fixture(params=["the sample", "another company"])
def company(request, sample_build, sample_raw):
    if request.param == "the sample":
        return sample_build, sample_raw
    return request.getfixturevalue("other_build"), request.getfixturevalue("other_raw")


def assert_published_alike(one, other) -> None:
    tables = [name for (name,) in one.published("select table_name from information_schema.tables")]
    assert "kpi_values" in tables and len(tables) > 15
    with duckdb.connect() as both:
        both.execute(f"attach '{one.published_file}' as first (read_only)")
        both.execute(f"attach '{other.published_file}' as second (read_only)")
        for table in set(tables) - {"published_build", "published_sources"}:
            rows = both.execute(f"select count(*) from first.main.{table}").fetchone()[0]
            differing = both.execute(
                f"""select count(*) from (
                    (select * from first.main.{table} except all select * from second.main.{table})
                    union all
                    (select * from second.main.{table} except all select * from first.main.{table}))"""
            ).fetchone()[0]
            assert differing == 0, f"{table}: {differing} of {rows} rows differ"


def test_a_second_build_changes_no_published_value(dbt, sample_build, sample_raw):
    again = dbt(*WHOLE, raw=sample_raw, after=sample_build, SOURCES=VENDORS)
    assert again.code == 0, again.output[-5000:]
    assert_published_alike(sample_build, again)
    versions = again.warehouse("select count(*) from history.kpi_values_history where dbt_valid_to is not null")
    assert versions == [(0,)], "an unchanged company was restated"


def test_the_same_tables_as_csv_publish_the_same_values(dbt, sample_build, sample_raw, tmp_path):
    with duckdb.connect() as writer:
        for table in (path for source in VENDORS.split() for path in sorted((sample_raw / source).iterdir())):
            landed = tmp_path / table.parent.name / f"{table.stem}.csv"
            landed.parent.mkdir(exist_ok=True)
            if table.suffix == ".csv":
                landed.write_bytes(table.read_bytes())
                continue
            files = table / "**" / "*.parquet" if table.is_dir() else table
            writer.execute(
                f"copy (select * from read_parquet('{files}', hive_partitioning = false)) to '{landed}' (format csv, header)"
            )
    build = dbt(*WHOLE, raw=tmp_path, SOURCES=VENDORS)
    assert build.code == 0, build.output[-5000:]
    assert_published_alike(sample_build, build)


# What the help desk means by a number is what we mean where a person answered first, no ticket was merged into it, one
# schedule with unchanged hours applied, and no reopening was ignored or late.
NATIVE = """
    with plain as (
        select ticket_id from read_parquet('{raw}/zendesk/ticket_schedule.parquet')
        group by ticket_id having count(*) = 1 and max(schedule_id) <> {edited}
    ),
    bots as (select ticket_id from read_parquet('{raw}/zendesk/ticket_comment.parquet') where user_id = {bot}),
    survivors as (select id from read_parquet('{raw}/zendesk/ticket.parquet') where merged_ticket_ids <> '[]')
    select ours.ticket_id, {pairs}
    from core.fct_tickets as ours
    inner join read_parquet('{raw}/zendesk/ticket_metric.parquet') as theirs on ours.ticket_id = cast(theirs.ticket_id as varchar)
    where theirs.ticket_id in (select ticket_id from plain)
        and theirs.ticket_id not in (select ticket_id from bots union all select id from survivors)
        and ours.reopens = theirs.reopens
"""
NATIVE_MINUTES = {
    "first_reply": "reply",
    "first_solve": "first_resolution",
    "last_solve": "full_resolution",
    "customer_turn": "agent_wait",
    "third_party_turn": "on_hold",
}


@pytest.mark.parametrize("unit", ["calendar", "business"])
@pytest.mark.parametrize(("ours", "theirs"), NATIVE_MINUTES.items(), ids=NATIVE_MINUTES)
def test_minutes_are_those_of_the_help_desk_where_it_means_the_same(company, ours, theirs, unit):
    """Zendesk keeps whole minutes, so ours may be up to one more. It counts each reopening and follows edited hours."""
    build, raw = company
    pairs = f"ours.{ours}_{unit}_hours * 60 as ours, theirs.{theirs}_time_in_minutes__{unit} as theirs"
    rows = build.warehouse(NATIVE.format(raw=raw, pairs=pairs, bot=BOT, edited=schedule_id(2)))
    assert len(rows) > 200
    assert [
        row for row in rows if (row[1] is None) != (row[2] is None) or (row[1] and not -0.001 < row[1] - row[2] < 1)
    ] == []


# Marts that are no KPI's, held against the simulator's books; each query has the rows compared, and those that differ.
TRUE_MARTS = {
    "who is in a stage and pays what (journey_map)": """
        lived as (
            select stages.month, stages.stage, count(*) as customers, sum(coalesce(paid.mrr_usd, 0)) as mrr
            from (select *, coalesce(salesforce_account_id, stripe_customer_id) as customer from {truth}/stage_months.parquet') as stages
            inner join {truth}/customer_segments.parquet' as spine
                on stages.customer = spine.customer_id and stages.month = spine.month and spine.segment_type = 'all' and spine.is_spine
            left join paid on stages.customer = paid.customer and stages.month = paid.month
            group by all
        )
        select count(*), count_if(ours.customers <> coalesce(lived.customers, 0) or abs(ours.mrr_amount - coalesce(lived.mrr, 0)) > 0.005)
        from journey_map as ours left join lived on ours.month_start = lived.month and ours.stage = lived.stage
    """,
    "how cohorts came on board (onboarding_cohorts)": """
        lived as (
            select
                date_trunc('month', clock_started_on) as cohort_month, count(*) as customers, count(days_to_go_live) as live,
                count_if(days_to_go_live <= 60) / count(*) as live_in_60, median(days_to_go_live) as median_days, count(days_to_value) as valued
            from {truth}/customer_clocks.parquet' group by 1
        )
        select count(*), count_if(
            ours.customers is distinct from lived.customers or ours.live_customers <> lived.live or ours.valued_customers <> lived.valued
            or ours.median_days_to_go_live is distinct from lived.median_days or abs(ours.live_in_60_days_rate - lived.live_in_60) > 1e-9
        )
        from onboarding_cohorts as ours full join lived using (cohort_month)
    """,
    "who is in a tier and pays what (tier_coverage)": """
        lived as (
            select tiers.month, tiers.segment as tier, count(*) as customers, 12 * sum(paid.mrr_usd) as arr
            from {truth}/customer_segments.parquet' as tiers
            inner join paid on tiers.customer_id = paid.customer and tiers.month = paid.month
            where tiers.segment_type = 'tier' and paid.mrr_usd > 0 group by all
        ),
        ours as (select month_start, tier, sum(customers) as customers, sum(arr_amount) as arr from tier_coverage group by all)
        select count(*), count_if(ours.customers is distinct from lived.customers or abs(ours.arr - lived.arr) > 0.005)
        from ours full join lived on ours.month_start = lived.month and ours.tier = lived.tier
    """,
    "what came of forecasts of revenue (retention_forecasts)": """
        lived as (
            select ours.made_quarter_start, ours.quarters_ahead, count(*) as units, sum(before.mrr_usd) as base,
                sum(coalesce(later.mrr_usd, 0)) / sum(before.mrr_usd) as rate
            from retention_forecasts as ours
            inner join paid as before on before.month = ours.made_quarter_start + interval 2 month and before.mrr_usd > 0
            left join paid as later on before.customer = later.customer and later.month = ours.quarter_start + interval 2 month
            where ours.measure = 'net_revenue_retention' group by all
        )
        select count(ours.actual), count_if(
            ours.units is distinct from lived.units or abs(ours.base_amount - lived.base) > 0.005 or abs(ours.actual - lived.rate) > 1e-6
        )
        from retention_forecasts as ours left join lived using (made_quarter_start, quarters_ahead)
        where ours.measure = 'net_revenue_retention'
    """,
}


@pytest.mark.parametrize("mart", TRUE_MARTS)
def test_a_mart_beside_the_kpis_is_the_truth(company, mart):
    build, raw = company
    paid = "select coalesce(salesforce_account_id, stripe_customer_id) as customer, month, mrr_usd from {truth}/customer_months.parquet'"
    ((rows, differing),) = build.published(f"with paid as ({paid}), {TRUE_MARTS[mart]}".format(truth=f"'{raw}/truth"))
    assert rows >= 5
    assert differing == 0


def test_segments_of_a_type_add_up_to_the_company(sample_build):
    """Additive KPIs: numerator and denominator of every segment type add up to those of 'all'."""
    differing = sample_build.published(
        """
        with additive as (
            select * from kpi_values
            where breakdown = 'all' and kpi_id not in (
                'first_response_time', 'resolution_time', 'exit_reason_frequency',
                -- R13: costs and referrals of nobody's segment are the company's alone; a margin or a lag is no sum.
                'customer_acquisition_cost', 'cac_payback_period', 'cost_per_ticket', 'cost_per_resolution',
                'customer_lifetime_value', 'customer_lifetime_value__to_cac', 'referral_conversion_rate',
                'strategic_referral_win_rate',
                -- A CSM has customers in several segments; and KPIs are counted, of a segment those that are adverse in it.
                'csm_portfolio', 'benchmark_baseline',
                -- Pairs of customers; a sum that is unknown as soon as one contract's rate is; and asks among partners alone.
                'metric_renewal_correlation', 'renewal_forecast', 'warm_introduction_offer_rate',
                -- A maximum; a drop whose basis, users or days, follows from the size of the segment; a line, and a theme, of each segment.
                'open_ticket_backlog__p1_age', 'usage_drop', 'customer_feedback_trend', 'feedback_theme_mix'
            )
        ),
        summed as (
            select kpi_id, period_start, segment_type, sum(numerator) as numerator, sum(denominator) as denominator
            from additive where segment_type not in ('all') group by 1, 2, 3
        )
        select summed.kpi_id, summed.period_start, summed.segment_type, summed.numerator, whole.numerator
        from summed inner join additive as whole
            on summed.kpi_id = whole.kpi_id and summed.period_start = whole.period_start and whole.segment_type = 'all'
        where (summed.numerator is null) <> (whole.numerator is null) or (summed.denominator is null) <> (whole.denominator is null)
            -- Each row is rounded to a millionth.
            or abs(summed.numerator - whole.numerator) > 0.0005 or abs(summed.denominator - whole.denominator) > 0.0005
        """
    )
    assert differing == []


def test_the_benchmarks_hand_written_sql_has_the_warehouses_answers(company, tmp_path):
    build, raw = company
    floor.run(raw, tmp_path, "1GB", str(build.warehouse("select as_of from quality.build")[0][0]))
    comparisons = truth.compare(tmp_path, build.warehouse_file, only=floor.ANSWERS)
    assert len(comparisons) == len(floor.ANSWERS) and all(comparison.rows for comparison in comparisons)
    assert all(comparison.is_equal for comparison in comparisons), truth.report(comparisons, tmp_path)


def test_every_kpi_of_the_sample_has_values(sample_build):
    empty = sample_build.published(
        "select kpi_id from kpi_catalog except select distinct kpi_id from kpi_values where value is not null"
    )
    assert empty == []
    assert sample_build.published("select count(*) from kpi_catalog where availability = 'unavailable'") == [(0,)]


@pytest.mark.parametrize("segment_type", ["all", "customer"])
def test_no_kpi_has_one_value_for_all_months_and_customers(sample_build, segment_type):
    constant = sample_build.published(
        f"""
        select kpi_id from kpi_values where segment_type = '{segment_type}' and breakdown = 'all'
        group by kpi_id having count(value) > 1 and count(distinct value) = 1
        """
    )
    assert constant == []


def test_every_customer_month_of_the_spine_has_its_rows(sample_build):
    """A KPI with customer rows has one for each customer-month of the spine; beyond it stand only trailing columns of
    customers that have left since, without a value, and the values of KPIs that look back over a window themselves."""
    expected = """
        select p.kpi_id, m.month_start as period_start, m.customer_id as segment
        from core.fct_customer_months as m
        inner join marts.kpi_periods as p on m.month_start = p.period_start and p.has_customer_rows
    """
    held = """
        select kpi_id, period_start, segment from marts.kpi_values
        where segment_type = 'customer' and breakdown = 'all'
    """
    # What was said, reached or due of somebody who has left since; plays that fall due later; and the KPIs of these.
    looking_back = """(
        'verified_outcome_rate', 'net_promoter_score', 'perceived_value', 'product_roi', 'customer_feedback_trend',
        'renewal_forecast', 'renewal_forecast__revenue_at_risk', 'play_effectiveness__completion', 'benchmark_baseline'
    )"""
    assert sample_build.warehouse(f"{expected} except {held}") == []
    assert (
        sample_build.warehouse(f"{held} and value is not null and kpi_id not in {looking_back} except {expected}") == []
    )


def test_a_build_that_outgrows_its_memory_goes_on_from_disk(dbt, sample_raw):
    build = dbt(
        *("build", "-s", "+fct_event_days", "--indirect-selection=cautious", "--exclude-resource-type=unit_test"),
        raw=sample_raw,
        SOURCES=VENDORS,
        MEMORY_LIMIT="60MB",
    )
    assert build.code == 0, build.output[-3000:]
