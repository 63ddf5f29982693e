with balances as (

    select * from {{ ref('fct_customer_balances') }}

),

starts as (

    select * from {{ ref('dim_customer_starts') }}

),

pauses as (

    select distinct
        periods.customer_id,
        months.month_start
    from {{ ref('fct_subscription_periods') }} as periods
    inner join {{ ref('dim_months') }} as months
        on periods.ends_at >= months.starts_at and periods.ends_at < months.ends_at
    where periods.is_pause

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
        pauses.customer_id is not null as has_pause,
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
    left join pauses
        on aged.customer_id = pauses.customer_id and aged.month_start = pauses.month_start

)

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
    cast(case when movement = 'new' then mrr_amount else 0 end as decimal(28, 6)) as new_mrr_amount,
    cast(case when movement = 'reactivation' then mrr_amount else 0 end as decimal(28, 6))
        as reactivation_mrr_amount,
    cast(
        case
            when movement = 'expansion' then mrr_amount - restated_opening_amount else 0
        end as decimal(28, 6)
    ) as expansion_mrr_amount,
    cast(
        case
            when movement = 'contraction' then restated_opening_amount - mrr_amount else 0
        end as decimal(28, 6)
    ) as contraction_mrr_amount,
    cast(case when movement = 'churn' then opening_mrr_amount else 0 end as decimal(28, 6))
        as churn_mrr_amount,
    fx_mrr_amount,
    movement = 'churn' and has_pause as is_pause
from moved
