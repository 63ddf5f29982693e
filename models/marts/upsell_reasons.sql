{%- set of_kpi = "segment_type = 'customer' and breakdown = 'all' and " -%}
{%- set seats = in_words('assigned_seats') ~ " || ' of ' || " ~ in_words('denominator') -%}
{%- set used = in_words('used') ~ " || ' of ' || " ~ in_words('purchased') -%}
{%- set peers = in_words('plan_customers') -%}
{#- reason: (where it is read, from what on it is one, its evidence in words). -#}
{%- set reasons = {
    'seats': (
        ref('kpi_license_utilization'),
        of_kpi ~ 'denominator > 0 and 10 * assigned_seats >= 9 * denominator', seats ~ " || ' seats assigned'"
    ),
    'roi': (ref('kpi_product_roi'), of_kpi ~ 'value >= 1', "'net return on cost ' || " ~ in_words('value', 2)),
    'promoter':
        (ref('kpi_net_promoter_score'), of_kpi ~ 'mean_score >= 9', "'mean NPS score ' || " ~ in_words('mean_score', 2)),
    'limit': (ref('fct_limit_months'), 'purchased > 0 and 10 * used >= 8 * purchased', used ~ " || ' ' || limit_type"),
    'depth': (
        ref('usage_depth_ranks'), 'plan_customers >= 10 and depth_rank >= 0.9',
        "'use in the top tenth of ' || " ~ peers ~ " || ' customers of the plan'"
    ),
} -%}
{%- set verified_on = reporting_date('outcomes.verified_at') -%}
{%- set ends_on = add_months('customer_months.month_start', 1) -%}
with found as (
    {% for reason, (relation, condition, evidence) in reasons.items() -%}
    select
        {{ 'segment' if of_kpi in condition else 'customer_id' }} as customer_id,
        {{ 'period_start' if of_kpi in condition else 'month_start' }} as month_start,
        '{{ reason }}' as reason,
        {{ evidence }} as evidence
    from {{ relation }}
    where {{ condition }}
    union all
    {% endfor -%}
    select
        customer_months.customer_id,
        customer_months.month_start,
        'outcome' as reason,
        'outcome verified on ' || cast({{ verified_on }} as {{ dbt.type_string() }}) as evidence
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('fct_outcomes') }} as outcomes
        on
            customer_months.customer_id = outcomes.customer_id
            and {{ verified_on }} < {{ ends_on }}
            and {{ verified_on }} >= {{ add_days(ends_on, -90) }}
    where outcomes.is_reached and not outcomes.is_cancelled
)

select
    found.customer_id,
    found.month_start,
    found.reason,
    {{ dbt.listagg('distinct found.evidence', "', '", 'order by found.evidence') }} as evidence
from found
inner join {{ ref('fct_customer_months') }} as customer_months
    on
        found.customer_id = customer_months.customer_id
        and found.month_start = customer_months.month_start
where customer_months.is_active
group by found.customer_id, found.month_start, found.reason
