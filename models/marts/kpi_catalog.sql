{%- set texts = [
    'name', 'theme', 'objective', 'definition', 'unit', 'direction', 'timing', 'owner', 'stakeholder',
    'playbook_id', 'action', 'breakdown',
] -%}
{%- set lists = ['synonyms', 'grains', 'requires', 'seed_texts'] -%}
{%- set others = [
    'mart_kpi_id', 'sort_order', 'kpi_id', 'band_rule', 'good_at', 'bad_at', 'good_at_is_watch',
    'bad_at_is_bad', 'lowest_value', 'highest_value', 'is_signed', 'is_two_sided', 'is_trailing',
    'compared_months_back', 'window_days', 'last_reviewed',
] -%}
with periods as (select distinct kpi_id from {{ ref('kpi_periods') }}),

described as (
    {% for kpi in kpi_metas() -%}
    select
        '{{ kpi.mart_kpi_id }}' as mart_kpi_id,
        {{ loop.index }} as sort_order,
        '{{ kpi.id }}' as kpi_id,
        {%- for text in texts %}
        {{ text_literal(kpi[text]) }} as {{ text }},
        {%- endfor %}
        {%- for list in lists %}
        {{ text_literal(kpi[list] | join(', ')) }} as {{ list }},
        {%- endfor %}
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
        {{ kpi.window_days }} as window_days,
        cast({{ text_literal(kpi.last_reviewed) }} as date) as last_reviewed,
        {{ text_literal(why_unavailable(kpi.requires)) }} as why_unavailable
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    {% for column in texts + lists + others -%}
    described.{{ column }},
    {% endfor -%}
    case when periods.kpi_id is null then 'unavailable' else 'available' end as availability,
    case when periods.kpi_id is null then described.why_unavailable end as availability_reason
from described
left join periods on described.kpi_id = periods.kpi_id
