{%- set told = [] -%}
{%- for reason, condition in renewal_risks().items() -%}
{%- do told.append("case when " ~ condition ~ " then ', " ~ reason ~ "' else '' end") -%}
{%- endfor -%}
with known as (
    select
        *,
        nullif(substr({{ dbt.concat(told) }}, 3), '') as reasons
    from {{ ref('renewal_prospects') }}
),

actions as (
    select
        *,
        count(*) over (partition by customer_id) as open_actions,
        row_number() over (
            partition by customer_id
            order by {{ severity_order('severity') }} asc, due_on asc, action_id asc
        ) as place
    from {{ ref('playbook_actions') }}
    where state = 'open' and customer_id is not null
)

select
    known.source_system,
    known.contract_id,
    known.customer_id,
    known.customer_name,
    known.csm_id,
    known.csm_name,
    known.segment,
    known.renewal_on,
    known.days_to_renewal,
    known.arr_amount,
    case
        when known.is_cancel_requested then 'cancel_requested'
        when known.days_to_renewal <= 0 then 'late'
        else coalesce(known.health_band, 'unknown')
    end as risk,
    known.reasons,
    known.health_score,
    known.worst_health_component,
    known.days_since_touch,
    actions.action_id as next_action_id,
    actions.playbook_name as next_action,
    actions.owner_id as next_action_owner_id,
    actions.due_on as next_action_due_on,
    coalesce(actions.open_actions, 0) as open_actions
from known
left join actions on known.customer_id = actions.customer_id and actions.place = 1
