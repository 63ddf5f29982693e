with past as (
    select
        *,
        row_number() over (
            partition by rule_id, segment_type, segment
            order by trigger_period_start desc, change_number desc
        ) as recency,
        {{ is_live('state') }} as is_live,
        {{ is_finished('state', 'reason') }} as is_finished
    from {{ ref('playbook_past') }}
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
        coalesce(
            case
                when past.opened_on is null then not triggers.is_triggered else triggers.is_over
            end, false
        ) as is_over
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
    {{ surrogate_key(['rule_id', 'segment_type', 'segment', 'trigger_period_start']) }}
        as action_id,
    placed.*
from placed
