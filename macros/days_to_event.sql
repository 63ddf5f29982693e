{#- Rule R11: days from a clock to an event that not everybody has reached. -#}

{% macro days_from(clock, reached_on) %}
    {#- The days from one date to another: 0 where it came before, NULL where it has not come. -#}
    case
        when {{ reached_on }} < {{ clock }} then 0
        else {{ dbt.datediff(clock, reached_on, 'day') }}
    end
{%- endmacro %}


{% macro median_days_reached(days, among='true') %}
    {#- The median of days to something among the units for which a condition holds. NULL is "not reached yet", later than every number;
        of the two middle ones the lower, so that it is somebody's. NULL where the median itself is not reached. -#}
    nullif(percentile_disc(0.5) within group (order by case when {{ among }} then coalesce({{ days }}, 2147483647) end), 2147483647)
{%- endmacro %}


{% macro kpi_days_to_event() %}
    {#- The CTEs `known` and `measured` of a KPI of days to an event, from the CTE `clocks`: customer_id, segment_month, breakdown,
        clock_started_on, reached_on (NULL: not yet) and what the extras of days_to_event read. What was reached after the last complete
        month is not known yet. -#}
    known as (

        select max(next_month_start) as known_until from {{ ref('dim_months') }}

    ),

    timed as (

        select
            clocks.*,
            case
                when clocks.reached_on < known.known_until then {{ days_from('clocks.clock_started_on', 'clocks.reached_on') }}
            end as days,
            {{ dbt.datediff('clocks.clock_started_on', 'known.known_until', 'day') }} as observed_days
        from clocks
        cross join known

    ),

    measured as (

        select
            *,
            {{ month_of('clock_started_on') }} as period_start,
            case when days is null then 0 else 1 end as numerator,
            1 as denominator,
            1 as units,
            case when observed_days < 90 then 1 else 0 end as n_pending
        from timed

    )
{%- endmacro %}


{% macro days_to_event(reached, extras={}) %}
    {#- What kpi_rows is given for such a KPI: {argument: expression}. The value is the median of `days`; a cohort counts once its youngest
        member has been observed for 90 days, and is final once the median lies within what that one has been observed for.

        reached  the verb of the columns <verb>_in_30_days, …_60_days and …_90_days: shares of the cohort
        extras   {further column: aggregate}, empty like all others until the cohort counts -#}
    {%- set is_observed = 'coalesce(min(observed_days) >= 90, false)' -%}
    {%- set median = median_days_reached('days') -%}
    {%- set columns = {
        'is_not_reached': is_observed ~ ' and ' ~ median ~ ' is null',
        'youngest_observed_days': 'cast(min(observed_days) as bigint)',
    } -%}
    {%- set further = {} -%}
    {%- for limit in [30, 60, 90] -%}
        {%- do further.update({
            reached ~ '_in_' ~ limit ~ '_days':
                'cast(count(case when days <= ' ~ limit ~ ' then 1 end) as double precision) / count(*)',
        }) -%}
    {%- endfor -%}
    {%- do further.update(extras) -%}
    {%- for name, aggregate in further.items() -%}
        {%- do columns.update({name: 'case when ' ~ is_observed ~ ' then ' ~ aggregate ~ ' end'}) -%}
    {%- endfor -%}
    {{ return({
        'numerator': 'case when ' ~ is_observed ~ ' then sum(numerator) end',
        'denominator': 'case when ' ~ is_observed ~ ' then sum(denominator) end',
        'value': 'case when ' ~ is_observed ~ ' then ' ~ median ~ ' end',
        'sample_size': 'case when ' ~ is_observed ~ ' then count(distinct measured.customer_id) else 0 end',
        'is_final':
            'case when coalesce(summed.n_pending, 0) > 0 then false'
            ' when coalesce(summed.sample_size, 0) = 0 then kpi_periods.is_final'
            ' else coalesce(summed.value <= summed.youngest_observed_days, false) end',
        'extras': columns,
    }) }}
{% endmacro %}
