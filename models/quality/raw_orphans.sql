-- All tables are stacked before they are joined: a join of each would take its own memory.
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

-- A table without rows is asked for nobody.
filled as (

    select distinct
        source_name,
        parent_table
    from parents

)

select
    named.source_name,
    named.raw_table,
    named.raw_column,
    named.parent_table,
    count(*) as raw_rows,
    count(case when parents.id is null then 1 end) as orphans,
    min(case when parents.id is null then named.parent_id end) as first_missing,
    max(case when parents.id is null then named.parent_id end) as last_missing
from named
inner join filled
    on named.source_name = filled.source_name and named.parent_table = filled.parent_table
left join parents
    on
        named.source_name = parents.source_name
        and named.parent_key || named.parent_id = parents.id
group by named.source_name, named.raw_table, named.raw_column, named.parent_table
