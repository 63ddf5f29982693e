with periods as (

    select distinct kpi_id from {{ ref('kpi_periods') }}

),

described as (

    {% for kpi in kpi_metas() -%}
    select
        '{{ kpi.mart_kpi_id }}' as mart_kpi_id,
        {{ loop.index }} as sort_order,
        '{{ kpi.id }}' as kpi_id,
        {{ text_literal(kpi.name) }} as name,
        {{ text_literal(kpi.synonyms | join(', ')) }} as synonyms,
        {{ text_literal(kpi.theme) }} as theme,
        {{ text_literal(kpi.objective) }} as objective,
        {{ text_literal(kpi.definition) }} as definition,
        {{ text_literal(kpi.unit) }} as unit,
        {{ text_literal(kpi.direction) }} as direction,
        {{ text_literal(kpi.timing) }} as timing,
        {{ text_literal(kpi.owner) }} as owner,
        {{ text_literal(kpi.stakeholder) }} as stakeholder,
        {{ text_literal(kpi.playbook_id) }} as playbook_id,
        {{ text_literal(kpi.action) }} as action,
        {{ text_literal(kpi.bands.rule) }} as band_rule,
        cast({{ kpi.bands.get('good_at', 'null') }} as double precision) as good_at,
        cast({{ kpi.bands.get('bad_at', 'null') }} as double precision) as bad_at,
        {{ kpi.bands.get('good_at_is_watch', false) | lower }} as good_at_is_watch,
        {{ kpi.bands.get('bad_at_is_bad', false) | lower }} as bad_at_is_bad,
        cast({{ value_bounds(kpi)[0] }} as double precision) as lowest_value,
        cast({{ value_bounds(kpi)[1] }} as double precision) as highest_value,
        {{ (kpi.is_signed or false) | lower }} as is_signed,
        {{ (kpi.is_two_sided or kpi.direction == 'none') | lower }} as is_two_sided,
        {{ ((kpi.trailing_months or 1) > 1) | lower }} as is_trailing,
        {{ 1 if kpi.monthly_value else kpi.trailing_months or 1 }} as compared_months_back,
        {{ text_literal(kpi.grains | join(', ')) }} as grains,
        {{ kpi.window_days }} as window_days,
        {{ text_literal(kpi.breakdown) }} as breakdown,
        {{ text_literal(kpi.requires | join(', ')) }} as requires,
        {{ text_literal(kpi.seed_texts | join(', ')) }} as seed_texts,
        cast({{ text_literal(kpi.last_reviewed) }} as date) as last_reviewed,
        {{ text_literal(why_unavailable(kpi.requires)) }} as why_unavailable
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    described.mart_kpi_id,
    described.sort_order,
    described.kpi_id,
    described.name,
    described.synonyms,
    described.theme,
    described.objective,
    described.definition,
    described.unit,
    described.direction,
    described.timing,
    described.owner,
    described.stakeholder,
    described.playbook_id,
    described.action,
    described.band_rule,
    described.good_at,
    described.bad_at,
    described.good_at_is_watch,
    described.bad_at_is_bad,
    described.lowest_value,
    described.highest_value,
    described.is_signed,
    described.is_two_sided,
    described.is_trailing,
    described.compared_months_back,
    described.grains,
    described.window_days,
    described.breakdown,
    described.requires,
    described.seed_texts,
    described.last_reviewed,
    case when periods.kpi_id is null then 'unavailable' else 'available' end as availability,
    case when periods.kpi_id is null then described.why_unavailable end as availability_reason
from described
left join periods on described.kpi_id = periods.kpi_id
