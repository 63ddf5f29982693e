{#- What the quality models see of raw tables, read from what their sources declare. -#}

{% macro observed_tables(key=none) %}
    {#- The raw tables of the enabled sources, or those that declare `key` in their meta: [{source, table, id, optional, dated_by, is_log,
        told_apart_by}]. [] while parsing.

        id             its first column
        optional       the columns that may be empty or absent
        dated_by       the column that says when a row happened
        told_apart_by  the columns in which two rows differ unless they are one thing, whatever ids they have
        is_log         too large to be read whole for every look -#}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() | sort(attribute='unique_id') if node.source_name in sources_on() -%}
            {%- set meta = node.config.meta -%}
            {%- if not key or meta.get(key) -%}
                {%- set optional = [] -%}
                {%- for column in node.columns.values() if not column.config.meta.get('required') -%}
                    {%- do optional.append(column.name) -%}
                {%- endfor -%}
                {%- do found.append({
                    'source': node.source_name, 'table': node.name, 'id': node.columns.keys() | first, 'optional': optional,
                    'dated_by': meta.get('dated_by'), 'is_log': meta.get('is_log', false), 'told_apart_by': meta.get('told_apart_by'),
                }) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}


{% macro is_of_the_last_days(table, days) %}
    {#- Whether a row of an observed table happened in so many days before as_of, or later; any row of a table that does not say when. -#}
    {%- if table.dated_by -%}
        {{ try_timestamp(adapter.quote(table.dated_by)) }} >= (select {{ add_days('as_of', -days) }} from {{ ref('build') }})
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}


{% macro referring_columns() %}
    {#- The raw columns of the enabled sources that name a row of another table of the source (meta.references of the column, <table>.<column>):
        [(source, table, column, parent table, parent column)]. [] while parsing. -#}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() | sort(attribute='unique_id') if node.source_name in sources_on() -%}
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
    {#- Whether somebody answers for what a rule of history finds: a row of seed acknowledgements that has not run out. -#}
    exists (
        select 1 from {{ ref('acknowledgements') }} as word
        where
            word.rule = '{{ rule }}'
            and word.subject = {{ subject }}
            and coalesce(word.happened_on, {{ on }}, date '1970-01-01') = coalesce({{ on }}, date '1970-01-01')
            and word.valid_until >= cast((select max(build.started_at) from {{ ref('build') }} as build) as date)
    )
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
