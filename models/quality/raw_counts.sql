with profile as (

    select profile.*
    from {{ ref('raw_profile') }} as profile
    inner join {{ ref('build') }} as build on profile.build_id = build.build_id
    where profile.raw_column = '(rows)'

),

required as (

    {% if execute -%}
    {% for table in declared_tables() if table.required -%}
    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as raw_table,
        '{{ table['or'] or table.table }}' as or_table
    union all
    {% endfor -%}
    {% endif -%}
    select
        cast(null as {{ dbt.type_string() }}) as source_name,
        cast(null as {{ dbt.type_string() }}) as raw_table,
        cast(null as {{ dbt.type_string() }}) as or_table
    where 1 = 0

)

select
    required.source_name,
    required.raw_table,
    cast(coalesce(sum(profile.raw_rows), 0) as bigint) as raw_rows
from required
left join profile
    on
        required.source_name = profile.source_name
        and profile.raw_table in (required.raw_table, required.or_table)
group by required.source_name, required.raw_table
