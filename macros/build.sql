{% macro selection_of_build() %}
    {#- What this invocation was narrowed to, as text; '' when it is a whole build. -#}
    {%- set parts = [] -%}
    {%- for name in ('select', 'models', 'exclude', 'selector', 'resource_types', 'exclude_resource_types', 'empty', 'sample') -%}
        {%- set value = invocation_args_dict.get(name) -%}
        {%- if name == 'exclude_resource_types' -%}
            {%- set value = (value or []) | map('string') | reject('in', ['unit_test', 'unit_tests']) | list -%}
        {%- endif -%}
        {%- if value -%}{%- do parts.append(name ~ '=' ~ (value if value is string else value | join(' ') if value is iterable else value)) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(parts | join('; ')) }}
{% endmacro %}


{% macro is_whole_build() %}
    {#- Whether this invocation is a `dbt build` of everything: only such a one publishes and writes status.json. -#}
    {{ return(flags.WHICH == 'build' and not selection_of_build()) }}
{% endmacro %}


{% macro git_revision() %}
    {#- The commit that is being built, as an SQL expression. -#}
    {{ return(adapter.dispatch('git_revision')()) }}
{% endmacro %}

{% macro default__git_revision() %}{{ return("'" ~ env_var('GIT_REVISION', '') ~ "'") }}{% endmacro %}

{% macro duckdb__git_revision() %}{{ return("getvariable('git_revision')") }}{% endmacro %}


{% macro as_of_given() %}
    {#- The environment variable AS_OF as a date, NULL when it is not set. -#}
    {{ return("cast(nullif('" ~ env_var('AS_OF', '') | replace("'", "''") ~ "', '') as date)") }}
{% endmacro %}


{% macro policy_columns() %}
    {#- The policy variables of rule R14 as columns of text, so that a build says by which policies it was made. -#}
    {%- set columns = [] -%}
    {%- for name in ('reporting_tz', 'reporting_currency', 'default_schedule') -%}
        {%- do columns.append(text_literal(var(name)) ~ ' as ' ~ name) -%}
    {%- endfor -%}
    {%- for name in (
        'mrr_discounts', 'mrr_trial', 'mrr_past_due', 'mrr_pause', 'include_usage', 'mrr_loss_date', 'fx_rate_type',
    ) -%}
        {%- do columns.append(text_literal(policy(name)) ~ ' as ' ~ name) -%}
    {%- endfor -%}
    {%- for name in ('mrr_bridge_days', 'cac_lag_months', 'gross_margin', 'health_days') -%}
        {%- do columns.append("'" ~ policy_number(name) ~ "' as " ~ name) -%}
    {%- endfor -%}
    {{ return(columns | join(',\n    ')) }}
{% endmacro %}


{% macro newest_record() %}
    {#- The day after the newest record in raw billing or events: max over every raw column that its source lists under
        meta.as_of_columns. -#}
    {%- set branches = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() | sort(attribute='unique_id') if node.source_name in sources_on() -%}
            {%- for column in node.config.meta.get('as_of_columns', []) -%}
                {%- do branches.append('select max(' ~ try_timestamp(column) ~ ') as newest_at from '
                    ~ node.schema ~ '.' ~ adapter.quote(node.identifier)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(branches | join('\n        union all\n        ') or 'select cast(null as timestamp) as newest_at') }}
{% endmacro %}


{% macro record_build(results) %}
    {#- on-run-end: appends dbt's own results to history.dbt_results and, for a whole build, writes status.json. -#}
    {%- if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'snapshot') -%}
        {%- do record_results(results) -%}
        {%- if is_whole_build() -%}
            {%- set failing = [] -%}
            {%- for result in results if result.status | string in ('error', 'fail', 'runtime error') -%}
                {%- do failing.append({
                    'layer': result.node.fqn[1] if result.node.resource_type != 'test' else 'tests',
                    'rule': result.node.name, 'status': result.status | string,
                    'failures': result.failures, 'message': end_of_message(result),
                }) -%}
            {%- endfor -%}
            {%- set published = [] -%}
            {%- if adapter.get_relation(target.database, 'history', 'publish') -%}
                {%- for row in run_query("select is_published, refusal from history.publish where build_id = '" ~ invocation_id ~ "'") -%}
                    {%- if row['is_published'] -%}
                        {%- do published.append(true) -%}
                    {%- else -%}
                        {%- do failing.append({'layer': 'publish', 'rule': 'publish', 'message': row['refusal']}) -%}
                    {%- endif -%}
                {%- endfor -%}
            {%- endif -%}
            {%- do write_status('published' if published and not failing else 'failed', failing) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{% macro end_of_message(result) %}
    {#- The last 2000 characters of what dbt says of a node: an error stands at the end of its traceback. -#}
    {{ return((result.message or '')[-2000:]) }}
{% endmacro %}


{% macro results_history() %}
    {#- on-run-start: makes history.dbt_results, where record_results keeps what dbt says of every node, or adds the columns that it did
        not have yet. -#}
    {%- if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'snapshot') -%}
        {%- do run_query('create schema if not exists history') -%}
        {%- set columns = {
            'build_id': dbt.type_string(), 'finished_at': 'timestamp', 'command': dbt.type_string(), 'node': dbt.type_string(),
            'resource_type': dbt.type_string(), 'status': dbt.type_string(), 'failures': 'bigint', 'seconds': 'double precision',
            'message': dbt.type_string(), 'layer': dbt.type_string(), 'table_name': dbt.type_string(),
            'owner': dbt.type_string(), 'failing_keys': dbt.type_string(),
        } -%}
        {%- set definitions = [] -%}
        {%- for name, type in columns.items() -%}{%- do definitions.append(name ~ ' ' ~ type) -%}{%- endfor -%}
        {%- do run_query('create table if not exists history.dbt_results (' ~ definitions | join(', ') ~ ')') -%}
        {%- for definition in definitions -%}
            {%- do run_query('alter table history.dbt_results add column if not exists ' ~ definition) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{% macro record_results(results) %}
    {#- Appends dbt's own result of every node of this command to history.dbt_results, a test's with the table that it is of (of several the first), who
        answers for that, and the first 50 failing rows as JSON. -#}
    {%- set rows = [] -%}
    {%- for result in results -%}
        {%- set is_test = result.node.resource_type == 'test' -%}
        {%- set tested = graph.nodes.get(result.node.attached_node or result.node.depends_on.nodes | first) if is_test else none -%}
        {%- set meta = tested.config.meta if tested else {} -%}
        {%- set values = [
            invocation_id, run_started_at.strftime('%Y-%m-%d %H:%M:%S'), flags.WHICH, result.node.unique_id, result.node.resource_type,
            result.status, result.failures, result.execution_time, end_of_message(result),
            ('seeds' if tested.resource_type == 'seed' else tested.fqn[1]) if tested else none, tested.schema ~ '.' ~ tested.alias if tested else none,
            meta.get('kpi', meta).get('owner'), failing_rows(result),
        ] -%}
        {%- set literals = [] -%}
        {%- for value in values -%}
            {%- do literals.append('null' if value is none else "'" ~ value | string | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ literals | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- if rows -%}
        {%- do run_query(
            'insert into history.dbt_results (build_id, finished_at, command, node, resource_type, status, failures, seconds, message, layer, '
            ~ 'table_name, owner, failing_keys) values ' ~ rows | join(',\n')
        ) -%}
    {%- endif -%}
{% endmacro %}


{% macro failing_rows(result) %}
    {#- The first 50 rows that a failing data test found, as a JSON list; none of anything else. -#}
    {%- if result.node.resource_type == 'test' and result.status == 'fail' and target.type == 'duckdb' -%}
        {%- set found = run_query(
            'select cast(to_json(list(failing)) as varchar) from (select * from (' ~ result.node.compiled_code ~ '\n) limit 50) as failing'
        ) -%}
        {{ return(found.columns[0].values()[0]) }}
    {%- endif -%}
    {{ return(none) }}
{% endmacro %}


{% macro write_status(state, failing) %}
    {#- status.json beside the published file: the last attempt, what failed in it, and the last good build. A frozen green
        file must not look fresh. -#}
    {{ return(adapter.dispatch('write_status')(state, failing)) }}
{% endmacro %}

{% macro default__write_status(state, failing) %}{% endmacro %}

{% macro duckdb__write_status(state, failing) %}
    {%- set last_good = "null" -%}
    {%- if adapter.get_relation(target.database, 'history', 'publish') -%}
        {%- set last_good = "(
            select to_json(struct_pack(build_id := build_id, published_at := published_at, as_of := as_of, git_revision := git_revision))
            from history.publish where is_published order by published_at desc limit 1)" -%}
    {%- endif -%}
    {%- set rules = gate_failures() + failing -%}
    {%- do run_query("
        copy (
            select
                '" ~ state ~ "' as state,
                '" ~ invocation_id ~ "' as build_id,
                '" ~ run_started_at.strftime('%Y-%m-%dT%H:%M:%SZ') ~ "' as attempted_at,
                " ~ git_revision() ~ " as git_revision,
                '" ~ sources_on() | join(' ') ~ "' as sources,
                cast('" ~ tojson(rules) | replace("'", "''") ~ "' as json) as failing_rules,
                cast(" ~ last_good ~ " as json) as last_good_build
        ) to '" ~ env_var('PUBLISHED_DIR', 'published') | replace("'", "''") ~ "/status.json' (format json)
    ") -%}
{% endmacro %}


{% macro gate_failures() %}
    {#- The expectations that failed in this build: [{layer, rule, table, …}]. -#}
    {%- set failures = [] -%}
    {%- for layer in ('raw', 'staging', 'core', 'marts') if adapter.get_relation(target.database, 'history', 'gate_' ~ layer) -%}
        {%- for row in run_query("
            select layer, suite, rule, table_name, severity, owner, failing_count, example
            from history.gate_" ~ layer ~ " where build_id = '" ~ invocation_id ~ "' and status <> 'passed'
        ") -%}
            {%- do failures.append({
                'layer': row['layer'], 'rule': row['suite'] ~ '.' ~ row['rule'], 'table': row['table_name'], 'status': row['severity'],
                'owner': row['owner'], 'failures': row['failing_count'] | int, 'message': row['example'],
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(failures) }}
{% endmacro %}
