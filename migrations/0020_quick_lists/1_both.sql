-- What was read row by row through a whole table, and grew slow with it: the tries on one number, read with every result that is
-- recorded; what the gate refused, the newest first; the newest payments.
create index contacts_point on contacts (point_id, contacted_at);
create index decisions_refused on decisions (decided_at, id) where answer <> 'allowed';
create index payments_newest on payments (created_at, id);

-- All that rules look at in a person's contacts, side by side: the contacts themselves lie apart, each where it was when it
-- happened, and were read one by one.
drop index contacts_debtor;
create index contacts_debtor on contacts (debtor_id, contacted_at, id, account_id, channel, direction, purpose, place, outcome);
