-- What ends an account, what is written and filed about it, money that goes back.
alter table accounts add column closed_on date;
alter table accounts add column closed_because text
    check (closed_because in ('recalled', 'settled', 'uncollectible', 'placed_in_error', 'sold', 'bankruptcy', 'deceased', 'fraud'));
-- 'account': this one stands still; 'person': so do all of the person's, each by a hold of its own.
alter table holds add column scope text not null default 'account' check (scope in ('account', 'person'));

create table notes (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    body text not null,
    written_by text not null,
    author_id uuid references users (id),
    written_at bigint not null
);
create index notes_account on notes (account_id, written_at);

-- The paper itself is kept by its SHA-256: the same paper on two accounts is kept once.
create table document_bodies (
    hash text primary key,
    body bytea not null
);

create table documents (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    kind text not null,
    file_name text not null,
    media_type text not null,
    source text not null,
    hash text not null references document_bodies (hash),
    size_bytes bigint not null,
    filed_by text not null,
    filed_at bigint not null
);
create index documents_account on documents (account_id, filed_at);

-- Overpaid money that went back to who paid it.
create table refunds (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    entry_id uuid not null references entries (id),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    refunded_on date not null,
    reference text not null,
    state text not null default 'posted' check (state in ('posted', 'reversed')),
    refunded_by text not null,
    created_at bigint not null,
    unique (account_id, reference)
);
