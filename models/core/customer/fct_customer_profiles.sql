select
    spine.customer_id,
    spine.month_start,
    customers.name,
    attributes.csm_id,
    case when attributes.csm_id = customers.csm_id then customers.csm_name end as csm_name,
    attributes.segment,
    attributes.tier,
    attributes.industry,
    attributes.region,
    attributes.plan_id,
    attributes.tenure_months,
    spine.mrr_amount,
    cast(12 * spine.mrr_amount as decimal(28, 6)) as arr_amount,
    spine.movement,
    cast(spine.mrr_amount - spine.opening_mrr_amount as decimal(28, 6)) as mrr_change_amount,
    renewals.renewal_on,
    renewals.arr_amount as renewal_arr_amount,
    stages.stage,
    stages.days_in_stage,
    touches.days_since_touch
from {{ ref('fct_customer_months') }} as spine
inner join {{ ref('dim_customers') }} as customers on spine.customer_id = customers.customer_id
{%- for part, relation in {
    'attributes': ref('fct_customer_attributes'),
    'renewals': ref('fct_next_renewals'),
    'stages': ref('fct_customer_stage_months'),
    'touches': ref('fct_touchpoint_months'),
}.items() %}
left join {{ relation }} as {{ part }}
    on spine.customer_id = {{ part }}.customer_id and spine.month_start = {{ part }}.month_start
{%- endfor %}
