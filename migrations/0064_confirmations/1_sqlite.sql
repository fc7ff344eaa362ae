-- What was agreed or has ended on an account, sent to them as a letter of its own kind.
create table confirmations (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    debtor_id uuid not null references debtors (id),
    confirmed text not null,
    -- The plan or the pause; the account where all of it is paid or has ended.
    about uuid not null,
    letter_id uuid not null references letters (id),
    -- The answer of the gate that let it be made.
    decision_id uuid not null references decisions (id),
    made_on date not null,
    made_by text not null,
    made_at bigint not null,
    -- The contact it became, once it was mailed.
    contact_id uuid references contacts (id)
);
create index confirmations_about on confirmations (account_id, confirmed, about);
create unique index confirmations_letter on confirmations (letter_id);
create index accounts_over on accounts (state, id) where state <> 'open';

pragma writable_schema = on;
update sqlite_schema
   set sql = replace(sql, '''complaint'', ''recap'')',
        '''complaint'', ''recap'', ''plan_agreed'', ''pause_granted'', ''paid_in_full'', ''settled'', ''collection_ended'')')
 where type = 'table' and name = 'letters';
pragma writable_schema = reset;
