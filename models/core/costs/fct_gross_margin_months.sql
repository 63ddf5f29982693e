with months as (

    select * from {{ ref('dim_months') }}

),

services as (

    select
        month_start,
        sum(amount) as cost_amount
    from {{ ref('fct_costs') }}
    where cost_function in ('hosting', 'support', 'cs', 'payment')
    group by month_start

),

revenues as (

    select
        month_start,
        sum(mrr_amount) as mrr_amount
    from {{ ref('fct_customer_months') }}
    group by month_start

),

years as (

    select
        months.month_start,
        coalesce(sum(services.cost_amount), 0) as cost_amount,
        coalesce(sum(revenues.mrr_amount), 0) as mrr_amount,
        sum(
            case when services.cost_amount is not null and revenues.mrr_amount > 0 then 1 else 0 end
        ) as months_known
    from months
    inner join months as past
        on
            past.month_start > {{ add_months('months.month_start', -12) }}
            and past.month_start <= months.month_start
    left join services on past.month_start = services.month_start
    left join revenues on past.month_start = revenues.month_start
    group by months.month_start

)

select
    month_start,
    cast(cost_amount as decimal(28, 6)) as cost_amount,
    cast(mrr_amount as decimal(28, 6)) as mrr_amount,
    cast(months_known as bigint) as months_known,
    months_known < 12 as is_assumed,
    cast(
        case
            when months_known = 12 then 1 - cost_amount / mrr_amount
            else {{ policy_number('gross_margin') }}
        end as double precision
    ) as gross_margin
from years
