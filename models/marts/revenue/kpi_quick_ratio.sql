with months as (
    select
        month_start,
        {{ add_months('min(month_start) over ()', 2) }} <= month_start as is_third_or_later
    from {{ ref('dim_months') }}
),

-- A customer's movement also stands in the two months after its own, for the trailing column.
shown as (
    select
        customer_months.*,
        customer_months.new_mrr_amount + customer_months.reactivation_mrr_amount
        + customer_months.expansion_mrr_amount as gained_mrr_amount,
        customer_months.churn_mrr_amount + customer_months.contraction_mrr_amount
            as lost_mrr_amount,
        customer_months.movement not in ('none', 'fx') as has_moved,
        months.month_start as period_start,
        months.is_third_or_later,
        customer_months.month_start = months.month_start as is_own_month
    from {{ ref('fct_customer_months') }} as customer_months
    inner join months
        on
            months.month_start >= customer_months.month_start
            and months.month_start <= {{ add_months('customer_months.month_start', 2) }}
    where
        customer_months.month_start = months.month_start
        or customer_months.movement not in ('none', 'fx')
),

measured as (
    select
        customer_id,
        period_start,
        period_start as segment_month,
        'all' as breakdown,
        case when is_own_month then gained_mrr_amount end as numerator,
        case when is_own_month then lost_mrr_amount end as denominator,
        case when is_own_month and has_moved then 1 else 0 end as units,
        0 as n_pending,
        case when is_third_or_later then gained_mrr_amount end as trailing_numerator,
        case when is_third_or_later then lost_mrr_amount end as trailing_denominator,
        case when is_own_month then mrr_amount end as mrr_amount,
        case when is_own_month then opening_mrr_amount end as opening_mrr_amount,
        case when is_own_month and was_active then 1 else 0 end as opening_customers
    from shown
),

{{ kpi_rows(
    'quick_ratio',
    counts=['opening_customers'],
    amounts=['opening_mrr_amount'],
    ratios={'trailing_3m_value': ('trailing_numerator', 'trailing_denominator')},
    extras={
        'is_no_loss': 'sum(numerator) > 0 and sum(denominator) = 0',
        'net_new_mrr_amount': 'cast(sum(numerator) - sum(denominator) as decimal(28, 6))',
        'arr_amount': 'cast(12 * sum(mrr_amount) as decimal(28, 6))',
    }
) }}

select * from kpi_rows
