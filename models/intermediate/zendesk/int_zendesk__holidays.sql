with holidays as (

    select * from {{ ref('stg_zendesk__schedule_holidays') }}
    where row_status = 'accepted'

),

numbers as (

    select cast(generated_number - 1 as integer) as n
    from ({{ dbt.generate_series(367) }}) as series

)

select distinct
    holidays.schedule_id,
    {{ add_days('holidays.starts_on', 'numbers.n') }} as holiday_on
from holidays
inner join numbers on {{ add_days('holidays.starts_on', 'numbers.n') }} <= holidays.ends_on
