-- What holds for a rule stands in its first condition; what it asks for, in all, as one id.
with today as (

    select max(as_of) as as_of from {{ ref('dim_months') }}

),

rules as (

    select
        rule_id,
        max(playbook_id) as playbook_id,
        max(kpi_id) as kpi_id,
        max(severity) as severity,
        max(valid_from) as valid_from,
        max(valid_until) as valid_until,
        {{ dbt.hash(dbt.listagg(
            surrogate_key([
                'metric_id', 'looks_at', 'operator', 'threshold', 'exit_threshold', 'segment_types'
            ]), "','", 'order by condition_number'
        )) }} as conditions_id
    from {{ ref('playbook_rules') }}
    group by rule_id

)

select
    rules.rule_id,
    rules.playbook_id,
    rules.kpi_id,
    rules.severity,
    rules.conditions_id
from rules
cross join today
where
    coalesce(rules.valid_from <= today.as_of, true)
    and coalesce(rules.valid_until > today.as_of, true)
