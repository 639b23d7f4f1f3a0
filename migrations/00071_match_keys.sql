-- Why: duplicates are found by what two records have in common whatever way it
-- was written: "+1 (302) 555-0100" and "302 555 0100", "Müller & Co. KG" and
-- "MULLER". The keys are columns, since under row-level security an index
-- is used for a condition only if its functions are leakproof, and these are not.
-- Cost: rewrites accounts and contacts, about a minute a million rows, and keeps
-- them locked meanwhile; inserts become about a tenth slower.

-- +goose Up
-- Single expressions, so that they are inlined into the columns below.
-- Digits only, the last nine: the prefix of a country is written or not.
create function match_digits(t text) returns text language sql immutable parallel safe
  return translate(t, translate(t, '0123456789', ''), '');
create function match_phone(t text) returns text language sql immutable parallel safe
  return case when length(match_digits(split_part(lower(t), 'x', 1))) < 6 then ''
    else right(match_digits(split_part(lower(t), 'x', 1)), 9) end;

create function match_email(t text) returns text language sql immutable parallel safe
  return lower(btrim(t));

-- The host without www.
create function match_web(t text) returns text language sql immutable parallel safe
  return coalesce(substring(lower(t) from '^(?:https?://)?(?:www\.)?([^/:?#]+)'), '');

-- Case, accents and punctuation are gone.
create function match_words(t text) returns text language sql immutable parallel safe
  return translate(lower(t collate "und-x-icu"),
        'áàâäãåāăąçćčďđéèêëēęěíìîïīñńňóòôöõøōřśšşťúùûüūůýÿžźżł,;:!?&/\()[]{}"-–—_+*#@|<>=~^%$''’.`',
        'aaaaaaaaacccddeeeeeeeiiiiinnnooooooorssstuuuuuuyyzzzl                               ');
-- Legal forms too; what is nothing else stays.
create function match_name(t text) returns text language sql immutable parallel safe
  return coalesce(
    nullif(replace(regexp_replace(match_words(t), '\m(?:gmbh|mbh|co|kg|kgaa|ag|ug|ohg|gbr|ek|ev|se|ltd|limited|inc|incorporated|llc|llp|lp|corp|corporation|company|plc|sa|sarl|sas|bv|nv|ab|oy|as|aps|spa|srl|pty|the|and|und)\M', '', 'g'), ' ', ''), ''),
    nullif(replace(match_words(t), ' ', ''), ''), t);

alter table accounts
  add column match_name  text not null generated always as (match_name(name)) stored,
  add column match_phone text not null generated always as (match_phone(phone)) stored,
  add column match_email text not null generated always as (match_email(email)) stored,
  add column match_web   text not null generated always as (match_web(website)) stored;
create index accounts_match_name on accounts (org_id, match_name);
create index accounts_match_phone on accounts (org_id, match_phone) where match_phone <> '';
create index accounts_match_email on accounts (org_id, match_email) where match_email <> '';
create index accounts_match_web on accounts (org_id, match_web) where match_web <> '';

alter table contacts
  add column match_phone text not null generated always as (match_phone(phone)) stored,
  add column match_email text not null generated always as (match_email(email)) stored;
create index contacts_match_phone on contacts (org_id, match_phone) where match_phone <> '';
create index contacts_match_email on contacts (org_id, match_email) where match_email <> '';

-- +goose Down
alter table contacts drop column match_email, drop column match_phone;
alter table accounts drop column match_web, drop column match_email, drop column match_phone, drop column match_name;
drop function match_name(text), match_web(text), match_email(text), match_phone(text), match_digits(text), match_words(text);
