with balances as (

    select * from {{ ref('fct_customer_balances') }}

),

starts as (

    select * from {{ ref('dim_customer_starts') }}

),

-- Why a customer's service ended in a month: a pause before an unpaid bill; and whether it resumed.
turns as (

    select
        periods.customer_id,
        months.month_start,
        max(
            case
                when periods.ends_at >= months.starts_at and periods.ends_at < months.ends_at
                    then case when periods.is_pause then 2 when periods.is_non_payment then 1 end
            end
        ) as ending,
        max(
            case
                when
                    periods.is_resumed
                    and periods.starts_at >= months.starts_at
                    and periods.starts_at < months.ends_at
                    then 1
            end
        ) as resumptions
    from {{ ref('fct_subscription_periods') }} as periods
    inner join {{ ref('dim_months') }} as months
        on
            (periods.ends_at >= months.starts_at and periods.ends_at < months.ends_at)
            or (periods.starts_at >= months.starts_at and periods.starts_at < months.ends_at)
    where periods.is_pause or periods.is_non_payment or periods.is_resumed
    group by periods.customer_id, months.month_start

),

aged as (

    select
        *,
        -- The opening at this month's exchange rates: a rate is neither expansion nor contraction.
        opening_mrr_amount + fx_mrr_amount as restated_opening_amount,
        min(case when mrr_amount > 0 then month_start end) over (
            partition by customer_id
        ) as first_active_month_start
    from balances

),

moved as (

    select
        aged.*,
        starts.first_paid_on,
        starts.started_on,
        turns.ending,
        turns.resumptions,
        case
            when aged.opening_mrr_amount > 0 and aged.mrr_amount = 0 then 'churn'
            when aged.opening_mrr_amount > 0 and aged.mrr_amount > aged.restated_opening_amount
                then 'expansion'
            when aged.opening_mrr_amount > 0 and aged.mrr_amount < aged.restated_opening_amount
                then 'contraction'
            when aged.fx_mrr_amount <> 0 then 'fx'
            when aged.mrr_amount = aged.opening_mrr_amount then 'none'
            when aged.first_active_month_start < aged.month_start then 'reactivation'
            else 'new'
        end as movement
    from aged
    inner join starts on aged.customer_id = starts.customer_id
    left join turns
        on aged.customer_id = turns.customer_id and aged.month_start = turns.month_start

)

{% set amounts = {
    'new': 'mrr_amount',
    'reactivation': 'mrr_amount',
    'expansion': 'mrr_amount - restated_opening_amount',
    'contraction': 'restated_opening_amount - mrr_amount',
    'churn': 'opening_mrr_amount',
} -%}
select
    customer_id,
    month_start,
    first_paid_on,
    started_on,
    opening_mrr_amount,
    mrr_amount,
    opening_mrr_amount > 0 as was_active,
    mrr_amount > 0 as is_active,
    movement,
    {%- for kind, amount in amounts.items() %}
    cast(case when movement = '{{ kind }}' then {{ amount }} else 0 end as decimal(28, 6))
        as {{ kind }}_mrr_amount,
    {%- endfor %}
    fx_mrr_amount,
    movement = 'churn' and coalesce(ending = 2, false) as is_pause,
    case
        when movement = 'churn'
            then case ending when 2 then 'pause' when 1 then 'non_payment' else 'cancellation' end
        when movement = 'reactivation'
            then case when resumptions = 1 then 'resume' else 'return' end
    end as movement_reason
from moved
