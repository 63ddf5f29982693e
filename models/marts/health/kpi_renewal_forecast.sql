with outlooks as (select * from {{ ref('health_renewal_outlooks') }}),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        cast(due_arr_amount * probability as decimal(28, 6)) as numerator,
        cast(null as decimal(28, 6)) as denominator,
        1 as units,
        0 as n_pending,
        due_arr_amount,
        case when is_at_risk then due_arr_amount else 0 end as at_risk_arr_amount,
        case when renewal_class = 'renewed' then due_arr_amount else 0 end as renewed_arr_amount,
        kept_arr_amount,
        is_final
    from outlooks
),

{#- Where nobody knows how often such contracts are kept there is no forecast, not a lower one. -#}
{% set forecast = 'case when count(numerator) = count(*) then sum(numerator) end' -%}
{% set actual = 'case when count(case when is_final then 1 end) = count(*)'
    ' then sum(kept_arr_amount) end' -%}
{{ kpi_rows(
    'renewal_forecast',
    value=forecast,
    numerator=forecast,
    amounts=['due_arr_amount', 'renewed_arr_amount', 'at_risk_arr_amount'],
    extras={
        'kept_arr_amount': 'cast(' ~ actual ~ ' as decimal(28, 6))',
        'forecast_error':
            'abs(cast(' ~ actual ~ ' / nullif(' ~ forecast ~ ', 0) as double precision) - 1)',
    }
) }}

select * from kpi_rows
