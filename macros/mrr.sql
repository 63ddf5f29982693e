{% macro policy(name) %}
    {#- The value of a policy variable of rule R14 as lower-case text; an error where it is none of the values it may have. -#}
    {%- set allowed = {
        'mrr_discounts': ['durable', 'in_force', 'none'], 'mrr_trial': ['exclude', 'include'], 'mrr_past_due': ['count', 'zero'],
        'mrr_pause': ['zero', 'keep'], 'include_usage': ['false', 'true'], 'mrr_loss_date': ['service_end', 'cancel_request'],
        'fx_rate_type': ['constant', 'month_end'],
    }[name] -%}
    {%- set value = var(name) | string | lower -%}
    {%- if value not in allowed -%}
        {%- do exceptions.raise_compiler_error("var " ~ name ~ " is '" ~ var(name) ~ "'; it is one of " ~ allowed | join(', ')) -%}
    {%- endif -%}
    {{ return(value) }}
{% endmacro %}


{% macro bridge_days() %}
    {#- var mrr_bridge_days; an error where it is not a whole number of days. -#}
    {%- set days = var('mrr_bridge_days') | string -%}
    {%- if not days.isdigit() -%}
        {%- do exceptions.raise_compiler_error("var mrr_bridge_days is '" ~ days ~ "'; it is a number of days, 0 = off") -%}
    {%- endif -%}
    {{ return(days | int) }}
{% endmacro %}


{% macro counted_statuses() %}
    {#- The subscription statuses that count as recurring revenue under the policy variables. -#}
    {%- set statuses = ['active'] -%}
    {%- if policy('mrr_past_due') == 'count' -%}{%- do statuses.append('past_due') -%}{%- endif -%}
    {%- if policy('mrr_trial') == 'include' -%}{%- do statuses.append('trialing') -%}{%- endif -%}
    {%- if policy('mrr_pause') == 'keep' -%}{%- do statuses.append('paused') -%}{%- endif -%}
    {{ return(statuses) }}
{% endmacro %}


{% macro months_in_period(interval, interval_count) %}
    {#- The months that one price covers (R5): a week is 12/52, a day 12/365 of one. -#}
    cast({{ interval_count }} as double precision) * case {{ interval }}
        when 'year' then 12.0 when 'month' then 1.0 when 'week' then 12.0 / 52 when 'day' then 12.0 / 365
    end
{%- endmacro %}


{% macro is_within_bridge(start, end) %}
    {#- Whether service that starts at `start` renews service that ended at `end`: at most mrr_bridge_days calendar days later. -#}
    {{ reporting_date(start) }} <= {{ add_days(reporting_date(end), bridge_days()) }}
{%- endmacro %}


{% macro major_unit(currency) %}
    {#- What one of Stripe's minor units is worth in major units: 0.01, or 1 in a currency without decimals. -#}
    case
        when lower({{ currency }}) in (
            'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'ugx', 'vnd', 'vuv', 'xaf', 'xof', 'xpf'
        ) then 1
        when lower({{ currency }}) in ('bhd', 'jod', 'kwd', 'omr', 'tnd') then 0.001
        else 0.01
    end
{%- endmacro %}
