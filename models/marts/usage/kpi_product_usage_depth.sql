with customer_months as (select * from {{ ref('fct_customer_usage_months') }}),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        value_events - api_value_events as numerator,
        active_users as denominator,
        case when active_users > 0 then 1 else 0 end as units,
        0 as n_pending,
        api_value_events
    from customer_months
    where active_users is not null
),

{{ kpi_rows(
    'product_usage_depth',
    counts=['api_value_events'],
    ratios={'api_value_events_per_user': ('api_value_events', 'denominator')}
) }}

select * from kpi_rows
