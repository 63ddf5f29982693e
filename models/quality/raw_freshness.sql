{%- set day_before -%}
lag(days.day) over (partition by days.source_name, days.raw_table order by days.day)
{%- endset -%}
{%- set subject = "measured.source_name || '.' || measured.raw_table" -%}
with build as (

    select * from {{ ref('build') }}

),

half_year as (

    select raw_days.*
    from {{ ref('raw_days') }} as raw_days
    cross join build
    where raw_days.day >= {{ add_days('build.as_of', -182) }}

),

-- Tables, all of a source, and those that as_of is read from.
days as (

    select
        source_name,
        raw_table,
        day
    from half_year

    union

    select
        source_name,
        '(any)' as raw_table,
        day
    from half_year

    union

    select
        '(as_of)' as source_name,
        '(any)' as raw_table,
        day
    from half_year
    where makes_as_of

),

gaps as (

    select
        days.*,
        build.as_of,
        build.started_at,
        {{ dbt.datediff(day_before, 'days.day', 'day') }}
            as gap_days
    from days
    cross join build

),

-- Days from as_of on say nothing of how often a table has rows.
cadences as (

    select
        source_name,
        raw_table,
        as_of,
        max(day) as newest_on,
        count(case when day < as_of then gap_days end) as gaps,
        max(case when day < as_of then gap_days end) as longest_gap_days,
        min(case when day < as_of then gap_days end) as shortest_gap_days,
        count(case when day >= as_of then 1 end) as days_after_as_of,
        count(
            case when day > {{ add_days('cast(started_at as date)', 2) }} then 1 end
        ) as days_of_the_future
    from gaps
    group by source_name, raw_table, as_of

),

measured as (

    select
        *,
        {{ dbt.datediff('newest_on', 'as_of', 'day') }}
            as days_behind,
        -- A dozen gaps tell how long a table may be silent.
        case
            when gaps >= 12
                then 3 + longest_gap_days + 3 * (longest_gap_days - shortest_gap_days)
        end as allowed_days
    from cadences

)

select
    measured.*,
    coalesce(measured.days_behind > measured.allowed_days, false)
    and not {{ acknowledged('raw_freshness.tables_are_not_stale', subject) }} as is_stale,
    {{ as_of_given() }} is null
    and measured.days_after_as_of >= 7
    and coalesce(-measured.days_behind > clocks.allowed_days, false) as is_ahead
from measured
left join measured as clocks on clocks.source_name = '(as_of)'
