with customer_months as (select * from {{ ref('fct_customer_usage_months') }}),

{% set histogram = [
    'users_on_1_day', 'users_on_2_to_3_days', 'users_on_4_to_7_days', 'users_on_8_to_14_days',
    'users_on_15_to_21_days', 'users_on_22_or_more_days',
] -%}

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        power_users as numerator,
        active_users as denominator,
        case when active_users > 0 then 1 else 0 end as units,
        {% for bin in histogram -%}
        {{ bin }},
        {% endfor -%}
        0 as n_pending
    from customer_months
    where active_users is not null
),

{% set extras = {} -%}
{% for bin in histogram -%}
{% do extras.update({bin: 'cast(sum(' ~ bin ~ ') as bigint)'}) -%}
{% endfor -%}

{{ kpi_rows('power_users', extras=extras) }}

select * from kpi_rows
