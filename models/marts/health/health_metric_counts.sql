with months as (
    select
        month_start,
        {{ add_months('min(month_start) over ()', 11) }} <= month_start as is_whole_window,
        extract(month from month_start) in (3, 6, 9, 12) as is_quarters_last
    from {{ ref('dim_months') }}
),

renewals as (select * from {{ ref('health_metric_renewals') }}),

segments as (
    select * from {{ ref('brg_customer_segments') }}
    where segment_type <> 'customer'
)

-- Metrics are tested quarter by quarter on the company and its segments, the health score every
-- month and on all kinds of them.
select
    months.month_start as period_start,
    segments.segment_type,
    segments.segment,
    renewals.kpi_id,
    renewals.signed_value,
    count(case when renewals.is_final then 1 end) as customers,
    count(case when renewals.is_final and renewals.is_renewed then 1 end) as renewed,
    count(case when renewals.is_final and not renewals.is_renewed then 1 end) as lost,
    count(case when not renewals.is_final then 1 end) as pending
from renewals
inner join months
    on
        months.is_whole_window
        and renewals.month_start <= months.month_start
        and renewals.month_start > {{ add_months('months.month_start', -12) }}
inner join segments
    on
        renewals.customer_id = segments.customer_id
        and months.month_start = segments.month_start
        and (
            renewals.kpi_id = 'customer_health_score'
            or (months.is_quarters_last and segments.segment_type in ('all', 'segment'))
        )
group by
    months.month_start,
    segments.segment_type,
    segments.segment,
    renewals.kpi_id,
    renewals.signed_value
