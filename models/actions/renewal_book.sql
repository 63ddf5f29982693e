{#- (why a contract may be lost, over what is known of it), in the order in which they are told. -#}
{%- set reasons = [
    ('end asked for', 'is_cancel_requested'),
    ('term is over', 'days_to_renewal <= 0'),
    ('pays nothing', 'mrr_amount is null or mrr_amount = 0'),
    ('health is bad', "health_band = 'bad'"),
    ('health is unknown', "health_band = 'unknown'"),
    ('use has dropped', 'usage_drop >= 0.25'),
    ('a change there is open', 'open_change_days > 0'),
    ('a P1 ticket is old', 'oldest_p1_days > 1'),
    ('feedback is falling', 'feedback_trend <= -2'),
    ('not met for 60 days', 'days_since_touch > 60'),
    ('never met', 'days_since_touch is null and mrr_amount > 0'),
] -%}
with known as (

    select * from {{ ref('renewal_prospects') }}

),

reasons as (

    select
        source_system,
        contract_id,
        {{ dbt.listagg('reason', "', '", 'order by place') }} as reasons
    from (
        {% for reason, condition in reasons -%}
        select source_system, contract_id, '{{ reason }}' as reason, {{ loop.index }} as place
        from known
        where {{ condition }}
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as found
    group by source_system, contract_id

),

actions as (

    select
        *,
        count(*) over (partition by customer_id) as open_actions,
        row_number() over (
            partition by customer_id
            order by
                case severity
                    when 'critical' then 1 when 'high' then 2 when 'normal' then 3 else 4
                end,
                due_on,
                action_id
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
    reasons.reasons,
    known.health_score,
    known.worst_health_component,
    known.days_since_touch,
    actions.action_id as next_action_id,
    actions.playbook_name as next_action,
    actions.owner_id as next_action_owner_id,
    actions.due_on as next_action_due_on,
    coalesce(actions.open_actions, 0) as open_actions
from known
left join reasons
    on known.source_system = reasons.source_system and known.contract_id = reasons.contract_id
left join actions on known.customer_id = actions.customer_id and actions.place = 1
