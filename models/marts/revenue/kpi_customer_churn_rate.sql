with months as (

    select * from {{ ref('dim_months') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

churns as (

    select * from {{ ref('fct_churns') }}

),

measured as (

    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        months.previous_month_start as segment_month,
        'all' as breakdown,
        case when churns.customer_id is null then 0 else 1 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        case when churns.is_voluntary then 1 else 0 end as voluntary,
        case when not churns.is_voluntary then 1 else 0 end as involuntary,
        case when churns.is_pause then 1 else 0 end as paused
    from customer_months
    inner join months on customer_months.month_start = months.month_start
    left join churns
        on
            customer_months.customer_id = churns.customer_id
            and customer_months.month_start = churns.month_start
    where customer_months.was_active

),

{{ kpi_rows(
    'customer_churn_rate',
    extras={
        'voluntary_customers': 'cast(sum(voluntary) as bigint)',
        'involuntary_customers': 'cast(sum(involuntary) as bigint)',
        'paused_customers': 'cast(sum(paused) as bigint)',
    }
) }},

-- Compounded, never times twelve. A month in which everybody left has no logarithm: worst_value.
compounded as (

    select
        kpi_rows.*,
        1 - power(1 - value, 12) as annualised_value,
        sum(ln(case when value < 1 then 1 - value end)) over last_12_months as log_survival,
        max(value) over last_12_months as worst_value,
        count(value) over last_12_months as months_known
    from kpi_rows
    window last_12_months as (
        partition by segment_type, segment
        {{ last_months(12) }}
    )

)

select
    kpi_id,
    period_grain,
    period_start,
    segment_type,
    segment,
    breakdown,
    numerator,
    denominator,
    value,
    sample_size,
    n_pending,
    is_final,
    voluntary_customers,
    involuntary_customers,
    paused_customers,
    cast(annualised_value as double precision) as annualised_value,
    cast(
        case
            when months_known < 12 then null
            when worst_value = 1 then 1
            else 1 - exp(log_survival)
        end as double precision
    ) as compounded_12m_value
from compounded
