{%- set days = policy_number('health_days') | int -%}
with calendar as (

    select
        max(as_of) as as_of,
        max(month_start) as last_month_start
    from {{ ref('dim_months') }}

),

days as (

    select
        calendar.last_month_start,
        {{ add_days('calendar.as_of', '0 - series.generated_number') }} as day_date,
        {{ add_days('calendar.as_of', '1 - series.generated_number') }} as next_day
    from calendar
    cross join ({{ dbt.generate_series(days) }}) as series
    where calendar.as_of is not null

)

select
    day_date,
    next_day,
    {{ month_of('day_date') }} as month_start,
    least({{ month_of('day_date') }}, last_month_start) as judged_month_start,
    {{ a_month_before('next_day') }} as window_start,
    {{ utc_start_of(a_month_before('next_day')) }} as window_starts_at,
    {{ utc_start_of('next_day') }} as ends_at
from days
