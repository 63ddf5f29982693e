with costs as (
    {{ costs_by_segment(
        ref('fct_acquisition_costs'), ['new_logo_amount', 'sales_and_marketing_amount'],
        months=3, lag=policy_number('cac_lag_months') | int
    ) }}
),

-- Beside what is spent stands what the new customers of three months pay, less what they cost.
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
        sales_and_marketing_amount,
        cast(null as integer) as assumed
    from costs
    union all
    select
        months.month_start as period_start,
        segments.segment_type,
        segments.segment,
        'all' as breakdown,
        null as numerator,
        cast(starts.new_mrr_amount * margins.gross_margin as decimal(38, 12)) as denominator,
        1 as units,
        0 as n_pending,
        null as sales_and_marketing_amount,
        case when margins.is_assumed then 1 else 0 end as assumed
    from {{ ref('dim_months') }} as months
    inner join {{ ref('fct_customer_months') }} as starts
        on
            starts.month_start > {{ add_months('months.month_start', -3) }}
            and starts.month_start <= months.month_start
            and starts.movement = 'new'
    inner join {{ ref('fct_gross_margin_months') }} as margins
        on starts.month_start = margins.month_start
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            starts.customer_id = segments.customer_id
            and months.month_start = segments.month_start
            and segments.segment_type in ('all', 'segment')
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
