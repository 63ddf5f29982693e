{% macro costs_by_segment(costs, amounts, months=1, lag=0) %}
    {#- A select: one row per month and segment with what was spent in the `months` months that end `lag` months before it (rule R13): the
        company's ('all'), and that of each segment of type segment, NULL unless at least 80 % of the company's is booked to segments.

        costs    the CTE of what is spent: month_start, segment (empty: the whole company's) and `amounts`
        amounts  its columns to sum, each judged by itself -#}
    select
        months.month_start,
        'all' as segment_type,
        'all' as segment,
        {%- for amount in amounts %}
        sum(costs.{{ amount }}) as {{ amount }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('dim_months') }} as months
    inner join {{ costs }} as costs
        on
            costs.month_start > {{ add_months('months.month_start', -(months + lag)) }}
            and costs.month_start <= {{ add_months('months.month_start', -lag) }}
    group by months.month_start
    union all
    select
        shares.month_start,
        'segment' as segment_type,
        shares.segment,
        {%- for amount in amounts %}
        case when shares.{{ amount }}_booked >= 0.8 * shares.{{ amount }}_in_all then shares.{{ amount }} end
            as {{ amount }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            months.month_start,
            costs.segment,
            {%- for amount in amounts %}
            sum(costs.{{ amount }}) as {{ amount }},
            sum(sum(costs.{{ amount }})) over (partition by months.month_start) as {{ amount }}_in_all,
            sum(sum(case when costs.segment is not null then costs.{{ amount }} end)) over (partition by months.month_start)
                as {{ amount }}_booked{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref('dim_months') }} as months
        inner join {{ costs }} as costs
            on
                costs.month_start > {{ add_months('months.month_start', -(months + lag)) }}
                and costs.month_start <= {{ add_months('months.month_start', -lag) }}
        group by months.month_start, costs.segment
    ) as shares
    where shares.segment is not null
{% endmacro %}
