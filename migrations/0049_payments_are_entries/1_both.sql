-- A payment is its own entry: what it says that every entry does not say stands in columns of the entry, so that a payment writes one
-- row where it wrote two. Whether it was taken back, and when, is what the entry says that reverses it. So nothing of it is changed any
-- more. Its amount is what came to the bank, and what no bucket took is the other side of the unapplied money.
alter table entries add column payment uuid;
alter table entries add column effective_on date;
alter table entries add column reference text;
alter table entries add column posted_by text;
update entries
   set payment = p.id, effective_on = p.effective_on, reference = p.reference, posted_by = p.posted_by
  from payments p
 where p.account_id = entries.account_id and p.entry_id = entries.id;
drop table payments;

-- A payment that was taken back with the file that told of it leaves its reference free: the first is number 0, the next with the same 1.
alter table entries add column posting_no bigint not null default 0
    constraint entries_payment check (case when kind = 'payment'
        then payment is not null and effective_on is not null and reference is not null and posted_by is not null and trust_bank_minor > 0
        else payment is null and reference is null end);

-- Ids are in the order of time, so the newest payments come from the index of their ids. The view does not say that these columns hold
-- something, for SQLite would take that for a range of the index, which is next to nothing until somebody has paid.
create unique index entries_payment on entries (payment) where payment is not null;
create unique index entries_reference on entries (account_id, reference, posting_no) where reference is not null;
-- No entry is reversed twice.
create unique index entries_reversal on entries (account_id, reverses_entry_id) where reverses_entry_id is not null;

create view payments as
    select e.payment as id, e.account_id, e.id as entry_id, e.trust_bank_minor as amount_minor, -e.unapplied_minor as unapplied_minor,
           e.currency, e.effective_on, e.reference, e.posting_no, case when r.id is null then 'posted' else 'reversed' end as state,
           r.booked_on as reversed_on, e.posted_by, e.created_at
      from entries e left join entries r on r.account_id = e.account_id and r.reverses_entry_id = e.id
     where e.kind = 'payment';
