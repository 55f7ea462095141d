//! What a claim needs, step by step: pure, by what the chain says.

use sheaf_client::{layout::LedgerPage, token::TokenAccount};
use sheaf_format::{Key, digest::slot_tag, tree::position_in_page};
use sheaf_protocol::api::ContributorLeaf;
use solana_sdk::pubkey::Pubkey;

/// What the chain says of a contributor's page and token account.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The pool's address.
    pub pool: &'a Key,
    /// The contributor's wallet.
    pub contributor: &'a Key,
    /// The page of the leaf, when it is open.
    pub page: Option<&'a LedgerPage>,
    /// The contributor's canonical token account, when it exists.
    pub token_account: Option<&'a TokenAccount>,
}

/// One transaction on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Creates the page; the pool's reserve pays.
    OpenPage,
    /// Creates the contributor's token account; the wallet pays.
    CreateTokenAccount,
    /// Brings the page to the active root.
    SyncPage,
    /// Pays.
    Claim,
}

/// Why a claim cannot be paid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// Somebody else claimed from this index.
    #[error(
        "index {index} was claimed from by another contributor: the indexer's leaf is not to be trusted"
    )]
    OtherContributor {
        /// The index.
        index: u32,
    },
    /// More was claimed than the leaf says was earned.
    #[error(
        "{claimed} base units were claimed and the leaf says that {cumulative} were earned: the indexer's leaf is not to be trusted"
    )]
    BelowClaimed {
        /// Lifetime claims.
        claimed: u64,
        /// Lifetime earnings in the leaf.
        cumulative: u64,
    },
    /// The issuer froze the account.
    #[error(
        "the token account is frozen by the mint's issuer, and can receive nothing: ask the issuer, the claim does not expire"
    )]
    Frozen,
    /// The account belongs to somebody else by now.
    #[error(
        "the contributor's canonical token account belongs to {owner} by now, and is not paid: have it given back, the claim does not expire"
    )]
    GivenAway {
        /// Who owns it.
        owner: Pubkey,
    },
}

/// Lifetime claims at the leaf's place on its page.
///
/// # Errors
/// [`Obstacle::OtherContributor`].
pub fn claimed(leaf: &ContributorLeaf, sight: &Sight<'_>) -> Result<u64, Obstacle> {
    let position = usize::try_from(position_in_page(leaf.index)).ok();
    let slot = sight.page.and_then(|page| page.slots.get(position?));
    let Some(slot) = slot.filter(|slot| slot.claimed > 0) else {
        return Ok(0);
    };
    if slot.tag != slot_tag(sight.pool, leaf.index, sight.contributor) {
        return Err(Obstacle::OtherContributor { index: leaf.index });
    }
    Ok(slot.claimed)
}

/// The transactions that pay a leaf which was proven to be in the active tree; none when everything
/// was claimed.
///
/// # Errors
/// [`Obstacle`].
pub fn steps(leaf: &ContributorLeaf, sight: &Sight<'_>) -> Result<Vec<Step>, Obstacle> {
    let claimed = claimed(leaf, sight)?;
    let cumulative = leaf.cumulative.0;
    if cumulative < claimed {
        return Err(Obstacle::BelowClaimed {
            claimed,
            cumulative,
        });
    }
    if cumulative == claimed {
        return Ok(Vec::new());
    }
    let mut steps = Vec::new();
    if sight.page.is_none() {
        steps.push(Step::OpenPage);
    }
    match sight.token_account {
        None => steps.push(Step::CreateTokenAccount),
        Some(account) if account.frozen => return Err(Obstacle::Frozen),
        Some(account) if account.owner.to_bytes() != *sight.contributor => {
            return Err(Obstacle::GivenAway {
                owner: account.owner,
            });
        }
        Some(_) => {}
    }
    if !sight.page.is_some_and(|page| pays(page, leaf)) {
        steps.push(Step::SyncPage);
    }
    steps.push(Step::Claim);
    Ok(steps)
}

