-- +goose Up
CREATE INDEX identities_customer ON identities (customer, id);
CREATE INDEX sessions_identity ON sessions (identity, id);

-- +goose Down
DROP INDEX sessions_identity;
DROP INDEX identities_customer;
