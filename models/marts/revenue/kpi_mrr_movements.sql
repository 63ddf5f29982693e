with customer_months as (select * from {{ ref('fct_customer_months') }}),

-- One row per customer-month with its closing MRR, one for the movement that led there, and one for
-- exchange rates beside it.
broken_down as (
    select
        *,
        'all' as breakdown,
        mrr_amount as numerator
    from customer_months
    union all
    select
        *,
        movement as breakdown,
        new_mrr_amount + reactivation_mrr_amount + expansion_mrr_amount + contraction_mrr_amount
        + churn_mrr_amount as numerator
    from customer_months
    where movement not in ('none', 'fx')
    union all
    select
        *,
        'fx' as breakdown,
        fx_mrr_amount as numerator
    from customer_months
    where fx_mrr_amount <> 0
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        breakdown,
        numerator,
        cast(null as decimal(28, 6)) as denominator,
        1 as units,
        0 as n_pending,
        opening_mrr_amount,
        new_mrr_amount,
        reactivation_mrr_amount,
        expansion_mrr_amount,
        contraction_mrr_amount,
        churn_mrr_amount,
        fx_mrr_amount
    from broken_down
),

{{ kpi_rows(
    'mrr_movements',
    value='sum(numerator)',
    amounts=[
        'opening_mrr_amount', 'new_mrr_amount', 'reactivation_mrr_amount', 'expansion_mrr_amount',
        'contraction_mrr_amount', 'churn_mrr_amount', 'fx_mrr_amount',
    ]
) }}

select * from kpi_rows
