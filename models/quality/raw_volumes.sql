{%- set eight_before -%}
partition by source_name, raw_table, span, weekday
order by starts_on rows between 8 preceding and 1 preceding
{%- endset -%}
{%- set three_before -%}
partition by source_name, raw_table, span, month_day
order by starts_on rows between 3 preceding and 1 preceding
{%- endset -%}
{%- set day = add_days('build.as_of', '-cast(series.generated_number as integer)') -%}
{%- set subject = "source_name || '.' || raw_table" -%}
with tables as (

    select distinct
        source_name,
        raw_table,
        is_log
    from {{ ref('raw_days') }}

),

daily as (

    select
        tables.*,
        series.generated_number as days_back,
        {{ day }} as day,
        coalesce(days.raw_rows, 0) as raw_rows
    from tables
    cross join {{ ref('build') }} as build
    cross join ({{ dbt.generate_series(147) }}) as series
    left join {{ ref('raw_days') }} as days
        on
            tables.source_name = days.source_name
            and tables.raw_table = days.raw_table
            and {{ day }} = days.day

),

-- Days follow those of the same name, and of the same number in the month; weeks end with as_of.
spans as (

    select
        source_name,
        raw_table,
        is_log,
        'day' as span,
        mod(days_back, 7) as weekday,
        extract(day from day) as month_day,
        day as starts_on,
        days_back,
        raw_rows,
        1 as filled_days
    from daily

    union all

    select
        source_name,
        raw_table,
        is_log,
        'week' as span,
        0 as weekday,
        0 as month_day,
        min(day) as starts_on,
        max(days_back) as days_back,
        sum(raw_rows) as raw_rows,
        count(case when raw_rows > 0 then 1 end) as filled_days
    from daily
    group by source_name, raw_table, is_log, floor((days_back - 1) / 7)

),

compared as (

    select
        source_name,
        raw_table,
        is_log,
        span,
        starts_on,
        days_back,
        raw_rows,
        min(raw_rows) over ({{ eight_before }}) as lowest,
        max(raw_rows) over ({{ eight_before }}) as highest,
        coalesce(raw_rows >= 0.5 * nullif(max(raw_rows) over ({{ three_before }}), 0), false)
            as is_as_its_month_day,
        min(filled_days) over ({{ eight_before }}) as fewest_filled_days
    from spans

),

-- All of the 91 days have eight before them. Rows of few days come in lumps, and a week without any
-- is one of them.
bounded as (

    select
        *,
        lowest - greatest(1.5 * (highest - lowest), 0.5 * lowest, 4 * sqrt(lowest)) as least,
        highest + greatest(1.5 * (highest - lowest), highest, 8 * sqrt(highest)) as most
    from compared
    where days_back <= 91 and lowest >= 10 and (span = 'day' or fewest_filled_days >= 4)

),

judged as (

    select
        *,
        case
            when raw_rows = 0 and lowest >= 0.1 * highest then 'silent'
            when raw_rows < least and (span = 'week' or not is_as_its_month_day) then 'low'
            when is_log and raw_rows > most then 'high'
            else 'usual'
        end as volume
    from bounded

)

select
    source_name,
    raw_table,
    span,
    starts_on,
    raw_rows,
    lowest,
    highest,
    volume,
    {{ acknowledged('raw_volumes.volumes_are_as_usual', subject, 'starts_on') }} as is_acknowledged
from judged
