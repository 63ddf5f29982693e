{%- set subject -%}
source_name || '.' || raw_table || case when raw_column = '(rows)' then '' else '.' || raw_column end
{%- endset -%}
with before as (

    select * from {{ ref('raw_profile') }}
    where build_id = {{ last_published_build() }}

),

now as (

    select profile.*
    from {{ ref('raw_profile') }} as profile
    inner join {{ ref('build') }} as build on profile.build_id = build.build_id

),

paired as (

    select
        before.source_name,
        before.raw_table,
        before.raw_column,
        before.raw_rows as raw_rows_before,
        before.filled_rows as filled_rows_before,
        before.recent_rows as recent_rows_before,
        before.recent_filled_rows as recent_filled_rows_before,
        coalesce(now.raw_rows, 0) as raw_rows,
        coalesce(now.filled_rows, 0) as filled_rows,
        coalesce(now.recent_rows, 0) as recent_rows,
        coalesce(now.recent_filled_rows, 0) as recent_filled_rows
    from before
    inner join {{ ref('build') }} as build
        on ' ' || build.sources || ' ' like '% ' || before.source_name || ' %'
    left join now
        on
            before.source_name = now.source_name
            and before.raw_table = now.raw_table
            and before.raw_column = now.raw_column
    -- Of a table that has no rows its own row says so.
    where before.raw_column = '(rows)' or now.raw_rows > 0

),

changed as (

    select
        *,
        case
            when raw_column = '(rows)'
                then case
                    when raw_rows = 0 and raw_rows_before > 0 then 'gone'
                    when raw_rows < 0.8 * raw_rows_before and raw_rows < raw_rows_before - 20
                        then 'shrunk'
                    else 'none'
                end
            when filled_rows_before < 20 then 'none'
            when filled_rows * raw_rows_before < 0.25 * filled_rows_before * raw_rows
                then 'emptied'
            when
                recent_rows >= 10 and recent_filled_rows_before >= 10
                and recent_filled_rows * recent_rows_before
                < 0.25 * recent_filled_rows_before * recent_rows
                then 'ran_dry'
            else 'none'
        end as change
    from paired

)

select
    *,
    {{ acknowledged('raw_changes.nothing_is_lost', subject) }} as is_acknowledged
from changed
