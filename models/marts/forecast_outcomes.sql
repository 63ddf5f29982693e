with asked as (
    {% for days, months in {30: 1, 60: 2, 90: 3, 180: 6}.items() -%}
    select
        standings.*,
        {{ days }} as horizon_days,
        months.next_month_start as known_on,
        {{ add_days('months.next_month_start', days) }} as until_on,
        {{ add_months('months.month_start', months) }} as until_month_start,
        months.as_of >= {{ add_days('months.next_month_start', days + bridge_days()) }} as is_over
    from {{ ref('fct_service_standings') }} as standings
    inner join {{ ref('dim_months') }} as months on standings.month_start = months.month_start
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

happened as (
    select
        asked.customer_id,
        asked.month_start,
        asked.horizon_days,
        max(case when asked.is_over then 1 end) as is_over,
        max(case when asked.days_to_term_end <= asked.horizon_days then 1 end) as is_due,
        max(case when churns.lost_on < asked.until_on then 1 else 0 end) as churn,
        max(case when spine.expansion_mrr_amount > 0 then 1 else 0 end) as expansion,
        max(
            case
                when terms.is_superseded then 1
                when terms.is_renewed and 2 * terms.kept_arr_amount >= terms.due_arr_amount then 1
                else 0
            end
        ) as renewal
    from asked
    left join {{ ref('fct_customer_months') }} as spine
        on
            asked.customer_id = spine.customer_id
            and asked.month_start < spine.month_start
            and asked.until_month_start >= spine.month_start
    left join {{ ref('fct_churns') }} as churns
        on
            asked.customer_id = churns.customer_id
            and asked.known_on <= churns.lost_on
            and not churns.is_pause
    left join {{ ref('fct_contract_renewals') }} as terms
        on
            asked.source_system = terms.source_system
            and asked.contract_id = terms.contract_id
    group by asked.customer_id, asked.month_start, asked.horizon_days
)

{% for target in ('churn', 'renewal', 'expansion') -%}
select
    customer_id,
    month_start,
    '{{ target }}' as target,
    horizon_days,
    case when is_over = 1 then {{ target }} = 1 end as has_happened
from happened
{{ 'where is_due = 1' if target == 'renewal' }}
{{ 'union all' if not loop.last }}
{% endfor %}
