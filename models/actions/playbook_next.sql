with playbooks as (

    select * from {{ ref('playbooks') }}

),

gathered as (

    select
        candidates.*,
        playbooks.owner_role,
        playbooks.coverage,
        playbooks.due_in_days,
        playbooks.expires_in_days,
        case playbooks.owner_role
            when 'csm' then coalesce(subjects.csm_id, '(unknown)') else playbooks.owner_role
        end as owner_id,
        coalesce(subjects.arr_at_risk_amount, candidates.past_arr_at_risk_amount, 0)
            as arr_at_risk_amount,
        runs.decision,
        runs.until_on,
        runs.result,
        candidates.is_rule_in_force and playbooks.playbook_id is not null as is_ruled,
        coalesce(subjects.is_present, false) as is_present,
        playbooks.audience,
        playbooks.coverage in ('both', subjects.coverage) or candidates.segment_type <> 'customer'
            as is_covered,
        candidates.opened_on is null
        and (
            candidates.as_of
            < {{ add_days('candidates.last_finished_on', 'playbooks.cooldown_days') }}
            or candidates.as_of < {{ add_days('runs.last_run_on', 'playbooks.cooldown_days') }}
        ) as is_in_cooldown,
        playbooks.respects_override and subjects.is_overridden as is_overridden
    from {{ ref('playbook_candidates') }} as candidates
    left join playbooks on candidates.playbook_id = playbooks.playbook_id
    left join {{ ref('playbook_subjects') }} as subjects
        on
            candidates.segment_type = subjects.segment_type
            and candidates.segment = subjects.segment
    left join {{ ref('playbook_runs') }} as runs on candidates.action_id = runs.action_id

),

-- The first that is so.
judged as (

    select
        *,
        case
            when not is_ruled then 'closed: rule_removed'
            when audience = 'present' and not is_present then 'closed: left'
            when audience = 'left' and is_present then 'closed: came_back'
            when not is_covered then 'closed: coverage_changed'
            when decision = 'done' then 'done: decision'
            when decision = 'dismiss' then 'closed: dismissed'
            when result is not null then {{ dbt.concat(["'done: play_'", 'result']) }}
            when is_over and was_triggered then 'closed: improved'
            when is_over and is_rule_changed then 'closed: rule_changed'
            when is_over then 'closed: restated'
            when decision = 'snooze' and until_on > as_of then 'snoozed: decision'
            when past_state = 'open' and expires_on <= as_of then 'expired: nobody_acted'
            when is_in_cooldown then 'suppressed: cooldown'
            when is_overridden then 'suppressed: override'
            else 'open: due'
        end as verdict
    from gathered

)

select
    action_id,
    change_number,
    past_state,
    past_reason,
    {{ dbt.split_part('verdict', "': '", 1) }} as state,
    {{ dbt.split_part('verdict', "': '", 2) }} as reason,
    rule_id,
    playbook_id,
    kpi_id,
    segment_type,
    segment,
    severity,
    owner_role,
    owner_id,
    coverage,
    trigger_period_start,
    conditions_id,
    evidence,
    arr_at_risk_amount,
    opened_on,
    due_on,
    expires_on,
    until_on,
    due_in_days,
    expires_in_days,
    as_of
from judged
where
    -- What ends before it began is nobody's.
    past_state in ('open', 'snoozed', 'suppressed')
    or verdict in ('open: due', 'suppressed: cooldown', 'suppressed: override')
