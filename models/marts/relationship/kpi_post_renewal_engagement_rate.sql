-- Before the first event nothing was measured.
with renewals as (

    select
        starts.*,
        {{ add_days('starts.started_on', -30) }} as counted_from,
        {{ add_days('starts.started_on', 30) }} as counted_until,
        {{ add_days('starts.started_on', 30) }} <= months.as_of as is_due,
        {{ add_days('starts.started_on', -30) }}
        >= (select min(days.event_date) from {{ ref('fct_user_days') }} as days) as is_comparable
    from {{ ref('fct_renewal_starts') }} as starts
    inner join {{ ref('dim_months') }} as months on starts.month_start = months.month_start
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            starts.customer_id = customer_months.customer_id
            and starts.month_start = customer_months.month_start
    where
        starts.started_on
        >= (select min(days.event_date) from {{ ref('fct_user_days') }} as days)

),

active_days as (

    select
        customer_id,
        event_date,
        source_system || ' ' || user_id as active_user
    from {{ ref('fct_user_days') }}
    where value_events > 0

),

{% set is_after = 'active_days.event_date >= renewals.started_on' -%}
used as (

    select
        renewals.customer_id,
        renewals.month_start,
        renewals.is_due,
        renewals.is_comparable,
        count(distinct case when {{ is_after }} then active_days.event_date end) as days_after,
        count(distinct case when {{ is_after }} then active_days.active_user end) as users_after,
        count(distinct case when not {{ is_after }} then active_days.active_user end)
            as users_before
    from renewals
    left join active_days
        on
            renewals.customer_id = active_days.customer_id
            and active_days.event_date >= renewals.counted_from
            and active_days.event_date < renewals.counted_until
    group by
        renewals.customer_id, renewals.month_start, renewals.is_due, renewals.is_comparable

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
        case when is_due and is_comparable then users_before end as users_before,
        case when is_due and is_comparable then users_after end as users_after
    from used

),

{{ kpi_rows(
    'post_renewal_engagement_rate',
    extras={
        'active_users_before': 'cast(sum(users_before) as bigint)',
        'active_users_after': 'cast(sum(users_after) as bigint)',
        'intensity':
            'cast(sum(users_after) * 1.0 / nullif(sum(users_before), 0) as double precision)',
    }
) }}

select * from kpi_rows
