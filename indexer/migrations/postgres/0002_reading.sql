-- How far finalised events are read, as the process that reads them tells the others.
CREATE TABLE reading (
    one               BIGINT PRIMARY KEY CHECK (one = 1),
    slot              BIGINT NOT NULL,
    waits_for_outcome BIGINT
);
