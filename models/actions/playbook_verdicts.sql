with gathered as (
    select
        candidates.*,
        runs.decision,
        runs.until_on,
        runs.result,
        playbooks.audience,
        candidates.is_rule_in_force and playbooks.playbook_id is not null as is_ruled,
        coalesce(subjects.is_present, false) as is_present,
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
    left join {{ ref('playbooks') }} as playbooks on candidates.playbook_id = playbooks.playbook_id
    left join {{ ref('playbook_subjects') }} as subjects
        on
            candidates.segment_type = subjects.segment_type
            and candidates.segment = subjects.segment
    left join {{ ref('playbook_runs') }} as runs on candidates.action_id = runs.action_id
),

-- The first that is so.
judged as (
    select
        action_id,
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
    {{ dbt.split_part('verdict', "': '", 1) }} as state,
    {{ dbt.split_part('verdict', "': '", 2) }} as reason
from judged
