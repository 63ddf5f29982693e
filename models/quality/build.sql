with newest as (

    {{ newest_record() }}

),

dated as (

    select {{ add_days(reporting_date('max(newest_at)'), 1) }} as day_after_newest from newest

)

select
    '{{ invocation_id }}' as build_id,
    '{{ flags.WHICH }}' as command,
    {{ text_literal(selection_of_build()) }} as selection,
    coalesce({{ as_of_given() }}, day_after_newest) as as_of,
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as started_at,
    {{ git_revision() }} as git_revision,
    '{{ sources_on() | join(" ") }}' as sources,
    {{ policy_columns() }}
from dated
