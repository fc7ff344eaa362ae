-- People found however their name is written; keys are bytes, so that both engines order them alike.
alter table debtors add column name_key bytea;
alter table debtors add column family_key bytea;
alter table debtors add column sound_key bytea;
-- A record that was made one with another points there, until they are parted.
alter table debtors add column merged_into_id uuid references debtors (id);
create index debtors_name_key on debtors (name_key, id);
create index debtors_family_key on debtors (family_key, id);
create index debtors_sound_key on debtors (sound_key, id);

alter table contact_points add column last_four text;
alter table contact_points add column line_type text;
alter table contact_points add column proven_at bigint;
create index contact_points_last_four on contact_points (last_four, debtor_id);
-- Every source that named a point, the first one too: later ones never change the point itself.
create table point_sources (
    id uuid primary key,
    point_id uuid not null references contact_points (id),
    source text not null,
    found_on date not null,
    recorded_at bigint not null
);
create index point_sources_point on point_sources (point_id, id);

alter table accounts add column reference_last_four text;
create index accounts_reference_last_four on accounts (reference_last_four, debtor_id);
create index accounts_debtors on accounts (debtor_id, state);

-- What is to be heeded about somebody; lifted by an end, never erased.
create table circumstances (
    id uuid primary key,
    debtor_id uuid not null references debtors (id),
    kind text not null check (kind in ('deceased', 'bankrupt', 'represented', 'military', 'vulnerable', 'incarcerated', 'minor')),
    since_on date not null,
    source text not null,
    note text,
    recorded_by text not null,
    recorded_at bigint not null,
    ended_at bigint,
    ended_because text
);
create index circumstances_debtor on circumstances (debtor_id, id);

-- People of a business, by what they do there.
create table business_people (
    business_id uuid not null references debtors (id),
    person_id uuid not null references debtors (id),
    role text not null,
    added_at bigint not null,
    primary key (business_id, person_id)
);
create index business_people_person on business_people (person_id, business_id);

-- Two records that may be one person, with what speaks for it; somebody decides.
create table likenesses (
    id uuid primary key,
    one_id uuid not null references debtors (id),
    other_id uuid not null references debtors (id),
    weight bigint not null,
    because text not null,
    state text not null default 'open' check (state in ('open', 'merged', 'two_people')),
    found_at bigint not null,
    decided_by text,
    decided_at bigint,
    unique (one_id, other_id)
);
create index likenesses_state on likenesses (state, weight desc, id);
create index likenesses_other on likenesses (other_id, one_id);

-- Two records made one, and each row that moved, so that they can be parted again.
create table merges (
    id uuid primary key,
    kept_id uuid not null references debtors (id),
    merged_id uuid not null references debtors (id),
    because text not null,
    merged_by text not null,
    merged_at bigint not null,
    parted_by text,
    parted_at bigint
);
create index merges_kept on merges (kept_id, id);
create index merges_merged on merges (merged_id, id);

create table merge_moves (
    merge_id uuid not null references merges (id),
    kind text not null check (kind in ('account', 'person', 'person_left', 'point', 'preference', 'contact', 'notice', 'circumstance')),
    row_key uuid not null,
    role text,
    primary key (merge_id, kind, row_key)
);
