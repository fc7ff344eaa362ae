-- Mappings that loaded a creditor's files, one version after the other; never changed.
create table mappings (
    id uuid primary key,
    creditor_id uuid not null references creditors (id),
    kind text not null check (kind in ('accounts', 'history')),
    version bigint not null,
    body text not null,
    saved_by text not null,
    saved_at bigint not null,
    unique (creditor_id, kind, version)
);
