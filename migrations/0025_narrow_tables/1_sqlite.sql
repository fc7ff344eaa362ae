-- What every payment writes is kept once: embedded, a table with a key of its own lies twice in the file, by its number and by its
-- key. These are reached by their keys alone, so they lie by them. And the worklist keeps one order, by desk and lane, for all
-- that is asked of it: the lanes of a desk are merged where all are shown.
--
-- A check against a list of more than two words makes a table of the list for every row that is written: spelled out, it makes none.
-- Of the journal's heads, which much refers to, only the words of the check are changed, as SQLite describes it for its checks;
-- what follows makes every connection read the schema anew.
pragma writable_schema = on;
update sqlite_schema
   set sql = replace(sql, 'kind in (''opening'', ''adjustment'', ''payment'', ''reversal'')',
        'kind = ''opening'' or kind = ''adjustment'' or kind = ''payment'' or kind = ''reversal''')
 where type = 'table' and name = 'entries';
pragma writable_schema = reset;

create table lines_by_entry (
    entry_id uuid not null references entries (id),
    line_no bigint not null,
    code text not null
        check (code = 'receivable' or code = 'placed' or code = 'trust_bank' or code = 'client_payable' or code = 'unapplied'),
    bucket text,
    amount_minor bigint not null,
    currency text not null,
    primary key (entry_id, line_no)
) without rowid;
insert into lines_by_entry (entry_id, line_no, code, bucket, amount_minor, currency)
    select entry_id, line_no, code, bucket, amount_minor, currency from entry_lines order by entry_id, line_no;
drop table entry_lines;
alter table lines_by_entry rename to entry_lines;

create table balances_by_account (
    account_id uuid not null references accounts (id),
    bucket text not null,
    amount_minor bigint not null check (amount_minor >= 0),
    currency text not null,
    primary key (account_id, bucket)
) without rowid;
insert into balances_by_account (account_id, bucket, amount_minor, currency)
    select account_id, bucket, amount_minor, currency from balances order by account_id, bucket;
drop table balances;
alter table balances_by_account rename to balances;

create table heads_by_chain (
    chain text primary key,
    seq bigint not null,
    hash bytea not null,
    rooted_seq bigint not null default 0
) without rowid;
insert into heads_by_chain (chain, seq, hash, rooted_seq) select chain, seq, hash, rooted_seq from audit_heads order by chain;
drop table audit_heads;
alter table heads_by_chain rename to audit_heads;

create table worklist_by_account (
    account_id uuid primary key references accounts (id),
    desk_id uuid not null references desks (id),
    lane text not null
        check (lane = 'timed' or lane = 'promise_due' or lane = 'broken' or lane = 'first_contact' or lane = 'follow_up'),
    expected_minor bigint not null,
    currency text not null,
    because text not null,
    due_at bigint,
    built_on date not null,
    balance_minor bigint not null default 0
) without rowid;
insert into worklist_by_account (account_id, desk_id, lane, expected_minor, currency, because, due_at, built_on, balance_minor)
    select account_id, desk_id, lane, expected_minor, currency, because, due_at, built_on, balance_minor
      from worklist order by account_id;
drop table worklist;
alter table worklist_by_account rename to worklist;
create index worklist_lane on worklist (desk_id, lane, expected_minor desc, account_id, balance_minor, due_at);
