-- +goose Up
ALTER TABLE bindings ADD COLUMN failures   BIGINT NOT NULL DEFAULT 0; -- since its system took something
ALTER TABLE bindings ADD COLUMN rest_until BIGINT NOT NULL DEFAULT 0; -- when its system may be asked again; 0: at any time
ALTER TABLE records  ADD COLUMN linked      BIGINT NOT NULL DEFAULT 0; -- the account that its provider has it linked with; 0: none
ALTER TABLE records  ADD COLUMN link_due_at BIGINT NOT NULL DEFAULT 0; -- when its provider may be asked to link it; 0: it need not be
DROP INDEX records_owed;
CREATE INDEX records_owed ON records (binding, attempts, id) WHERE state = 'owed';
CREATE INDEX records_link ON records (binding, link_due_at)  WHERE link_due_at <> 0;

-- +goose Down
DROP INDEX records_link;
DROP INDEX records_owed;
CREATE INDEX records_owed ON records (binding, id) WHERE state = 'owed';
ALTER TABLE records  DROP COLUMN link_due_at;
ALTER TABLE records  DROP COLUMN linked;
ALTER TABLE bindings DROP COLUMN rest_until;
ALTER TABLE bindings DROP COLUMN failures;
