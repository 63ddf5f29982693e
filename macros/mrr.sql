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


{% macro policy_number(name) %}
    {#- The value of a policy variable that is a number, as text; an error where it is not one that it may be. -#}
    {%- set text = var(name) | string -%}
    {%- set wanted = {
        'mrr_bridge_days': 'a number of days, 0 = off', 'cac_lag_months': 'a whole number of months',
        'gross_margin': 'a share above 0, at most 1', 'health_days': 'a number of days, 31 or more',
    }[name] -%}
    {%- if name == 'gross_margin' -%}
        {%- set is_allowed = text | float(-1) > 0 and text | float(-1) <= 1 -%}
    {%- else -%}
        {%- set is_allowed = text.isdigit() and text | int >= {'health_days': 31}.get(name, 0) -%}
    {%- endif -%}
    {%- if not is_allowed -%}
        {%- do exceptions.raise_compiler_error("var " ~ name ~ " is '" ~ text ~ "'; it is " ~ wanted) -%}
    {%- endif -%}
    {{ return(text) }}
{% endmacro %}


{% macro bridge_days() %}
    {#- var mrr_bridge_days as a number. -#}
    {{ return(policy_number('mrr_bridge_days') | int) }}
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


{% macro net_prices(spans, key) %}
    {#- The CTEs that take the discounts which var mrr_discounts counts off prices: percentages multiply, amounts come off after them,
        and nothing goes below 0 (R5).

        spans  the CTE of what is priced: the columns of `key`, source_system, item_id, list_amount and priced_at, the instant just
               before which a discount must hold
        key    columns that identify a row of it

        The result is the CTE `net_prices`: key, net_amount, and may_differ_from_invoice where a discount is held that does
        not count, or an amount off, which MRR shares over what is in force and an invoice over what it bills.
        All off has no logarithm, hence the smallest factor. -#}
    {%- set policies = {
        'durable': 'discounts.discount_end is null or discounts.discount_end >= ' ~ dbt.dateadd('month', 12, 'discounts.discount_start'),
        'in_force': '1 = 1',
        'none': '1 = 0',
    } -%}
    discounts_held as (

        select
            {%- for column in key %}
            spans.{{ column }},
            {%- endfor %}
            spans.list_amount,
            discounts.discount_type,
            discounts.discount,
            coalesce(
                discounts.is_recurring
                and discounts.discount_start < spans.priced_at
                and (discounts.discount_end is null or discounts.discount_end >= spans.priced_at)
                and ({{ policies[policy('mrr_discounts')] }}),
                false
            ) as is_counted
        from {{ spans }} as spans
        left join {{ ref('union_item_discounts') }} as discounts
            on
                spans.source_system = discounts.source_system
                and spans.item_id = discounts.item_id
                and discounts.applies_from < spans.priced_at
                and (discounts.applies_to is null or discounts.applies_to >= spans.priced_at)

    ),

    discount_sums as (

        select
            {%- for column in key %}
            {{ column }},
            {%- endfor %}
            list_amount,
            min(case when is_counted and discount_type = 'percent' then 1 - discount else 1 end) as smallest_factor,
            sum(
                case
                    when is_counted and discount_type = 'percent' and discount < 1 then ln(cast(1 - discount as double precision))
                    else 0
                end
            ) as log_factor,
            sum(case when is_counted and discount_type = 'amount' then discount else 0 end) as amount_off,
            max(case when discount is not null and (not is_counted or discount_type = 'amount') then 1 else 0 end) = 1
                as may_differ_from_invoice
        from discounts_held
        group by {{ key | join(', ') }}, list_amount

    ),

    net_prices as (

        select
            {%- for column in key %}
            {{ column }},
            {%- endfor %}
            may_differ_from_invoice,
            case
                when smallest_factor = 0 then 0
                else greatest(list_amount * round(exp(log_factor), 10) - amount_off, 0)
            end as net_amount
        from discount_sums

    )
{%- endmacro %}
