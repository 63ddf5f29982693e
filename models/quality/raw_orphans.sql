{% for source_name, raw_table, column, parent, parent_column in referring_columns() -%}
select
    '{{ source_name }}' as source_name,
    '{{ raw_table }}' as raw_table,
    '{{ column }}' as raw_column,
    '{{ parent }}' as parent_table,
    count(*) as raw_rows,
    count(case when parents.id is null then 1 end) as orphans,
    min(case when parents.id is null then named.parent_id end) as first_missing,
    max(case when parents.id is null then named.parent_id end) as last_missing
from (
    select cast({{ adapter.quote(column) }} as {{ dbt.type_string() }}) as parent_id
    from {{ source(source_name, raw_table) }}
    where {{ adapter.quote(column) }} is not null
) as named
left join (
    select distinct cast({{ adapter.quote(parent_column) }} as {{ dbt.type_string() }}) as id
    from {{ source(source_name, parent) }}
) as parents on named.parent_id = parents.id
where exists (select 1 from {{ source(source_name, parent) }})
union all
{% endfor -%}
select
    cast(null as {{ dbt.type_string() }}) as source_name,
    cast(null as {{ dbt.type_string() }}) as raw_table,
    cast(null as {{ dbt.type_string() }}) as raw_column,
    cast(null as {{ dbt.type_string() }}) as parent_table,
    cast(null as bigint) as raw_rows,
    cast(null as bigint) as orphans,
    cast(null as {{ dbt.type_string() }}) as first_missing,
    cast(null as {{ dbt.type_string() }}) as last_missing
from {{ ref('build') }}
where 1 = 0
