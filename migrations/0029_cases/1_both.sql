-- Cases: disputes, requests for the original creditor, identity theft and complaints, each with its steps and its outcome.
-- What they forbid meanwhile follows from the notices on record; a case is the work that lifts it.
create table cases (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    -- Whose case it is.
    debtor_id uuid not null references debtors (id),
    kind text not null check (kind in ('dispute', 'original_creditor', 'identity_theft', 'complaint')),
    state text not null check (state in ('open', 'closed')),
    -- What they say is wrong, where it is about the debt.
    ground text,
    channel text,
    in_writing bigint not null,
    -- In their words.
    words text,
    -- The part of the debt it is about; empty where it is about all of it.
    disputed_minor bigint,
    currency text not null,
    received_on date not null,
    -- What was recorded with it and binds the gate; what stands still because of it.
    notice_id uuid references notices (id),
    hold_id uuid references holds (id),
    opened_by text not null,
    opened_at bigint not null,
    outcome text,
    root_cause text,
    found text,
    closed_by text,
    closed_at bigint
);
create index cases_state on cases (state, received_on, id);
create index cases_account on cases (account_id, id);

-- What happened to a case. Added to, never changed.
create table case_steps (
    id uuid primary key,
    case_id uuid not null references cases (id),
    account_id uuid not null references accounts (id),
    kind text not null,
    happened_on date not null,
    words text,
    document_id uuid references documents (id),
    recorded_by text not null,
    recorded_at bigint not null
);
create index case_steps_case on case_steps (case_id, id);
create index case_steps_account on case_steps (account_id, id);

-- A case moves with its person when two records become one. The kinds that move are checked by the program from here on.
create table merge_moved (
    merge_id uuid not null references merges (id),
    kind text not null,
    row_key uuid not null,
    role text,
    primary key (merge_id, kind, row_key)
);
insert into merge_moved (merge_id, kind, row_key, role) select merge_id, kind, row_key, role from merge_moves;
drop table merge_moves;
alter table merge_moved rename to merge_moves;
