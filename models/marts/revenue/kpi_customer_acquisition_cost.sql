with spent as (
    select
        month_start,
        segment,
        new_logo_amount,
        amount as sales_and_marketing_amount
    from {{ ref('fct_costs') }}
    where cost_function in ('sales', 'marketing')
),

costs as (
    {{ costs_by_segment(
        'spent',
        ['new_logo_amount', 'sales_and_marketing_amount'],
        lag=policy_number('cac_lag_months') | int
    ) }}
),

new_customers as (
    select
        segments.month_start,
        segments.segment_type,
        segments.segment,
        count(*) as customers
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            customer_months.customer_id = segments.customer_id
            and customer_months.month_start = segments.month_start
            and segments.segment_type in ('all', 'segment')
    where customer_months.movement = 'new'
    group by segments.month_start, segments.segment_type, segments.segment
),

measured as (
    select
        coalesce(costs.month_start, new_customers.month_start) as period_start,
        coalesce(costs.segment_type, new_customers.segment_type) as segment_type,
        coalesce(costs.segment, new_customers.segment) as segment,
        'all' as breakdown,
        costs.new_logo_amount as numerator,
        coalesce(new_customers.customers, 0) as denominator,
        coalesce(new_customers.customers, 0) as units,
        0 as n_pending,
        costs.sales_and_marketing_amount
    from costs
    full outer join new_customers
        on
            costs.month_start = new_customers.month_start
            and costs.segment_type = new_customers.segment_type
            and costs.segment = new_customers.segment
),

{{ kpi_rows(
    'customer_acquisition_cost',
    has_segments=true,
    amounts=['sales_and_marketing_amount'],
    ratios={'cac_blended_all_sm': ('sales_and_marketing_amount', 'denominator')}
) }},

smoothed as (
    select
        kpi_rows.*,
        cast(
            case
                when count(numerator) over last_3_months = 3
                    then
                        sum(numerator) over last_3_months
                        / nullif(sum(denominator) over last_3_months, 0)
            end as double precision
        ) as three_month_value
    from kpi_rows
    window last_3_months as (
        partition by segment_type, segment
        {{ last_months(3) }}
    )
)

select * from smoothed
