-- +goose Up
CREATE INDEX records_department ON records (department, id);
CREATE INDEX records_state      ON records (state, id);

-- +goose Down
DROP INDEX records_state;
DROP INDEX records_department;
