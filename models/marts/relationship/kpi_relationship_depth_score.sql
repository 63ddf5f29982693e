with touchpoint_months as (select * from {{ ref('fct_touchpoint_months') }}),

customer_months as (
    select * from {{ ref('fct_customer_months') }}
    where is_active
),

relationships as (select * from {{ ref('fct_relationship_months') }}),

touchpoints as (select * from {{ ref('fct_touchpoints') }}),

scored as (
    select
        customer_months.customer_id,
        customer_months.month_start,
        relationships.engaged_contacts,
        case when relationships.engaged_executives > 0 then 1 else 0 end as has_executive,
        case when relationships.engaged_functions >= 2 then 1 else 0 end as has_two_functions,
        case
            when touchpoint_months.has_recent_qbr or touchpoint_months.has_recent_meeting then 1
            else 0
        end as has_met
    from customer_months
    inner join relationships
        on
            customer_months.customer_id = relationships.customer_id
            and customer_months.month_start = relationships.month_start
    inner join touchpoint_months
        on
            customer_months.customer_id = touchpoint_months.customer_id
            and customer_months.month_start = touchpoint_months.month_start
    where customer_months.month_start >= (select min(touchpoints.month_start) from touchpoints)
),

measured as (
    select
        *,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        {{ relationship_depth(
            'engaged_contacts', 'has_executive', 'has_two_functions', 'has_met'
        ) }} as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending
    from scored
),

{{ kpi_rows(
    'relationship_depth_score',
    counts=['engaged_contacts'],
    extras={'customers_with_engaged_executive': 'cast(sum(has_executive) as bigint)'}
) }}

select * from kpi_rows
