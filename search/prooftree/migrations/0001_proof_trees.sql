-- Runs and their proof trees.
--
-- A run is an append-only sequence of events, numbered by seq from 1 without
-- gaps. Each kind of event has its own table, and (run, seq) gives every row
-- its place in the sequence: run_start, stage_start, state, attempt, decision,
-- spending, note, verdict, run_end. The second halves of the columns of run,
-- state and attempt (after an empty line) and the table attempt_tally are
-- derived from the events, in the transaction that appends them, so that a
-- viewer need not read a whole tree.
--
-- Times are nanoseconds since 1970 UTC (0: not known), durations nanoseconds.

CREATE TABLE problem (
    id        INTEGER PRIMARY KEY,
    hash      TEXT NOT NULL UNIQUE, -- SHA-256 of all the other columns
    name      TEXT NOT NULL,
    source    TEXT NOT NULL,
    kind      TEXT NOT NULL,
    preamble  TEXT NOT NULL,
    statement TEXT NOT NULL,
    closing   TEXT NOT NULL
) STRICT;

CREATE TABLE run (
    id                INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
    name              TEXT NOT NULL UNIQUE,              -- what users call its ID
    problem           INTEGER NOT NULL REFERENCES problem (id),
    prover_name       TEXT NOT NULL,
    prover_version    TEXT NOT NULL,
    prover_variant    TEXT NOT NULL,
    prover_path       TEXT NOT NULL,
    prover_options    TEXT, -- JSON object
    policy            TEXT NOT NULL,
    seed              INTEGER NOT NULL, -- the bits of an unsigned number
    budget_expansions INTEGER NOT NULL,
    budget_attempts   INTEGER NOT NULL,
    budget_nodes      INTEGER NOT NULL,
    budget_wall       INTEGER NOT NULL,
    budget_units      INTEGER NOT NULL,
    stages            TEXT NOT NULL, -- JSON array
    created           INTEGER NOT NULL,

    last_seq   INTEGER NOT NULL DEFAULT 0,
    max_depth  INTEGER NOT NULL DEFAULT 0,
    started    INTEGER,
    ended      INTEGER, -- NULL if an event came after the last end
    end_reason TEXT,
    end_detail TEXT,
    expansions INTEGER NOT NULL DEFAULT 0, -- the last spending; attempts and units are in attempt_tally
    wall       INTEGER NOT NULL DEFAULT 0,
    in_prover  INTEGER NOT NULL DEFAULT 0,
    in_policy  INTEGER NOT NULL DEFAULT 0,
    in_store   INTEGER NOT NULL DEFAULT 0,

    -- Who appends, for messages only: a file lock decides who may.
    owner_pid   INTEGER,
    owner_host  TEXT,
    owner_since INTEGER,

    deleting INTEGER NOT NULL DEFAULT 0 -- 1 while DeleteRun is under way
) STRICT;

CREATE INDEX run_problem ON run (problem);

