with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

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
    extras={
        'opening_mrr_amount': 'cast(sum(opening_mrr_amount) as decimal(28, 6))',
        'new_mrr_amount': 'cast(sum(new_mrr_amount) as decimal(28, 6))',
        'reactivation_mrr_amount': 'cast(sum(reactivation_mrr_amount) as decimal(28, 6))',
        'expansion_mrr_amount': 'cast(sum(expansion_mrr_amount) as decimal(28, 6))',
        'contraction_mrr_amount': 'cast(sum(contraction_mrr_amount) as decimal(28, 6))',
        'churn_mrr_amount': 'cast(sum(churn_mrr_amount) as decimal(28, 6))',
        'fx_mrr_amount': 'cast(sum(fx_mrr_amount) as decimal(28, 6))',
    }
) }}

select * from kpi_rows
