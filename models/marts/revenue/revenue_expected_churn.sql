with counted as (
    select
        period_start as month_start,
        segment_type,
        segment,
        sum(numerator) over last_12_months as lost,
        sum(denominator) over last_12_months as opening
    from {{ ref('kpi_customer_churn_rate') }}
    where segment_type <> 'customer'
    window last_12_months as (
        partition by segment_type, segment
        {{ last_months(12) }}
    )
),

-- Nobody is expected to stay longer than ten years.
rates as (
    select
        month_start,
        segment_type,
        segment,
        case
            when lost * 120 < opening then cast(1 as double precision) / 120
            else cast(lost as double precision) / nullif(opening, 0)
        end as monthly_rate,
        coalesce(lost * 120 < opening, false) as is_capped
    from counted
)

select * from rates
union all
select
    rates.month_start,
    'customer' as segment_type,
    customers.customer_id as segment,
    rates.monthly_rate,
    rates.is_capped
from rates
inner join {{ ref('brg_customer_segments') }} as customers
    on
        rates.segment_type = 'segment'
        and rates.segment_type = customers.segment_type
        and rates.segment = customers.segment
        and rates.month_start = customers.month_start
