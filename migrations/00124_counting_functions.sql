-- Why: the functions that count accounts act as the owner; nobody but their
-- triggers should call them.
-- Cost: none on data.

-- +goose Up
revoke all on function accounts_counted(), sites_counted() from public;

-- +goose Down
grant execute on function accounts_counted(), sites_counted() to public;
