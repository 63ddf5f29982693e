{%- set seats = in_words('assigned_seats') ~ " || ' of ' || " ~ in_words('denominator') -%}
{%- set of_kpis = [
    ('seats', 'license_utilization', '10 * assigned_seats >= 9 * denominator and denominator > 0', seats ~ " || ' seats assigned'"),
    ('roi', 'product_roi', 'value >= 1', "'net return on cost ' || " ~ in_words('value', 2)),
    ('promoter', 'net_promoter_score', 'mean_score >= 9', "'mean NPS score ' || " ~ in_words('mean_score', 2)),
] -%}
{%- set verified_on = reporting_date('outcomes.verified_at') -%}
{%- set ends_on = add_months('customer_months.month_start', 1) -%}
with found as (
    {% for reason, kpi_id, condition, evidence in of_kpis -%}
    select
        segment as customer_id,
        period_start as month_start,
        '{{ reason }}' as reason,
        {{ evidence }} as evidence
    from {{ ref('kpi_' ~ kpi_id) }}
    where segment_type = 'customer' and breakdown = 'all' and {{ condition }}
    union all
    {% endfor -%}
    select
        customer_id,
        month_start,
        'limit' as reason,
        {{ in_words('used') }} || ' of ' || {{ in_words('purchased') }} || ' ' || limit_type
            as evidence
    from {{ ref('fct_limit_months') }}
    where 10 * used >= 8 * purchased and purchased > 0
    union all
    select
        customer_id,
        month_start,
        'depth' as reason,
        'top tenth of ' || {{ in_words('plan_customers') }} || ' customers of its plan' as evidence
    from {{ ref('usage_depth_ranks') }}
    where plan_customers >= 10 and depth_rank > 0.9
    union all
    select
        customer_months.customer_id,
        customer_months.month_start,
        'outcome' as reason,
        'outcome verified on ' || cast({{ verified_on }} as {{ dbt.type_string() }}) as evidence
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('fct_outcomes') }} as outcomes
        on customer_months.customer_id = outcomes.customer_id and {{ verified_on }} < {{ ends_on }}
    where
        outcomes.is_reached and not outcomes.is_cancelled
        and {{ verified_on }} >= {{ add_days(ends_on, -90) }}
)

select
    found.customer_id,
    found.month_start,
    found.reason,
    {{ dbt.listagg('distinct found.evidence', "', '", 'order by found.evidence') }} as evidence
from found
inner join {{ ref('fct_customer_months') }} as spine
    on found.customer_id = spine.customer_id and found.month_start = spine.month_start
where spine.is_active
group by found.customer_id, found.month_start, found.reason
