{% set kinds = ['reference', 'testimonial', 'case_study', 'review'] -%}
with acts as (
    select
        customer_id,
        {{ month_of(reporting_date('occurred_at')) }} as month_start,
        kind,
        count(*) as acts
    from {{ ref('fct_advocacy_acts') }}
    group by customer_id, {{ month_of(reporting_date('occurred_at')) }}, kind
),

-- Twelve months are known once they are over since the first act on record.
customer_months as (
    select * from {{ ref('fct_customer_months') }}
    where
        is_active
        and month_start >= (select {{ add_months('min(acts.month_start)', 11) }} from acts)
),

-- A customer counts once, however often it spoke up in the twelve months.
measured as (
    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        case when count(acts.kind) > 0 then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        {%- for kind in kinds %}
        coalesce(sum(case when acts.kind = '{{ kind }}' then acts.acts end), 0) as {{ kind }}_acts,
        {%- endfor %}
        case when sum(acts.acts) > 4 then 1 else 0 end as overused_customers
    from customer_months
    left join acts
        on
            customer_months.customer_id = acts.customer_id
            and acts.month_start > {{ add_months('customer_months.month_start', -12) }}
            and acts.month_start <= customer_months.month_start
    group by customer_months.customer_id, customer_months.month_start
),

{{ kpi_rows(
    'advocacy_activity',
    counts=[
        'reference_acts', 'testimonial_acts', 'case_study_acts', 'review_acts',
        'overused_customers',
    ]
) }}

select * from kpi_rows
