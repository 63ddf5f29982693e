with running as (

    select
        periods.*,
        months.month_start,
        case
            when periods.is_usage then 'usage'
            when periods.ends_at < months.ends_at then 'carried'
            else periods.status
        end as standing,
        -- Carried MRR is what service cost when it ended.
        least(months.ends_at, coalesce(periods.ends_at, months.ends_at)) as priced_at
    from {{ ref('fct_subscription_periods') }} as periods
    inner join {{ ref('dim_months') }} as months
        on
            periods.starts_at < months.ends_at
            and (periods.runs_until is null or periods.runs_until >= months.ends_at)

),

{{ net_prices('running', ['period_id', 'month_start']) }},

priced as (

    select
        running.*,
        net_prices.net_amount,
        net_prices.may_differ_from_invoice,
        rates.rate,
        coalesce(rates.next_rate, rates.rate) as next_rate
    from running
    inner join net_prices
        on running.period_id = net_prices.period_id and running.month_start = net_prices.month_start
    left join {{ ref('dim_exchange_rates') }} as rates
        on running.currency = rates.currency and running.month_start = rates.month_start

)

select
    period_id,
    month_start,
    customer_id,
    source_system,
    item_id,
    plan_id,
    product_id,
    standing,
    is_price_uplift,
    quantity,
    currency,
    months_in_period,
    may_differ_from_invoice,
    cast(list_amount / months_in_period * rate as decimal(28, 6)) as list_mrr_amount,
    cast(net_amount / months_in_period * rate as decimal(28, 6)) as mrr_amount,
    cast(
        cast(net_amount / months_in_period * next_rate as decimal(28, 6))
        - cast(net_amount / months_in_period * rate as decimal(28, 6)) as decimal(28, 6)
    ) as next_fx_amount
from priced
