-- A plan that goes on otherwise is a plan of its own: it names the one that it goes on from, and what became different.
alter table plans add column revises_id uuid references plans (id);
alter table plans add column revision text;
