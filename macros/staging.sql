{% macro staged(relation, key, columns, required=[], newest='_fivetran_synced', rules={}, live=none) %}
    {#- The body of a staging model: every raw row, renamed and cast, with a judgement. Nothing is filtered.

        relation  the raw table, source(...)
        key       the output columns that identify a record; never empty
        required  further output columns that are never empty
        columns   {output name: (raw expression, type)}; type 'text' and 'json' are only trimmed. Of a list of raw expressions
                  the first that is not blank counts
        newest    raw column that says which version of a key is the newest (later wins), or none
        rules     {reason: SQL condition over output columns that makes the row wrong}
        live      SQL condition over raw columns for rows that the source itself has not deleted; a deleted record is
                  kept with row_status 'deleted'

        What the files source holds is made by hand: a reason says how to write it, a number that a column's other numbers make
        doubtful is none, and rows of one key that contradict each other are all rejected.

        row_status    accepted | duplicate (an older version or a repeated delivery of its key) | deleted | rejected
        reject_reason every rule that the row breaks, null where none; text that its type cannot hold is a broken rule
        raw_record    the raw text of a rejected row's columns
        raw_file      where the row was landed from -#}
    {%- set text = dbt.type_string() -%}
    {%- set casts = {} -%}
    {%- for name, (raw, type) in columns.items() if type not in ('text', 'json') -%}
        {%- do casts.update({name: (raw, type)}) -%}
    {%- endfor -%}
    {%- set is_handmade = relation.schema == 'raw_files' -%}
    with raw as (

        select * from {{ relation }}

    ),

    typed as (

        select
            {%- for name, (raw, type) in columns.items() %}
            {{ read_as(raw, type) }} as {{ name }},
            {%- endfor %}
            {%- for name, (raw, type) in casts.items() %}
            {{ read_as(raw, 'text') }} as {{ name }}__raw,
            {%- endfor %}
            {{ try_timestamp(newest) if newest else 'cast(null as timestamp)' }} as loaded_at,
            {{ 'not coalesce(' ~ live ~ ', true)' if live else '1 = 0' }} as is_deleted_at_source,
            _raw_file as raw_file
        from raw

    ),

    {% if is_handmade -%}
    {{ contradictions(key, columns) }},

    {% endif -%}
    ruled as (

        select
            typed.*,
            nullif(
                {%- for name in key + required %}
                case when {{ name }} is null and {{ name ~ '__raw is null' if name in casts else 'true' }} then '; {{ name }} is missing' else '' end ||
                {%- endfor %}
                {%- for name, (raw, type) in casts.items() %}
                case when {{ name }} is null and {{ name }}__raw is not null then '; {{ name }} is not a {{ type }}'{{ " || ': write ' || " ~ how_to_write(name ~ '__raw', type) if is_handmade }} else '' end ||
                {%- if is_handmade and type.startswith(('decimal', 'double')) %}
                case when {{ is_doubtful(name ~ '__raw') }} then '; {{ name }} is not a {{ type }}: its point could part thousands, as commas elsewhere in the column part decimals' else '' end ||
                {%- endif %}
                {%- endfor %}
                {%- for reason, condition in rules.items() %}
                case when {{ condition }} then '; {{ reason }}' else '' end ||
                {%- endfor %}
                {%- if is_handmade %}
                case when contradicted.is_contradicted then '; other rows of this key say otherwise' else '' end ||
                {%- endif %}
                '',
                ''
            ) as broken_rules,
            row_number() over (
                partition by
                    {%- for name in key %}
                    typed.{{ name }}{{ ',' if not loop.last }}
                    {%- endfor %}
                order by
                    loaded_at desc nulls last,
                    {%- for name in columns if name not in key %}
                    {{ name }} desc nulls last,
                    {%- endfor %}
                    raw_file desc
            ) as version_rank
        from typed
        {%- if is_handmade %}
        left join contradicted on {% for name in key %}typed.{{ name }} = contradicted.key_{{ loop.index }}{{ ' and ' if not loop.last }}{% endfor %}
        {%- endif %}

    ),

    judged as (

        select
            {%- for name in columns %}
            {{ name }},
            {%- endfor %}
            loaded_at,
            raw_file,
            case
                when {{ key | join(' is not null and ') }} is not null and version_rank > 1 then 'duplicate'
                when broken_rules is not null then 'rejected'
                when is_deleted_at_source then 'deleted'
                else 'accepted'
            end as row_status,
            substr(broken_rules, 3) as reject_reason,
            case
                when broken_rules is not null then
                    {%- for name in columns %}
                    '{{ ' | ' if not loop.first }}{{ name }}=' || coalesce({{ name ~ '__raw' if name in casts else name }}, '') {{ '||' if not loop.last }}
                    {%- endfor %}
            end as raw_record
        from ruled

    )

    select * from judged
{% endmacro %}


{% macro contradictions(key, columns) %}
    {#- The CTE `contradicted` of staged(): the keys of which two rows have different values, not just more or fewer, in a column. -#}
    contradicted as (

        select
            {%- for name in key %}
            typed.{{ name }} as key_{{ loop.index }},
            {%- endfor %}
            1 = 1 as is_contradicted
        from typed
        inner join (
            select {{ key | join(', ') }} from typed
            group by {{ key | join(', ') }}
            having count(*) > 1
        ) as repeated
            on {% for name in key %}typed.{{ name }} = repeated.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
        group by typed.{{ key | join(', typed.') }}
        having
            {%- for name in columns if name not in key %}
            min(typed.{{ name }}) <> max(typed.{{ name }}) or
            {%- endfor %}
            1 = 0

    )
{%- endmacro %}


{% macro read_as(raw, type) %}
    {#- What a raw expression, or the first of several that is not blank, says as `type`; NULL where it cannot be read. -#}
    {%- set texts = [] -%}
    {%- for expression in ([raw] if raw is string else raw) -%}{%- do texts.append(try_cast(expression, dbt.type_string())) -%}{%- endfor -%}
    {%- set value = texts[0] if texts | length == 1 else 'coalesce(' ~ texts | join(', ') ~ ')' -%}
    {%- if type in ('text', 'json') -%}{{ return(value) }}
    {%- elif type == 'timestamp' -%}{{ return(try_timestamp(raw if raw is string else value)) }}
    {%- elif type == 'date' -%}{{ return(try_date(raw if raw is string else value)) }}
    {%- elif type == 'boolean' -%}{{ return(try_boolean(raw if raw is string else value)) }}
    {%- elif type == 'bigint' -%}{{ return(try_whole_number(raw if raw is string else value)) }}
    {%- endif -%}
    {{ return(try_cast(raw if raw is string else value, type)) }}
{% endmacro %}


{% macro staged_events(relation, key, columns, required=[], newest='cast(null as timestamp)', rules={}) %}
    {#- The body of a staging model over events, which are read in place and never copied: a view that casts and judges each
        row by itself. Repeated deliveries are resolved within the day by the fold in core. Arguments as in staged(), except

        key     the output column that identifies an event; never empty
        newest  SQL expression over output columns: when the row was loaded

        reject_reason is the first rule that the row breaks. Text is not trimmed and a column that has its type already is
        not cast, so that filters on it still reach the files. -#}
    {%- set text = dbt.type_string() -%}
    {%- set casts = {} -%}
    {%- for name, (raw, type) in columns.items() if type != 'text' -%}
        {%- do casts.update({name: (raw, type)}) -%}
    {%- endfor -%}
    with typed as (

        select
            {%- for name, (raw, type) in columns.items() %}
            {{ try_timestamp(raw) if type == 'timestamp' else try_cast_in_place(raw, text if type == 'text' else type) }} as {{ name }},
            {%- endfor %}
            {%- for name, (raw, type) in casts.items() %}
            {{ raw }} as {{ name }}__raw,
            {%- endfor %}
            _raw_file as raw_file
        from {{ relation }}

    ),

    ruled as (

        select
            *,
            {{ newest }} as loaded_at,
            case
                {%- for name, (raw, type) in casts.items() %}
                when {{ name }} is null and {{ try_cast(name ~ '__raw', text) }} is not null then '{{ name }} is not a {{ type }}'
                {%- endfor %}
                {%- for name in [key] + required %}
                when {{ name }} is null{{ " or " ~ name ~ " = ''" if name not in casts }} then '{{ name }} is missing'
                {%- endfor %}
                {%- for reason, condition in rules.items() %}
                when {{ condition }} then '{{ reason }}'
                {%- endfor %}
            end as reject_reason
        from typed

    ),

    judged as (

        select
            {%- for name in columns %}
            {{ name }},
            {%- endfor %}
            loaded_at,
            raw_file,
            case when reject_reason is null then 'accepted' else 'rejected' end as row_status,
            reject_reason,
            case
                when reject_reason is not null then
                    {%- for name in columns %}
                    '{{ ' | ' if not loop.first }}{{ name }}=' || coalesce(cast({{ name ~ '__raw' if name in casts else name }} as {{ text }}), '')
                    {{- ' ||' if not loop.last }}
                    {%- endfor %}
            end as raw_record
        from ruled

    )

    select * from judged
{% endmacro %}
