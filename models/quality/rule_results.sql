{%- set layers = ['raw', 'staging', 'core', 'marts'] -%}
with expectations as (

    {% for layer in layers -%}
    select * from {{ ref('gate_' ~ layer) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- What on-run-end keeps of every command; a gate's own test says again what its expectations said.
tests as (

    select * from {{ this.database }}.history.dbt_results
    where resource_type = 'test' and node not like '%.gate\_%\_is\_open.%' escape '\'

),

united as (

    select
        build_id,
        judged_at,
        'expectation' as kind,
        layer,
        table_name,
        suite || '.' || rule as rule,
        severity,
        owner,
        status,
        failing_count,
        failing_keys,
        reason,
        fix,
        seconds
    from expectations

    union all

    select
        build_id,
        finished_at as judged_at,
        'dbt test' as kind,
        layer,
        table_name,
        {{ dbt.split_part('node', "'.'", 3) }} as rule,
        'critical' as severity,
        owner,
        case status when 'pass' then 'passed' when 'fail' then 'failed' else status end as status,
        failures as failing_count,
        failing_keys,
        case when status <> 'pass' then message end as reason,
        cast(null as {{ dbt.type_string() }}) as fix,
        seconds
    from tests

)

select * from united
