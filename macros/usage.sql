{% macro median_days_reached(days) %}
    {#- R11: the median of days to something, where NULL is "not reached yet", later than every number; the lower of the two
        middle ones, so that it is somebody's. NULL where the median itself is not reached. -#}
    nullif(percentile_disc(0.5) within group (order by coalesce({{ days }}, 2147483647)), 2147483647)
{%- endmacro %}


{% macro usage_drop(users, prior_users, days, prior_days) %}
    {#- The share of use lost in 28 days against the mean of three blocks of 28 days before, whose sums are `prior_`: of active users,
        where fewer than 5 were active in a block of active days, where those were fewer than 20 NULL. -#}
    case
        when {{ prior_users }} >= 3 * 5
            then 1 - cast(3 * {{ users }} as double precision) / {{ prior_users }}
        when {{ prior_days }} >= 3 * 20
            then 1 - cast(3 * {{ days }} as double precision) / {{ prior_days }}
    end
{%- endmacro %}
