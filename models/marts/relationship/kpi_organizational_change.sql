with changes as (select * from {{ ref('fct_org_changes') }}),

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
        case when relationships.org_changes > 0 then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        relationships.champions,
        relationships.open_change_days
    from customer_months
    inner join relationships
        on
            customer_months.customer_id = relationships.customer_id
            and customer_months.month_start = relationships.month_start
    where customer_months.month_start >= (select min(changes.month_start) from changes)
),

{{ kpi_rows(
    'organizational_change',
    counts=['champions'],
    extras={
        'customers_with_open_change':
            'cast(count(case when open_change_days > 0 then 1 end) as bigint)',
        'open_days':
            "cast(case when segments.segment_type = 'customer' then max(open_change_days) end"
            " as bigint)",
        'is_exposed':
            "case when segments.segment_type = 'customer' then max(open_change_days) > 30"
            " or (max(open_change_days) > 0 and sum(champions) = 0) end",
    }
) }}

select * from kpi_rows
