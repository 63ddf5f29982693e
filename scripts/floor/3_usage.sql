-- One pass over the events; a repeated delivery within its day is one event.
create table event_days as
select day, group_id, user_id, event, is_api, count(*) as events
from (
    select distinct
        timestamp::date as day, nullif(context_group_id, '') as group_id, nullif(user_id, '') as user_id, event,
        coalesce(context_library_name = 'api', false) as is_api, id
    from read_parquet(raw_file('segment/tracks/**/*.parquet'), hive_partitioning = false)
    where timestamp <= received_at + interval 1 day
)
group by all;

create table users as
with recursive described as (
    select id as user_id, account_id as group_id, is_internal, is_bot, created_at
    from read_parquet(raw_file('segment/users.parquet'))
    qualify row_number() over (partition by id order by received_at desc) = 1
),

followed as (
    select previous_id, user_id, timestamp
    from read_parquet(raw_file('segment/aliases.parquet'))
    qualify row_number() over (partition by previous_id order by timestamp desc, id desc) = 1
),

walk as (
    select previous_id as user_id, user_id as person, 1 as steps from followed
    union all
    select walk.user_id, followed.user_id, steps + 1 from walk join followed on followed.previous_id = walk.person where steps < 8
),

people as (
    select user_id, arg_max(person, steps) as person from walk group by user_id
),

every_id as (
    select user_id from described union select user_id from people
)

select
    every_id.user_id,
    coalesce(people.person, every_id.user_id) as person,
    coalesce(mine.group_id, theirs.group_id) as group_id,
    bool_or(coalesce(mine.is_internal, theirs.is_internal, false)) over persons as is_internal,
    bool_or(coalesce(mine.is_bot, theirs.is_bot, false)) over persons as is_bot,
    min(coalesce(mine.created_at, theirs.created_at)) over persons as created_at
from every_id
left join people using (user_id)
left join described as mine on mine.user_id = every_id.user_id
left join described as theirs on theirs.user_id = people.person
window persons as (partition by coalesce(people.person, every_id.user_id));

-- Every day's use of a feature by a user, or of none; features by the seed product_events are the events' own names.
create table user_days as
select
    ids.customer,
    spine.month,
    event_days.day,
    coalesce(users.person, event_days.user_id) as person,
    case when event not in ('signed_in', 'page_viewed') then event end as feature_id,
    sum(events) as events,
    coalesce(sum(events) filter (is_api), 0) as api_events
from event_days
left join users using (user_id)
join ids
    on ids.source_system = 'segment' and ids.source_customer_id = coalesce(event_days.group_id, users.group_id)
join spine
    on spine.customer = ids.customer and spine.month = date_trunc('month', event_days.day) and event_days.day >= spine.counted_from
where not coalesce(users.is_internal or users.is_bot, false)
group by all;

create table active_users as
with days as (
    select
        customer,
        month,
        person,
        day,
        coalesce(sum(events) filter (feature_id is not null), 0) as value_events,
        coalesce(sum(api_events) filter (feature_id is not null), 0) as api_value_events
    from user_days
    where person is not null
    group by all
),

people as (
    select
        customer,
        month,
        person,
        count(*) as login_days,
        count(*) filter (value_events > 0) as active_days,
        count(*) filter (value_events > 0 and isodow(day) < 6) as active_weekdays,
        sum(value_events) as value_events,
        sum(api_value_events) as api_value_events,
        max(day) filter (value_events > 0) as last_active_on
    from days
    group by all
),

-- At least four features, each adopted and used on four days.
power as (
    select customer, month, count(*) as power_users
    from (
        select customer, month, person
        from (
            select customer, month, person, feature_id
            from user_days
            where feature_id is not null and person is not null
            group by all
            having sum(events) >= 3 and count(distinct day) >= 4
        )
        group by all
        having count(*) >= 4
    )
    group by all
),

registered as (
    select ids.customer, months.month, count(*) as registered_users
    from users
    join ids on ids.source_system = 'segment' and ids.source_customer_id = users.group_id
    join months on users.created_at < months.ends
    where users.user_id = users.person and not users.is_internal and not users.is_bot
    group by all
)

select
    customers.salesforce_account_id,
    customers.stripe_customer_id,
    spine.month,
    count(people.person) filter (active_days > 0) as active_users,
    count(people.person) filter (last_active_on >= spine.counted_until - 7) as weekly_active_users,
    coalesce(sum(active_days), 0)::bigint as active_user_days,
    coalesce(sum(active_weekdays), 0)::bigint as active_user_weekdays,
    coalesce(sum(active_days), 0) / any_value(spine.counted_until - spine.counted_from) as daily_active_users,
    coalesce(sum(value_events), 0)::bigint as value_events,
    coalesce(sum(api_value_events), 0)::bigint as api_value_events,
    coalesce(sum(login_days), 0)::bigint as login_days,
    coalesce(any_value(power_users), 0)::bigint as power_users,
    coalesce(any_value(registered_users), 0)::bigint as registered_users
from spine
join customers using (customer)
left join people using (customer, month)
left join power using (customer, month)
left join registered using (customer, month)
where spine.counted_until > (select min(day) from event_days where user_id is not null)
group by customers.salesforce_account_id, customers.stripe_customer_id, spine.customer, spine.month;

create table feature_months as
with features as (
    select feature_id, is_gated, coalesce(released_at, timestamp '1970-01-01') as released_at
    from read_csv(raw_file('files/features.csv'))
),

