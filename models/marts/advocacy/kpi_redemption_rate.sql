with units as (
    select
        *,
        {{ month_of(reporting_date('issued_at')) }} as month_start
    from {{ ref('fct_reward_units') }}
    where not is_voided
),

months as (select * from {{ ref('dim_months') }}),

-- R10: redeemed or not, a unit counts once its time is over.
timed as (
    select
        units.*,
        case when units.matured_at <= {{ utc_start_of('months.as_of') }} then 1 else 0 end as due
    from units
    inner join months on units.month_start = months.month_start
),

-- Kinds are never added up: the headline is that of coupons, the others stand beside it.
measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when kind = 'coupon' and is_redeemed_in_time then due * qty else 0 end as numerator,
        case when kind = 'coupon' then due * qty else 0 end as denominator,
        case when kind = 'coupon' then due else 0 end as units,
        {%- for kind in ('reward', 'points') %}
        case when kind = '{{ kind }}' and is_redeemed_in_time then due * qty else 0 end
            as {{ kind }}_redeemed,
        case when kind = '{{ kind }}' then due * qty else 0 end as {{ kind }}_issued,
        case when kind = '{{ kind }}' then due else 0 end as {{ kind }}_lots,
        case when kind = '{{ kind }}' then 1 - due else 0 end as {{ kind }}_pending,
        {%- endfor %}
        case when kind = 'coupon' then 1 - due else 0 end as n_pending
    from timed
),

{% set extras = {} -%}
{% for kind in ('reward', 'points') -%}
{% for column, type in {
    '_redeemed': 'decimal(28, 6)', '_issued': 'decimal(28, 6)', '_lots': 'bigint', '_pending': 'bigint',
}.items() -%}
{% do extras.update({kind ~ column: 'cast(sum(' ~ kind ~ column ~ ') as ' ~ type ~ ')'}) -%}
{% endfor -%}
{% endfor -%}

{{ kpi_rows('redemption_rate', extras=extras) }}

select * from kpi_rows
