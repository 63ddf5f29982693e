{%- set last_day = '(select max(changed_on) from ' ~ this ~ ')' if is_incremental() else 'null' -%}
{%- set kept = 'rule_id, playbook_id, kpi_id, segment_type, segment, severity,'
    ' trigger_period_start, conditions_id, evidence' -%}
-- Who is open keeps its place before others of its severity; the rest of an owner's room goes to
-- what is worth most. One to many takes nobody's time.
with fitted as (
    select
        next.*,
        next.state = 'open' and next.coverage <> 'digital_led' and coalesce(
            row_number() over (
                partition by
                    next.owner_role, next.owner_id, next.state, next.coverage = 'digital_led'
                order by
                    {{ severity_order('next.severity') }} asc,
                    case when next.past_state in ('open', 'snoozed') then 0 else 1 end asc,
                    next.arr_at_risk_amount desc,
                    next.action_id asc
            ) > coalesce(own.open_actions, anyone.open_actions), false
        ) as is_too_much
    from {{ ref('playbook_next') }} as next
    left join {{ ref('playbook_capacity') }} as own
        on next.owner_role = own.owner_role and next.owner_id = own.owner_id
    left join {{ ref('playbook_capacity') }} as anyone
        on next.owner_role = anyone.owner_role and anyone.owner_id = '(any)'
),

settled as (
    select
        *,
        case when is_too_much then 'suppressed' else state end as next_state,
        case when is_too_much then 'capacity' else reason end as next_reason,
        state = 'open' and not is_too_much and (opened_on is null or past_state = 'closed')
            as is_opening
    from fitted
)

select
    action_id,
    cast(change_number + 1 as bigint) as change_number,
    '{{ invocation_id }}' as build_id,
    as_of as changed_on,
    next_state as state,
    next_reason as reason,
    {{ kept }},
    cast(arr_at_risk_amount as decimal(28, 6)) as arr_at_risk_amount,
    case when is_opening then as_of else opened_on end as opened_on,
    {% for column, days in {'due_on': 'due_in_days', 'expires_on': 'expires_in_days'}.items() -%}
    case
        when is_opening then {{ add_days('as_of', days) }}
        when next_state = 'snoozed' then {{ add_days('until_on', days) }}
        else {{ column }}
    end as {{ column }},
    {% endfor -%}
    case when next_state = 'snoozed' then until_on end as snoozed_until_on
from settled
where
    (past_state is null or next_state <> past_state or next_reason <> past_reason)
    -- A run is not guarded, and a build as of an earlier day knows less: neither is remembered.
    and {{ 'false' if flags.WHICH == 'run' else 'true' }}
    and as_of >= coalesce({{ last_day }}, as_of)
