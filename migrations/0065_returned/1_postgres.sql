-- An account can end because it was returned to its creditor.
alter table accounts drop constraint accounts_closed_because_check;
alter table accounts add constraint accounts_closed_because_check check (closed_because in
    ('recalled', 'returned', 'settled', 'uncollectible', 'placed_in_error', 'sold', 'bankruptcy', 'deceased', 'fraud'));
