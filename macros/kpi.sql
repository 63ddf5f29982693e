{% macro kpi_rows(
    kpi_id, value='sum(numerator) / nullif(sum(denominator), 0)', extras={},
    numerator='sum(numerator)', denominator='sum(denominator)', sample_size='sum(units)', is_final='kpi_periods.is_final',
    has_segments=false, counts=[], amounts=[], ratios={}
) %}
    {#- The CTEs that end every KPI model: `measured` joined to the segments of its customers, summed, divided after summing.

        measured  one row per unit or group of units: customer_id, period_start, segment_month (whose segment counts, R4),
                  breakdown, numerator, denominator, units (independent ones, R3), n_pending (units whose window is open,
                  R10), and what `value` and `extras` read
        value     aggregate over a group's measured rows; a count or sum has 'sum(numerator)'
        extras    {further column: aggregate}
        counts, amounts  columns of measured whose sums stand beside the value under the same name: whole numbers, money
        ratios    {further column: (part, whole)}, columns of measured that are summed, then divided
        numerator, denominator, sample_size  aggregates too, for the KPIs that do not just add them up
        is_final  condition over kpi_periods and summed, for windows that no number of days bounds
        has_segments  measured names segment_type and segment itself, where they are not a customer's (costs, partners)

        Adds the rows that must exist though nothing was measured, with an empty value, and keeps to the periods and grains
        of the KPI that kpi_periods allows. The result is the CTE `kpi_rows`. -#}
    {%- set placed = 'measured' if has_segments else 'segments' -%}
    {%- set further = {} -%}
    {%- for name in counts -%}
        {%- do further.update({name: 'cast(sum(' ~ name ~ ') as bigint)'}) -%}
    {%- endfor -%}
    {%- for name in amounts -%}
        {%- do further.update({name: 'cast(sum(' ~ name ~ ') as decimal(28, 6))'}) -%}
    {%- endfor -%}
    {%- for name, (part, whole) in ratios.items() -%}
        {%- do further.update({name: 'cast(sum(' ~ part ~ ') as double precision) / nullif(sum(' ~ whole ~ '), 0)'}) -%}
    {%- endfor -%}
    {%- do further.update(extras) %}
    kpi_periods as (

        select * from {{ ref('kpi_periods') }} where kpi_id = '{{ kpi_id }}'

    ),

    summed as (

        select
            measured.period_start,
            {{ placed }}.segment_type,
            {{ placed }}.segment,
            measured.breakdown,
            {{ numerator }} as numerator,
            {{ denominator }} as denominator,
            {{ value }} as value,
            {{ sample_size }} as sample_size,
            sum(n_pending) as n_pending
            {%- for name, expression in further.items() %},
            {{ expression }} as {{ name }}
            {%- endfor %}
        from measured
        {%- if not has_segments %}
        inner join {{ ref('brg_customer_segments') }} as segments
            on measured.customer_id = segments.customer_id and measured.segment_month = segments.month_start
        {%- endif %}
        group by measured.period_start, {{ placed }}.segment_type, {{ placed }}.segment, measured.breakdown

    ),

    expected as (

        select
            month_start as period_start,
            segment_type,
            segment,
            'all' as breakdown
        from {{ ref('dim_segment_months') }}

    ),

    keys as (

        select period_start, segment_type, segment, breakdown from summed
        union
        select period_start, segment_type, segment, breakdown from expected

    ),

    kpi_rows as (

        select
            kpi_periods.kpi_id,
            kpi_periods.period_grain,
            keys.period_start,
            keys.segment_type,
            keys.segment,
            keys.breakdown,
            cast(summed.numerator as decimal(28, 6)) as numerator,
            cast(summed.denominator as decimal(28, 6)) as denominator,
            cast(summed.value as double precision) as value,
            cast(coalesce(summed.sample_size, 0) as bigint) as sample_size,
            cast(coalesce(summed.n_pending, 0) as bigint) as n_pending,
            {{ is_final }} as is_final
            {%- for name in further %},
            summed.{{ name }}
            {%- endfor %}
        from keys
        inner join kpi_periods
            on
                keys.period_start = kpi_periods.period_start
                and (keys.segment_type <> 'customer' or kpi_periods.has_customer_rows)
        left join summed
            on
                keys.period_start = summed.period_start
                and keys.segment_type = summed.segment_type
                and keys.segment = summed.segment
                and keys.breakdown = summed.breakdown

    )
{% endmacro %}


{% macro kpi_metas(kpi_ids=none) %}
    {#- One entry per KPI of `kpi_ids` (all of vars `kpis` and `meta_kpis`), in order, each followed by its companions: its meta.kpi
        block with id, mart_kpi_id and definition; a companion `<kpi>__<name>` inherits from its KPI and needs what it needs. []
        while parsing. -#}
    {%- set metas = [] -%}
    {%- if execute -%}
        {%- for id in kpi_ids or var('kpis') + var('meta_kpis') -%}
            {%- set node = graph.nodes['model.' ~ project_name ~ '.kpi_' ~ id] -%}
            {%- set meta = dict(node.config.meta['kpi'], id=id, mart_kpi_id=id, definition=node.description) -%}
            {%- do metas.append(meta) -%}
            {%- for companion in meta.companions or [] -%}
                {%- do metas.append(dict(
                    meta, **dict(companion, id=id ~ '__' ~ companion.id, synonyms=companion.synonyms or [], breakdown='none',
                    requires=meta.requires + (companion.requires or [])))) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(metas) }}
{% endmacro %}


{% macro kpi_union(kpi_ids) %}
    {#- The marts of these KPIs and their companions under one another. A companion `<kpi>__<name>` is further columns of its KPI's
        mart. Every mart is named before any is read: dbt must know what a model reads before it knows what the KPIs say of
        themselves. -#}
    {%- set marts = {} -%}
    {%- for kpi_id in kpi_ids -%}
        {%- do marts.update({kpi_id: ref('kpi_' ~ kpi_id)}) -%}
    {%- endfor -%}
with kpi_periods as (

    select * from {{ ref('kpi_periods') }}

),

measurements as (

    {% for kpi in kpi_metas(kpi_ids) -%}
    {%- set is_companion = kpi.id != kpi.mart_kpi_id -%}
    {%- set numerator = kpi.numerator if is_companion else 'numerator' -%}
    {%- set denominator = kpi.denominator if is_companion else 'denominator' -%}
    {%- set ratio = numerator ~ ' / nullif(' ~ denominator ~ ', 0)' -%}
    {%- set value = kpi.value or ratio if is_companion else 'value' -%}
    select
        '{{ kpi.id }}' as kpi_id,
        period_grain,
        period_start,
        segment_type,
        segment,
        breakdown,
        cast({{ numerator }} as decimal(28, 6)) as numerator,
        cast({{ denominator }} as decimal(28, 6)) as denominator,
        cast({{ value }} as double precision) as value,
        cast({{ kpi.monthly_value or value }} as double precision) as comparable_value,
        cast(coalesce({{ kpi.sample_size or 'sample_size' }}, 0) as bigint) as sample_size,
        cast(coalesce({{ kpi.n_pending or 'n_pending' }}, 0) as bigint) as n_pending,
        is_final,
        {{ empty_band(kpi) }} as empty_band,
        case when {{ kpi.bands.bad_only_if or 'true' }} then 'bad' else 'watch' end as bad_band,
        case when {{ kpi.bands.good_only_if or 'true' }} then 'good' else 'watch' end as good_band
    from {{ marts[kpi.mart_kpi_id] }}
    {%- if is_companion %}
    where
        breakdown = 'all'
        and period_start in (
            select kpi_periods.period_start from kpi_periods
            where kpi_periods.kpi_id = '{{ kpi.id }}'
        )
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from measurements
{% endmacro %}


{% macro special_requirements() %}
    {#- What KPIs require beyond rows of one entity, each once: `<entity>.<column>`, `<this> or <that>`. [] while parsing. -#}
    {%- set found = [] -%}
    {%- for kpi in kpi_metas() -%}
        {%- for required in kpi.requires if required not in var('entities') and required not in found -%}
            {%- do found.append(required) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{% macro value_bounds(kpi) %}
    {#- [lowest, highest] that a value of the KPI can be, 'null' for any: what its meta says (bounds), else by its unit. Ratios are parts of
        a whole and scores out of a hundred unless they say otherwise; what is_signed may be negative. -#}
    {%- set by_unit = {'ratio': [0, 1], 'score': [0, 100]} -%}
    {%- set signed = {'score': [-100, 100]} -%}
    {%- set bounds = kpi.bounds or (signed.get(kpi.unit, [none, none]) if kpi.is_signed else by_unit.get(kpi.unit, [0, none])) -%}
    {%- set literals = [] -%}
    {%- for bound in bounds -%}{%- do literals.append('null' if bound is none else bound) -%}{%- endfor -%}
    {{ return(literals) }}
{% endmacro %}


{% macro empty_band(kpi) %}
    {#- The band of a row without a value, where the KPI says by a column of its mart that this is no lack of data:
        bands.empty_is, {band: column}. -#}
    {%- for band, column in (kpi.bands.empty_is or {}).items() -%}
        case when {{ column }} then '{{ band }}' end
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endfor -%}
{% endmacro %}


{% macro text_literal(text) %}
    {#- A text as an SQL literal. -#}
    {{ return("'" ~ (text or '') | string | trim | replace("'", "''") ~ "'") }}
{% endmacro %}


{% macro why_unavailable(requirements) %}
    {#- Why a KPI that requires this (meta.kpi.requires) has no periods, as words. -#}
    {%- set unfed = [] -%}
    {%- for required in requirements -%}
        {%- set feeds = [] -%}
        {%- for part in required.split(' or ') -%}{%- do feeds.extend(entity_feeds(part.split('.')[0])) -%}{%- endfor -%}
        {%- if not feeds -%}{%- do unfed.append(required) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(
        'no enabled source feeds ' ~ unfed | join(', ') ~ ' (SOURCES: ' ~ sources_on() | join(' ') ~ ')' if unfed
        else 'no data: at least one of ' ~ requirements | join(', ') ~ ' is empty'
    ) }}
{% endmacro %}
