-- People and businesses, how to reach them, and what they told us about that.
create table debtors (
    id uuid primary key,
    is_business bigint not null default 0,
    name text,
    search_name text not null,
    language text,
    date_of_birth date,
    state text,
    locality text,
    stated_zone text,
    is_deceased bigint not null default 0,
    created_at bigint not null
);
create index debtors_search on debtors (search_name, id);

create table contact_points (
    id uuid primary key,
    debtor_id uuid not null references debtors (id),
    kind text not null check (kind in ('phone', 'email', 'address')),
    label text not null,
    value text not null,
    zip text,
    state text not null default 'unproven' check (state in ('unproven', 'verified', 'wrong', 'dead', 'closed')),
    source text not null,
    created_at bigint not null
);
create index contact_points_debtor on contact_points (debtor_id, kind, id);
create index contact_points_value on contact_points (value, id);

create table preferences (
    id uuid primary key,
    debtor_id uuid not null references debtors (id),
    kind text not null check (kind in ('inconvenient_time', 'convenient_only', 'time_consent', 'inconvenient_place',
        'employer_prohibits', 'no_channel', 'no_address')),
    days bigint,
    from_minute bigint,
    to_minute bigint,
    place text,
    channel text,
    address text,
    words text,
    source text not null,
    told_at bigint not null,
    ended_at bigint
);
create index preferences_debtor on preferences (debtor_id, id);