CREATE TABLE run_start (
    run  INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq  INTEGER NOT NULL,
    time INTEGER NOT NULL,
    info TEXT, -- JSON where the run was started otherwise than its row says (a resume)
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE stage_start (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq   INTEGER NOT NULL,
    time  INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_end (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq    INTEGER NOT NULL,
    time   INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- What was spent up to an event, which has a row of its own unless it is 'budget_spent'.
CREATE TABLE spending (
    run        INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    time       INTEGER NOT NULL,
    event      TEXT NOT NULL CHECK (event IN ('budget_spent', 'stage_started', 'run_ended')),
    expansions INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    units      INTEGER NOT NULL,
    wall       INTEGER NOT NULL,
    in_prover  INTEGER NOT NULL,
    in_policy  INTEGER NOT NULL,
    in_store   INTEGER NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- What the user did and what became of the prover.
CREATE TABLE note (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq    INTEGER NOT NULL,
    time   INTEGER NOT NULL,
    kind   TEXT NOT NULL CHECK (kind IN ('user_acted', 'prover_restarted')),
    detail TEXT NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- The nodes. Their numbers rise with seq.
CREATE TABLE state (
    run     INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    node    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    time    INTEGER NOT NULL,
    key     TEXT NOT NULL,
    depth   INTEGER NOT NULL,
    attempt INTEGER NOT NULL, -- the one that first led here, whose row follows; 0 for the root
    goals   TEXT NOT NULL,    -- JSON array

    status    TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'proved', 'dead')),
    exhausted INTEGER NOT NULL DEFAULT 0, -- nothing is left to try: 1 in this stage, 2 in no stage
    proved_by INTEGER, -- attempt
    logprob   REAL,    -- sum over the path by which it was first reached
    score     REAL,    -- logprob divided by the number of states on the path
    PRIMARY KEY (run, node)
) STRICT;

CREATE INDEX state_score ON state (run, status, exhausted, score);

-- The attempts. Their numbers rise with seq.
CREATE TABLE attempt (
    run         INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    id          INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    time        INTEGER NOT NULL,
    node        INTEGER NOT NULL,
    goal        INTEGER NOT NULL, -- index among the goals of the node
    action      TEXT NOT NULL,
    logprob     REAL NOT NULL,
    source      TEXT NOT NULL,
    stage       INTEGER NOT NULL,
    status      TEXT NOT NULL,
    class       TEXT NOT NULL,
    message     TEXT NOT NULL,
    suggestions TEXT, -- JSON array
    units       INTEGER NOT NULL,
    elapsed     INTEGER NOT NULL,

    barred INTEGER NOT NULL DEFAULT 0, -- 1: it is suspected since a final check refused a proof with it
    PRIMARY KEY (run, id),
    FOREIGN KEY (run, node) REFERENCES state (run, node) ON DELETE CASCADE
) STRICT;

CREATE INDEX attempt_node ON attempt (run, node, id, status);

-- The states that an attempt left, in order.
CREATE TABLE attempt_child (
    run     INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    child   INTEGER NOT NULL, -- node
    layout  TEXT,             -- the prover's note on how the child is arranged in what was left; NULL if empty
    PRIMARY KEY (run, attempt, place),
    FOREIGN KEY (run, attempt) REFERENCES attempt (run, id) ON DELETE CASCADE,
    FOREIGN KEY (run, child) REFERENCES state (run, node) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX attempt_child_child ON attempt_child (run, child);

-- What was found out about a node.
CREATE TABLE decision (
    run     INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,
    time    INTEGER NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('node_exhausted', 'node_proved', 'node_dead', 'node_reopened', 'attempt_cleared')),
    node    INTEGER NOT NULL,
    attempt INTEGER NOT NULL, -- that proved the node, is barred, or is not barred any more; 0 for none
    stage   INTEGER NOT NULL,
    final   INTEGER NOT NULL, -- 1: exhausted in every stage
    detail  TEXT NOT NULL,    -- why the attempt is barred
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdict (
    run            INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq            INTEGER NOT NULL,
    time           INTEGER NOT NULL,
    accepted       INTEGER NOT NULL,
    class          TEXT NOT NULL,
    reason         TEXT NOT NULL,
    axioms         TEXT, -- JSON array; NULL if the prover cannot tell
    messages       TEXT, -- JSON array
    prover_name    TEXT NOT NULL,
    prover_version TEXT NOT NULL,
    prover_variant TEXT NOT NULL,
    prover_path    TEXT NOT NULL,
    prover_options TEXT, -- JSON object
    text           TEXT NOT NULL, -- exactly what was checked
    elapsed        INTEGER NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT;

CREATE TABLE attempt_tally (
    run     INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    source  TEXT NOT NULL,
    status  TEXT NOT NULL,
    count   INTEGER NOT NULL,
    units   INTEGER NOT NULL,
    elapsed INTEGER NOT NULL,
    PRIMARY KEY (run, source, status)
) STRICT, WITHOUT ROWID;
