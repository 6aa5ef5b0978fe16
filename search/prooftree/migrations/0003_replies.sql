-- What a prover said, kept so that it need not be asked again while searching.
-- It is no evidence: what counts as proved is checked anew.
CREATE TABLE reply (
    key   BLOB PRIMARY KEY, -- a hash of everything that the reply depends on
    value BLOB NOT NULL,    -- as the adapter wrote it
    kept  INTEGER NOT NULL  -- Unix time in nanoseconds
) STRICT, WITHOUT ROWID;

CREATE INDEX reply_kept ON reply (kept);
