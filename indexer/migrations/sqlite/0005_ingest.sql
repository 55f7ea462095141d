-- How far a series is read follows from its events alone, so no cursor is kept. `base` is the last
-- event that is not kept here because the indexer began after it, `base_slot` the slot it began in.
ALTER TABLE series DROP COLUMN cursor_signature;
ALTER TABLE series DROP COLUMN cursor_slot;
ALTER TABLE series ADD COLUMN base INTEGER NOT NULL DEFAULT 0;
ALTER TABLE series ADD COLUMN base_slot INTEGER NOT NULL DEFAULT 0;

-- Events that are confirmed and not final yet: shown, never acted upon, gone when a fork drops them.
CREATE TABLE early_events (
    series      BLOB NOT NULL,
    signature   BLOB NOT NULL,
    instruction INTEGER NOT NULL,
    inner_index INTEGER NOT NULL,
    sequence    INTEGER NOT NULL,
    slot        INTEGER NOT NULL,
    name        TEXT NOT NULL,
    data        BLOB NOT NULL,
    PRIMARY KEY (series, signature, instruction, inner_index)
) WITHOUT ROWID;
