-- Calls as they are led: one row for a call, one for each thing done in it. A step is never changed; what is said again is a step of
-- its own.
create table calls (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    contact_id uuid not null unique references contacts (id),
    -- The language of the guide, and which text of it.
    language text not null,
    guide text not null,
    began_at bigint not null,
    ended_at bigint,
    wrapped_at bigint
);
create index calls_account on calls (account_id, id);
create table call_steps (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    call_id uuid not null references calls (id),
    seq bigint not null,
    -- What was done, as JSON; what was typed for a check is not in it.
    done text not null,
    done_at bigint not null,
    unique (call_id, seq)
);
create index call_steps_account on call_steps (account_id, id);
