{% for table in observed_tables() -%}
{%- set columns = [] if table.is_log else table.optional -%}
select
    (select build_id from {{ ref('build') }}) as build_id,
    '{{ table.source }}' as source_name,
    '{{ table.table }}' as raw_table,
    named.raw_column,
    counts.raw_rows,
    case named.position
        when 0 then counts.raw_rows
        {%- for column in columns %}
        when {{ loop.index }} then counts.filled_{{ loop.index }}
        {%- endfor %}
    end as filled_rows,
    counts.recent_rows,
    case named.position
        when 0 then counts.recent_rows
        {%- for column in columns %}
        when {{ loop.index }} then counts.recent_{{ loop.index }}
        {%- endfor %}
    end as recent_filled_rows
from (
    select
        count(*) as raw_rows,
        {{ 'cast(null as bigint)' if table.is_log else 'count(recent)' }} as recent_rows
        {%- for column in columns %},
        count({{ adapter.quote(column) }}) as filled_{{ loop.index }},
        count(case when recent = 1 then {{ adapter.quote(column) }} end) as recent_{{ loop.index }}
        {%- endfor %}
    from (
        select
            raw.*,
            {{ 'cast(null as integer)' if table.is_log else 'case when ' ~ is_of_the_last_days(table, 14) ~ ' then 1 end' }} as recent
        from {{ source(table.source, table.table) }} as raw
    ) as dated
) as counts
cross join (
    values
    (0, '(rows)')
    {%- for column in columns %},
    ({{ loop.index }}, '{{ column }}')
    {%- endfor %}
) as named (position, raw_column)
where counts.raw_rows > 0 or named.position = 0
union all
{% endfor -%}
select
    cast(null as {{ dbt.type_string() }}) as build_id,
    cast(null as {{ dbt.type_string() }}) as source_name,
    cast(null as {{ dbt.type_string() }}) as raw_table,
    cast(null as {{ dbt.type_string() }}) as raw_column,
    cast(null as bigint) as raw_rows,
    cast(null as bigint) as filled_rows,
    cast(null as bigint) as recent_rows,
    cast(null as bigint) as recent_filled_rows
from {{ ref('build') }}
where 1 = 0
