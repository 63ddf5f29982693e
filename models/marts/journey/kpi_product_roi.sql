-- Fees of twelve months stand beside a year's benefit: months that look back on fewer are left out.
with months as (
    select * from {{ ref('dim_months') }}
    where
        month_start_a_year_before
        >= (select min(firsts.previous_month_start) from {{ ref('dim_months') }} as firsts)
),

fees as (
    select
        lines.customer_id,
        months.month_start,
        cast(sum(lines.amount) as decimal(28, 6)) as fee_amount
    from {{ ref('fct_invoiced_amounts') }} as lines
    inner join months
        on
            lines.month_start > months.month_start_a_year_before
            and lines.month_start <= months.month_start
    where lines.kind <> 'tax'
    group by lines.customer_id, months.month_start
),

returns as (
    select
        benefits.*,
        coalesce(fees.fee_amount, 0) as fee_amount,
        coalesce(fees.fee_amount, 0) + benefits.internal_cost_amount as cost_amount
    from {{ ref('fct_benefit_months') }} as benefits
    inner join months on benefits.month_start = months.month_start
    left join fees
        on benefits.customer_id = fees.customer_id and benefits.month_start = fees.month_start
),

{% set is_known = 'verified_benefit_amount is not null and cost_amount > 0' -%}
{% set amounts = ['verified_benefit_amount', 'fee_amount', 'internal_cost_amount'] -%}
measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when {{ is_known }} then verified_benefit_amount - cost_amount end as numerator,
        case when {{ is_known }} then cost_amount end as denominator,
        case when {{ is_known }} then 1 else 0 end as units,
        0 as n_pending,
        {%- for amount in amounts %}
        case when {{ is_known }} then {{ amount }} end as {{ amount }},
        {%- endfor %}
        unverified_benefit_amount
    from returns
),

{{ kpi_rows('product_roi', amounts=amounts + ['unverified_benefit_amount']) }}

select * from kpi_rows
