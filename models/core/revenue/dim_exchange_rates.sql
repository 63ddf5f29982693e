with months as (

    select * from {{ ref('dim_months') }}

),

rates as (

    select
        source_system,
        currency,
        rate,
        {{ 'rate_on' if policy('fx_rate_type') == 'month_end' else 'cast(null as date)' }}
            as rate_on
    from {{ ref('union_fx_rates') }}
    where rate_type = '{{ policy("fx_rate_type") }}'

),

-- A month takes the last rate that is dated in it, never that of another month.
dated as (

    select
        rates.currency,
        months.month_start,
        rates.rate,
        row_number() over (
            partition by rates.currency, months.month_start
            order by rates.rate_on desc, rates.source_system asc
        ) as recency
    from rates
    inner join months
        on rates.rate_on is null or {{ month_of('rates.rate_on') }} = months.month_start
    where rates.currency <> '{{ var("reporting_currency") }}'

),

converted as (

    select
        currency,
        month_start,
        rate
    from dated
    where recency = 1
    union all
    select
        '{{ var("reporting_currency") }}' as currency,
        month_start,
        1 as rate
    from months

)

select
    converted.currency,
    converted.month_start,
    cast(converted.rate as decimal(28, 6)) as rate,
    cast(next_ones.rate as decimal(28, 6)) as next_rate
from converted
inner join months on converted.month_start = months.month_start
left join converted as next_ones
    on
        converted.currency = next_ones.currency
        and months.next_month_start = next_ones.month_start
