with staged as (

    select * from {{ ref('stg_zendesk__schedules') }}
    where row_status = 'accepted'

),

-- One row per span, or all spans in one row.
schedules as (

    select
        schedule_id,
        time_zone,
        opens_week_minute,
        closes_week_minute
    from staged
    where intervals is null

    union all

    select
        staged.schedule_id,
        staged.time_zone,
        cast({{ json_text('spans.element', 'start_time') }} as bigint) as opens_week_minute,
        cast({{ json_text('spans.element', 'end_time') }} as bigint) as closes_week_minute
    from staged
    {{ cross_join_json_array('staged.intervals', 'spans') }}

),

time_zones as (

    select * from {{ ref('time_zones') }}

),

days as (

    select
        cast(generated_number - 1 as integer) as weekday,
        cast(1440 * (generated_number - 1) as integer) as starts_minute
    from ({{ dbt.generate_series(7) }}) as series

)

-- A span may run over several days, as one from Sunday to Saturday does that never closes.
select
    schedules.schedule_id,
    case
        when schedules.time_zone like '%/%' then schedules.time_zone else time_zones.iana_name
    end as time_zone,
    days.weekday,
    greatest(schedules.opens_week_minute - days.starts_minute, 0) as opens_minute,
    least(schedules.closes_week_minute - days.starts_minute, 1440) as closes_minute
from schedules
inner join days
    on
        schedules.opens_week_minute < days.starts_minute + 1440
        and schedules.closes_week_minute > days.starts_minute
left join time_zones on schedules.time_zone = time_zones.rails_name
