-- Problems that ask for an answer.

-- The answers that a checked proof gives: JSON array; NULL if it gives none.
ALTER TABLE verdict ADD COLUMN answers TEXT;

-- What a run looks for, if its statement alone does not say it.
CREATE TABLE question (
    run     INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    method  TEXT NOT NULL, -- 'fps', 'dfps', 'dfps_backward'
    problem TEXT NOT NULL, -- JSON: the problem's parts, never its reference
    part_of INTEGER REFERENCES run (id) ON DELETE SET NULL -- of a backward part: the run of the forward part
) STRICT;

CREATE INDEX question_part_of ON question (part_of);

-- Whether the answer of a run equals a reference, each time that this was asked.
-- Rows come when a search is over.
CREATE TABLE equivalence (
    id        INTEGER PRIMARY KEY,
    run       INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    time      INTEGER NOT NULL,
    answer    TEXT NOT NULL,
    reference TEXT NOT NULL,
    status    TEXT NOT NULL CHECK (status IN ('equivalent', 'not_shown', 'error')),
    class     TEXT NOT NULL, -- the kind of an error, or empty
    message   TEXT NOT NULL, -- of an error, or empty
    profile   TEXT NOT NULL, -- the list of tactics that were allowed
    tactic    TEXT NOT NULL, -- the one that closed the goal, or empty
    statement TEXT NOT NULL, -- what was proved, or empty
    proof     TEXT NOT NULL, -- its proof, or empty
    elapsed   INTEGER NOT NULL
) STRICT;

CREATE INDEX equivalence_run ON equivalence (run);
