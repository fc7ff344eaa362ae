-- What was read row by row through a whole table, and grew slow with it: the tries on one number, read with every result that is
-- recorded; what the gate refused, the newest first; the newest payments.
create index contacts_point on contacts (point_id, contacted_at);
create index decisions_refused on decisions (decided_at, id) where answer <> 'allowed';
create index payments_newest on payments (created_at, id);
