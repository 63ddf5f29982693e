with walkthroughs as (select * from {{ ref('fct_walkthroughs') }}),

customer_months as (select * from {{ ref('fct_customer_months') }}),

months as (select * from {{ ref('dim_months') }}),

-- A start counts once its 14 days have passed, completed or not (R10).
started as (
    select
        walkthroughs.*,
        months.month_start,
        walkthroughs.matured_at <= {{ utc_start_of('months.as_of') }} as is_due
    from walkthroughs
    inner join months
        on walkthroughs.started_at >= months.starts_at and walkthroughs.started_at < months.ends_at
    inner join customer_months
        on
            walkthroughs.customer_id = customer_months.customer_id
            and months.month_start = customer_months.month_start
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        count(case when is_due and is_completed then 1 end) as numerator,
        count(case when is_due then 1 end) as denominator,
        count(case when is_due then 1 end) as units,
        count(case when not is_due then 1 end) as n_pending,
        count(case when is_due and is_watched then 1 end) as walkthroughs_watched
    from started
    group by customer_id, month_start
),

{{ kpi_rows('walkthrough_completion_rate', counts=['walkthroughs_watched']) }}

select * from kpi_rows
