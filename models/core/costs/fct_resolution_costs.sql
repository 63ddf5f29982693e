with costs as (

    select * from {{ ref('fct_costs') }}

),

credits as (

    select
        lines.month_start,
        segments.segment,
        -lines.amount * rates.rate as amount
    from {{ ref('fct_invoiced_months') }} as lines
    inner join {{ ref('dim_exchange_rates') }} as rates
        on lines.currency = rates.currency and lines.month_start = rates.month_start
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            lines.customer_id = segments.customer_id
            and lines.month_start = segments.month_start
            and segments.segment_type = 'segment'
    where lines.kind = 'goodwill'

),

spent as (

    select
        month_start,
        segment,
        amount
    from costs
    where
        cost_function = 'support'
        or (cost_function in ('engineering', 'field') and purpose = 'escalation')
    union all
    select * from credits

)

-- A month whose support costs are not booked yet would be cheap.
select
    month_start,
    segment,
    cast(sum(amount) as decimal(28, 6)) as amount
from spent
where
    month_start in (select costs.month_start from costs where costs.cost_function = 'support')
group by month_start, segment
