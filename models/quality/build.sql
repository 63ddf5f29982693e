{% set policies = [
    'reporting_tz', 'reporting_currency', 'mrr_discounts', 'mrr_trial', 'mrr_past_due', 'mrr_pause',
    'mrr_bridge_days', 'default_schedule',
] -%}
with newest as (

    {{ newest_record() }}

),

dated as (

    select {{ add_days(reporting_date('max(newest_at)'), 1) }} as day_after_newest from newest

)

select
    '{{ invocation_id }}' as build_id,
    '{{ flags.WHICH }}' as command,
    '{{ selection_of_build() | replace("'", "''") }}' as selection,
    {% if env_var('AS_OF', '') -%}
    cast('{{ env_var("AS_OF") }}' as date) as as_of,
    {% else -%}
    day_after_newest as as_of,
    {% endif -%}
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as started_at,
    {{ git_revision() }} as git_revision,
    '{{ sources_on() | join(" ") }}' as sources
    {%- for policy in policies %},
    '{{ var(policy) }}' as {{ policy }}
    {%- endfor %}
from dated
