with payers as (
    select
        invoiced.month_start,
        segments.segment_type,
        segments.segment,
        count(*) as customers,
        sum(invoiced.mrr_amount) as mrr_amount,
        sum(invoiced.invoiced_amount) as invoiced_amount
    from {{ ref('fct_invoiced_to_date') }} as invoiced
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            invoiced.customer_id = segments.customer_id
            and invoiced.month_start = segments.month_start
    group by invoiced.month_start, segments.segment_type, segments.segment
),

measured as (
    select
        payers.month_start as period_start,
        payers.segment_type,
        payers.segment,
        'all' as breakdown,
        payers.mrr_amount * margins.gross_margin as numerator,
        payers.customers * churn.monthly_rate as denominator,
        payers.customers as units,
        0 as n_pending,
        payers.invoiced_amount * margins.gross_margin as historic_amount,
        case when churn.is_capped then 1 else 0 end as capped,
        case when margins.is_assumed then 1 else 0 end as assumed,
        acquisition_costs.three_month_value as acquisition_cost
    from payers
    inner join {{ ref('fct_gross_margin_months') }} as margins
        on payers.month_start = margins.month_start
    left join {{ ref('revenue_expected_churn') }} as churn
        on
            payers.month_start = churn.month_start
            and payers.segment_type = churn.segment_type
            and payers.segment = churn.segment
    left join {{ ref('kpi_customer_acquisition_cost') }} as acquisition_costs
        on
            payers.month_start = acquisition_costs.period_start
            and payers.segment_type = acquisition_costs.segment_type
            and payers.segment = acquisition_costs.segment
),

{% set discount = '(power(1.10, 1.0 / 12) - 1)' -%}
{{ kpi_rows(
    'customer_lifetime_value',
    has_segments=true,
    ratios={'historic_value': ('historic_amount', 'units')},
    extras={
        'discounted_value': 'cast(sum(numerator) * (1 + ' ~ discount ~ ') / nullif(sum(units) * '
            ~ discount ~ ' + sum(denominator), 0) as double precision)',
        'is_capped': 'max(capped) = 1',
        'is_gross_margin_assumed': 'max(assumed) = 1',
        'acquisition_cost': 'cast(max(acquisition_cost) as double precision)',
    }
) }}

select * from kpi_rows
