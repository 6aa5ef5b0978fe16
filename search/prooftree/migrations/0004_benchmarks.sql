-- Runs of benchmarks. What they consist of is known to package benchmarks/trial
-- and kept as JSON; the generated columns are for questions in SQL.

CREATE TABLE benchmark (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
    name     TEXT NOT NULL UNIQUE,              -- what users call its ID
    created  INTEGER NOT NULL,
    ended    INTEGER, -- NULL while trials are missing
    document TEXT NOT NULL, -- JSON

    title    TEXT GENERATED ALWAYS AS (document ->> 'name') VIRTUAL
) STRICT;

-- The problems with all that a worker needs, so that a run can go on without the
-- files that it was started with.
CREATE TABLE benchmark_problem (
    benchmark INTEGER NOT NULL REFERENCES benchmark (id) ON DELETE CASCADE,
    place     INTEGER NOT NULL, -- from 0
    document  TEXT NOT NULL, -- JSON
    PRIMARY KEY (benchmark, place)
) STRICT;

CREATE TABLE trial (
    benchmark INTEGER NOT NULL REFERENCES benchmark (id) ON DELETE CASCADE,
    variant   INTEGER NOT NULL, -- places in the run's lists, from 0
    problem   INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    recorded  INTEGER NOT NULL,
    document  TEXT NOT NULL, -- JSON

    result      TEXT GENERATED ALWAYS AS (document ->> 'result') VIRTUAL,
    wall        REAL GENERATED ALWAYS AS (document ->> '$.cost.wall_s') VIRTUAL, -- seconds
    in_prover   REAL GENERATED ALWAYS AS (document ->> '$.cost.prover_s') VIRTUAL,
    expansions  INTEGER GENERATED ALWAYS AS (document ->> '$.cost.expansions') VIRTUAL,
    PRIMARY KEY (benchmark, variant, problem, number)
) STRICT;

-- The benchmark that a run is a trial of.
ALTER TABLE run ADD COLUMN benchmark INTEGER REFERENCES benchmark (id) ON DELETE SET NULL;

CREATE INDEX run_benchmark ON run (benchmark) WHERE benchmark IS NOT NULL;