grants as (
    select ids.customer, feature_id, valid_from, coalesce(valid_to, timestamp '9999-12-31') as valid_to
    from read_csv(raw_file('files/feature_entitlements.csv'), types = {'valid_from': 'timestamp', 'valid_to': 'timestamp'}) as granted
    join ids on ids.source_system in ('salesforce', 'stripe') and ids.source_customer_id = granted.customer_id
),

available as (
    select spine.customer, spine.month, features.feature_id
    from spine
    cross join features
    where
        features.released_at < spine.counted_until
        and (
            not features.is_gated
            or exists (
                from grants
                where grants.customer = spine.customer and grants.feature_id = features.feature_id
                    and grants.valid_from < spine.counted_until and grants.valid_to > spine.month
            )
        )
        and spine.counted_until > (select min(day) from event_days where user_id is not null)
),

people as (
    select customer, month, feature_id, person, sum(events) as uses, count(distinct day) as days
    from user_days
    where feature_id is not null
    group by all
),

uses as (
    select
        customer,
        month,
        feature_id,
        count(person) as users,
        sum(uses)::bigint as uses,
        count(person) filter (uses >= 3 and days >= 2) as adopters,
        coalesce(sum(days) filter (person is not null), 0)::bigint as user_days
    from people
    group by all
),

days as (
    select customer, month, feature_id, count(*) as used_days, count(*) filter (isodow(day) < 6) as used_weekdays
    from (select distinct customer, month, feature_id, day from user_days where feature_id is not null)
    group by all
)

select
    customers.salesforce_account_id,
    customers.stripe_customer_id,
    available.month,
    available.feature_id,
    coalesce(users, 0) as users,
    coalesce(uses.uses, 0) as uses,
    coalesce(adopters, 0) as adopters,
    coalesce(user_days, 0) as user_days,
    coalesce(used_days, 0) as used_days,
    coalesce(used_weekdays, 0) as used_weekdays,
    exists (
        from days as earlier
        where earlier.customer = available.customer and earlier.feature_id = available.feature_id
            and earlier.month between available.month - interval 3 month and available.month - interval 1 month
    ) as is_used_in_prior_3_months
from available
join customers using (customer)
left join uses using (customer, month, feature_id)
left join days using (customer, month, feature_id);

-- From when a customer could use a feature to the day of its first user's third use on a second day (R11).
create table feature_adoptions as
with started as (
    select customer, min(counted_from) as started_on from spine group by customer
),

features as (
    select feature_id, is_gated, coalesce(released_at, timestamp '1970-01-01')::date as released_on
    from read_csv(raw_file('files/features.csv'))
),

grants as (
    select ids.customer, feature_id, valid_from, coalesce(valid_to, timestamp '9999-12-31') as valid_to
    from read_csv(raw_file('files/feature_entitlements.csv'), types = {'valid_from': 'timestamp', 'valid_to': 'timestamp'}) as granted
    join ids on ids.source_system in ('salesforce', 'stripe') and ids.source_customer_id = granted.customer_id
),

-- Grants that meet within a day are one spell.
numbered as (
    select
        *,
        sum(is_new) over (partition by customer, feature_id order by valid_from, valid_to rows unbounded preceding) as spell
    from (
        select *, case when valid_from::date <= (max(valid_to) over earlier)::date then 0 else 1 end as is_new
        from grants
        window earlier as (
            partition by customer, feature_id order by valid_from, valid_to rows between unbounded preceding and 1 preceding
        )
    )
),

spells as (
    select customer, feature_id, min(valid_from) as granted_from, max(valid_to) as granted_until
    from numbered
    group by customer, feature_id, spell
    union all
    select customer, feature_id, timestamp '1970-01-01', timestamp '9999-12-31'
    from started
    cross join features
    where not is_gated
),

feature_days as (
    select ids.customer, coalesce(users.person, event_days.user_id) as person, event as feature_id, day, sum(events) as events
    from event_days
    left join users using (user_id)
    join ids on ids.source_system = 'segment' and ids.source_customer_id = coalesce(event_days.group_id, users.group_id)
    where event not in ('signed_in', 'page_viewed') and event_days.user_id is not null
        and not coalesce(users.is_internal or users.is_bot, false)
    group by all
),

counted as (
    select
        spells.customer,
        spells.feature_id,
        spells.granted_from,
        day,
        sum(events) over so_far as uses,
        row_number() over so_far as days
    from spells
    join feature_days
        on feature_days.customer = spells.customer and feature_days.feature_id = spells.feature_id
        and feature_days.day >= spells.granted_from::date and feature_days.day < spells.granted_until
    where day < (select max(ends) from months)
    window so_far as (partition by spells.customer, spells.feature_id, spells.granted_from, person order by day rows unbounded preceding)
),

reached as (
    select customer, feature_id, granted_from, min(day) as reached_on
    from counted
    where uses >= 3 and days >= 2
    group by all
)

select
    customers.salesforce_account_id,
    customers.stripe_customer_id,
    spells.feature_id,
    greatest(started.started_on, features.released_on, spells.granted_from::date) as clock_started_on,
    case
        when reached.reached_on is not null
            then greatest(reached.reached_on, started.started_on, features.released_on, spells.granted_from::date)
    end as adopted_on
from spells
join features using (feature_id)
join started using (customer)
join customers on customers.customer = spells.customer
left join reached
    on reached.customer = spells.customer and reached.feature_id = spells.feature_id and reached.granted_from = spells.granted_from
where greatest(started.started_on, features.released_on, spells.granted_from::date) < least(spells.granted_until, (select max(ends) from months))
    and greatest(started.started_on, features.released_on, spells.granted_from::date)
        >= (select date_trunc('month', min(day)) from event_days where user_id is not null);
