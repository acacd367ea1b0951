-- +goose Up
ALTER TABLE parts   ADD COLUMN thread TEXT    NOT NULL DEFAULT ''; -- of a surface: the thread in the room; '': it was not noted yet
ALTER TABLE threads ADD COLUMN seq    BIGINT  NOT NULL DEFAULT 0;  -- how far the session had come when the thread began, or caught up
UPDATE threads SET seq = (SELECT s.last_seq FROM sessions s WHERE s.id = threads.session);
ALTER TABLE surfaces ADD COLUMN priorities TEXT NOT NULL DEFAULT ''; -- of the department's sessions shown there; '': all
ALTER TABLE agents ADD COLUMN quiet_by     BIGINT  NOT NULL DEFAULT 0;  -- the channel that says that they are not to be disturbed
ALTER TABLE agents ADD COLUMN quiet_former TEXT    NOT NULL DEFAULT ''; -- their availability, which was lowered for that; '': it was not, or they have spoken since
ALTER TABLE agents ADD COLUMN quiet_until  BIGINT  NOT NULL DEFAULT 0;  -- 0: they may be disturbed

-- +goose Down
ALTER TABLE agents DROP COLUMN quiet_until;
ALTER TABLE agents DROP COLUMN quiet_former;
ALTER TABLE agents DROP COLUMN quiet_by;
ALTER TABLE surfaces DROP COLUMN priorities;
ALTER TABLE threads DROP COLUMN seq;
ALTER TABLE parts DROP COLUMN thread;
