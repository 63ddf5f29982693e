with known as (

    select max(next_month_start) as known_until from {{ ref('dim_months') }}

),

aged as (

    select
        adoptions.customer_id,
        adoptions.feature_id,
        {{ month_of('adoptions.clock_started_on') }} as month_start,
        {{ dbt.datediff('adoptions.clock_started_on', 'adoptions.adopted_on', 'day') }}
            as days,
        {{ dbt.datediff('adoptions.clock_started_on', 'known.known_until', 'day') }}
            as observed_days
    from {{ ref('fct_feature_adoptions') }} as adoptions
    cross join known

),

measured as (

    {% for breakdown in ["'all'", 'feature_id'] -%}
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        {{ breakdown }} as breakdown,
        case when days is null then 0 else 1 end as numerator,
        1 as denominator,
        1 as units,
        case when observed_days < 90 then 1 else 0 end as n_pending,
        days,
        observed_days
    from aged
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- R11: a cohort counts once its youngest member has been observed for 90 days; it is final once its
-- median lies within what that one has been observed for.
{% set is_observed = 'coalesce(min(observed_days) >= 90, false)' -%}
{% set extras = {
    'is_not_reached': is_observed ~ ' and ' ~ median_days_reached('days') ~ ' is null',
    'youngest_observed_days': 'cast(min(observed_days) as bigint)',
} -%}
{% for limit in [30, 60, 90] -%}
{% do extras.update({
    'adopted_in_' ~ limit ~ '_days': 'case when ' ~ is_observed ~ ' then cast(count(case when days <= '
        ~ limit ~ ' then 1 end) as double precision) / count(*) end',
}) -%}
{% endfor -%}

{{ kpi_rows(
    'time_to_adoption',
    numerator='case when ' ~ is_observed ~ ' then sum(numerator) end',
    denominator='case when ' ~ is_observed ~ ' then sum(denominator) end',
    value='case when ' ~ is_observed ~ ' then ' ~ median_days_reached('days') ~ ' end',
    sample_size='case when ' ~ is_observed
        ~ ' then count(distinct measured.customer_id) else 0 end',
    is_final="case when coalesce(summed.n_pending, 0) > 0 then false"
        " when coalesce(summed.sample_size, 0) = 0 then kpi_periods.is_final"
        ' else coalesce(summed.value <= summed.youngest_observed_days, false) end',
    extras=extras
) }}

select * from kpi_rows
