with touchpoints as (select * from {{ ref('fct_touchpoints') }}),

customer_months as (
    select * from {{ ref('fct_customer_months') }}
    where is_active
),

relationships as (select * from {{ ref('fct_relationship_months') }}),

measured as (
    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        relationships.covered_roles as numerator,
        4 as denominator,
        1 as units,
        0 as n_pending,
        case when relationships.is_unmapped then 1 end as is_unmapped,
        case when relationships.blockers > 0 then 1 end as has_blocker,
        relationships.days_since_blocker_touch
    from customer_months
    inner join relationships
        on
            customer_months.customer_id = relationships.customer_id
            and customer_months.month_start = relationships.month_start
    where customer_months.month_start >= (select min(touchpoints.month_start) from touchpoints)
),

{{ kpi_rows(
    'stakeholder_coverage',
    extras={
        'unmapped_customers': 'cast(count(is_unmapped) as bigint)',
        'customers_with_blocker': 'cast(count(has_blocker) as bigint)',
        'days_since_blocker_touch': 'cast(min(days_since_blocker_touch) as bigint)',
    }
) }}

select * from kpi_rows
