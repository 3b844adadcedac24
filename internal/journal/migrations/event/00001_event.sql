-- +goose Up

-- Written once; only payload is ever changed, to nothing. One text for SQLite
-- and PostgreSQL: hence BIGINT (not SQLite's row number) and BYTEA (SQLite keeps
-- blobs as they are under any name of type).
CREATE TABLE event (
    seq        BIGINT PRIMARY KEY NOT NULL CHECK (seq > 0),
    at         BIGINT NOT NULL, -- microseconds since 1970, UTC
    request    TEXT   NOT NULL,
    by         BIGINT NOT NULL, -- a person
    kind       TEXT   NOT NULL,
    subject    BIGINT NOT NULL, -- a person
    payload    BYTEA  NOT NULL,
    commitment BYTEA  NOT NULL
);

-- For people with a SQL prompt: the last thing that happened to each request,
-- where it was told of left aside. What it says is encrypted: melusine history
-- show opens it. The program never reads this.
CREATE VIEW request_now AS
SELECT request, seq, at, by, kind
FROM event
WHERE seq IN (SELECT max(seq) FROM event WHERE request <> '' AND kind <> 'announced' GROUP BY request);
