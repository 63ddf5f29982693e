with months as (

    select
        min(month_start) as first_month_start,
        max(month_start) as last_month_start
    from {{ ref('dim_months') }}

),

-- What was spent before the first customer paid is at the first month's rate.
converted as (

    select
        costs.month_start,
        costs.cost_function,
        costs.purpose,
        costs.segment,
        costs.amount * rates.rate as amount
    from {{ ref('union_costs') }} as costs
    inner join months on costs.month_start <= months.last_month_start
    left join {{ ref('dim_exchange_rates') }} as rates
        on
            costs.currency = rates.currency
            and case
                when costs.month_start < months.first_month_start then months.first_month_start
                else costs.month_start
            end = rates.month_start

),

-- A sum that lacks a rate is not known.
summed as (

    select
        month_start,
        cost_function,
        purpose,
        segment,
        case when count(*) = count(amount) then sum(amount) end as amount
    from converted
    group by month_start, cost_function, purpose, segment

),

-- R13: of what serves all customers, new ones cause as much as of what is tagged.
shares as (

    select
        month_start,
        sum(case when purpose = 'new_logo' then amount else 0 end)
        / nullif(sum(case when purpose in ('new_logo', 'expansion') then amount else 0 end), 0)
            as new_logo_share
    from summed
    where cost_function in ('sales', 'marketing')
    group by month_start

)

select
    summed.month_start,
    summed.cost_function,
    summed.purpose,
    summed.segment,
    cast(summed.amount as decimal(28, 6)) as amount,
    cast(
        case
            when summed.cost_function not in ('sales', 'marketing') then 0
            when summed.purpose = 'new_logo' then summed.amount
            when summed.purpose is null then summed.amount * coalesce(shares.new_logo_share, 1)
            else 0
        end as decimal(28, 6)
    ) as new_logo_amount
from summed
left join shares on summed.month_start = shares.month_start
