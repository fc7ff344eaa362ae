-- What officers ask to grant beyond their limits, and what is answered. An answer that came back has a lane of its own: of the
-- worklist only the words of its check are changed, as SQLite describes it for its checks.
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

pragma writable_schema = on;
update sqlite_schema
   set sql = replace(sql, 'lane = ''timed'' or', 'lane = ''timed'' or lane = ''approval_returned'' or')
 where type = 'table' and name = 'worklist';
pragma writable_schema = reset;
