-- The ways to deal with an account, sent to somebody as a letter of its own kind: each version once.
create table comparisons (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    debtor_id uuid not null references debtors (id),
    -- SHA-256 of what it offers, to whom and where: the same is printed once, unless the printing is taken back.
    version text not null,
    letter_id uuid not null references letters (id),
    -- The answer of the gate that let it be made.
    decision_id uuid not null references decisions (id),
    made_on date not null,
    made_by text not null,
    made_at bigint not null,
    -- The contact it became, once it was mailed.
    contact_id uuid references contacts (id)
);
create index comparisons_account on comparisons (account_id, id);
create unique index comparisons_letter on comparisons (letter_id);

pragma writable_schema = on;
update sqlite_schema
   set sql = replace(sql, '''collection_ended'')', '''collection_ended'', ''comparison'')')
 where type = 'table' and name = 'letters';
pragma writable_schema = reset;
