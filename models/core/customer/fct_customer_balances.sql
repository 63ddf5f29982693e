with months as (

    select * from {{ ref('dim_months') }}

),

starts as (

    select * from {{ ref('dim_customer_starts') }}

),

month_ends as (

    select
        customer_id,
        month_start,
        sum(mrr_amount) as mrr_amount,
        sum(next_fx_amount) as next_fx_amount
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
        services.customer_id,
        months.month_start
    from {{ ref('fct_paid_service') }} as services
    inner join months
        on services.starts_at >= months.starts_at and services.starts_at < months.ends_at
    union
    select
        starts.customer_id,
        months.month_start
    from starts
    inner join months
        on
            {{ month_of('starts.started_on') }} <= months.month_start
            and starts.first_paid_on >= months.month_start

)

select
    spine.customer_id,
    spine.month_start,
    cast(coalesce(opening.mrr_amount, 0) as decimal(28, 6)) as opening_mrr_amount,
    cast(coalesce(closing.mrr_amount, 0) as decimal(28, 6)) as mrr_amount,
    -- Who is lost is lost at the opening's rate.
    cast(
        case when closing.mrr_amount > 0 then coalesce(opening.next_fx_amount, 0) else 0 end
        as decimal(28, 6)
    ) as fx_mrr_amount
from spine
inner join starts on spine.customer_id = starts.customer_id
inner join months on spine.month_start = months.month_start
left join month_ends as opening
    on
        spine.customer_id = opening.customer_id
        and months.previous_month_start = opening.month_start
left join month_ends as closing
    on spine.customer_id = closing.customer_id and spine.month_start = closing.month_start
