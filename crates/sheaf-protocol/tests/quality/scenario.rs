//! Who does not work, and how many of them there are.

/// What a validator does instead of working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Looks at every contribution: off by no more than [`NOISE_BPS`].
    Works,
    /// Gives one quality to all.
    Constant(u16),
    /// Gives any quality to any.
    Random,
    /// Commits nothing.
    Absent,
    /// Gives 10,000 to friends' worthless contributions, and works otherwise.
    Favours,
    /// Gives 0 to everybody but friends, to whom it gives 10,000.
    Ruins,
    /// Sends another's commitment as its own.
    CopiesCommitment,
    /// Has the scores of one who works, with consent, and gives 9,000 where that one scored nothing.
    CopiesScores,
}

/// How far off one who works is, at most.
pub const NOISE_BPS: u16 = 150;

/// A scenario.
#[derive(Debug)]
pub struct Scenario {
    /// What the document calls it.
    pub name: &'static str,
    /// What some do.
    pub conduct: Conduct,
    /// How many of [`VALIDATORS`], which have equal stakes.
    pub some: u8,
}

/// Validators.
pub const VALIDATORS: u8 = 20;

const fn scenario(name: &'static str, conduct: Conduct, some: u8) -> Scenario {
    Scenario {
        name,
        conduct,
        some,
    }
}

/// All of them, in the document's order.
pub const SCENARIOS: [Scenario; 16] = [
    scenario("all work", Conduct::Works, 0),
    scenario("a tenth always says 10,000", Conduct::Constant(10_000), 2),
    scenario("a fifth always says 10,000", Conduct::Constant(10_000), 4),
    scenario("a third always says 10,000", Conduct::Constant(10_000), 7),
    scenario("a fifth says anything", Conduct::Random, 4),
    scenario("a third says anything", Conduct::Random, 7),
    scenario("a fifth is absent", Conduct::Absent, 4),
    scenario("three tenths are absent", Conduct::Absent, 6),
    scenario("two fifths are absent", Conduct::Absent, 8),
    scenario("a fifth favours its friends", Conduct::Favours, 4),
    scenario("a third favours its friends", Conduct::Favours, 7),
    scenario("three fifths favour their friends", Conduct::Favours, 12),
    scenario("a fifth ruins all others", Conduct::Ruins, 4),
    scenario("a third ruins all others", Conduct::Ruins, 7),
    scenario("a fifth copies commitments", Conduct::CopiesCommitment, 4),
    scenario("a fifth copies scores", Conduct::CopiesScores, 4),
];
