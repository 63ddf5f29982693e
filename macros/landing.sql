{#- Landing on DuckDB: one view per declared raw table over the files found under RAW_DIR. Other engines find the loader's
    schemas in place. All that is missing or unreadable comes in one error before a model runs. -#}

{% macro raw_dir() %}
    {{ return(env_var('RAW_DIR', 'data/raw').rstrip('/')) }}
{% endmacro %}


{% macro declared_tables() %}
    {#- The raw tables that the enabled sources declare: [{source, table, required, columns: [{name, type, required, …}], …}].

        meta of a table   file      the name, or the names of which one may be there, of what is landed; else the table's own
                          stand_in  a declared table whose files are read where there are none of these
                          or        a declared table that may be there instead
        meta of a column  also      other names of it, and paths into JSON or structs (price.id) -#}
    {%- set tables = [] -%}
    {%- for node in graph.sources.values() | sort(attribute='unique_id') if node.source_name in sources_on() -%}
        {%- set columns = [] -%}
        {%- for column in node.columns.values() -%}
            {%- do columns.append({
                'name': column.name, 'type': column.data_type or 'varchar',
                'required': column.config.meta.get('required', false), 'also': column.config.meta.get('also', []),
            }) -%}
        {%- endfor -%}
        {%- set file = node.config.meta.get('file', node.name) -%}
        {%- do tables.append({
            'source': node.source_name, 'schema': node.schema, 'table': node.name,
            'files': [file] if file is string else file,
            'stand_in': node.config.meta.get('stand_in'), 'or': node.config.meta.get('or'),
            'required': node.config.meta.get('required', false), 'columns': columns,
        }) -%}
    {%- endfor -%}
    {{ return(tables) }}
{% endmacro %}


{% macro found_files() %}
    {#- What lies under RAW_DIR: {source/name: {format, files, pattern}}, for RAW_DIR/<source>/<name>.<format> and for the
        folder RAW_DIR/<source>/<name>/ of one format. -#}
    {%- set found = {} -%}
    {%- set formats = "'parquet', 'csv', 'json', 'jsonl', 'ndjson'" -%}
    {%- for source in sources_on() -%}
        {%- set root = raw_dir() ~ '/' ~ source ~ '/' -%}
        {%- set rows = run_query("
            with files as (
                select file, substr(file, " ~ (root | length + 1) ~ ") as path
                from glob('" ~ root | replace("'", "''") ~ "**')
            ),
            named as (
                select
                    file,
                    path like '%/%' as in_folder,
                    split_part(split_part(path, '/', 1), '.', 1) as name,
                    regexp_extract(lower(path), '\\.([a-z]+)(\\.gz)?$', 1) as format
                from files
            )
            select name, in_folder, format, count(*) as files, min(file) as example
            from named where format in (" ~ formats ~ ") group by all order by all
        ") -%}
        {%- for row in rows -%}
            {%- set key = source ~ '/' ~ row['name'] -%}
            {%- set pattern = root ~ row['name'] ~ '/**/*.' ~ row['format'] if row['in_folder'] else row['example'] -%}
            {%- set find = {'format': row['format'], 'files': row['files'], 'pattern': pattern, 'also': found.get(key)} -%}
            {%- do found.update({key: find}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{% macro read_files(find) %}
    {#- The table function that reads a find. CSV: dialect pinned, but for the separator that its header shows, and every column text,
        since a sniffed dialect or type can be silently wrong. -#}
    {%- set path = "'" ~ find.pattern | replace("'", "''") ~ "'" -%}
    {%- if find.format == 'parquet' -%}
        read_parquet({{ path }}, union_by_name = true, filename = '_raw_file', hive_partitioning = false)
    {%- elif find.format == 'csv' -%}
        read_csv(
            {{ path }}, all_varchar = true, header = true, delim = '{{ find.delim }}', quote = '"', escape = '"',
            union_by_name = true, filename = '_raw_file', hive_partitioning = false
        )
    {%- else -%}
        read_json_auto({{ path }}, union_by_name = true, filename = '_raw_file', hive_partitioning = false)
    {%- endif -%}
{% endmacro %}


{% macro survey_raw() %}
    {#- Holds what is declared against what was found: {tables: […], problems: [text, …], undeclared: [file, …]}. Each table gains `find` and, per
        column, `found`. Reads only headers, except CSV, which is read whole once to find broken lines. -#}
    {%- set found = found_files() -%}
    {%- set tables, problems = declared_tables(), [] -%}
    {%- for source in sources_on() if source not in var('staging_models') -%}
        {%- do problems.append("SOURCES names '" ~ source ~ "', which this project does not know; known: "
            ~ var('staging_models').keys() | join(', ')) -%}
    {%- endfor -%}
    {%- set declared = [] -%}
    {%- for table in tables -%}
        {%- do table.update({'finds': finds_of(table, found)}) -%}
        {%- for file in table.files -%}{%- do declared.append(table.source ~ '/' ~ file) -%}{%- endfor -%}
    {%- endfor -%}
    {%- set undeclared = found.keys() | reject('in', declared) | sort -%}
    {%- for table in tables -%}
        {%- set name = table.source ~ '.' ~ table.table -%}
        {%- for other in tables if other.source == table.source -%}
            {%- if other.table == table.stand_in and not table.finds -%}{%- do table.update({'finds': finds_of(other, found)}) -%}{%- endif -%}
            {%- if other.table == table['or'] and other.finds -%}{%- do table.update({'required': false}) -%}{%- endif -%}
        {%- endfor -%}
        {%- set find = table.finds[0] if table.finds else none -%}
        {%- do table.update({'find': find}) -%}
        {%- if not find -%}
            {%- set unread = unread_files(table) -%}
            {%- if unread -%}
                {%- do problems.append(name ~ ': ' ~ unread | join(' and ') ~ " is not read: save it as CSV (UTF-8), Parquet or JSON") -%}
            {%- elif table.required -%}
                {%- do problems.append(name ~ ": no file. Expected " ~ raw_dir() ~ '/' ~ table.source ~ '/' ~ table.files | join(' (or ')
                    ~ (')' if table.files | length > 1 else '') ~ ".parquet, .csv or .json, or a folder of that name"
                    ~ ('; ' ~ (table.stand_in or table['or']) ~ ' will do instead' if table.stand_in or table['or'] else '')
                    ~ ('. Files there that no table is declared for: ' ~ undeclared | join(', ') if undeclared else '')) -%}
            {%- endif -%}
        {%- elif table.finds | length > 1 -%}
            {%- do problems.append(name ~ ": " ~ ('two' if table.finds | length == 2 else table.finds | length)
                ~ " different places hold this table: " ~ table.finds | map(attribute='pattern') | join(' and ') ~ ". Keep one") -%}
        {%- else -%}
            {%- set present = {} -%}
            {%- if find.format == 'csv' -%}
                {%- set files = csv_files(find, table) -%}
                {%- do find.update({'delim': files[0].delim, 'is_unreadable': files | selectattr('is_not_utf_8') | list | length > 0}) -%}
                {%- if files | map(attribute='delim') | unique | list | length > 1 -%}
                    {%- do problems.append(name ~ ": files of " ~ find.pattern ~ " part their columns by different marks. Write all of them with commas") -%}
                {%- endif -%}
                {%- for file in files -%}
                    {%- do problems.extend(broken_csv_lines(file, name)) -%}
                    {%- for column in file.columns -%}{%- do present.update({column | lower: 'VARCHAR'}) -%}{%- endfor -%}
                {%- endfor -%}
            {%- else -%}
                {%- set cut = cut_parquets(find) -%}
                {%- for file in cut -%}
                    {%- do find.update({'is_unreadable': true}) -%}
                    {%- do problems.append(name ~ ': ' ~ file ~ ' is cut short: it does not end as a Parquet file does. Load it again') -%}
                {%- endfor -%}
                {%- set described = [] if cut else run_query('describe select * from ' ~ read_files(find)) -%}
                {%- for column in described -%}
                    {%- do present.update({column['column_name'] | lower: column['column_type']}) -%}
                {%- endfor -%}
            {%- endif -%}
            {%- set missing = [] -%}
            {%- for column in table.columns -%}
                {%- set spellings = [] -%}
                {%- for name in [column.name] + column.also if name.split('.')[0] | lower in present -%}
                    {%- do spellings.append({'name': name, 'type': present[name.split('.')[0] | lower]}) -%}
                {%- endfor -%}
                {%- do column.update({'found': spellings}) -%}
                {%- if column.required and not column.found -%}{%- do missing.append(([column.name] + column.also) | join(' or ')) -%}{%- endif -%}
            {%- endfor -%}
            {%- if table.source == 'files' -%}
                {%- set known = table.columns | map(attribute='name') | list + ['_raw_file'] -%}
                {%- do table.update({'ignored': present | reject('in', known) | list}) -%}
            {%- endif -%}
            {%- do find.update({'columns': present | list}) -%}
            {%- if missing and not find.is_unreadable -%}
                {%- do problems.append(name ~ ": required column" ~ ('s ' if missing | length > 1 else ' ') ~ missing | join(', ')
                    ~ " not in " ~ find.pattern ~ ", which has: " ~ present | reject('equalto', '_raw_file') | join(', ')) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'tables': tables, 'problems': problems, 'undeclared': undeclared}) }}
{% endmacro %}


{% macro finds_of(table, found) %}
    {#- Every place under RAW_DIR that holds a table, under any name that it may have. -#}
    {%- set finds = [] -%}
    {%- for file in table.files if found.get(table.source ~ '/' ~ file) -%}
        {%- set find = found.get(table.source ~ '/' ~ file) -%}
        {%- do finds.append(find) -%}
        {%- if find.also -%}{%- do finds.append(find.also) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(finds) }}
{% endmacro %}


{% macro unread_files(table) %}
    {#- Files that have a table's name and a format that is not read, as spreadsheets have. -#}
    {%- set unread = [] -%}
    {%- for file in table.files -%}
        {%- for row in run_query("
            select file from glob('" ~ (raw_dir() ~ '/' ~ table.source ~ '/' ~ file) | replace("'", "''") ~ ".*')
            where regexp_matches(lower(file), '\\.(xlsx?|xlsm|ods|numbers|tsv|txt)$') order by file
        ") -%}
            {%- do unread.append(row['file']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(unread) }}
{% endmacro %}


{% macro cut_parquets(find) %}
    {#- The Parquet files of a find that were not written to their end. -#}
    {%- set files = [] -%}
    {%- if find.format == 'parquet' -%}
        {%- for row in run_query("
            select file from glob('" ~ find.pattern | replace("'", "''") ~ "')
            where list_contains(getvariable('parquet_cut_short'), file) order by file
        ") -%}
            {%- do files.append(row['file']) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(files) }}
{% endmacro %}


{% macro csv_files(find, table) %}
    {#- The files of a find of CSVs with the columns of each one's header: [{path, delim, columns, what is wrong with the whole}]. The header is
        read as a line, since sniffing gives up on a file whose fault is to be named; not in parallel, which may begin elsewhere.
        Columns are parted by the mark that finds the most declared ones, a comma if two find as many. -#}
    {%- set declared = [] -%}
    {%- for column in table.columns -%}
        {%- for name in [column.name] + column.also -%}{%- do declared.append(name.split('.')[0] | lower) -%}{%- endfor -%}
    {%- endfor -%}
    {%- set files = [] -%}
    {%- for row in run_query("
        select
            file,
            list_contains(getvariable('csv_with_mixed_line_ends'), file) as has_mixed_line_ends,
            list_contains(getvariable('csv_not_in_utf_8'), file) as is_not_utf_8
        from glob('" ~ find.pattern | replace("'", "''") ~ "') order by file
    ") -%}
        {%- set header = run_query("
            select line from read_csv(
                '" ~ row['file'] | replace("'", "''") ~ "', auto_detect = false, header = false, columns = {'line': 'varchar'},
                delim = '\x01', quote = '', escape = '', strict_mode = false, ignore_errors = true,
                parallel = false
            ) limit 1
        ") -%}
        {%- set best = namespace(delim=',', columns=[], found=-1) -%}
        {%- for delim in [',', ';', '\t', '|'] if header -%}
            {%- set columns = [] -%}
            {%- for name in modules.re.findall('("(?:[^"]|"")*"|[^' ~ delim ~ ']*)' ~ modules.re.escape(delim), header[0]['line'] ~ delim) -%}
                {%- do columns.append(name.strip().strip('"').strip() or 'column' ~ loop.index0) -%}
            {%- endfor -%}
            {%- set found = columns | map('lower') | select('in', declared) | list | length -%}
            {%- if found > best.found -%}
                {%- set best.delim = delim -%}{%- set best.columns = columns -%}{%- set best.found = found -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do files.append({
            'path': row['file'], 'delim': best.delim, 'columns': best.columns,
            'has_mixed_line_ends': row['has_mixed_line_ends'], 'is_not_utf_8': row['is_not_utf_8'],
        }) -%}
    {%- endfor -%}
    {{ return(files) }}
{% endmacro %}


{% macro broken_csv_lines(file, table) %}
    {#- What keeps a table's CSV from being read as one row a line, and what to do: lines that are ragged, wrongly quoted or not UTF-8
        (the first 5, and how many), no header, one name twice in it, mixed line ends. -#}
    {%- set to_utf_8 = '. Save it as CSV UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8 (or -f UTF-16, or whatever it is)' -%}
    {%- if file.is_not_utf_8 -%}{{ return([table ~ ': ' ~ file.path ~ ' line 1: invalid encoding' ~ to_utf_8]) }}{%- endif -%}
    {%- if not file.columns -%}{{ return([table ~ ': ' ~ file.path ~ ' is empty: it has no header']) }}{%- endif -%}
    {%- if file.has_mixed_line_ends -%}
        {{ return([table ~ ': ' ~ file.path ~ ' ends some lines with CR LF and some with LF alone: write it with one of them']) }}
    {%- endif -%}
    {%- set names, twice = file.columns | map('lower') | list, [] -%}
    {%- for name in names -%}{%- do twice.append(name) if name in names[:loop.index0] -%}{%- endfor -%}
    {%- if twice -%}{{ return([table ~ ': ' ~ file.path ~ ' has more than one column ' ~ twice[0] ~ ': keep one']) }}{%- endif -%}
    {%- set types = [] -%}
    {%- for column in file.columns -%}{%- do types.append("'" ~ column | replace("'", "''") ~ "': 'varchar'") -%}{%- endfor -%}
    {%- do run_query("
        select bit_xor(hash(t)) from read_csv(
            '" ~ file.path | replace("'", "''") ~ "', auto_detect = false, columns = {" ~ types | join(', ') ~ "}, header = true,
            delim = '" ~ file.delim ~ "', quote = '\"', escape = '\"', ignore_errors = true, store_rejects = true
        ) as t
    ") -%}
    {%- set rows = run_query("
        select
            e.line,
            lower(cast(arg_min(e.error_type, e.column_idx) as varchar)) as error_type,
            arg_min(e.error_message, e.column_idx) as error_message,
            count(*) over () as broken
        from reject_errors as e
        group by e.line
        order by e.line limit 5
    ") -%}
    {%- do run_query('drop table if exists reject_errors') -%}
    {%- do run_query('drop table if exists reject_scans') -%}
    {%- set remedies = {
        'too many columns': '. A value that holds the separator must stand in quotes, and decimals are written 1234.56',
        'missing columns': '. Every line needs every column, if empty',
        'invalid encoding': to_utf_8,
        'unquoted value': '. A quote inside a value in quotes is written twice',
    } -%}
    {%- set lines = [] -%}
    {%- for row in rows -%}
        {%- do lines.append(table ~ ': ' ~ file.path ~ ' line ' ~ row['line'] ~ ': ' ~ row['error_type'] ~ ' ('
            ~ row['error_message'].split('\n')[0] ~ ')' ~ remedies.get(row['error_type'], '')
            ~ (' … ' ~ row['broken'] ~ ' broken lines in all' if loop.last and row['broken'] > 5 else '')) -%}
    {%- endfor -%}
    {{ return(lines) }}
{% endmacro %}


{% macro land_raw() %}
    {#- on-run-start: makes the raw views, or stops with every problem in one error. -#}
    {%- if execute and target.type == 'duckdb' and flags.WHICH not in ('test', 'compile', 'docs', 'generate', 'run-operation', 'operation') -%}
        {#- Whatever ends this build before its end leaves a status that is not the last one's. -#}
        {%- if is_whole_build() -%}{%- do write_status('running', []) -%}{%- endif -%}
        {%- set survey = survey_raw() -%}
        {%- if survey.problems -%}
            {%- set message = "Landing found " ~ survey.problems | length ~ " problem(s) under " ~ raw_dir() ~ " (SOURCES: "
                ~ sources_on() | join(' ') ~ "). Nothing was built.\n  - " ~ survey.problems | join('\n  - ')
                ~ ('\n  `make sample` generates a company into data/raw.' if raw_dir() == 'data/raw' else '') -%}
            {%- if is_whole_build() -%}
                {%- do write_status('failed', [{'layer': 'landing', 'rule': 'raw_files_are_readable', 'message': message}]) -%}
            {%- endif -%}
            {%- do exceptions.raise_compiler_error(message) -%}
        {%- endif -%}
        {%- set statements = [] -%}
        {%- for schema in survey.tables | map(attribute='schema') | unique -%}
            {%- do statements.append('create schema if not exists ' ~ schema) -%}
        {%- endfor -%}
        {%- for table in survey.tables -%}{%- do statements.append(landed_view(table)) -%}{%- endfor -%}
        {%- do run_query((statements + [landed_files(survey.tables)]) | join(';')) -%}
        {%- do log('Landed ' ~ survey.tables | selectattr('find') | list | length ~ ' raw tables from ' ~ raw_dir() ~ ' ('
            ~ survey.tables | rejectattr('find') | list | length ~ ' optional ones are absent and empty)', info=true) -%}
        {#- The names of this source are the project's own: another one is a slip rather than more that a loader lands. -#}
        {%- for table in survey.tables if table.ignored -%}
            {%- do log('Not read: columns that files.' ~ table.table ~ ' does not have: ' ~ table.ignored | join(', '), info=true) -%}
        {%- endfor -%}
        {%- for file in survey.undeclared if file.startswith('files/') -%}
            {%- do log('Not read: ' ~ raw_dir() ~ '/' ~ file ~ ', since files has no table of this name', info=true) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{% macro landed_view(table) %}
    create or replace view {{ table.schema }}.{{ adapter.quote(table.table) }} as
    select
        {%- for column in table.columns %}
        {%- set expressions = [] -%}
        {%- for spelling in column.found if table.find -%}{%- do expressions.append(landed_column(spelling, table.find.format)) -%}{%- endfor %}
        {% if expressions | length > 1 -%}
            coalesce(cast({{ expressions | join(' as varchar), cast(') }} as varchar))
        {%- else -%}
            {{ expressions[0] if expressions else 'cast(null as ' ~ column.type ~ ')' }}
        {%- endif %} as {{ adapter.quote(column.name) }}
        {#- -#}
        ,
        {%- endfor %}
        {{ "_raw_file" if table.find else "cast(null as varchar) as _raw_file" }}
    {{ 'from ' ~ read_files(table.find) if table.find else 'where 1 = 0' }}
    {%- if table.find.format == 'csv' %}
    {#- A line of separators alone, as spreadsheets leave below their rows, is as blank as an empty one. -#}
    where
        {%- for column in table.find.columns %}
        nullif(trim({{ adapter.quote(column) }}), '') is not null{{ ' or' if not loop.last }}
        {%- endfor %}
    {%- endif %}
{% endmacro %}


{% macro landed_files(tables) %}
    {#- Which files each raw table is read from, as they are when the build begins: publishing holds them against this. -#}
    create schema if not exists quality;
    create or replace table quality.landed_files as
    {%- for table in tables if table.find %}
    select '{{ table.source }}' as source_name, '{{ table.table }}' as raw_table, filename as file, size, last_modified
    from read_blob('{{ table.find.pattern | replace("'", "''") }}')
    union all
    {%- endfor %}
    select null, null, null, cast(null as bigint), cast(null as timestamptz) where false
{% endmacro %}


{% macro landed_column(spelling, format) %}
    {#- A landed column (a struct or list as its JSON), or what lies at a path into one that holds JSON or a struct. -#}
    {%- set column = adapter.quote(spelling.name.split('.')[0]) -%}
    {%- if '.' in spelling.name -%}
        {%- set document = 'try_cast(' ~ column ~ ' as json)' if spelling.type == 'VARCHAR' else 'to_json(' ~ column ~ ')' -%}
        {{ return('json_extract_string(' ~ document ~ ", '$." ~ spelling.name.split('.', 1)[1] ~ "')") }}
    {%- elif spelling.type.startswith(('STRUCT', 'MAP')) or spelling.type.endswith(']') -%}
        {{ return('cast(to_json(' ~ column ~ ') as varchar)') }}
    {%- elif format == 'csv' -%}
        {#- Blank is missing in CSV; and a later cast of a bare column would move into the reader, where bad text raises. -#}
        {{ return('nullif(' ~ column ~ ", '')") }}
    {%- endif -%}
    {{ return(column) }}
{% endmacro %}


{% macro check_raw() %}
    {#- `make check`: prints what was found under RAW_DIR, what is missing, and which KPIs that can feed. Builds nothing; ends in an
        error when a build would. -#}
    {%- set survey = survey_raw() -%}
    {%- do print('Raw data under ' ~ raw_dir() ~ ' (SOURCES: ' ~ sources_on() | join(' ') ~ ')') -%}
    {%- for table in survey.tables -%}
        {%- set absent = table.columns | rejectattr('found') | map(attribute='name') | list if table.find else [] -%}
        {%- do print('  ' ~ ('%-40s' | format(table.source ~ '.' ~ table.table)) ~ (
            (table.find.files ~ ' ' ~ table.find.format ~ (' file' if table.find.files == 1 else ' files')
                ~ ('' if not absent else ', without ' ~ absent | join(', '))
                ~ (', not read: ' ~ table.ignored | join(', ') if table.ignored else '')) if table.find
            else ('MISSING' if table.required else 'absent (optional)'))) -%}
    {%- endfor -%}
    {%- for file in survey.undeclared -%}
        {%- do print('  ' ~ ('%-40s' | format(file | replace('/', '.'))) ~ 'ignored: no table is declared for it') -%}
    {%- endfor -%}
    {%- do print('KPIs that this can feed') -%}
    {%- set width = kpi_metas() | map(attribute='id') | map('length') | max + 2 -%}
    {%- for kpi in kpi_metas() -%}
        {%- set lacking = [] -%}
        {%- for entity in kpi.requires -%}
            {%- set live = [] -%}
            {%- for part in entity.split(' or ') -%}
                {%- for feed in entity_feeds(part.split('.')[0]) if feed_is_found(feed, survey.tables) -%}{%- do live.append(feed) -%}{%- endfor -%}
            {%- endfor -%}
            {%- if not live -%}{%- do lacking.append(entity) -%}{%- endif -%}
        {%- endfor -%}
        {%- do print('  ' ~ kpi.id.ljust(width) ~ ('yes' if not lacking else 'no: nothing feeds ' ~ lacking | join(', '))) -%}
    {%- endfor -%}
    {%- if survey.problems -%}
        {%- do exceptions.raise_compiler_error(survey.problems | length ~ ' problem(s), a build would stop:\n  - ' ~ survey.problems | join('\n  - ')) -%}
    {%- endif -%}
{% endmacro %}


{% macro feed_is_found(model, tables) %}
    {#- Whether files were found for every required raw table behind a feed, and for at least one raw table. -#}
    {%- set found, missing = [], [] -%}
    {%- set queue = ['model.' ~ project_name ~ '.' ~ model] -%}
    {%- for id in queue -%}
        {%- for parent in graph.nodes[id].depends_on.nodes -%}
            {%- if parent.startswith('model.') and parent.split('.')[-1].startswith('stg_') and parent not in queue -%}
                {%- do queue.append(parent) -%}
            {%- elif parent.startswith('source.') -%}
                {%- for table in tables if parent.endswith('.' ~ table.source ~ '.' ~ table.table) -%}
                    {%- do (found if table.find else missing if table.required else []).append(table.table) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found and not missing) }}
{% endmacro %}
