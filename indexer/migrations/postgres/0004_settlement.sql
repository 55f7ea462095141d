-- The journal learns which of its transactions may still land, since when, and where they stand.
DROP INDEX journal_open;
ALTER TABLE journal
    DROP CONSTRAINT journal_state_check,
    -- A slot not after the one in which it could land first.
    ADD COLUMN since_slot BIGINT NOT NULL DEFAULT 0,
    -- Slot it stands in.
    ADD COLUMN slot BIGINT;
UPDATE journal
SET since_slot = GREATEST(last_valid_block_height - 150, 0),
    state = CASE state WHEN 'open' THEN 'live' ELSE state END;
-- live and uncertain: it may still land, and nothing else is signed for its action.
ALTER TABLE journal
    ALTER COLUMN since_slot DROP DEFAULT,
    ADD CONSTRAINT journal_state_check
        CHECK (state IN ('live', 'uncertain', 'landed', 'dead', 'refused'));
CREATE UNIQUE INDEX journal_open ON journal (action) WHERE state IN ('live', 'uncertain');
CREATE INDEX journal_by_time ON journal (since_slot);

-- Actions that no retry mends: they wait for somebody to look at them.
CREATE TABLE reviews (
    id     BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    action TEXT NOT NULL UNIQUE,
    -- Name of the reason, and the reason in words.
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- The transaction; unsigned when it was refused before it was signed.
    bytes  BYTEA NOT NULL,
    slot   BIGINT NOT NULL,
    -- dropped: never to be tried again.
    state  TEXT NOT NULL CHECK (state IN ('waiting', 'dropped'))
);
