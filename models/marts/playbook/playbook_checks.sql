{%- set of_rule = 'over (partition by rule_id order by condition_number)' -%}
{%- set met = meets('operator', 'number_seen', 'words_seen', 'threshold') -%}
{%- set met_at_exit = meets('operator', 'number_seen', 'words_seen', 'exit_threshold') -%}
{%- set number = 'cast(cast(number_seen as decimal(28, 4)) as ' ~ dbt.type_string() ~ ')' -%}
{%- set of_check = 'rule_id, period_start, segment_type, segment' -%}
-- What holds for a rule stands in its first condition.
with conditions as (
    select
        *,
        first_value(segment_types) {{ of_rule }} as types,
        first_value(is_on_provisional) {{ of_rule }} as may_be_provisional,
        count(*) over (partition by rule_id) as conditions
    from {{ ref('playbook_rules') }}
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
        case conditions.looks_at when 'band' then metrics.band when 'signal' then metrics.signal end
            as words_seen
    from conditions
    inner join {{ ref('playbook_metrics') }} as metrics
        on
            conditions.metric_id = metrics.metric_id
            and {{ is_among('metrics.segment_type', 'conditions.types') }}
),

judged as (
    select
        *,
        {{ met }} as is_met,
        case
            when exit_threshold is null then {{ met }}
            when operator = 'is' then not {{ met_at_exit }}
            else {{ met_at_exit }}
        end as is_held
    from seen
)

select
    {{ of_check }},
    -- What may still change, or is of few units, sets nothing off and ends nothing (R3, R10).
    count(case when is_sure then 1 end) = max(conditions) as is_final,
    count(case when is_sure and not is_low_n and is_met then 1 end) = max(conditions)
        as is_triggered,
    count(case when is_sure and not is_low_n and not is_held then 1 end) > 0 as is_over,
    {{ dbt.listagg(
        dbt.concat(['metric_id', "' '", 'coalesce(words_seen, ' ~ number ~ ')']), "', '",
        'order by condition_number'
    ) }} as evidence
from judged
group by {{ of_check }}
