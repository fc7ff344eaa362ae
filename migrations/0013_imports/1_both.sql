-- A batch is loaded piece by piece: while it is, its state says so, and the same file taken up again goes on with it.
alter table batches add column kind text not null default 'accounts' check (kind in ('accounts', 'history'));
alter table batches add column state text not null default 'done' check (state in ('loading', 'done', 'taken_back'));
alter table batches add column gap_count bigint not null default 0;
alter table batches add column changed_count bigint not null default 0;
alter table batches add column updated_count bigint not null default 0;
create index batches_hash on batches (file_hash, creditor_id);
create index accounts_batch on accounts (batch_id, id);

-- What a file of history said, once: the fingerprint is that of the row's meaning, so the same fact twice is one.
create table history_rows (
    account_id uuid not null references accounts (id),
    fingerprint bytea not null,
    batch_id uuid not null references batches (id),
    kind text not null,
    happened_at bigint not null,
    summary text not null,
    amount_minor bigint,
    currency text,
    primary key (account_id, fingerprint)
);
create index history_rows_account on history_rows (account_id, happened_at);
