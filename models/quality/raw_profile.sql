{%- set since = days_before_as_of(14) -%}
with counted as (

    {% for table in observed_tables() if not table.is_log -%}
    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as raw_table,
        named.raw_column,
        counts.is_recent,
        counts.raw_rows,
        case named.position
            when 0 then counts.raw_rows
            {%- for column in table.optional %}
            when {{ loop.index }} then counts.filled_{{ loop.index }}
            {%- endfor %}
        end as filled_rows
    from (
        select
            is_recent,
            count(*) as raw_rows
            {%- for column in table.optional %},
            count({{ adapter.quote(column) }}) as filled_{{ loop.index }}
            {%- endfor %}
        from (
            select
                raw.*,
                coalesce({{ is_of_the_last_days(table, since) }}, false) as is_recent
            from {{ source(table.source, table.table) }} as raw
        ) as dated
        group by is_recent
    ) as counts
    cross join (
        values
        (0, '(rows)')
        {%- for column in table.optional %},
        ({{ loop.index }}, '{{ column }}')
        {%- endfor %}
    ) as named (position, raw_column)
    union all
    {% endfor -%}
    select
        source_name,
        raw_table,
        '(rows)' as raw_column,
        day >= {{ since }} as is_recent,
        raw_rows,
        raw_rows as filled_rows
    from {{ ref('raw_days') }}
    where is_log

)

select
    build.build_id,
    counted.source_name,
    counted.raw_table,
    counted.raw_column,
    cast(sum(counted.raw_rows) as bigint) as raw_rows,
    cast(sum(counted.filled_rows) as bigint) as filled_rows,
    cast(sum(case when counted.is_recent then counted.raw_rows else 0 end) as bigint)
        as recent_rows,
    cast(sum(case when counted.is_recent then counted.filled_rows else 0 end) as bigint)
        as recent_filled_rows
from counted
cross join {{ ref('build') }} as build
{%- if is_incremental() %}
-- A partial build keeps the id of the whole one, and what was landed for that.
where build.build_id not in (select build_id from {{ this }})
{%- endif %}
group by build.build_id, counted.source_name, counted.raw_table, counted.raw_column
