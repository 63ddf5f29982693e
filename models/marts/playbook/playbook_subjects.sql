{%- set weights = var('playbook_risk_weights') -%}
with last_month as (

    select max(month_start) as month_start from {{ ref('dim_months') }}

),

ranked as (

    select
        *,
        row_number() over (partition by customer_id order by month_start desc) as recency
    from {{ ref('customer_360') }}

),

-- A customer that left is worth what it paid before.
customers as (

    select
        ranked.*,
        attributes.touch_model,
        preferences.preferred_channel,
        preferences.touch_preference,
        ranked.month_start = last_month.month_start and ranked.movement <> 'churn' as is_present,
        case ranked.movement
            when 'churn' then -12 * ranked.mrr_change_amount else ranked.arr_amount
        end as worth_amount,
        case
            when ranked.movement = 'churn' then 1
            {% for band, weight in weights.items() -%}
            when ranked.health_band = '{{ band }}' then {{ weight }}
            {% endfor -%}
            else 0
        end as risk_weight
    from ranked
    cross join last_month
    left join {{ ref('fct_customer_attributes') }} as attributes
        on
            ranked.customer_id = attributes.customer_id
            and ranked.month_start = attributes.month_start
    left join {{ ref('kpi_channel_preference') }} as preferences
        on
            preferences.segment_type = 'customer'
            and preferences.breakdown = 'all'
            and ranked.customer_id = preferences.segment
            and ranked.month_start = preferences.period_start
    where ranked.recency = 1

)

select
    members.segment_type,
    members.segment,
    {% for column in ('name', 'csm_id', 'csm_name', 'preferred_channel', 'touch_preference') -%}
    case when members.segment_type = 'customer' then max(customers.{{ column }}) end
        as {{ column }},
    {% endfor -%}
    -- Without a touch model and a CSM there is nobody who could call.
    case
        when members.segment_type <> 'customer' then 'both'
        when max(lower(customers.touch_model)) like '%digital%' then 'digital_led'
        when max(customers.touch_model) is null and max(customers.csm_id) is null then 'digital_led'
        else 'high_touch'
    end as coverage,
    max(case when customers.is_present then 1 else 0 end) = 1 as is_present,
    members.segment_type = 'customer' and max(customers.health_override_score) is not null
        as is_overridden,
    cast(sum(customers.worth_amount) as decimal(28, 6)) as arr_amount,
    cast(sum(customers.worth_amount * customers.risk_weight) as decimal(28, 6))
        as arr_at_risk_amount
from customers
inner join {{ ref('brg_customer_segments') }} as members
    on
        customers.customer_id = members.customer_id
        and customers.month_start = members.month_start
        and (customers.is_present or members.segment_type = 'customer')
group by members.segment_type, members.segment
