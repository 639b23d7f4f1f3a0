-- Why: an export writes the further phones and e-mails of contacts, and an import
-- takes them in again; its rows have to hold them until they are written.
-- Cost: none on a full table, since the columns have no default.

-- +goose Up
alter table import_rows
  add column contact_phones jsonb,
  add column contact_emails jsonb;

-- +goose Down
alter table import_rows drop column contact_emails, drop column contact_phones;
