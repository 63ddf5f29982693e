with months as (

    select * from {{ ref('dim_months') }}

),

customers as (

    select * from {{ ref('dim_customers') }}
    where not is_internal

),

contracts as (

    select
        ids.customer_id,
        min({{ reporting_date('contracts.signed_at') }}) as first_signed_on
    from {{ ref('union_contracts') }} as contracts
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            contracts.source_system = ids.source_system
            and coalesce(contracts.source_customer_id, '(none)') = ids.source_customer_id
    group by ids.customer_id

),

periods as (

    select * from {{ ref('fct_subscription_periods') }}

),

first_services as (

    select
        customer_id,
        min({{ reporting_date('starts_at') }}) as first_paid_on
    from periods
    group by customer_id

),

month_ends as (

    select
        customer_id,
        month_start,
        sum(mrr_amount) as mrr_amount
    from {{ ref('fct_item_months') }}
    group by customer_id, month_start
    having sum(mrr_amount) > 0

),

-- R4: the months from the first paid signature through the churn month, and again on return.
spine as (

    select
        customer_id,
        month_start
    from month_ends
    union
    select
        month_ends.customer_id,
        months.month_start
    from month_ends
    inner join months on month_ends.month_start = months.previous_month_start
    union
    select
        periods.customer_id,
        months.month_start
    from periods
    inner join
        months
        on periods.starts_at >= months.starts_at and periods.starts_at < months.ends_at
    union
    select
        contracts.customer_id,
        months.month_start
    from contracts
    inner join first_services on contracts.customer_id = first_services.customer_id
    inner join months
        on
            months.month_start >= {{ month_of('contracts.first_signed_on') }}
            and months.month_start <= {{ month_of('first_services.first_paid_on') }}

),

first_month_ends as (

    select
        customer_id,
        min(month_start) as first_active_month
    from month_ends
    group by customer_id

),

pauses as (

    select distinct
        periods.customer_id,
        months.month_start
    from periods
    inner join months on periods.ends_at >= months.starts_at and periods.ends_at < months.ends_at
    where periods.is_pause

),

balances as (

    select
        spine.customer_id,
        spine.month_start,
        months.ends_at as month_ends_at,
        first_services.first_paid_on,
        case
            when
                contracts.first_signed_on < first_services.first_paid_on
                then contracts.first_signed_on
            else first_services.first_paid_on
        end
            as started_on,
        coalesce(opening.mrr_amount, 0) as opening_mrr_amount,
        coalesce(closing.mrr_amount, 0) as mrr_amount,
        coalesce(first_month_ends.first_active_month < spine.month_start, false)
            as was_active_before,
        pauses.customer_id is not null as has_pause
    from spine
    inner join customers on spine.customer_id = customers.customer_id
    inner join months on spine.month_start = months.month_start
    inner join first_services on spine.customer_id = first_services.customer_id
    left join contracts on spine.customer_id = contracts.customer_id
    left join month_ends as opening
        on
            spine.customer_id = opening.customer_id
            and months.previous_month_start = opening.month_start
    left join month_ends as closing
        on spine.customer_id = closing.customer_id and spine.month_start = closing.month_start
    left join first_month_ends on spine.customer_id = first_month_ends.customer_id
    left join
        pauses
        on spine.customer_id = pauses.customer_id and spine.month_start = pauses.month_start

),

moved as (

    select
        *,
        case
            when opening_mrr_amount = 0 and mrr_amount > 0 and not was_active_before then 'new'
            when opening_mrr_amount = 0 and mrr_amount > 0 then 'reactivation'
            when opening_mrr_amount > 0 and mrr_amount = 0 then 'churn'
            when mrr_amount > opening_mrr_amount then 'expansion'
            when mrr_amount < opening_mrr_amount then 'contraction'
            else 'none'
        end as movement
    from balances

)

select
    customer_id,
    month_start,
    first_paid_on,
    started_on,
    cast(opening_mrr_amount as decimal(28, 6)) as opening_mrr_amount,
    cast(mrr_amount as decimal(28, 6)) as mrr_amount,
    opening_mrr_amount > 0 as was_active,
    mrr_amount > 0 as is_active,
    movement,
    cast(case when movement = 'new' then mrr_amount else 0 end as decimal(28, 6)) as new_mrr_amount,
    cast(case when movement = 'reactivation' then mrr_amount else 0 end as decimal(28, 6))
        as reactivation_mrr_amount,
    cast(
        case
            when movement = 'expansion' then mrr_amount - opening_mrr_amount else 0
        end as decimal(28, 6)
    ) as expansion_mrr_amount,
    cast(
        case
            when movement = 'contraction' then opening_mrr_amount - mrr_amount else 0
        end as decimal(28, 6)
    ) as contraction_mrr_amount,
    cast(case when movement = 'churn' then opening_mrr_amount else 0 end as decimal(28, 6))
        as churn_mrr_amount,
    movement = 'churn' and has_pause as is_pause
from moved
