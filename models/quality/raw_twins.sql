{%- set since = days_before_as_of(35) -%}
-- All tables are stacked before they are grouped: a grouping of each would take its own memory.
with delivered as (

    {% for table in observed_tables('told_apart_by') -%}
    {%- set columns = [] -%}
    {%- for column in table.told_apart_by -%}
        {%- do columns.append(adapter.quote(column)) -%}
    {%- endfor -%}
    {%- set id = adapter.quote(table.id) -%}
    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as raw_table,
        {{ surrogate_key(columns) }} as thing,
        cast({{ id }} as {{ dbt.type_string() }}) as id
    from {{ source(table.source, table.table) }}
    where {{ id }} is not null and {{ is_of_the_last_days(table, since) }}
    union all
    {% endfor -%}
    select
        cast(null as {{ dbt.type_string() }}) as source_name,
        cast(null as {{ dbt.type_string() }}) as raw_table,
        cast(null as {{ dbt.type_string() }}) as thing,
        cast(null as {{ dbt.type_string() }}) as id
    from {{ ref('build') }}
    where 1 = 0

),

known as (

    select distinct
        source_name,
        raw_table,
        thing,
        id
    from delivered

),

things as (

    select
        source_name,
        raw_table,
        count(*) as ids,
        min(id) as first_id,
        max(id) as last_id
    from known
    group by source_name, raw_table, thing

)

select
    source_name,
    raw_table,
    case
        when 1 = 0 then ''
        {%- for table in observed_tables('told_apart_by') %}
        when source_name = '{{ table.source }}' and raw_table = '{{ table.table }}'
            then '{{ table.told_apart_by | join(', ') }}'
        {%- endfor %}
    end as told_apart_by,
    cast(sum(ids) as bigint) as things,
    cast(sum(ids - 1) as bigint) as twins,
    max(case when ids > 1 then first_id end) as first_id,
    max(case when ids > 1 then last_id end) as last_id
from things
group by source_name, raw_table
