-- A wish may also say by which way somebody likes to have things in writing. Of the table only the words of its check are changed, as
-- SQLite describes it for its checks.
pragma writable_schema = on;
update sqlite_schema
   set sql = replace(sql, '''no_channel'', ''no_address'')', '''no_channel'', ''no_address'', ''prefers_channel'')')
 where type = 'table' and name = 'preferences';
pragma writable_schema = reset;
