{% if execute -%}
{% for table in declared_tables() if table.required -%}
select
    '{{ table.source }}' as source_name,
    '{{ table.table }}' as raw_table,
    count(*)
    {%- for other in [table['or']] if other %}
    + (select count(*) from {{ source(table.source, other) }})
    {%- endfor %} as raw_rows
from {{ source(table.source, table.table) }}
union all
{% endfor -%}
{% endif -%}
select
    cast(null as {{ dbt.type_string() }}) as source_name,
    cast(null as {{ dbt.type_string() }}) as raw_table,
    cast(null as bigint) as raw_rows
where 1 = 0
