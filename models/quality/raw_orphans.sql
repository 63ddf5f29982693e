-- All tables are stacked before they are joined, and each id is asked for once: both for memory.
{% set parents = [] -%}
with named as (

    {% for source_name, raw_table, column, parent, parent_column in referring_columns() -%}
    {%- do parents.append((source_name, parent, parent_column)) -%}
    select
        '{{ source_name }}' as source_name,
        '{{ raw_table }}' as raw_table,
        '{{ column }}' as raw_column,
        '{{ parent }}' as parent_table,
        '{{ parent }}.{{ parent_column }} ' as parent_key,
        cast({{ adapter.quote(column) }} as {{ dbt.type_string() }}) as parent_id
    from {{ source(source_name, raw_table) }}
    where {{ adapter.quote(column) }} is not null
    union all
    {% endfor -%}
    select
        cast(null as {{ dbt.type_string() }}) as source_name,
        cast(null as {{ dbt.type_string() }}) as raw_table,
        cast(null as {{ dbt.type_string() }}) as raw_column,
        cast(null as {{ dbt.type_string() }}) as parent_table,
        cast(null as {{ dbt.type_string() }}) as parent_key,
        cast(null as {{ dbt.type_string() }}) as parent_id
    from {{ ref('build') }}
    where 1 = 0

),

parents as (

    {% for source_name, parent, parent_column in parents | unique -%}
    select
        '{{ source_name }}' as source_name,
        '{{ parent }}' as parent_table,
        '{{ parent }}.{{ parent_column }} '
        || cast({{ adapter.quote(parent_column) }} as {{ dbt.type_string() }}) as id
    from {{ source(source_name, parent) }}
    union
    {% endfor -%}
    select
        cast(null as {{ dbt.type_string() }}) as source_name,
        cast(null as {{ dbt.type_string() }}) as parent_table,
        cast(null as {{ dbt.type_string() }}) as id
    from {{ ref('build') }}
    where 1 = 0

),

asked as (

    select
        source_name,
        raw_table,
        raw_column,
        parent_table,
        parent_key || parent_id as id,
        min(parent_id) as parent_id,
        count(*) as raw_rows
    from named
    group by source_name, raw_table, raw_column, parent_table, parent_key || parent_id

),

-- A table without rows is asked for nobody.
filled as (

    select distinct
        source_name,
        parent_table
    from parents

)

select
    asked.source_name,
    asked.raw_table,
    asked.raw_column,
    asked.parent_table,
    cast(sum(asked.raw_rows) as bigint) as raw_rows,
    cast(sum(case when parents.id is null then asked.raw_rows else 0 end) as bigint) as orphans,
    min(case when parents.id is null then asked.parent_id end) as first_missing,
    max(case when parents.id is null then asked.parent_id end) as last_missing
from asked
inner join filled
    on asked.source_name = filled.source_name and asked.parent_table = filled.parent_table
left join parents
    on asked.source_name = parents.source_name and asked.id = parents.id
group by asked.source_name, asked.raw_table, asked.raw_column, asked.parent_table
