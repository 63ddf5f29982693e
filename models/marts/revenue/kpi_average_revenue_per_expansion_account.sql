with expansions as (
    select * from {{ ref('fct_customer_months') }}
    where movement = 'expansion'
),

months as (
    select
        month_start,
        {{ add_months('min(month_start) over ()', 11) }} <= month_start as is_twelfth_or_later
    from {{ ref('dim_months') }}
),

-- An expansion also stands in the eleven months after its own, for the trailing column.
shown as (
    select
        expansions.*,
        months.month_start as period_start,
        months.is_twelfth_or_later,
        expansions.month_start = months.month_start as is_own_month
    from expansions
    inner join months
        on
            months.month_start >= expansions.month_start
            and months.month_start <= {{ add_months('expansions.month_start', 11) }}
),

-- A customer is one, however often it expanded.
measured as (
    select
        customer_id,
        period_start,
        period_start as segment_month,
        'all' as breakdown,
        sum(case when is_own_month then expansion_mrr_amount end) as numerator,
        max(case when is_own_month then 1 end) as denominator,
        max(case when is_own_month then 1 else 0 end) as units,
        0 as n_pending,
        sum(case when is_own_month then mrr_amount end) as mrr_amount,
        sum(case when is_twelfth_or_later then expansion_mrr_amount end) as trailing_numerator,
        max(case when is_twelfth_or_later then 1 end) as trailing_denominator
    from shown
    group by customer_id, period_start
),

{{ kpi_rows(
    'average_revenue_per_expansion_account',
    ratios={
        'trailing_12m_value': ('trailing_numerator', 'trailing_denominator'),
        'total_mrr_per_expansion_account': ('mrr_amount', 'denominator'),
    }
) }}

select * from kpi_rows
