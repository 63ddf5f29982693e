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
