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
        months=3,
        lag=policy_number('cac_lag_months') | int
    ) }}
),

-- What the new customers of three months pay a month, less what serving them costs.
gains as (
    select
        months.month_start,
        segments.segment_type,
        segments.segment,
        count(*) as customers,
        sum(cast(customer_months.new_mrr_amount * margins.gross_margin as decimal(38, 12)))
            as margin_amount,
        max(case when margins.is_assumed then 1 else 0 end) as assumed
    from {{ ref('dim_months') }} as months
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            customer_months.month_start > {{ add_months('months.month_start', -3) }}
            and customer_months.month_start <= months.month_start
            and customer_months.movement = 'new'
    inner join {{ ref('fct_gross_margin_months') }} as margins
        on customer_months.month_start = margins.month_start
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            customer_months.customer_id = segments.customer_id
            and months.month_start = segments.month_start
            and segments.segment_type in ('all', 'segment')
    group by months.month_start, segments.segment_type, segments.segment
),

measured as (
    select
        coalesce(costs.month_start, gains.month_start) as period_start,
        coalesce(costs.segment_type, gains.segment_type) as segment_type,
        coalesce(costs.segment, gains.segment) as segment,
        'all' as breakdown,
        costs.new_logo_amount as numerator,
        coalesce(gains.margin_amount, 0) as denominator,
        coalesce(gains.customers, 0) as units,
        0 as n_pending,
        costs.sales_and_marketing_amount,
        gains.assumed
    from costs
    full outer join gains
        on
            costs.month_start = gains.month_start
            and costs.segment_type = gains.segment_type
            and costs.segment = gains.segment
),

{% set paid_back = 'case when sum(denominator) > 0 then sum(denominator) end' -%}
{{ kpi_rows(
    'cac_payback_period',
    has_segments=true,
    value='sum(numerator) / ' ~ paid_back,
    extras={
        'blended_months': 'cast(sum(sales_and_marketing_amount) / ' ~ paid_back ~ ' as double precision)',
        'is_gross_margin_assumed': 'max(assumed) = 1',
    }
) }}

select * from kpi_rows
