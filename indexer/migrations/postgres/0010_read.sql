-- What the API reads: indices for its lists, and what ended rounds were.
CREATE INDEX submissions_by_time ON submissions (received_slot, id);
CREATE INDEX submissions_by_contributor ON submissions (contributor, received_slot, id);
CREATE INDEX submissions_by_job ON submissions (job, received_slot, id);
CREATE INDEX outcome_leaves_by_contributor ON outcome_leaves (contributor, round);
CREATE INDEX events_by_name ON events (series, name, sequence);

-- A round that ended, as JSON of the API: its account and batches as the chain last had them.
CREATE TABLE ended_rounds (
    round BIGINT PRIMARY KEY,
    view  BYTEA NOT NULL
);
