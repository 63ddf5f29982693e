with rules as (select * from {{ ref('playbook_rules_in_force') }}),

past as (select * from {{ ref('playbook_past') }}),

finished as (
    select
        playbook_id,
        segment_type,
        segment,
        max(changed_on) as last_finished_on
    from past
    where {{ is_finished('state', 'reason') }}
    group by playbook_id, segment_type, segment
)

select
    episodes.action_id,
    episodes.rule_id,
    {% for column in ('playbook_id', 'kpi_id', 'severity') -%}
    coalesce(rules.{{ column }}, past.{{ column }}) as {{ column }},
    {% endfor -%}
    episodes.segment_type,
    episodes.segment,
    episodes.trigger_period_start,
    case when {{ is_live('past.state') }} then past.conditions_id else rules.conditions_id end
        as conditions_id,
    coalesce(past.evidence, episodes.evidence) as evidence,
    past.state as past_state,
    past.reason as past_reason,
    coalesce(past.change_number, 0) as change_number,
    past.opened_on,
    past.due_on,
    past.expires_on,
    past.arr_at_risk_amount as past_arr_at_risk_amount,
    rules.rule_id is not null as is_rule_in_force,
    coalesce(past.conditions_id <> rules.conditions_id, false) as is_rule_changed,
    episodes.is_over,
    coalesce(checks.is_triggered, false) as was_triggered,
    finished.last_finished_on,
    known.as_of
from {{ ref('playbook_episodes') }} as episodes
cross join (select max(as_of) as as_of from {{ ref('dim_months') }}) as known
left join rules on episodes.rule_id = rules.rule_id
left join past on episodes.action_id = past.action_id
left join finished
    on
        coalesce(rules.playbook_id, past.playbook_id) = finished.playbook_id
        and episodes.segment_type = finished.segment_type
        and episodes.segment = finished.segment
left join {{ ref('playbook_checks') }} as checks
    on
        episodes.rule_id = checks.rule_id
        and episodes.segment_type = checks.segment_type
        and episodes.segment = checks.segment
        and episodes.trigger_period_start = checks.period_start
where rules.rule_id is not null or past.action_id is not null
