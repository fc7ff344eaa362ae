-- From here on an entry of the record holds the hash of each row that was kept with it. What was kept before has none: it is
-- counted here, kind by kind, up to its newest id, so that nothing can be slipped in among it later.
create table kept_before (
    kind text primary key,
    row_count bigint not null,
    newest uuid not null
);
insert into kept_before select 'contact', count(*), (select id from contacts order by id desc limit 1) from contacts having count(*) > 0;
insert into kept_before select 'decision', count(*), (select id from decisions order by id desc limit 1) from decisions having count(*) > 0;
insert into kept_before select 'document', count(*), (select id from documents order by id desc limit 1) from documents having count(*) > 0;
insert into kept_before select 'hold', count(*), (select id from holds order by id desc limit 1) from holds having count(*) > 0;
insert into kept_before select 'note', count(*), (select id from notes order by id desc limit 1) from notes having count(*) > 0;
insert into kept_before select 'notice', count(*), (select id from notices order by id desc limit 1) from notices having count(*) > 0;
insert into kept_before select 'payment', count(*), (select id from payments order by id desc limit 1) from payments having count(*) > 0;
insert into kept_before select 'promise', count(*), (select id from promises order by id desc limit 1) from promises having count(*) > 0;
insert into kept_before select 'refund', count(*), (select id from refunds order by id desc limit 1) from refunds having count(*) > 0;
insert into kept_before select 'wish', count(*), (select id from preferences order by id desc limit 1) from preferences having count(*) > 0;

-- The account in whose record a wish stands: a wish is a person's, an entry an account's. Empty for what was kept before.
alter table preferences add column account_id uuid references accounts (id);
create index preferences_account on preferences (account_id, id);
