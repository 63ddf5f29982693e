with judgements as (

    select
        *,
        case when status = 'passed' then 0 else 1 end as is_failing,
        row_number() over (partition by kind, rule order by judged_at desc, build_id asc) as age
    from {{ ref('rule_results') }}
    where status <> 'skipped'

),

changes as (

    select
        *,
        coalesce(
            is_failing <> lag(is_failing) over (
                partition by kind, rule order by judged_at asc, build_id desc
            ),
            false
        ) as has_changed
    from judgements

),

by_rule as (

    select
        kind,
        rule,
        count(*) as judgements,
        sum(is_failing) as failed_judgements,
        min(case when is_failing = 1 then judged_at end) as first_failed_at,
        max(case when is_failing = 0 then judged_at end) as last_passed_at,
        sum(case when has_changed and age <= 10 then 1 else 0 end) as recent_changes,
        avg(seconds) as mean_seconds
    from changes
    group by kind, rule

),

-- The failures that nothing has passed since.
open_failures as (

    select
        changes.kind,
        changes.rule,
        min(changes.judged_at) as failing_since,
        count(*) as failing_judgements
    from changes
    inner join by_rule on changes.kind = by_rule.kind and changes.rule = by_rule.rule
    where
        changes.is_failing = 1
        and (by_rule.last_passed_at is null or changes.judged_at > by_rule.last_passed_at)
    group by changes.kind, changes.rule

)

select
    latest.kind,
    latest.layer,
    latest.table_name,
    latest.rule,
    latest.severity,
    latest.owner,
    latest.status,
    latest.failing_count,
    latest.failing_keys,
    latest.reason,
    latest.fix,
    latest.build_id,
    latest.judged_at,
    by_rule.first_failed_at,
    open_failures.failing_since,
    coalesce(open_failures.failing_judgements, 0) as failing_judgements,
    by_rule.last_passed_at,
    by_rule.judgements,
    by_rule.failed_judgements,
    by_rule.recent_changes >= 3 as is_flapping,
    by_rule.mean_seconds
from changes as latest
inner join by_rule on latest.kind = by_rule.kind and latest.rule = by_rule.rule
left join open_failures on latest.kind = open_failures.kind and latest.rule = open_failures.rule
where latest.age = 1
