with counted as (

    {% for table in observed_tables('dated_by') -%}
    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as raw_table,
        {{ table.makes_as_of | lower }} as makes_as_of,
        {{ table.is_log | lower }} as is_log,
        cast({{ try_timestamp(adapter.quote(table.dated_by)) }} as date) as day,
        count(*) as raw_rows
    from {{ source(table.source, table.table) }}
    group by 5
    union all
    {% endfor -%}
    select
        cast(null as {{ dbt.type_string() }}) as source_name,
        cast(null as {{ dbt.type_string() }}) as raw_table,
        cast(null as boolean) as makes_as_of,
        cast(null as boolean) as is_log,
        cast(null as date) as day,
        cast(null as bigint) as raw_rows
    from {{ ref('build') }}
    where 1 = 0

)

select * from counted
