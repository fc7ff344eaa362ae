-- What dialed, sent or spoke, where that was no person: such calls to a home are counted.
alter table contacts add column dialing text;

-- Letters and what is to be heeded about people are named with their hash in the entries of acts from here on. What was kept before
-- is counted, as the other kinds were.
insert into kept_before select 'letter', count(*), (select id from letters order by id desc limit 1) from letters having count(*) > 0;
insert into kept_before select 'circumstance', count(*), (select id from circumstances order by id desc limit 1) from circumstances having count(*) > 0;

-- By which account a number or address became known: when two records that were made one are parted, it goes with that account.
alter table contact_points add column account_id uuid references accounts (id);
