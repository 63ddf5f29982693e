select
    kpi_id as metric_id,
    period_start,
    segment_type,
    segment,
    value,
    case when band in ('good', 'watch', 'bad') then band end as band,
    signal,
    baseline_index,
    is_final,
    is_low_n
from {{ ref('kpi_values') }}
where breakdown = 'all'
{% for signals in [
    ref('playbook_mart_signals'), ref('playbook_clock_signals'), ref('playbook_renewal_signals'),
    ref('playbook_event_signals'),
] -%}
union all
select
    signal_id as metric_id,
    period_start,
    segment_type,
    segment,
    value,
    cast(null as {{ dbt.type_string() }}) as band,
    cast(null as {{ dbt.type_string() }}) as signal,
    cast(null as double precision) as baseline_index,
    is_final,
    false as is_low_n
from {{ signals }}
{% endfor -%}
