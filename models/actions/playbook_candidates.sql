with past as (

    select
        *,
        row_number() over (
            partition by rule_id, segment_type, segment
            order by trigger_period_start desc, change_number desc
        ) as recency,
        state in ('open', 'snoozed', 'suppressed') as is_live,
        state in ('done', 'expired') or reason = 'dismissed' as is_finished
    from {{ ref('playbook_past') }}

),

finished as (

    select
        playbook_id,
        segment_type,
        segment,
        max(changed_on) as last_finished_on
    from past
    where is_finished
    group by playbook_id, segment_type, segment

),

as_of as (

    select max(as_of) as as_of from {{ ref('dim_months') }}

),

rules as (

    select * from {{ ref('playbook_rules_in_force') }}

),

-- An action is of the first month of its episode, and stays that as long as it lives. One that was
-- closed comes back where its condition holds again after all; after one that was finished the next
-- is of the month that still holds.
placed as (

    select
        coalesce(past.rule_id, triggers.rule_id) as rule_id,
        coalesce(past.segment_type, triggers.segment_type) as segment_type,
        coalesce(past.segment, triggers.segment) as segment,
        case
            when past.is_live then past.trigger_period_start
            when coalesce(past.trigger_period_start < triggers.episode_start, true)
                then triggers.episode_start
            when past.is_finished then triggers.period_start
            else past.trigger_period_start
        end as trigger_period_start,
        triggers.evidence,
        -- What was never opened has to be as bad as on the day it would open.
        case
            when past.opened_on is null then not triggers.is_triggered else triggers.is_over
        end as is_over
    from past
    full join {{ ref('playbook_triggers') }} as triggers
        on
            past.rule_id = triggers.rule_id
            and past.segment_type = triggers.segment_type
            and past.segment = triggers.segment
            and past.recency = 1
    where
        (past.recency = 1 and past.is_live)
        or (
            triggers.is_triggered
            and not coalesce(
                past.is_finished and past.trigger_period_start >= triggers.period_start, false
            )
        )

)

select
    {{ surrogate_key([
        'placed.rule_id', 'placed.segment_type', 'placed.segment', 'placed.trigger_period_start'
    ]) }} as action_id,
    placed.rule_id,
    coalesce(rules.playbook_id, past.playbook_id) as playbook_id,
    coalesce(rules.kpi_id, past.kpi_id) as kpi_id,
    coalesce(rules.severity, past.severity) as severity,
    placed.segment_type,
    placed.segment,
    placed.trigger_period_start,
    case
        when past.state in ('open', 'snoozed', 'suppressed') then past.conditions_id
        else rules.conditions_id
    end as conditions_id,
    coalesce(past.evidence, placed.evidence) as evidence,
    past.state as past_state,
    past.reason as past_reason,
    coalesce(past.change_number, 0) as change_number,
    past.opened_on,
    past.due_on,
    past.expires_on,
    past.arr_at_risk_amount as past_arr_at_risk_amount,
    rules.rule_id is not null as is_rule_in_force,
    coalesce(past.conditions_id <> rules.conditions_id, false) as is_rule_changed,
    coalesce(placed.is_over, false) as is_over,
    coalesce(checks.is_triggered, false) as was_triggered,
    finished.last_finished_on,
    as_of.as_of
from placed
cross join as_of
left join rules on placed.rule_id = rules.rule_id
left join past
    on
        placed.rule_id = past.rule_id
        and placed.segment_type = past.segment_type
        and placed.segment = past.segment
        and placed.trigger_period_start = past.trigger_period_start
left join finished
    on
        coalesce(rules.playbook_id, past.playbook_id) = finished.playbook_id
        and placed.segment_type = finished.segment_type
        and placed.segment = finished.segment
left join {{ ref('playbook_checks') }} as checks
    on
        placed.rule_id = checks.rule_id
        and placed.segment_type = checks.segment_type
        and placed.segment = checks.segment
        and placed.trigger_period_start = checks.period_start
where rules.rule_id is not null or past.action_id is not null
