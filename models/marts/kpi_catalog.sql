with periods as (

    select distinct kpi_id from {{ ref('kpi_periods') }}

),

described as (

    {% for kpi in kpi_metas() -%}
    select
        '{{ kpi.mart_kpi_id }}' as mart_kpi_id,
        '{{ kpi.id }}' as kpi_id,
        {{ text_literal(kpi.name) }} as name,
        {{ text_literal((kpi.synonyms or []) | join(', ')) }} as synonyms,
        '{{ kpi.theme }}' as theme,
        '{{ kpi.objective }}' as objective,
        {{ text_literal(kpi.definition) }} as definition,
        '{{ kpi.unit }}' as unit,
        '{{ kpi.direction }}' as direction,
        '{{ kpi.timing }}' as timing,
        '{{ kpi.owner }}' as owner,
        '{{ kpi.stakeholder }}' as stakeholder,
        '{{ kpi.playbook_id }}' as playbook_id,
        {{ text_literal(kpi.action) }} as action,
        '{{ kpi.bands.rule }}' as band_rule,
        cast({{ kpi.bands.good_at if kpi.bands.good_at is defined else 'null' }} as double precision) as good_at,
        cast({{ kpi.bands.bad_at if kpi.bands.bad_at is defined else 'null' }} as double precision) as bad_at,
        {{ (kpi.bands.good_at_is_watch or false) | lower }} as good_at_is_watch,
        {{ (kpi.bands.bad_at_is_bad or false) | lower }} as bad_at_is_bad,
        '{{ kpi.grains | join(", ") }}' as grains,
        '{{ kpi.breakdown }}' as breakdown,
        '{{ kpi.requires | join(", ") }}' as requires,
        '{{ kpi.seed_texts | join(", ") }}' as seed_texts,
        cast('{{ kpi.last_reviewed }}' as date) as last_reviewed
    union all
    {% endfor %}
    select
        {%- for column in ('mart_kpi_id', 'kpi_id', 'name', 'synonyms', 'theme', 'objective', 'definition', 'unit', 'direction', 'timing', 'owner', 'stakeholder', 'playbook_id', 'action', 'band_rule') %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        cast(null as double precision) as good_at,
        cast(null as double precision) as bad_at,
        cast(null as boolean) as good_at_is_watch,
        cast(null as boolean) as bad_at_is_bad,
        {%- for column in ('grains', 'breakdown', 'requires', 'seed_texts') %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        cast(null as date) as last_reviewed
    where 1 = 0

),

unfed as (

    {% for kpi in kpi_metas() -%}
    select
        '{{ kpi.id }}' as kpi_id,
        {{ text_literal(why_unavailable(kpi.requires)) }} as reason
    union all
    {% endfor -%}
    select cast(null as {{ dbt.type_string() }}) as kpi_id, cast(null as {{ dbt.type_string() }}) as reason where 1 = 0

)

select
    described.*,
    case when periods.kpi_id is null then 'unavailable' else 'available' end as availability,
    case when periods.kpi_id is null then unfed.reason end as availability_reason
from described
left join periods on described.kpi_id = periods.kpi_id
left join unfed on described.kpi_id = unfed.kpi_id
