-- +goose Up

-- Apart from the events and from their backups. Of somebody forgotten the
-- number stays, so that it is never given again.
CREATE TABLE person (
    number BIGINT PRIMARY KEY NOT NULL CHECK (number > 0),
    login  TEXT UNIQUE,
    key    BYTEA
);
