{%- set is_customer = "members.segment_type = 'customer'" -%}
-- Of each customer its last month; one that left is worth what it paid before.
with customers as (
    select
        seen.*,
        attributes.touch_model,
        preferences.preferred_channel,
        preferences.touch_preference,
        row_number() over (partition by seen.customer_id order by seen.month_start desc) as recency,
        seen.movement <> 'churn'
        and seen.month_start = (select max(known.month_start) from {{ ref('dim_months') }} as known)
            as is_present,
        case seen.movement when 'churn' then -12 * seen.mrr_change_amount else seen.arr_amount end
            as worth_amount,
        case
            when seen.movement = 'churn' then 1
            {% for band, weight in var('playbook_risk_weights').items() -%}
            when seen.health_band = '{{ band }}' then {{ weight }}
            {% endfor -%}
            else 0
        end as risk_weight
    from {{ ref('customer_360') }} as seen
    left join {{ ref('fct_customer_attributes') }} as attributes
        on
            seen.customer_id = attributes.customer_id
            and seen.month_start = attributes.month_start
    left join {{ ref('kpi_channel_preference') }} as preferences
        on
            preferences.segment_type = 'customer'
            and preferences.breakdown = 'all'
            and seen.customer_id = preferences.segment
            and seen.month_start = preferences.period_start
)

select
    members.segment_type,
    members.segment,
    {% for column in ('name', 'csm_id', 'csm_name', 'preferred_channel', 'touch_preference') -%}
    case when {{ is_customer }} then max(customers.{{ column }}) end as {{ column }},
    {% endfor -%}
    -- Without a touch model and a CSM there is nobody who could call.
    case
        when not {{ is_customer }} then 'both'
        when max(lower(customers.touch_model)) like '%digital%' then 'digital_led'
        when max(customers.touch_model) is null and max(customers.csm_id) is null then 'digital_led'
        else 'high_touch'
    end as coverage,
    max(case when customers.is_present then 1 else 0 end) = 1 as is_present,
    {{ is_customer }} and max(customers.health_override_score) is not null as is_overridden,
    cast(sum(customers.worth_amount) as decimal(28, 6)) as arr_amount,
    cast(sum(customers.worth_amount * customers.risk_weight) as decimal(28, 6))
        as arr_at_risk_amount
from customers
inner join {{ ref('brg_customer_segments') }} as members
    on
        customers.customer_id = members.customer_id
        and customers.month_start = members.month_start
        and (customers.is_present or {{ is_customer }})
where customers.recency = 1
group by members.segment_type, members.segment
