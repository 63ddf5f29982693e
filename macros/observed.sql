{#- What the quality models see of raw tables, read from what their sources declare. -#}

{% macro observed_tables(key=none) %}
    {#- The raw tables of the enabled sources that files were found for, or those of them that declare `key` in their meta: [{source, table, id,
        optional, dated_by, is_log, makes_as_of, told_apart_by}]. [] while parsing.

        id             its first column
        optional       the columns that may be empty or absent
        dated_by       the column that says when a row happened
        told_apart_by  the columns in which two rows differ unless they are one thing, whatever ids they have
        is_log         too large to be read whole for every look
        makes_as_of    as_of is read from it -#}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set landed = landed_tables() -%}
        {%- for node in graph.sources.values() | sort(attribute='unique_id')
            if node.source_name in sources_on() and (landed is none or (node.source_name, node.name) in landed) -%}
            {%- set meta = node.config.meta -%}
            {%- if not key or meta.get(key) -%}
                {%- set optional = [] -%}
                {%- for column in node.columns.values() if not column.config.meta.get('required') -%}
                    {%- do optional.append(column.name) -%}
                {%- endfor -%}
                {%- do found.append({
                    'source': node.source_name, 'table': node.name, 'id': node.columns.keys() | first, 'optional': optional,
                    'dated_by': meta.get('dated_by'), 'is_log': meta.get('is_log', false),
                    'makes_as_of': 'as_of_columns' in meta, 'told_apart_by': meta.get('told_apart_by'),
                }) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}


{% macro landed_tables() %}
    {#- [(source, table)] that files were found for; none where landing is not this project's. Asks the engine, since dbt does not know what its
        hooks made. -#}
    {%- set made = run_query("select 1 from information_schema.tables where table_schema = 'quality' and table_name = 'landed_files'") -%}
    {%- if not made | length -%}{{ return(none) }}{%- endif -%}
    {%- set found = [] -%}
    {%- for row in run_query('select distinct source_name, raw_table from quality.landed_files') -%}
        {%- do found.append((row['source_name'], row['raw_table'])) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{% macro days_before_as_of(days) %}
    {#- The date so many days before as_of: a literal, which engines read logs by, once it is known. -#}
    {%- set build = ref('build') -%}
    {%- if execute and load_relation(build) -%}
        {%- set rows = run_query('select ' ~ add_days('as_of', -days) ~ ' as day from ' ~ build) -%}
        {%- if rows | length and rows[0]['day'] is not none -%}{{ return("date '" ~ rows[0]['day'] ~ "'") }}{%- endif -%}
    {%- endif -%}
    {{ return('(select ' ~ add_days('as_of', -days) ~ ' from ' ~ build ~ ')') }}
{% endmacro %}


{% macro is_of_the_last_days(table, since) %}
    {#- Whether a row of an observed table happened on the day `since` or later; any row of a table that does not say when. -#}
    {{ return(try_timestamp(adapter.quote(table.dated_by)) ~ ' >= ' ~ since if table.dated_by else '1 = 1') }}
{%- endmacro %}


{% macro referring_columns() %}
    {#- The raw columns of the enabled sources that name a row of another table of the source (meta.references of the column, <table>.<column>):
        [(source, table, column, parent table, parent column)]. [] while parsing. -#}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set landed = landed_tables() -%}
        {%- for node in graph.sources.values() | sort(attribute='unique_id')
            if node.source_name in sources_on() and (landed is none or (node.source_name, node.name) in landed) -%}
            {%- for column in node.columns.values() if column.config.meta.get('references') -%}
                {%- set parent = column.config.meta['references'].split('.') -%}
                {%- do found.append((node.source_name, node.name, column.name, parent[0], parent[1])) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}


{% macro last_published_build() %}
    {#- The id of the build that was published last, as an SQL expression; NULL where none was. -#}
    {%- if execute and adapter.get_relation(target.database, 'history', 'publish') -%}
        (select max(build_id) from history.publish where published_at = (select max(published_at) from history.publish where is_published))
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}


{% macro acknowledged(rule, subject, on='cast(null as date)') %}
    {#- Whether somebody answers for what a rule of history finds: a row of seed acknowledgements that has not run out. Nobody does where
        seeds were never loaded, as before a first `dbt run`. -#}
    {%- set words = ref('acknowledgements') -%}
    {%- if execute and not words.is_cte and not load_relation(words) -%}
        false
    {%- else -%}
        exists (
            select 1 from {{ words }} as word
            where
                word.rule = '{{ rule }}'
                and word.subject = {{ subject }}
                and coalesce(word.happened_on, {{ on }}, date '1970-01-01') = coalesce({{ on }}, date '1970-01-01')
                and word.valid_until >= cast((select max(build.started_at) from {{ ref('build') }} as build) as date)
        )
    {%- endif -%}
{%- endmacro %}


{% macro published_values() %}
    {#- The company's KPI values as they were published last, as a subquery; without rows where none were. -#}
    {%- if execute and adapter.get_relation(target.database, 'history', 'kpi_values_history') -%}
        (
            select kpi_id, period_grain, period_start, value, sample_size
            from history.kpi_values_history
            where dbt_valid_to is null and segment_type = 'all' and breakdown = 'all' and is_final and value is not null
        )
    {%- else -%}
        (
            select kpi_id, period_grain, period_start, value, sample_size
            from {{ ref('kpi_values') }}
            where 1 = 0
        )
    {%- endif -%}
{%- endmacro %}


{% macro published_segments() %}
    {#- The segments that were published last, by month, as a subquery; without rows where none were. -#}
    {%- if execute and adapter.get_relation(target.database, 'history', 'kpi_values_history') -%}
        (
            select distinct segment_type, segment, period_start
            from history.kpi_values_history
            where dbt_valid_to is null and segment_type not in ('all', 'customer') and sample_size > 0
        )
    {%- else -%}
        (
            select segment_type, segment, month_start as period_start
            from {{ ref('brg_customer_segments') }}
            where 1 = 0
        )
    {%- endif -%}
{%- endmacro %}
