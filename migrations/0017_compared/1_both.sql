-- A batch's people are compared with those we know after it is loaded: until that is done to its end, the batch waits for it.
alter table batches add column compared_at bigint;
update batches set compared_at = created_at;
