-- What an entry moves stands in the entry, a column for each place of the chart, so that the database itself holds it balanced and
-- a payment writes one row where it wrote six. What an account owes by bucket stands in the account, beside the sum.
alter table entries add column currency text not null default '';
alter table entries add column principal_minor bigint not null default 0;
alter table entries add column interest_minor bigint not null default 0;
alter table entries add column fees_minor bigint not null default 0;
alter table entries add column costs_minor bigint not null default 0;
alter table entries add column other_minor bigint not null default 0;
alter table entries add column placed_minor bigint not null default 0;
alter table entries add column trust_bank_minor bigint not null default 0;
alter table entries add column client_payable_minor bigint not null default 0;
alter table entries add column unapplied_minor bigint not null default 0
    constraint entries_balanced check (principal_minor + interest_minor + fees_minor + costs_minor + other_minor
        + placed_minor + trust_bank_minor + client_payable_minor + unapplied_minor = 0);
update entries
   set currency = moved.currency,
       principal_minor = moved.principal, interest_minor = moved.interest, fees_minor = moved.fees, costs_minor = moved.costs,
       other_minor = moved.other, placed_minor = moved.placed, trust_bank_minor = moved.trust_bank,
       client_payable_minor = moved.client_payable, unapplied_minor = moved.unapplied
  from (select entry_id, min(currency) as currency,
               sum(case when bucket = 'principal' then amount_minor else 0 end) as principal,
               sum(case when bucket = 'interest' then amount_minor else 0 end) as interest,
               sum(case when bucket = 'fees' then amount_minor else 0 end) as fees,
               sum(case when bucket = 'costs' then amount_minor else 0 end) as costs,
               sum(case when bucket = 'other' then amount_minor else 0 end) as other,
               sum(case when code = 'placed' then amount_minor else 0 end) as placed,
               sum(case when code = 'trust_bank' then amount_minor else 0 end) as trust_bank,
               sum(case when code = 'client_payable' then amount_minor else 0 end) as client_payable,
               sum(case when code = 'unapplied' then amount_minor else 0 end) as unapplied
          from entry_lines group by entry_id) as moved
 where moved.entry_id = entries.id;
update entries set currency = (select a.currency from accounts a where a.id = entries.account_id) where currency = '';
drop table entry_lines;

alter table accounts add column principal_minor bigint not null default 0 check (principal_minor >= 0);
alter table accounts add column interest_minor bigint not null default 0 check (interest_minor >= 0);
alter table accounts add column fees_minor bigint not null default 0 check (fees_minor >= 0);
alter table accounts add column costs_minor bigint not null default 0 check (costs_minor >= 0);
alter table accounts add column other_minor bigint not null default 0 check (other_minor >= 0);
update accounts
   set principal_minor = owed.principal, interest_minor = owed.interest, fees_minor = owed.fees, costs_minor = owed.costs,
       other_minor = owed.other
  from (select account_id,
               sum(case when bucket = 'principal' then amount_minor else 0 end) as principal,
               sum(case when bucket = 'interest' then amount_minor else 0 end) as interest,
               sum(case when bucket = 'fees' then amount_minor else 0 end) as fees,
               sum(case when bucket = 'costs' then amount_minor else 0 end) as costs,
               sum(case when bucket = 'other' then amount_minor else 0 end) as other
          from balances group by account_id) as owed
 where owed.account_id = accounts.id;
drop table balances;
