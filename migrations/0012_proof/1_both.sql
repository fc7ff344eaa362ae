-- The daily root over all chains with its signature, and who saw which account. Rows are added and never changed.
create table audit_roots (
    business_day date primary key,
    chains bigint not null,
    root bytea not null,
    previous bytea not null,
    signed_at bigint not null,
    public_key bytea not null,
    signature bytea not null
);

-- How far the newest root saw each chain; 0: not yet.
alter table audit_heads add column rooted_seq bigint not null default 0;

-- Sealed by an entry of the chain 'views' each night: seal_no is that entry's number, 0 until then.
create table views (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    seen_by text not null,
    what text not null,
    seen_at bigint not null,
    seal_no bigint not null default 0
);
create index views_account on views (account_id, seen_at);
create index views_seal on views (seal_no, id);
