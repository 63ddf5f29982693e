with measured as (
    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        months.previous_month_start as segment_month,
        'all' as breakdown,
        case when churns.customer_id is null then 0 else 1 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        case when churns.is_voluntary then 1 else 0 end as voluntary_customers,
        case when not churns.is_voluntary then 1 else 0 end as involuntary_customers,
        case when churns.is_pause then 1 else 0 end as paused_customers
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('dim_months') }} as months on customer_months.month_start = months.month_start
    left join {{ ref('fct_churns') }} as churns
        on
            customer_months.customer_id = churns.customer_id
            and customer_months.month_start = churns.month_start
    where customer_months.was_active
),

{{ kpi_rows(
    'customer_churn_rate',
    counts=['voluntary_customers', 'involuntary_customers', 'paused_customers']
) }}

-- Compounded, never times twelve. A month in which everybody left has no logarithm.
select
    *,
    cast(1 - power(1 - value, 12) as double precision) as annualised_value,
    cast(
        case
            when count(value) over last_12_months < 12 then null
            when max(value) over last_12_months = 1 then 1
            else 1 - exp(sum(ln(case when value < 1 then 1 - value end)) over last_12_months)
        end as double precision
    ) as compounded_12m_value
from kpi_rows
window last_12_months as (
    partition by segment_type, segment
    {{ last_months(12) }}
)
