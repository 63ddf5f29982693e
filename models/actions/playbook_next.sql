select
    candidates.action_id,
    candidates.change_number,
    candidates.past_state,
    candidates.past_reason,
    verdicts.state,
    verdicts.reason,
    candidates.rule_id,
    candidates.playbook_id,
    candidates.kpi_id,
    candidates.segment_type,
    candidates.segment,
    candidates.severity,
    playbooks.owner_role,
    {{ owner_of('playbooks.owner_role', 'subjects.csm_id') }} as owner_id,
    playbooks.coverage,
    candidates.trigger_period_start,
    candidates.conditions_id,
    candidates.evidence,
    coalesce(subjects.arr_at_risk_amount, candidates.past_arr_at_risk_amount, 0)
        as arr_at_risk_amount,
    candidates.opened_on,
    candidates.due_on,
    candidates.expires_on,
    runs.until_on,
    playbooks.due_in_days,
    playbooks.expires_in_days,
    candidates.as_of
from {{ ref('playbook_candidates') }} as candidates
inner join {{ ref('playbook_verdicts') }} as verdicts on candidates.action_id = verdicts.action_id
left join {{ ref('playbooks') }} as playbooks on candidates.playbook_id = playbooks.playbook_id
left join {{ ref('playbook_subjects') }} as subjects
    on
        candidates.segment_type = subjects.segment_type
        and candidates.segment = subjects.segment
left join {{ ref('playbook_runs') }} as runs on candidates.action_id = runs.action_id
where
    -- What ends before it began is nobody's.
    {{ is_live('candidates.past_state') }} or verdicts.state in ('open', 'suppressed')
