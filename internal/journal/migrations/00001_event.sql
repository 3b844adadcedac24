-- +goose Up

-- Written once, never changed. One text for SQLite and PostgreSQL: hence BIGINT
-- (not SQLite's row number) and BYTEA (SQLite keeps blobs as they are under any
-- name of type).
CREATE TABLE event (
    seq        BIGINT PRIMARY KEY NOT NULL CHECK (seq > 0),
    at         BIGINT NOT NULL, -- microseconds since 1970, UTC
    request    TEXT   NOT NULL,
    by         TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    data       TEXT   NOT NULL,
    nonce      BYTEA  NOT NULL,
    commitment BYTEA  NOT NULL,
    seal       BYTEA  NOT NULL
);

-- For people with a SQL prompt: the last thing that happened to each request,
-- where it was told of left aside.
-- The program never reads it.
CREATE VIEW request_now AS
SELECT request, seq, at, by, kind, data
FROM event
WHERE seq IN (SELECT max(seq) FROM event WHERE request <> '' AND kind <> 'announced' GROUP BY request);
