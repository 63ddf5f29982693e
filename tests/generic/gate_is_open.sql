{% test gate_is_open(model) %}
    {#- Rows are what keeps this build's gate closed: critical rules that did not pass, or no judgement at all. Together with
        dbt's ordering this stops every later layer. -#}
    with latest as (

        select
            gate.*,
            rank() over (order by gate.judged_at desc) as judgement
        from {{ model }} as gate
        inner join {{ ref('build') }} as build on gate.build_id = build.build_id

    ),

    closed_by as (

        select suite, rule, failing_count, example
        from latest
        where severity = 'critical' and status <> 'passed'

        union all

        select 'gate' as suite, 'judged_this_build' as rule, 1 as failing_count, '' as example
        from {{ ref('build') }}
        where build_id not in (select build_id from latest)

    )

    select * from closed_by
{% endtest %}
