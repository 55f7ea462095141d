-- How far finalised events are read, as the process that reads them tells the others.
CREATE TABLE reading (
    one               INTEGER PRIMARY KEY CHECK (one = 1),
    slot              INTEGER NOT NULL,
    waits_for_outcome INTEGER
);
