{% test people_are_their_own(model) %}
    {#- Users whose person is itself an id that another took the place of: a chain longer than dim_users follows, or a circle. -#}
    select users.source_system, users.user_id, users.person_id
    from {{ model }} as users
    left join {{ model }} as people
        on users.source_system = people.source_system and users.person_id = people.user_id
    where people.person_id is null or people.person_id <> people.user_id
{% endtest %}
