{%- set signals = [
    'playbook_mart_signals', 'playbook_clock_signals', 'playbook_renewal_signals',
    'playbook_event_signals',
] -%}
with conditions as (

    select
        *,
        first_value(segment_types) over (partition by rule_id order by condition_number) as types,
        first_value(is_on_provisional) over (partition by rule_id order by condition_number)
            as may_be_provisional,
        count(*) over (partition by rule_id) as conditions
    from {{ ref('playbook_rules') }}

),

metrics as (

    {% for relation in signals -%}
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
    from {{ ref(relation) }}
    union all
    {% endfor -%}
    select
        kpi_id as metric_id,
        period_start,
        segment_type,
        segment,
        value,
        band,
        signal,
        baseline_index,
        is_final,
        is_low_n
    from {{ ref('kpi_values') }}
    where breakdown = 'all'

),

seen as (

    select
        conditions.*,
        metrics.period_start,
        metrics.segment_type,
        metrics.segment,
        metrics.is_final or conditions.may_be_provisional as is_sure,
        metrics.is_low_n,
        case conditions.looks_at
            when 'value' then metrics.value when 'baseline_index' then metrics.baseline_index
        end as number_seen,
        case conditions.looks_at
            when 'band'
                then case when metrics.band in ('good', 'watch', 'bad') then metrics.band end
            when 'signal' then metrics.signal
        end as words_seen
    from conditions
    inner join metrics
        on
            conditions.metric_id = metrics.metric_id
            and {{ dbt.concat(["'|'", 'conditions.types', "'|'"]) }}
            like {{ dbt.concat(["'%|'", 'metrics.segment_type', "'|%'"]) }}

),

judged as (

    select
        *,
        {{ meets('operator', 'number_seen', 'words_seen', 'threshold') }} as is_met,
        case
            when exit_threshold is null
                then {{ meets('operator', 'number_seen', 'words_seen', 'threshold') }}
            when operator = 'is'
                then not {{ meets('operator', 'number_seen', 'words_seen', 'exit_threshold') }}
            else {{ meets('operator', 'number_seen', 'words_seen', 'exit_threshold') }}
        end as is_held
    from seen

)

select
    rule_id,
    period_start,
    segment_type,
    segment,
    -- What may still change, or is of few units, sets nothing off and ends nothing (R3, R10).
    count(case when is_sure then 1 end) = max(conditions) as is_final,
    count(case when is_sure and not is_low_n and is_met then 1 end) = max(conditions)
        as is_triggered,
    count(case when is_sure and not is_low_n and not is_held then 1 end) > 0 as is_over,
    {{ dbt.listagg(
        dbt.concat(['metric_id', "' '", 'coalesce(words_seen, cast(cast(number_seen as decimal(28, 4)) as '
            ~ dbt.type_string() ~ '))']), "', '", 'order by condition_number'
    ) }} as evidence
from judged
group by rule_id, period_start, segment_type, segment
