-- A movement of money that is one payment of a joint plan is posted on several accounts: the first stands in the entry itself, the others here.
--
-- Rows are added and never changed. Those of a posting that was taken back stay: the entry says how often it was posted, and where it
-- stands posted, the rows of its last posting hold.
create table bank_parts (
    id uuid primary key,
    bank_entry_id uuid not null references bank_entries (id),
    -- Of which posting of the entry, from one.
    posting_no bigint not null check (posting_no > 0),
    account_id uuid not null references accounts (id),
    payment uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    unique (bank_entry_id, posting_no, account_id),
    foreign key (account_id, payment) references entries (account_id, id)
);
create index bank_parts_payment on bank_parts (payment, bank_entry_id);
create index bank_parts_account on bank_parts (account_id, id);
