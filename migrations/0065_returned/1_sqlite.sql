-- An account can end because it was returned to its creditor.
pragma writable_schema = on;
update sqlite_schema
   set sql = replace(sql, 'closed_because in (''recalled'', ''settled''', 'closed_because in (''recalled'', ''returned'', ''settled''')
 where type = 'table' and name = 'accounts';
pragma writable_schema = reset;
