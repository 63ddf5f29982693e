with periods as (

    select * from {{ ref('fct_subscription_periods') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

discounts as (

    select * from {{ ref('union_item_discounts') }}

),

rates as (

    select
        currency,
        rate
    from {{ ref('union_fx_rates') }}
    where rate_type = 'constant'

),

running as (

    select
        periods.*,
        months.month_start,
        -- Carried MRR is what service cost when it ended.
        least(months.ends_at, coalesce(periods.ends_at, months.ends_at)) as priced_at
    from periods
    inner join months
        on
            periods.starts_at < months.ends_at
            and (periods.runs_until is null or periods.runs_until >= months.ends_at)

),

{% set counts = {
    'durable': "(discounts.discount_end is null or discounts.discount_end >= "
        ~ dbt.dateadd('month', 12, 'discounts.discount_start') ~ ")",
    'in_force': '1 = 1',
    'none': '1 = 0',
} -%}
-- Percentages multiply, amounts come off after them (R5). All off has no logarithm, hence the
-- smallest factor.
discounted as (

    select
        running.period_id,
        running.month_start,
        min(
            case when discounts.discount_type = 'percent' then 1 - discounts.discount else 1 end
        ) as smallest_factor,
        sum(
            case
                when discounts.discount_type = 'percent' and discounts.discount < 1
                    then ln(cast(1 - discounts.discount as double precision))
                else 0
            end
        ) as log_factor,
        sum(
            case when discounts.discount_type = 'amount' then discounts.discount else 0 end
        ) as amount_off
    from running
    inner join discounts
        on
            running.source_system = discounts.source_system
            and running.item_id = discounts.item_id
            and discounts.discount_start < running.priced_at
            and (discounts.discount_end is null or discounts.discount_end >= running.priced_at)
            and discounts.applies_from < running.priced_at
            and (discounts.applies_to is null or discounts.applies_to >= running.priced_at)
    where discounts.is_recurring and {{ counts[var('mrr_discounts')] }}
    group by running.period_id, running.month_start

),

priced as (

    select
        running.*,
        case
            when discounted.period_id is null then running.list_amount
            when discounted.smallest_factor = 0 then 0
            else
                greatest(
                    running.list_amount * round(exp(discounted.log_factor), 10)
                    - discounted.amount_off,
                    0
                )
        end as net_amount,
        case
            when running.currency = '{{ var("reporting_currency") }}' then 1 else rates.rate
        end as rate
    from running
    left join discounted
        on running.period_id = discounted.period_id and running.month_start = discounted.month_start
    left join rates on running.currency = rates.currency

)

select
    period_id,
    month_start,
    customer_id,
    source_system,
    item_id,
    plan_id,
    product_id,
    is_price_uplift,
    quantity,
    currency,
    cast(list_amount / months_in_period * rate as decimal(28, 6)) as list_mrr_amount,
    cast(net_amount / months_in_period * rate as decimal(28, 6)) as mrr_amount
from priced
