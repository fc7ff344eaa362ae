-- What each fact of history became, so that a batch of history can be taken back. A fact that was taken back keeps its line, with
-- when; its fingerprint then is another, so that the same fact can be told anew.
alter table history_rows add column made uuid;
alter table history_rows add column taken_back_at bigint;
create index history_rows_batch on history_rows (batch_id, account_id);

-- Why a batch was taken back.
alter table batches add column taken_back_because text;
