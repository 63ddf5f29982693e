{% for table in observed_tables('dated_by') -%}
select
    '{{ table.source }}' as source_name,
    '{{ table.table }}' as raw_table,
    cast({{ try_timestamp(adapter.quote(table.dated_by)) }} as date) as day,
    count(*) as raw_rows
from {{ source(table.source, table.table) }}
where {{ is_of_the_last_days(table, 182) }}
group by 3
union all
{% endfor -%}
select
    cast(null as {{ dbt.type_string() }}) as source_name,
    cast(null as {{ dbt.type_string() }}) as raw_table,
    cast(null as date) as day,
    cast(null as bigint) as raw_rows
from {{ ref('build') }}
where 1 = 0
