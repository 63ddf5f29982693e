with costs as (
    {{ costs_by_segment(
        ref('fct_acquisition_costs'), ['new_logo_amount', 'sales_and_marketing_amount'],
        lag=policy_number('cac_lag_months') | int
    ) }}
),

measured as (
    select
        month_start as period_start,
        segment_type,
        segment,
        'all' as breakdown,
        new_logo_amount as numerator,
        0 as denominator,
        0 as units,
        0 as n_pending,
        sales_and_marketing_amount
    from costs
    union all
    select
        segments.month_start as period_start,
        segments.segment_type,
        segments.segment,
        'all' as breakdown,
        null as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        null as sales_and_marketing_amount
    from {{ ref('fct_customer_months') }} as starts
    inner join {{ ref('brg_customer_segments') }} as segments
        on starts.customer_id = segments.customer_id and starts.month_start = segments.month_start
    where starts.movement = 'new' and segments.segment_type in ('all', 'segment')
),

{{ kpi_rows(
    'customer_acquisition_cost',
    has_segments=true,
    amounts=['sales_and_marketing_amount'],
    ratios={'cac_blended_all_sm': ('sales_and_marketing_amount', 'denominator')}
) }}

select
    *,
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
