{%- set owner_id = owner_of('playbooks.owner_role', 'subjects.csm_id') -%}
{%- set at_risk = 'coalesce(subjects.arr_at_risk_amount, changes.arr_at_risk_amount)' -%}
with changes as (
    select
        *,
        row_number() over (partition by action_id order by change_number desc) as recency,
        min(changed_on) over (partition by action_id) as first_seen_on
    from {{ ref('playbook_ledger') }}
)

select
    changes.action_id,
    changes.state,
    changes.reason,
    {{ is_live('changes.state') }} as is_live,
    case when changes.state = 'open' then row_number() over (
        partition by {{ owner_id }}, changes.state
        order by
            {{ severity_order('changes.severity') }} asc, {{ at_risk }} desc, changes.action_id asc
    ) end as priority,
    changes.severity,
    playbooks.kind,
    changes.playbook_id,
    playbooks.name as playbook_name,
    playbooks.action,
    changes.rule_id,
    changes.kpi_id,
    changes.segment_type,
    changes.segment,
    case when changes.segment_type = 'customer' then changes.segment end as customer_id,
    subjects.name as customer_name,
    playbooks.owner_role,
    {{ owner_id }} as owner_id,
    case playbooks.owner_role when 'csm' then subjects.csm_name end as owner_name,
    playbooks.coverage,
    case
        when playbooks.channel <> 'preferred' then playbooks.channel
        when playbooks.coverage <> 'digital_led' and subjects.touch_preference = 'human' then 'call'
        when playbooks.channel = 'preferred' then coalesce(
            subjects.preferred_channel,
            case when subjects.coverage = 'high_touch' then 'call' else 'email' end
        )
    end as channel,
    changes.trigger_period_start,
    changes.evidence,
    subjects.arr_amount,
    cast({{ at_risk }} as decimal(28, 6)) as arr_at_risk_amount,
    changes.first_seen_on,
    changes.opened_on,
    changes.due_on,
    coalesce(changes.state = 'open' and changes.due_on < known.as_of, false) as is_overdue,
    changes.snoozed_until_on,
    changes.expires_on,
    changes.changed_on
from changes
cross join (select max(as_of) as as_of from {{ ref('dim_months') }}) as known
left join {{ ref('playbooks') }} as playbooks on changes.playbook_id = playbooks.playbook_id
left join {{ ref('playbook_subjects') }} as subjects
    on changes.segment_type = subjects.segment_type and changes.segment = subjects.segment
where changes.recency = 1
