-- The worklist: one row per open account whose day has come, built by the night and kept true by every act.
create table worklist (
    account_id uuid primary key references accounts (id),
    desk_id uuid not null references desks (id),
    lane text not null check (lane in ('timed', 'promise_due', 'broken', 'first_contact', 'follow_up')),
    expected_minor bigint not null,
    currency text not null,
    because text not null,
    due_at bigint,
    built_on date not null
);
create index worklist_desk on worklist (desk_id, expected_minor desc, account_id);
create index worklist_lane on worklist (desk_id, lane, expected_minor desc, account_id);
