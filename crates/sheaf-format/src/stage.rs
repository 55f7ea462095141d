//! Values of the one-byte states in accounts.

macro_rules! byte_enum {
    ($(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $value:literal, )* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $name { $( $(#[$variant_doc])* $variant = $value, )* }

        impl $name {
            /// The state a byte stands for, if any.
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte { $( $value => Some(Self::$variant), )* _ => None }
            }
        }
    };
}

byte_enum! {
    /// Kind of work a job asks for.
    JobKind {
        /// Pages as seen from many vantage points.
        Web = 0,
        /// Micro-tasks.
        Quest = 1,
        /// Records a person owns.
        Dataset = 2,
        /// Computation on the contributor's device.
        Compute = 3,
    }
}

byte_enum! {
    /// Where a pool's live round stands before and while its round account exists.
    PoolStage {
        /// No live round.
        Idle = 0,
        /// Batches are taken.
        Intake = 1,
        /// Intake is closed; the seed is awaited.
        Closed = 2,
        /// The round account exists and says the rest.
        Open = 3,
    }
}

byte_enum! {
    /// Where an opened round stands.
    RoundState {
        /// Commit, reveal and attest, by slot.
        Voting = 0,
        /// A quorum was tallied; window and settlement.
        Pending = 1,
        /// The root is active.
        Final = 2,
        /// Ended without effect.
        Void = 3,
    }
}

byte_enum! {
    /// Why a round ended without effect.
    VoidCause {
        /// It was past its hard deadline.
        Deadline = 0,
        /// No result reached the quorum in time.
        NoQuorum = 1,
        /// The guardian vetoed its root.
        Veto = 2,
        /// A challenge was not answered.
        Challenge = 3,
        /// Its root was proven a fraud.
        Fraud = 4,
    }
}

byte_enum! {
    /// Which of a round's two trees.
    TreeSide {
        /// The tree the round started from.
        Base = 0,
        /// The tree the quorum attested to.
        Pending = 1,
    }
}

byte_enum! {
    /// Where a batch stands.
    BatchState {
        /// Posted; its reservation holds.
        Posted = 0,
        /// Its debit was settled in a round that is not final yet.
        Settled = 1,
        /// Its reservation ended.
        Released = 2,
    }
}

/// Bits of a round validator's ballot.
pub mod ballot {
    /// A commitment was given.
    pub const COMMITTED: u8 = 1;
    /// The scores root was revealed.
    pub const REVEALED: u8 = 2;
    /// The result was attested to.
    pub const ATTESTED: u8 = 4;
    /// Every duty of a round.
    pub const ALL_DUTIES: u8 = COMMITTED | REVEALED | ATTESTED;
    /// The validator's duties were counted after the round's end.
    pub const COUNTED: u8 = 8;
    /// The validator was slashed for its attestation.
    pub const SLASHED: u8 = 16;
}
