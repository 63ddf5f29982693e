{#- Which entities have rows is asked of every canonical entity, since the KPIs' own metadata is not known while dbt parses. -#}
with entities as (

    {% for entity in var('entities') -%}
    select
        '{{ entity }}' as entity,
        exists (select 1 from {{ ref('union_' ~ entity) }}) as has_rows
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

requirements as (

    {% for kpi in kpi_metas() -%}
    {%- for entity in kpi.requires -%}
    select '{{ kpi.id }}' as kpi_id, '{{ entity }}' as entity
    union all
    {% endfor -%}
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}) as kpi_id, cast(null as {{ dbt.type_string() }}) as entity
    where 1 = 0

),

unmet as (

    select distinct requirements.kpi_id
    from requirements
    inner join entities on requirements.entity = entities.entity
    where not entities.has_rows

),

kpis as (

    {% for kpi in kpi_metas() -%}
    select
        '{{ kpi.id }}' as kpi_id,
        {{ 'customer' in kpi.grains }} as has_customer_rows,
        {{ kpi.window_days }} as window_days
    union all
    {% endfor -%}
    select cast(null as {{ dbt.type_string() }}) as kpi_id, cast(null as boolean) as has_customer_rows, cast(null as integer) as window_days
    where 1 = 0

),

months as (

    select * from {{ ref('dim_months') }}

)

select
    kpis.kpi_id,
    'month' as period_grain,
    months.month_start as period_start,
    kpis.has_customer_rows,
    months.as_of >= {{ add_days('months.next_month_start', 'kpis.window_days') }} as is_final
from kpis
cross join months
where kpis.kpi_id not in (select kpi_id from unmet)
