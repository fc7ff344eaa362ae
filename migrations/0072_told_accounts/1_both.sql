-- What stands told of each account, its newest telling in one row: what must be corrected is found here, and not among all tellings.
create table told_accounts (
    account_id uuid primary key references accounts (id),
    creditor_id uuid not null references creditors (id),
    furnishing_id uuid not null references furnishings (id),
    as_of date not null,
    status text not null,
    told_at bigint not null,
    has_people bigint not null
);
insert into told_accounts (account_id, creditor_id, furnishing_id, as_of, status, told_at, has_people)
select t.account_id, a.creditor_id, t.id, t.as_of, t.status, t.told_at, case when t.people is null then 0 else 1 end
  from furnishings t join accounts a on a.id = t.account_id
 where not exists (select 1 from furnishings n
        where n.account_id = t.account_id and (n.as_of > t.as_of or (n.as_of = t.as_of and n.id > t.id)));
create index told_accounts_status on told_accounts (status, account_id);
create index told_accounts_creditor on told_accounts (creditor_id, status, account_id);
create index told_accounts_people on told_accounts (account_id) where has_people = 1;
-- Whose accounts they are, without a look at every account.
create index accounts_creditor on accounts (creditor_id, id);
