{#- Every canonical entity is asked for rows: dbt must know what a model reads before it knows what
    the KPIs say of themselves. -#}
with entities as (
    {% for entity in var('entities') -%}
    select
        '{{ entity }}' as entity,
        exists(select 1 from {{ ref('union_' ~ entity) }}) as has_rows
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {%- for required in special_requirements() %}
    union all
    select
        '{{ required }}' as entity,
        {% for part in required.split(' or ') -%}
        {%- set entity = part.split('.')[0] -%}
        {%- set where = 'where ' ~ part.split('.')[1] ~ ' is not null' if '.' in part -%}
        (select count(*) > 0 from {{ ref('union_' ~ entity) }} {{ where }})
        {{ 'or ' if not loop.last }}
        {%- endfor %} as has_rows
    {%- endfor %}
),

months as (select * from {{ ref('dim_months') }}),

kpis as (
    {% for kpi in kpi_metas() -%}
    select
        '{{ kpi.id }}' as kpi_id,
        {{ ('customer' in kpi.grains) | lower }} as has_customer_rows,
        {{ kpi.window_days }} as window_days,
        (
            select count(*) from entities
            where
                has_rows
                and entity in (
                    {% for entity in kpi.requires | unique -%}
                    '{{ entity }}'{{ ',' if not loop.last }}
                    {% endfor %}
                )
        ) = {{ kpi.requires | unique | list | length }} as is_fed
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    kpis.kpi_id,
    'month' as period_grain,
    months.month_start as period_start,
    kpis.has_customer_rows,
    months.as_of >= {{ add_days('months.next_month_start', 'kpis.window_days') }} as is_final
from kpis
cross join months
where kpis.is_fed
