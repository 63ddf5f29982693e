{%- set since = days_before_as_of(35) -%}
{% for table in observed_tables('told_apart_by') -%}
{%- set id = adapter.quote(table.id) -%}
select
    '{{ table.source }}' as source_name,
    '{{ table.table }}' as raw_table,
    '{{ table.told_apart_by | join(', ') }}' as told_apart_by,
    sum(ids) as things,
    sum(ids - 1) as twins,
    max(case when ids > 1 then first_id end) as first_id,
    max(case when ids > 1 then last_id end) as last_id
from (
    select
        count(distinct {{ id }}) as ids,
        min(cast({{ id }} as {{ dbt.type_string() }})) as first_id,
        max(cast({{ id }} as {{ dbt.type_string() }})) as last_id
    from {{ source(table.source, table.table) }}
    where {{ id }} is not null and {{ is_of_the_last_days(table, since) }}
    group by
        {%- for column in table.told_apart_by %}
        {{ adapter.quote(column) }}{{ ',' if not loop.last }}
        {%- endfor %}
) as told_apart
union all
{% endfor -%}
select
    cast(null as {{ dbt.type_string() }}) as source_name,
    cast(null as {{ dbt.type_string() }}) as raw_table,
    cast(null as {{ dbt.type_string() }}) as told_apart_by,
    cast(null as bigint) as things,
    cast(null as bigint) as twins,
    cast(null as {{ dbt.type_string() }}) as first_id,
    cast(null as {{ dbt.type_string() }}) as last_id
from {{ ref('build') }}
where 1 = 0
