{% macro median_of_three(a, b, c) %}
    {#- The median of three numbers; of two where one is NULL, their mean; else NULL. -#}
    case
        (case when {{ a }} is null then 1 else 0 end)
        + (case when {{ b }} is null then 1 else 0 end)
        + (case when {{ c }} is null then 1 else 0 end)
        when 0 then greatest(least({{ a }}, {{ b }}), least(greatest({{ a }}, {{ b }}), {{ c }}))
        when 1 then (coalesce({{ a }}, 0) + coalesce({{ b }}, 0) + coalesce({{ c }}, 0)) * 0.5
    end
{%- endmacro %}


{% macro kpi_judged(measurements) %}
    {#- A select: the rows of `measurements` (a union of KPI marts) compared with their own past and judged. Its columns are those of
        kpi_values; the rules are those of benchmark_baseline.

        A series is one KPI, segment and breakdown. A month is held against the three final months before it; a month of a KPI over a
        trailing window, unless it has a column for the month alone, against the three that end one window earlier. -#}
    {%- set series = 'kpi_id, period_grain, segment_type, segment, breakdown' -%}
    {%- set of_series = 'partition by ' ~ series -%}
    {%- set by_month = of_series ~ ' order by month_number' -%}
    {%- set until_now = by_month ~ ' rows between unbounded preceding and current row' %}
with catalog as (

    select * from {{ ref('kpi_catalog') }}

),

bounds as (

    select * from {{ ref('kpi_bounds') }}

),

-- How far back the newest of the months lies that a month of a KPI is held against.
reaches as (

    select
        periods.kpi_id,
        periods.period_start,
        greatest(
            max(catalog.compared_months_back),
            min({{ dbt.datediff('finals.period_start', 'periods.period_start', 'month') }})
        ) as months_back
    from {{ ref('kpi_periods') }} as periods
    inner join {{ ref('kpi_periods') }} as finals
        on periods.kpi_id = finals.kpi_id and periods.period_start > finals.period_start and finals.is_final
    inner join catalog on periods.kpi_id = catalog.kpi_id
    group by periods.kpi_id, periods.period_start

),

measurements as (

    select
        measured.*,
        extract(year from measured.period_start) * 12 + extract(month from measured.period_start) as month_number,
        -- What later months are held against.
        case when measured.is_final and segment_months.month_start is null then measured.comparable_value end
            as past_value
    from {{ measurements }} as measured
    left join {{ ref('dim_segment_months') }} as segment_months
        on
            measured.period_start = segment_months.month_start
            and measured.segment_type = segment_months.segment_type
            and measured.segment = segment_months.segment
            and segment_months.is_part_month

),

neighbours as (

    select
        *,
        max(value) over ({{ by_month }} range between 1 preceding and 1 preceding) as previous_value,
        max(value) over ({{ by_month }} range between 12 preceding and 12 preceding) as value_a_year_before,
        max(past_value) over ({{ by_month }} range between 1 preceding and 1 preceding) as past_value_1,
        max(past_value) over ({{ by_month }} range between 2 preceding and 2 preceding) as past_value_2,
        count(past_value) over ({{ until_now }}) as past_months
    from measurements

),

-- What a later month is held against, as it stood at the end of each month. Means are of decimals: sums of
-- floating-point numbers depend on their order.
baselines as (

    select
        {{ series }},
        month_number,
        past_months,
        {{ median_of_three('past_value', 'past_value_1', 'past_value_2') }} as baseline,
        past_value is null or past_value_1 is null or past_value_2 is null as is_baseline_provisional,
        {% for n in (1, 2, 3) -%}
        max(case when past_months = {{ n }} then past_value end) over ({{ of_series }}) as first_value_{{ n }},
        {% endfor -%}
        avg(cast(past_value as decimal(28, 12))) over ({{ until_now }}) as mean_value,
        avg(cast(abs(past_value - past_value_1) as decimal(28, 12))) over ({{ until_now }}) as mean_moving_range
    from neighbours

),

held as (

    select
        neighbours.*,
        catalog.direction,
        catalog.is_signed,
        catalog.is_two_sided,
        catalog.is_trailing,
        catalog.band_rule,
        catalog.good_at_is_watch,
        catalog.bad_at_is_bad,
        coalesce(own_bounds.good_at, bounds.good_at) as good_at,
        coalesce(own_bounds.bad_at, bounds.bad_at) as bad_at,
        coalesce(own_bounds.target_value, bounds.target_value) as target_value,
        baselines.baseline,
        baselines.baseline is not null and baselines.is_baseline_provisional as is_baseline_provisional,
        case
            when baselines.past_months >= 3
                then {{ median_of_three('first_value_1', 'first_value_2', 'first_value_3') }}
        end as first_baseline,
        -- Three points make no control limits, and windows that overlap move too little for them.
        case
            when baselines.past_months >= 6 and not catalog.is_trailing
                then baselines.mean_value - 2.66 * baselines.mean_moving_range
        end as lower_limit,
        case
            when baselines.past_months >= 6 and not catalog.is_trailing
                then baselines.mean_value + 2.66 * baselines.mean_moving_range
        end as upper_limit
    from neighbours
    inner join catalog on neighbours.kpi_id = catalog.kpi_id
    inner join bounds
        on
            neighbours.kpi_id = bounds.kpi_id
            and neighbours.period_start = bounds.period_start
            and bounds.segment_type = '(any)'
    left join bounds as own_bounds
        on
            neighbours.kpi_id = own_bounds.kpi_id
            and neighbours.period_start = own_bounds.period_start
            and neighbours.segment_type = own_bounds.segment_type
            and neighbours.segment = own_bounds.segment
    left join reaches on neighbours.kpi_id = reaches.kpi_id and neighbours.period_start = reaches.period_start
    left join baselines
        on
            neighbours.kpi_id = baselines.kpi_id
            and neighbours.period_grain = baselines.period_grain
            and neighbours.segment_type = baselines.segment_type
            and neighbours.segment = baselines.segment
            and neighbours.breakdown = baselines.breakdown
            and neighbours.month_number - reaches.months_back = baselines.month_number

),

-- By how much a value fell or rose against its baseline: a share of it, or for KPIs that can be negative in steps of half the
-- distance from good to bad. 1 is what is worth telling.
moved as (

    select
        *,
        case when not is_signed then comparable_value / nullif(baseline, 0) end as baseline_index,
        case when not is_signed then comparable_value / nullif(first_baseline, 0) end as first_baseline_index,
        case
            when is_signed then comparable_value <= baseline - 0.5 * abs(good_at - bad_at)
            else comparable_value / nullif(baseline, 0) <= 0.8
        end as has_fallen,
        case
            when is_signed then comparable_value >= baseline + 0.5 * abs(good_at - bad_at)
            else comparable_value / nullif(baseline, 0) >= 1.2
        end as has_risen,
        coalesce(comparable_value < lower_limit, true) as is_below_limits,
        coalesce(comparable_value > upper_limit, true) as is_above_limits
    from held

),

signalled as (

    select
        *,
        case
            when has_fallen is null then null
            when not (has_fallen and is_below_limits) and not (has_risen and is_above_limits) then 'steady'
            when is_two_sided then 'changed'
            when (direction = 'up') = has_risen then 'favourable'
            else 'adverse'
        end as signal,
        case when band_rule = 'baseline' then baseline_index else value end as judged_value
    from moved

),

remembered as (

    select
        *,
        max(signal) over ({{ by_month }} range between 1 preceding and 1 preceding) as previous_signal
    from signalled

)

select
    kpi_id,
    period_grain,
    period_start,
    segment_type,
    segment,
    breakdown,
    numerator,
    denominator,
    value,
    sample_size,
    n_pending,
    is_final,
    segment_type <> 'customer' and sample_size < 30 as is_low_n,
    case
        when band_rule = 'none' or breakdown <> 'all' then 'none'
        when value is null then coalesce(empty_band, 'no_data')
        when judged_value is null then 'none'
        when good_at is null
            then case
                when signal is null then 'none'
                when signal <> 'adverse' then 'good'
                when previous_signal = 'adverse' then 'bad'
                else 'watch'
            end
        when direction = 'up' and judged_value < bad_at then bad_band
        when direction <> 'up' and judged_value > bad_at then bad_band
        when bad_at_is_bad and judged_value = bad_at then bad_band
        when good_at_is_watch and judged_value = good_at then 'watch'
        when direction = 'up' and judged_value >= good_at then good_band
        when direction <> 'up' and judged_value <= good_at then good_band
        else 'watch'
    end as band,
    previous_value,
    value - previous_value as value_change,
    value_a_year_before,
    value - value_a_year_before as year_change,
    baseline,
    is_baseline_provisional,
    baseline_index,
    first_baseline,
    first_baseline_index,
    signal,
    good_at,
    bad_at,
    target_value
from remembered
{% endmacro %}
