with go_lives as (
    select
        customer_id,
        min(days_from_clock) as days_to_go_live
    from {{ ref('fct_milestones') }}
    where is_go_live and not is_cancelled
    group by customer_id
),

months as (select * from {{ ref('dim_months') }}),

-- R10: the sixtieth day is over. A clock that starts before first_month has that month's segment.
cohorts as (
    select
        starts.customer_id,
        months.month_start,
        {{ month_of('starts.started_on') }} as first_month,
        {{ add_days('starts.clock_started_on', 60) }} < months.as_of as is_due,
        go_lives.customer_id is not null as has_go_live,
        go_lives.days_to_go_live
    from {{ ref('dim_customer_starts') }} as starts
    inner join months on {{ month_of('starts.clock_started_on') }} = months.month_start
    left join go_lives on starts.customer_id = go_lives.customer_id
),

measured as (
    select
        customer_id,
        month_start as period_start,
        case when first_month > month_start then first_month else month_start end as segment_month,
        'all' as breakdown,
        case when is_due and days_to_go_live <= 60 then 1 else 0 end as numerator,
        case when is_due then 1 else 0 end as denominator,
        case when is_due then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending,
        case when is_due and days_to_go_live is not null then 1 else 0 end
            as ever_completed_customers,
        case when is_due and not has_go_live then 1 else 0 end as is_unplanned
    from cohorts
),

{{ kpi_rows(
    'onboarding_completion_rate',
    counts=['ever_completed_customers'],
    ratios={'share_without_go_live': ('is_unplanned', 'denominator')},
    extras={'customers_without_go_live': 'cast(sum(is_unplanned) as bigint)'}
) }}

select * from kpi_rows
