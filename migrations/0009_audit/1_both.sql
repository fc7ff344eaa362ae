-- One hash chain per account, and one named 'agency' for the rest. Rows are added and never changed.
create table audit_entries (
    id uuid primary key,
    chain text not null,
    seq bigint not null,
    recorded_at bigint not null,
    actor text not null,
    act text not null,
    detail text not null,
    hash bytea not null,
    unique (chain, seq)
);

create table audit_heads (
    chain text primary key,
    seq bigint not null,
    hash bytea not null
);
