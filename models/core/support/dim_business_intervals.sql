with hours as (

    select * from {{ ref('union_business_hours') }}

),

holidays as (

    select * from {{ ref('union_holidays') }}

),

moments as (

    select created_at as occurred_at from {{ ref('union_tickets') }}
    union all
    select occurred_at from {{ ref('union_ticket_events') }}

),

-- Two days more on either side, so that every time zone's days are covered.
span as (

    select
        {{ add_days('cast(min(occurred_at) as date)', -2) }} as first_date,
        {{ add_days('cast(max(occurred_at) as date)', 2) }} as last_date
    from moments

),

days as (

    select {{ add_days('span.first_date', 'series.generated_number - 1') }} as local_date
    from ({{ dbt.generate_series(36600) }}) as series
    cross join span
    where {{ add_days('span.first_date', 'series.generated_number - 1') }} <= span.last_date

),

open_days as (

    select
        hours.source_system || ':' || hours.schedule_id as schedule_id,
        hours.time_zone,
        {{ dbt.dateadd('minute', 'hours.opens_minute', 'cast(days.local_date as timestamp)') }}
            as local_opens_at,
        {{ dbt.dateadd('minute', 'hours.closes_minute', 'cast(days.local_date as timestamp)') }}
            as local_closes_at
    from hours
    inner join days on hours.weekday = {{ day_of_week('days.local_date') }}
    left join holidays
        on
            hours.source_system = holidays.source_system
            and hours.schedule_id = holidays.schedule_id
            and days.local_date = holidays.holiday_on
    where holidays.holiday_on is null

),

intervals as (

    select
        schedule_id,
        {{ to_utc('local_opens_at', 'time_zone') }} as opens_at,
        {{ to_utc('local_closes_at', 'time_zone') }} as closes_at
    from open_days

    union all

    select
        'always_open' as schedule_id,
        cast(first_date as timestamp) as opens_at,
        cast(last_date as timestamp) as closes_at
    from span
    where first_date is not null

)

-- A span that the clock jumps over in spring does not exist.
select * from intervals
where closes_at > opens_at
