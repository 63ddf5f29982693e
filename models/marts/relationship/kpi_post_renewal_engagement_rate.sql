{% set is_after = 'days.event_date >= renewals.started_on' -%}
{% set active_user = "days.source_system || ' ' || days.user_id" -%}
-- Before the first event nothing was measured.
with renewals as (
    select
        starts.*,
        {{ add_days('starts.started_on', 30) }} as counted_until,
        {{ add_days('starts.started_on', 30) }} <= months.as_of as is_due,
        {{ add_days('starts.started_on', -30) }} >= first_days.event_date as is_comparable
    from {{ ref('fct_renewal_starts') }} as starts
    inner join {{ ref('dim_months') }} as months on starts.month_start = months.month_start
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            starts.customer_id = customer_months.customer_id
            and starts.month_start = customer_months.month_start
    inner join (select min(event_date) as event_date from {{ ref('fct_user_days') }}) as first_days
        on starts.started_on >= first_days.event_date
),

used as (
    select
        renewals.customer_id,
        renewals.month_start,
        renewals.is_due,
        renewals.is_due and renewals.is_comparable as is_compared,
        count(distinct case when {{ is_after }} then days.event_date end) as days_after,
        count(distinct case when {{ is_after }} then {{ active_user }} end) as users_after,
        count(distinct case when not {{ is_after }} then {{ active_user }} end) as users_before
    from renewals
    left join {{ ref('fct_user_days') }} as days
        on
            renewals.customer_id = days.customer_id
            and days.event_date >= {{ add_days('renewals.started_on', -30) }}
            and days.event_date < renewals.counted_until
            and days.value_events > 0
    group by renewals.customer_id, renewals.month_start, renewals.is_due, renewals.is_comparable
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when is_due and days_after >= 3 then 1 else 0 end as numerator,
        case when is_due then 1 else 0 end as denominator,
        case when is_due then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending,
        case when is_compared then users_before end as active_users_before,
        case when is_compared then users_after end as active_users_after
    from used
),

{{ kpi_rows(
    'post_renewal_engagement_rate',
    counts=['active_users_before', 'active_users_after'],
    ratios={'intensity': ('active_users_after', 'active_users_before')}
) }}

select * from kpi_rows
