{%- set marts = {} -%}
{%- for kpi_id, _ in mart_signals().values() -%}
{%- do marts.update({kpi_id: ref('kpi_' ~ kpi_id)}) -%}
{%- endfor -%}
{% for signal_id, (kpi_id, expression) in mart_signals().items() -%}
select
    '{{ signal_id }}' as signal_id,
    period_start,
    segment_type,
    segment,
    cast({{ expression }} as double precision) as value,
    is_final
from {{ marts[kpi_id] }}
where breakdown = 'all'
{{ 'union all' if not loop.last }}
{% endfor -%}
