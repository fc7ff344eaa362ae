-- The night marks what a root will hold page by page, while the marks of the newest root stand: two columns take turns.
alter table audit_heads add column rooted_other_seq bigint not null default 0;

-- Which column says what this root saw: 0 rooted_seq, 1 rooted_other_seq.
alter table audit_roots add column marked_in bigint not null default 0;
