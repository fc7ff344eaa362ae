-- The lanes' counts and sums are read from the lanes' own index: one index less to keep true with every payment and every call.
drop index worklist_counts;
drop index worklist_lane;
create index worklist_lane on worklist (desk_id, lane, expected_minor desc, account_id, balance_minor);
