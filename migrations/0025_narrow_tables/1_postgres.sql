-- The worklist keeps one order, by desk and lane, for all that is asked of it: the lanes of a desk are merged where all are shown.
drop index worklist_desk;
drop index worklist_lane;
create index worklist_lane on worklist (desk_id, lane, expected_minor desc, account_id, balance_minor, due_at);
