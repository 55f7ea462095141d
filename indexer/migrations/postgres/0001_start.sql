-- The same tables as SQLite's, column by column: statements are written once for both. Keys, hashes
-- and signatures are bytes. Amounts and nonces are 8 bytes, big-endian: a u64 does not fit BIGINT.
-- Slots, rounds and job numbers are integers.

-- The one pool this database is about, and the round that submissions taken now go to.
CREATE TABLE place (
    one          BIGINT PRIMARY KEY CHECK (one = 1),
    genesis      BYTEA NOT NULL,
    program      BYTEA NOT NULL,
    pool         BYTEA NOT NULL,
    intake_round BIGINT NOT NULL,
    active_round BIGINT NOT NULL
);

CREATE TABLE specifications (
    job   BIGINT PRIMARY KEY,
    bytes BYTEA NOT NULL
);

-- The delegation that holds longest, of each contributor to each node.
CREATE TABLE delegations (
    contributor      BYTEA NOT NULL,
    node             BYTEA NOT NULL,
    valid_until_slot BIGINT NOT NULL,
    statement        BYTEA NOT NULL,
    PRIMARY KEY (contributor, node)
);

CREATE TABLE submissions (
    id             BYTEA PRIMARY KEY,
    job            BIGINT NOT NULL,
    contributor    BYTEA NOT NULL,
    node           BYTEA NOT NULL,
    nonce          BYTEA NOT NULL,
    task           BIGINT NOT NULL,
    content_hash   BYTEA NOT NULL,
    earliest_round BIGINT NOT NULL,
    intake_round   BIGINT NOT NULL,
    received_slot  BIGINT NOT NULL,
    statement      BYTEA NOT NULL,
    receipt        BYTEA NOT NULL,
    -- NULL while it waits for a round.
    batched_round  BIGINT,
    quality_bps    BIGINT,
    amount         BYTEA,
    -- True once the round of its batch is final.
    paid           BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (node, nonce),
    UNIQUE (job, contributor, task, intake_round)
);
CREATE INDEX submissions_waiting ON submissions (job, received_slot) WHERE batched_round IS NULL;
CREATE INDEX submissions_by_round ON submissions (batched_round, job);
CREATE INDEX submissions_by_content ON submissions (content_hash);

-- Batches as they were frozen, before they are posted.
CREATE TABLE batches (
    round BIGINT NOT NULL,
    job   BIGINT NOT NULL,
    root  BYTEA NOT NULL,
    count BIGINT NOT NULL,
    units BIGINT NOT NULL,
    file  BYTEA NOT NULL,
    -- True when it never reached the chain; its submissions wait again.
    abandoned BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (round, job)
);

CREATE TABLE score_files (
    round     BIGINT NOT NULL,
    validator BYTEA NOT NULL,
    root      BYTEA NOT NULL,
    file      BYTEA NOT NULL,
    PRIMARY KEY (round, validator)
);

-- What this indexer computed for a round, and the leaves that it changes.
CREATE TABLE outcomes (
    round    BIGINT PRIMARY KEY,
    root     BYTEA NOT NULL,
    outcome  BYTEA NOT NULL,
    manifest BYTEA NOT NULL,
    -- True once its root became active.
    final    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE TABLE outcome_leaves (
    round       BIGINT NOT NULL,
    leaf        BIGINT NOT NULL,
    contributor BYTEA NOT NULL,
    cumulative  BYTEA NOT NULL,
    PRIMARY KEY (round, leaf)
);

-- Leaves of the active tree.
CREATE TABLE leaves (
    leaf        BIGINT PRIMARY KEY,
    contributor BYTEA NOT NULL UNIQUE,
    cumulative  BYTEA NOT NULL
);

-- What happened on chain, finalised only. A series is an account's: the pool's or the network's.
CREATE TABLE transactions (
    signature BYTEA PRIMARY KEY,
    slot      BIGINT NOT NULL
);
CREATE TABLE events (
    series      BYTEA NOT NULL,
    sequence    BIGINT NOT NULL,
    slot        BIGINT NOT NULL,
    signature   BYTEA NOT NULL,
    instruction BIGINT NOT NULL,
    inner_index BIGINT NOT NULL,
    name        TEXT NOT NULL,
    data        BYTEA NOT NULL,
    PRIMARY KEY (series, sequence)
);
-- Events that could not be read: kept for a newer version.
CREATE TABLE dead_letters (
    signature   BYTEA NOT NULL,
    instruction BIGINT NOT NULL,
    inner_index BIGINT NOT NULL,
    slot        BIGINT NOT NULL,
    data        BYTEA NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (signature, instruction, inner_index)
);
-- How far a series is read (cursor) and acted upon (frontier: it never jumps a gap).
CREATE TABLE series (
    series           BYTEA PRIMARY KEY,
    cursor_signature BYTEA,
    cursor_slot      BIGINT NOT NULL DEFAULT 0,
    frontier         BIGINT NOT NULL DEFAULT 0
);

-- Transactions before they are sent.
CREATE TABLE journal (
    signature               BYTEA PRIMARY KEY,
    action                  TEXT NOT NULL,
    bytes                   BYTEA NOT NULL,
    last_valid_block_height BIGINT NOT NULL,
    state                   TEXT NOT NULL CHECK (state IN ('open', 'landed', 'dead', 'refused')),
    note                    TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX journal_open ON journal (action) WHERE state = 'open';
