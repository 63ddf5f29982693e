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
    union all
    select cast(as_of as timestamp) as occurred_at from {{ ref('build') }}

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

intervals as (

    select
        hours.source_system || ':' || hours.schedule_id as schedule_id,
        {{ to_utc(
            dbt.dateadd('minute', 'hours.opens_minute', 'cast(days.local_date as timestamp)'),
            'hours.time_zone',
        ) }} as opens_at,
        {{ to_utc(
            dbt.dateadd('minute', 'hours.closes_minute', 'cast(days.local_date as timestamp)'),
            'hours.time_zone',
        ) }} as closes_at
    from hours
    inner join days on hours.weekday = {{ day_of_week('days.local_date') }}
    left join holidays
        on
            hours.source_system = holidays.source_system
            and hours.schedule_id = holidays.schedule_id
            and days.local_date = holidays.holiday_on
    where holidays.holiday_on is null

    union all

    select
        'always_open' as schedule_id,
        cast(first_date as timestamp) as opens_at,
        cast(last_date as timestamp) as closes_at
    from span
    where first_date is not null

),

-- A change of the clocks can move one span into the next; an hour that is open twice is open once.
separate as (

    select
        schedule_id,
        greatest(opens_at, coalesce(max(closes_at) over (
            partition by schedule_id
            order by opens_at, closes_at rows between unbounded preceding and 1 preceding
        ), opens_at)) as opens_at,
        closes_at
    from intervals

)

-- A span that the clock jumps over in spring does not exist.
select * from separate
where closes_at > opens_at
