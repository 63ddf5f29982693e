{% set texts = 'sum(case when voiced.theme = themes.theme then voiced.texts else 0 end)' -%}
with voiced as (select * from {{ ref('fct_segment_themes') }}),

-- Every theme stands in every segment that said something: one that nobody spoke of is 0. What has
-- no theme is never the largest one; of two as large the first by name is.
by_theme as (
    select
        voiced.month_start,
        voiced.segment_type,
        voiced.segment,
        voiced.taxonomy_version,
        voiced.all_texts,
        themes.theme,
        {{ texts }} as texts,
        themes.theme <> 'unthemed' and {{ texts }} > 0 and row_number() over (
            partition by
                voiced.month_start, voiced.segment_type, voiced.segment, themes.theme = 'unthemed'
            order by {{ texts }} desc, themes.theme asc
        ) = 1 as is_largest
    from voiced
    cross join (select distinct named.theme from voiced as named) as themes
    group by
        voiced.month_start, voiced.segment_type, voiced.segment, themes.theme, voiced.all_texts,
        voiced.taxonomy_version
),

measured as (
    {% for breakdown, is_largest in [
        ("'all'", 'is_largest'), ('theme', 'true'), ("theme || ' | ' || nps_class", 'true'),
    ] -%}
    select
        month_start as period_start,
        segment_type,
        segment,
        {{ breakdown }} as breakdown,
        0 as n_pending,
        taxonomy_version,
        theme,
        texts,
        {{ 'class_texts' if loop.last else 'all_texts' }} as all_texts,
        {{ is_largest }} as is_largest
    from {{ 'voiced' if loop.last else 'by_theme' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{% set of_all = "case when measured.breakdown = 'all' and {} end" -%}
{{ kpi_rows(
    'feedback_theme_mix',
    has_segments=true, denominator='max(all_texts)', sample_size='max(all_texts)',
    numerator='max(case when is_largest then texts end)',
    value='max(case when is_largest then texts end) * 1.0 / max(all_texts)',
    extras={
        'largest_theme': 'max(' ~ of_all.format('is_largest then theme') ~ ')',
        'unthemed_texts': 'cast(sum(' ~ of_all.format("theme = 'unthemed' then texts") ~ ') as bigint)',
        'taxonomy_version': 'max(taxonomy_version)',
    }
) }}

select * from kpi_rows
