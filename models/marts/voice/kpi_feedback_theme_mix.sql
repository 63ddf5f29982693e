with counted as (

    select * from {{ ref('fct_segment_themes') }}

),

themes as (

    select distinct theme from counted

),

-- Every theme stands in every segment that said something: one that nobody spoke of is 0.
by_theme as (

    select
        counted.month_start,
        counted.segment_type,
        counted.segment,
        themes.theme,
        counted.all_texts,
        counted.taxonomy_version,
        sum(case when counted.theme = themes.theme then counted.texts else 0 end) as texts
    from counted
    cross join themes
    group by
        counted.month_start, counted.segment_type, counted.segment, themes.theme, counted.all_texts,
        counted.taxonomy_version

),

-- What has no theme is never the largest one; of two as large the first by name is.
ranked as (

    select
        *,
        theme <> 'unthemed' and texts > 0 and row_number() over (
            partition by month_start, segment_type, segment
            order by case when theme = 'unthemed' then 1 else 0 end, texts desc, theme
        ) = 1 as is_largest
    from by_theme

),

{% set columns = 'month_start as period_start, segment_type, segment, taxonomy_version' -%}

measured as (

    select {{ columns }}, 'all' as breakdown, 0 as n_pending, theme, texts, all_texts, is_largest
    from ranked

    union all

    select {{ columns }}, theme as breakdown, 0 as n_pending, theme, texts, all_texts, true
    from ranked

    union all

    select
        {{ columns }},
        theme || ' | ' || nps_class as breakdown,
        0 as n_pending,
        theme,
        texts,
        class_texts,
        true
    from counted

),

{{ kpi_rows(
    'feedback_theme_mix',
    numerator='max(case when is_largest then texts end)',
    denominator='max(all_texts)',
    value='max(case when is_largest then texts end) * 1.0 / max(all_texts)',
    sample_size='max(all_texts)',
    extras={
        'largest_theme': "max(case when measured.breakdown = 'all' and is_largest then theme end)",
        'unthemed_texts':
            "cast(sum(case when measured.breakdown = 'all' and theme = 'unthemed' then texts end)"
            " as bigint)",
        'taxonomy_version': 'max(taxonomy_version)',
    },
    has_segments=true
) }}

select * from kpi_rows
