-- A wish may also say by which way somebody likes to have things in writing.
alter table preferences drop constraint preferences_kind_check;
alter table preferences add constraint preferences_kind_check check (kind in ('inconvenient_time', 'convenient_only', 'time_consent',
    'inconvenient_place', 'employer_prohibits', 'no_channel', 'no_address', 'prefers_channel'));
