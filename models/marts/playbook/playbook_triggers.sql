with rules as (

    select * from {{ ref('playbook_rules_in_force') }}

),

-- The newest month that a rule can judge.
newest as (

    select
        rule_id,
        max(period_start) as period_start
    from {{ ref('playbook_checks') }}
    where is_final
    group by rule_id

),

-- An episode ends in the month in which a condition is over.
counted as (

    select
        *,
        sum(case when is_over then 1 else 0 end) over (
            partition by rule_id, segment_type, segment order by period_start
        ) as episode
    from {{ ref('playbook_checks') }}

),

followed as (

    select
        *,
        min(case when is_triggered then period_start end) over (
            partition by rule_id, segment_type, segment, episode order by period_start
        ) as episode_start
    from counted

)

select
    followed.rule_id,
    rules.playbook_id,
    rules.kpi_id,
    rules.severity,
    followed.segment_type,
    followed.segment,
    followed.period_start,
    followed.episode_start,
    followed.is_triggered,
    followed.is_over,
    followed.evidence
from followed
inner join newest
    on followed.rule_id = newest.rule_id and followed.period_start = newest.period_start
inner join rules on followed.rule_id = rules.rule_id
