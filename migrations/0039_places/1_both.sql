-- A place on the worklist is what the last ranking said, and no more is kept of it than its order: the sum and its reasons are read
-- from what is true when somebody looks. So a payment that leaves the lane writes nothing here.
drop index worklist_lane;
alter table worklist drop column because;
alter table worklist drop column balance_minor;
create index worklist_lane on worklist (desk_id, lane, expected_minor desc, account_id, due_at);
