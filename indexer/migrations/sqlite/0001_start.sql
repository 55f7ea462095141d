-- Keys, hashes and signatures are bytes. Amounts and nonces are 8 bytes, big-endian: a u64 does
-- not fit SQLite's integers. Slots, rounds and job numbers are integers.

-- The one pool this database is about, and the round that submissions taken now go to.
CREATE TABLE place (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    genesis      BLOB NOT NULL,
    program      BLOB NOT NULL,
    pool         BLOB NOT NULL,
    intake_round INTEGER NOT NULL,
    active_round INTEGER NOT NULL
);

CREATE TABLE specifications (
    job   INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
);

-- The delegation that holds longest, of each contributor to each node.
CREATE TABLE delegations (
    contributor      BLOB NOT NULL,
    node             BLOB NOT NULL,
    valid_until_slot INTEGER NOT NULL,
    statement        BLOB NOT NULL,
    PRIMARY KEY (contributor, node)
) WITHOUT ROWID;

CREATE TABLE submissions (
    id             BLOB PRIMARY KEY,
    job            INTEGER NOT NULL,
    contributor    BLOB NOT NULL,
    node           BLOB NOT NULL,
    nonce          BLOB NOT NULL,
    task           INTEGER NOT NULL,
    content_hash   BLOB NOT NULL,
    earliest_round INTEGER NOT NULL,
    intake_round   INTEGER NOT NULL,
    received_slot  INTEGER NOT NULL,
    statement      BLOB NOT NULL,
    receipt        BLOB NOT NULL,
    -- NULL while it waits for a round.
    batched_round  INTEGER,
    quality_bps    INTEGER,
    amount         BLOB,
    -- 1 once the round of its batch is final.
    paid           INTEGER NOT NULL DEFAULT 0,
    UNIQUE (node, nonce),
    UNIQUE (job, contributor, task, intake_round)
) WITHOUT ROWID;
CREATE INDEX submissions_waiting ON submissions (job, received_slot) WHERE batched_round IS NULL;
CREATE INDEX submissions_by_round ON submissions (batched_round, job);
CREATE INDEX submissions_by_content ON submissions (content_hash);

-- Batches as they were frozen, before they are posted.
CREATE TABLE batches (
    round INTEGER NOT NULL,
    job   INTEGER NOT NULL,
    root  BLOB NOT NULL,
    count INTEGER NOT NULL,
    units INTEGER NOT NULL,
    file  BLOB NOT NULL,
    -- 1 when it never reached the chain; its submissions wait again.
    abandoned INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (round, job)
) WITHOUT ROWID;

CREATE TABLE score_files (
    round     INTEGER NOT NULL,
    validator BLOB NOT NULL,
    root      BLOB NOT NULL,
    file      BLOB NOT NULL,
    PRIMARY KEY (round, validator)
) WITHOUT ROWID;

-- What this indexer computed for a round, and the leaves that it changes.
CREATE TABLE outcomes (
    round    INTEGER PRIMARY KEY,
    root     BLOB NOT NULL,
    outcome  BLOB NOT NULL,
    manifest BLOB NOT NULL,
    -- 1 once its root became active.
    final    INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE outcome_leaves (
    round       INTEGER NOT NULL,
    leaf        INTEGER NOT NULL,
    contributor BLOB NOT NULL,
    cumulative  BLOB NOT NULL,
    PRIMARY KEY (round, leaf)
) WITHOUT ROWID;

-- Leaves of the active tree.
CREATE TABLE leaves (
    leaf        INTEGER PRIMARY KEY,
    contributor BLOB NOT NULL UNIQUE,
    cumulative  BLOB NOT NULL
);

-- What happened on chain, finalised only. A series is an account's: the pool's or the network's.
CREATE TABLE transactions (
    signature BLOB PRIMARY KEY,
    slot      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE events (
    series      BLOB NOT NULL,
    sequence    INTEGER NOT NULL,
    slot        INTEGER NOT NULL,
    signature   BLOB NOT NULL,
    instruction INTEGER NOT NULL,
    inner_index INTEGER NOT NULL,
    name        TEXT NOT NULL,
    data        BLOB NOT NULL,
    PRIMARY KEY (series, sequence)
) WITHOUT ROWID;
-- Events that could not be read: kept for a newer version.
CREATE TABLE dead_letters (
    signature   BLOB NOT NULL,
    instruction INTEGER NOT NULL,
    inner_index INTEGER NOT NULL,
    slot        INTEGER NOT NULL,
    data        BLOB NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (signature, instruction, inner_index)
) WITHOUT ROWID;
-- How far a series is read (cursor) and acted upon (frontier: it never jumps a gap).
CREATE TABLE series (
    series           BLOB PRIMARY KEY,
    cursor_signature BLOB,
    cursor_slot      INTEGER NOT NULL DEFAULT 0,
    frontier         INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Transactions before they are sent.
CREATE TABLE journal (
    signature               BLOB PRIMARY KEY,
    action                  TEXT NOT NULL,
    bytes                   BLOB NOT NULL,
    last_valid_block_height INTEGER NOT NULL,
    state                   TEXT NOT NULL CHECK (state IN ('open', 'landed', 'dead', 'refused')),
    note                    TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE UNIQUE INDEX journal_open ON journal (action) WHERE state = 'open';
