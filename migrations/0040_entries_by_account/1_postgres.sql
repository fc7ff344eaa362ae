-- An entry is always asked for with its account, so its key begins with the account, and whoever names an entry names both.
alter table payments drop constraint payments_entry_id_fkey;
alter table refunds drop constraint refunds_entry_id_fkey;
alter table entries drop constraint entries_reverses_entry_id_fkey;
alter table entries drop constraint entries_pkey;
drop index entries_account;
alter table entries add primary key (account_id, id);
alter table entries add foreign key (account_id, reverses_entry_id) references entries (account_id, id);
alter table payments add foreign key (account_id, entry_id) references entries (account_id, id);
alter table refunds add foreign key (account_id, entry_id) references entries (account_id, id);
