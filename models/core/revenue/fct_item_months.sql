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

{% set policies = {
    'durable': "discounts.discount_end is null or discounts.discount_end >= "
        ~ dbt.dateadd('month', 12, 'discounts.discount_start'),
    'in_force': '1 = 1',
    'none': '1 = 0',
} -%}
discounts_held as (

    select
        running.period_id,
        running.month_start,
        discounts.discount_type,
        discounts.discount,
        discounts.is_recurring
        and discounts.discount_start < running.priced_at
        and (discounts.discount_end is null or discounts.discount_end >= running.priced_at)
        and ({{ policies[policy('mrr_discounts')] }}) as is_counted
    from running
    inner join {{ ref('union_item_discounts') }} as discounts
        on
            running.source_system = discounts.source_system
            and running.item_id = discounts.item_id
            and discounts.applies_from < running.priced_at
            and (discounts.applies_to is null or discounts.applies_to >= running.priced_at)

),

-- Percentages multiply, amounts come off after them (R5). All off has no logarithm, hence the
-- smallest factor.
discounted as (

    select
        period_id,
        month_start,
        min(
            case when is_counted and discount_type = 'percent' then 1 - discount else 1 end
        ) as smallest_factor,
        sum(
            case
                when is_counted and discount_type = 'percent' and discount < 1
                    then ln(cast(1 - discount as double precision))
                else 0
            end
        ) as log_factor,
        sum(
            case when is_counted and discount_type = 'amount' then discount else 0 end
        ) as amount_off,
        max(case when is_counted then 0 else 1 end) = 1 as has_uncounted_discount
    from discounts_held
    group by period_id, month_start

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
        coalesce(discounted.has_uncounted_discount, false) as has_uncounted_discount,
        rates.rate,
        coalesce(rates.next_rate, rates.rate) as next_rate
    from running
    left join discounted
        on running.period_id = discounted.period_id and running.month_start = discounted.month_start
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
    has_uncounted_discount,
    cast(list_amount / months_in_period * rate as decimal(28, 6)) as list_mrr_amount,
    cast(net_amount / months_in_period * rate as decimal(28, 6)) as mrr_amount,
    cast(
        cast(net_amount / months_in_period * next_rate as decimal(28, 6))
        - cast(net_amount / months_in_period * rate as decimal(28, 6)) as decimal(28, 6)
    ) as next_fx_amount
from priced
