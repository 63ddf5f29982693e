with months as (

    select * from {{ ref('dim_months') }}

),

numbers as (

    select generated_number - 1 as n from ({{ dbt.generate_series(31) }}) as series

),

days as (

    select
        months.month_start,
        {{ add_days('months.month_start', 'numbers.n') }} as day_date
    from months
    cross join numbers
    where {{ add_days('months.month_start', 'numbers.n') }} < months.next_month_start

),

weekdays as (

    select
        *,
        {{ day_of_week('day_date') }} between 1 and 5 as is_weekday
    from days

)

select
    day_date,
    month_start,
    is_weekday,
    cast(row_number() over (partition by month_start order by day_date desc) as integer)
        as days_to_month_end,
    cast(sum(case when is_weekday then 1 else 0 end) over (
        partition by month_start order by day_date desc
        rows between unbounded preceding and current row
    ) as integer) as weekdays_to_month_end
from weekdays
