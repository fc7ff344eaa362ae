-- Payments by card and bank debit through a processor: what somebody let us charge, what was asked, what the processor told.
--
-- No number of a card or account stands here or anywhere: only the processor's tokens, and what it tells to be shown. Nothing is ever deleted.
create table processor_methods (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    -- What the processor knows it by, and the customer it belongs to there.
    token text not null unique,
    customer text not null,
    kind text not null check (kind = 'card' or kind = 'bank'),
    -- The kind as the processor calls it.
    kind_there text not null,
    brand text not null,
    last_four text not null,
    -- Year and month, as 2030-12.
    expires text,
    -- What they agreed to, when and how.
    words text not null check (words <> ''),
    -- For a series of debits: they signed it or authenticated it in a similar way, and were given a copy.
    is_in_writing bigint not null check (is_in_writing = 0 or is_in_writing = 1),
    copy_given bigint not null check (copy_given = 0 or copy_given = 1),
    added_by text not null,
    added_at bigint not null,
    revoked_by text,
    revoked_because text,
    revoked_at bigint,
    check ((revoked_at is null) = (revoked_because is null))
);
create index processor_methods_account on processor_methods (account_id, id);

create table processor_charges (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    method_id uuid not null references processor_methods (id),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    -- What they agreed to; whether it stands alone or is one of a series.
    words text not null check (words <> ''),
    is_single bigint not null check (is_single = 0 or is_single = 1),
    decision_id uuid not null references decisions (id),
    asked_by text not null,
    asked_at bigint not null,
    -- The processor's ids, once it told them.
    intent text unique,
    charge text unique,
    progress text not null check (progress = 'asked' or progress = 'pending' or progress = 'failed' or progress = 'succeeded'),
    failure text not null,
    refunded_minor bigint not null check (refunded_minor >= 0 and refunded_minor <= amount_minor),
    dispute text check (dispute = 'open' or dispute = 'won' or dispute = 'lost'),
    disputed_minor bigint not null check (disputed_minor >= 0 and disputed_minor <= amount_minor),
    -- When refunds and a dispute were told, in seconds by the processor's clock: the newest telling counts.
    refunded_told_at bigint,
    dispute_told_at bigint,
    -- All of it in one word.
    state text not null check (state in ('asked', 'pending', 'failed', 'succeeded', 'partly_refunded', 'refunded', 'disputed', 'lost')),
    -- What is posted of it now, and how often it was.
    payment uuid,
    posted_minor bigint not null check (posted_minor >= 0 and posted_minor <= amount_minor),
    times_posted bigint not null check (times_posted >= 0),
    foreign key (account_id, payment) references entries (account_id, id),
    check ((payment is null) = (posted_minor = 0)),
    check (posted_minor = 0 or progress = 'succeeded')
);
create index processor_charges_account on processor_charges (account_id, id);
create index processor_charges_method on processor_charges (method_id);
create index processor_charges_payment on processor_charges (payment);
create index processor_charges_decision on processor_charges (decision_id);
create index processor_charges_under_way on processor_charges (id) where progress = 'asked' or progress = 'pending';

-- Messages of the processor, each once: of what it says only what is used.
create table processor_events (
    id uuid primary key,
    event text not null unique,
    kind text not null,
    -- SHA-256 of the message.
    hash text not null,
    told_at bigint not null,
    -- Whose charge it is, by our id and by the processor's.
    ours uuid,
    intent text,
    charge text,
    amount_minor bigint,
    currency text,
    progress text,
    failure text not null,
    taken_at bigint,
    refunded_minor bigint,
    dispute text,
    disputed_minor bigint,
    received_at bigint not null,
    -- Nothing while it waits; then what became of it.
    applied_at bigint,
    outcome text not null
);
create index processor_events_waiting on processor_events (id) where applied_at is null;
