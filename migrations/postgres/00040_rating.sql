-- +goose Up
ALTER TABLE sessions ADD COLUMN rating         TEXT NOT NULL DEFAULT ''; -- good, bad; '': the customer has not said
ALTER TABLE sessions ADD COLUMN rating_comment TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN rated_agent BIGINT NOT NULL DEFAULT 0; -- whom the customer had before them then
ALTER TABLE sessions ADD COLUMN rated_at    BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE sessions DROP COLUMN rating;
ALTER TABLE sessions DROP COLUMN rating_comment;
ALTER TABLE sessions DROP COLUMN rated_agent;
ALTER TABLE sessions DROP COLUMN rated_at;
