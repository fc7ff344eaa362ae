-- What officers ask to grant beyond their limits, and what is answered. An answer that came back has a lane of its own.
create table approvals (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    -- The call in which it was asked, where they hold.
    call_id uuid references calls (id),
    kind text not null,
    -- What exactly is asked for, as JSON, and the limits it passes, by their ids.
    terms text not null,
    limits text not null,
    words text not null,
    asked_by_id uuid not null references users (id),
    asked_at bigint not null,
    lapses_at bigint not null,
    state text not null,
    answer_terms text,
    answer_words text,
    answered_by_id uuid references users (id),
    answered_at bigint,
    good_until bigint,
    promise_id uuid references promises (id),
    -- When whoever asked had taken up what came of it.
    noted_at bigint
);
create index approvals_account on approvals (account_id, id);
create index approvals_asked on approvals (asked_by_id, id);
create index approvals_state on approvals (state, lapses_at);

alter table worklist drop constraint worklist_lane_check;
alter table worklist add constraint worklist_lane_check
    check (lane in ('timed', 'approval_returned', 'promise_due', 'broken', 'first_contact', 'follow_up'));
