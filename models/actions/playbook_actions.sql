with changes as (

    select
        *,
        row_number() over (partition by action_id order by change_number desc) as recency,
        min(changed_on) over (partition by action_id) as first_seen_on
    from {{ ref('playbook_ledger') }}

),

as_of as (

    select max(as_of) as as_of from {{ ref('dim_months') }}

),

described as (

    select
        changes.*,
        changes.state in ('open', 'snoozed', 'suppressed') as is_live,
        playbooks.name as playbook_name,
        playbooks.action,
        playbooks.kind,
        playbooks.owner_role,
        playbooks.coverage,
        subjects.name,
        subjects.arr_amount,
        coalesce(subjects.arr_at_risk_amount, changes.arr_at_risk_amount) as arr_at_risk_now,
        case playbooks.owner_role
            when 'csm' then coalesce(subjects.csm_id, '(unknown)') else playbooks.owner_role
        end as owner_id,
        case playbooks.owner_role when 'csm' then subjects.csm_name end as owner_name,
        case
            when playbooks.channel <> 'preferred' then playbooks.channel
            when playbooks.coverage <> 'digital_led' and subjects.touch_preference = 'human'
                then 'call'
            when playbooks.channel = 'preferred'
                then coalesce(
                    subjects.preferred_channel,
                    case when subjects.coverage = 'high_touch' then 'call' else 'email' end
                )
        end as channel,
        case changes.severity
            when 'critical' then 1 when 'high' then 2 when 'normal' then 3 else 4
        end as severity_order,
        as_of.as_of
    from changes
    cross join as_of
    left join {{ ref('playbooks') }} as playbooks on changes.playbook_id = playbooks.playbook_id
    left join {{ ref('playbook_subjects') }} as subjects
        on changes.segment_type = subjects.segment_type and changes.segment = subjects.segment
    where changes.recency = 1

)

select
    action_id,
    state,
    reason,
    is_live,
    case
        when state = 'open'
            then row_number() over (
                partition by owner_id, state
                order by severity_order asc, arr_at_risk_now desc, action_id asc
            )
    end as priority,
    severity,
    kind,
    playbook_id,
    playbook_name,
    action,
    rule_id,
    kpi_id,
    segment_type,
    segment,
    case when segment_type = 'customer' then segment end as customer_id,
    name as customer_name,
    owner_role,
    owner_id,
    owner_name,
    coverage,
    channel,
    trigger_period_start,
    evidence,
    arr_amount,
    cast(arr_at_risk_now as decimal(28, 6)) as arr_at_risk_amount,
    first_seen_on,
    opened_on,
    due_on,
    coalesce(state = 'open' and due_on < as_of, false) as is_overdue,
    snoozed_until_on,
    expires_on,
    changed_on
from described
