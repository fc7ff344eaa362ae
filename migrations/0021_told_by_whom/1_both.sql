-- By which account it was told: when two records that were made one are parted, it goes with that account to its owner.
alter table circumstances add column account_id uuid references accounts (id);
-- A wish told while two records were one binds for both afterwards; the second row says of which it is the copy.
alter table preferences add column copy_of_id uuid references preferences (id);

-- What the record that stays took from the other because it had none itself; given back when they are parted.
create table merge_takings (
    merge_id uuid not null references merges (id),
    field text not null check (field in ('stated_zone', 'state', 'locality')),
    taken text not null,
    primary key (merge_id, field)
);
-- Records that point to another are found from there.
create index debtors_merged_into on debtors (merged_into_id) where merged_into_id is not null;