/// Whether a page carries the leaf's tree, as its current or its previous one: both pay.
fn pays(page: &LedgerPage, leaf: &ContributorLeaf) -> bool {
    let wanted = (leaf.page_root.hash.0, leaf.page_root.sum.0);
    [
        (page.root, page.sum),
        (page.previous_root, page.previous_sum),
    ]
    .contains(&wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_client::layout::LedgerSlot;
    use sheaf_protocol::{
        api::ContributorView,
        ledger::{Leaf, Ledger},
    };

    const POOL: Key = [3; 32];
    const ALICE: Key = [1; 32];

    /// Alice's leaf with 30 base units, at index 1.
    fn leaf() -> ContributorLeaf {
        let leaves = [([9; 32], 5), (ALICE, 30)].map(|(contributor, cumulative)| Leaf {
            contributor,
            cumulative,
        });
        let ledger = Ledger::from_leaves([2; 32], POOL, &leaves).expect("a ledger");
        let view = ContributorView::new(&ledger, 1, &ALICE, 0).expect("a view");
        view.leaf.expect("a leaf")
    }

    /// The leaf's page, on which Alice claimed this much.
    fn page(claimed: u64) -> LedgerPage {
        let leaf = leaf();
        let mut page = LedgerPage {
            root: leaf.page_root.hash.0,
            sum: leaf.page_root.sum.0,
            ..LedgerPage::zeroed()
        };
        page.slots[1] = LedgerSlot {
            claimed,
            tag: slot_tag(&POOL, 1, &ALICE),
        };
        page
    }

    fn account() -> TokenAccount {
        TokenAccount {
            mint: Pubkey::default(),
            owner: Pubkey::new_from_array(ALICE),
            amount: 0,
            frozen: false,
        }
    }

    fn needed(
        page: Option<&LedgerPage>,
        token_account: Option<&TokenAccount>,
    ) -> Result<Vec<Step>, Obstacle> {
        steps(
            &leaf(),
            &Sight {
                pool: &POOL,
                contributor: &ALICE,
                page,
                token_account,
            },
        )
    }

    #[test]
    fn the_first_claim_of_all_needs_every_step() {
        assert_eq!(
            needed(None, None),
            Ok(vec![
                Step::OpenPage,
                Step::CreateTokenAccount,
                Step::SyncPage,
                Step::Claim
            ])
        );
    }

    #[test]
    fn only_what_is_missing_is_done() {
        let synced = page(10);
        assert_eq!(
            needed(Some(&synced), Some(&account())),
            Ok(vec![Step::Claim])
        );
        let opened = LedgerPage::zeroed();
        assert_eq!(
            needed(Some(&opened), Some(&account())),
            Ok(vec![Step::SyncPage, Step::Claim])
        );
        assert_eq!(
            needed(Some(&synced), None),
            Ok(vec![Step::CreateTokenAccount, Step::Claim])
        );
    }

    #[test]
    fn the_previous_tree_still_pays() {
        let mut newer = page(0);
        (newer.previous_root, newer.previous_sum) = (newer.root, newer.sum);
        (newer.root, newer.sum) = ([8; 32], 99);
        assert_eq!(
            needed(Some(&newer), Some(&account())),
            Ok(vec![Step::Claim])
        );
    }

    #[test]
    fn nothing_is_sent_when_everything_was_claimed() {
        assert_eq!(needed(Some(&page(30)), Some(&account())), Ok(Vec::new()));
        assert_eq!(needed(Some(&page(30)), None), Ok(Vec::new()));
    }

    #[test]
    fn a_claim_that_cannot_be_paid_is_not_tried() {
        let mut strangers = page(10);
        strangers.slots[1].tag = [7; 8];
        assert_eq!(
            needed(Some(&strangers), Some(&account())),
            Err(Obstacle::OtherContributor { index: 1 })
        );
        assert_eq!(
            needed(Some(&page(31)), Some(&account())),
            Err(Obstacle::BelowClaimed {
                claimed: 31,
                cumulative: 30
            })
        );
        let frozen = TokenAccount {
            frozen: true,
            ..account()
        };
        assert_eq!(needed(Some(&page(0)), Some(&frozen)), Err(Obstacle::Frozen));
        let owner = Pubkey::new_from_array([5; 32]);
        let given_away = TokenAccount { owner, ..account() };
        assert_eq!(
            needed(Some(&page(0)), Some(&given_away)),
            Err(Obstacle::GivenAway { owner })
        );
    }
}
