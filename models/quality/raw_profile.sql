{%- set since = days_before_as_of(14) -%}
with counted as (

    {% for table in observed_tables() if not table.is_log -%}
    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as raw_table,
        named.raw_column,
        counts.raw_rows,
        case named.position
            when 0 then counts.raw_rows
            {%- for column in table.optional %}
            when {{ loop.index }} then counts.filled_{{ loop.index }}
            {%- endfor %}
        end as filled_rows,
        counts.recent_rows,
        case named.position
            when 0 then counts.recent_rows
            {%- for column in table.optional %}
            when {{ loop.index }} then counts.{{ 'recent' if table.dated_by else 'filled' }}_{{ loop.index }}
            {%- endfor %}
        end as recent_filled_rows
    from (
        select
            count(*) as raw_rows,
            count(recent) as recent_rows
            {%- for column in table.optional %},
            count({{ adapter.quote(column) }}) as filled_{{ loop.index }}
            {%- if table.dated_by %},
            count(case when recent = 1 then {{ adapter.quote(column) }} end) as recent_{{ loop.index }}
            {%- endif %}
            {%- endfor %}
        from (
            select
                raw.*,
                case when {{ is_of_the_last_days(table, since) }} then 1 end as recent
            from {{ source(table.source, table.table) }} as raw
        ) as dated
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
    {%- for table in observed_tables('is_log') %}
    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as raw_table,
        '(rows)' as raw_column,
        sum(raw_rows) as raw_rows,
        sum(raw_rows) as filled_rows,
        cast(null as bigint) as recent_rows,
        cast(null as bigint) as recent_filled_rows
    from {{ ref('raw_days') }}
    where source_name = '{{ table.source }}' and raw_table = '{{ table.table }}'
    union all
    {% endfor -%}
    select
        cast(null as {{ dbt.type_string() }}) as source_name,
        cast(null as {{ dbt.type_string() }}) as raw_table,
        cast(null as {{ dbt.type_string() }}) as raw_column,
        cast(null as bigint) as raw_rows,
        cast(null as bigint) as filled_rows,
        cast(null as bigint) as recent_rows,
        cast(null as bigint) as recent_filled_rows
    from {{ ref('raw_days') }}
    where 1 = 0

)

select
    build.build_id,
    counted.source_name,
    counted.raw_table,
    counted.raw_column,
    cast(coalesce(counted.raw_rows, 0) as bigint) as raw_rows,
    cast(coalesce(counted.filled_rows, 0) as bigint) as filled_rows,
    counted.recent_rows,
    counted.recent_filled_rows
from counted
cross join {{ ref('build') }} as build
