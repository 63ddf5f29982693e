{% test kpi_mart(model) %}
    {#- What holds for every KPI mart: one row per period, segment and breakdown; value empty or a number; never negative
        counts; nothing pending in a final month. Failing rows name the rule. -#}
    with kpi as (

        select * from {{ model }}

    ),

    repeated as (

        select period_grain, period_start, segment_type, segment, breakdown
        from kpi
        group by period_grain, period_start, segment_type, segment, breakdown
        having count(*) > 1

    )

    select 'unique' as rule, period_start, segment_type, segment, breakdown from repeated
    union all
    select 'key_is_not_null' as rule, period_start, segment_type, segment, breakdown from kpi
    where kpi_id is null or period_grain is null or period_start is null or segment_type is null or segment is null or breakdown is null
    union all
    select 'value_is_a_number' as rule, period_start, segment_type, segment, breakdown from kpi
    where value is not null and not (value between -1e15 and 1e15)
    union all
    select 'sizes_are_counts' as rule, period_start, segment_type, segment, breakdown from kpi
    where sample_size is null or sample_size < 0 or n_pending is null or n_pending < 0
    union all
    select 'nothing_is_pending_in_a_final_month' as rule, period_start, segment_type, segment, breakdown from kpi
    where is_final is null or (is_final and n_pending > 0)
    union all
    select 'no_value_without_a_sample' as rule, period_start, segment_type, segment, breakdown from kpi
    where value is not null and sample_size = 0
{% endtest %}
