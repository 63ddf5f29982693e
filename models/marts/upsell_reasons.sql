{%- set of_kpis = {
    'seats': ('license_utilization', 'denominator > 0 and 10 * assigned_seats >= 9 * denominator'),
    'roi': ('product_roi', 'value >= 1'),
    'promoter': ('net_promoter_score', 'mean_score >= 9'),
} -%}
with customer_months as (
    select * from {{ ref('fct_customer_months') }}
    where is_active
),

found as (
    {% for reason, (kpi_id, condition) in of_kpis.items() -%}
    select
        segment as customer_id,
        period_start as month_start,
        '{{ reason }}' as reason
    from {{ ref('kpi_' ~ kpi_id) }}
    where segment_type = 'customer' and breakdown = 'all' and {{ condition }}
    union all
    {% endfor -%}
    select
        customer_id,
        month_start,
        'limit' as reason
    from {{ ref('fct_limit_months') }}
    where purchased > 0 and 10 * used >= 8 * purchased
    union all
    select
        customer_id,
        month_start,
        'depth' as reason
    from {{ ref('usage_depth_ranks') }}
    where plan_customers >= 10 and depth_rank >= 0.9
    union all
    select
        customer_months.customer_id,
        customer_months.month_start,
        'outcome' as reason
    from customer_months
    inner join {{ ref('fct_outcomes') }} as outcomes
        on
            customer_months.customer_id = outcomes.customer_id
            and {{ reporting_date('outcomes.verified_at') }}
            < {{ add_months('customer_months.month_start', 1) }}
            and {{ reporting_date('outcomes.verified_at') }}
            >= {{ add_days(add_months('customer_months.month_start', 1), -90) }}
    where outcomes.is_reached and not outcomes.is_cancelled
)

select distinct
    found.customer_id,
    found.month_start,
    found.reason
from found
inner join customer_months
    on
        found.customer_id = customer_months.customer_id
        and found.month_start = customer_months.month_start
