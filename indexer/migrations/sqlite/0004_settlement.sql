-- The journal learns which of its transactions may still land, since when, and where they stand.
DROP INDEX journal_open;
ALTER TABLE journal RENAME TO journal_before;
CREATE TABLE journal (
    signature               BLOB PRIMARY KEY,
    action                  TEXT NOT NULL,
    bytes                   BLOB NOT NULL,
    last_valid_block_height INTEGER NOT NULL,
    -- A slot not after the one in which it could land first.
    since_slot              INTEGER NOT NULL,
    -- live and uncertain: it may still land, and nothing else is signed for its action.
    state                   TEXT NOT NULL
        CHECK (state IN ('live', 'uncertain', 'landed', 'dead', 'refused')),
    -- Slot it stands in.
    slot                    INTEGER,
    note                    TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
INSERT INTO journal (signature, action, bytes, last_valid_block_height, since_slot, state, note)
SELECT signature, action, bytes, last_valid_block_height,
       CASE WHEN last_valid_block_height > 150 THEN last_valid_block_height - 150 ELSE 0 END,
       CASE state WHEN 'open' THEN 'live' ELSE state END, note
FROM journal_before;
DROP TABLE journal_before;
CREATE UNIQUE INDEX journal_open ON journal (action) WHERE state IN ('live', 'uncertain');
CREATE INDEX journal_by_time ON journal (since_slot);

-- Actions that no retry mends: they wait for somebody to look at them.
CREATE TABLE reviews (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    action TEXT NOT NULL UNIQUE,
    -- Name of the reason, and the reason in words.
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- The transaction; unsigned when it was refused before it was signed.
    bytes  BLOB NOT NULL,
    slot   INTEGER NOT NULL,
    -- dropped: never to be tried again.
    state  TEXT NOT NULL CHECK (state IN ('waiting', 'dropped'))
);
