with build as (

    select * from {{ ref('build') }}

),

items as (

    select * from {{ ref('union_subscription_items') }}

),

span as (

    select
        {{ month_of('min(' ~ reporting_date('items.valid_from') ~ ')') }} as first_month,
        {{ month_of('max(build.as_of)') }} as month_of_as_of
    from items
    cross join build

),

numbers as (

    select generated_number - 1 as n from ({{ dbt.generate_series(1200) }}) as series

),

months as (

    select {{ add_months('span.first_month', 'numbers.n') }} as month_start
    from numbers
    cross join span
    where {{ add_months('span.first_month', 'numbers.n') }} < span.month_of_as_of

)

select
    months.month_start,
    {{ add_months('months.month_start', 1) }} as next_month_start,
    {{ add_months('months.month_start', -1) }} as previous_month_start,
    {{ add_months('months.month_start', -12) }} as month_start_a_year_before,
    {{ utc_start_of('months.month_start') }} as starts_at,
    {{ utc_start_of(add_months('months.month_start', 1)) }} as ends_at,
    case
        when months.month_start = max(months.month_start) over () then build.as_of
        else {{ add_months('months.month_start', 1) }}
    end as looked_at_on,
    build.as_of
from months
cross join build
