with candidates as (
    select
        *,
        meets_rule and not has_open_deal as is_qualified
    from {{ ref('upsell_candidates') }}
),

measured as (
    select
        *,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when is_qualified then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending
    from candidates
),

{% set counted = 'cast(count(case when {} then 1 end) as bigint)' -%}
{% set of_customer = "case when segments.segment_type = 'customer' then max({}) end" -%}
{% set due = 'is_qualified and is_conversion_known' -%}
{{ kpi_rows(
    'upsell_qualified_accounts',
    extras={
        'upsell_customers': counted.format("is_qualified and path = 'upsell'"),
        'cross_sell_customers': counted.format("is_qualified and path = 'cross_sell'"),
        'customers_with_open_deal': counted.format('meets_rule and has_open_deal'),
        'reasons': of_customer.format('reasons'),
        'evidence': of_customer.format('evidence'),
        'due_customers': counted.format(due),
        'converted_customers': counted.format(due ~ ' and is_won_since'),
        'conversion_rate':
            'cast(count(case when ' ~ due ~ ' and is_won_since then 1 end) as double precision)'
            ' / nullif(count(case when ' ~ due ~ ' then 1 end), 0)',
    }
) }}

select * from kpi_rows
