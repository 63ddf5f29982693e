with contracts as (

    select * from {{ ref('dim_contracts') }}
    where term_months > 1

),

months as (

    select * from {{ ref('dim_months') }}

),

rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

-- In force at a month's end E (R1), by the day on which they end.
ending as (

    select
        contracts.customer_id,
        months.month_start,
        {{ reporting_date('contracts.term_end') }} as renewal_on,
        count(*) as contracts,
        sum(contracts.arr_amount * rates.rate) as arr_amount
    from contracts
    inner join months
        on contracts.term_start < months.ends_at and contracts.term_end > months.ends_at
    left join rates
        on contracts.currency = rates.currency and months.month_start = rates.month_start
    group by
        contracts.customer_id,
        months.month_start,
        {{ reporting_date('contracts.term_end') }}

),

ranked as (

    select
        *,
        row_number() over (partition by customer_id, month_start order by renewal_on) as place
    from ending

)

select
    customer_id,
    month_start,
    renewal_on,
    contracts,
    cast(arr_amount as decimal(28, 6)) as arr_amount
from ranked
where place = 1
