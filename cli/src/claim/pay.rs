//! The transactions of a claim, each sent once, where it is needed.

use super::{
    leaf::proven,
    plan::{Sight, Step, claimed, steps},
};
use crate::{context::Context, output::note};
use anyhow::Context as _;
use sheaf_client::{
    address::associated_token,
    indexer::Indexer,
    instruction::{self, ClaimAccounts, PoolAccounts},
    layout::{ClaimArguments, SyncPageArguments},
};
use sheaf_format::tree::Node;
use sheaf_protocol::api::ContributorLeaf;
use solana_sdk::{
    instruction::Instruction,
    pubkey::Pubkey,
    signature::{Keypair, Signature, Signer},
};

/// How often the chain is looked at anew after it refused a step: somebody else may have done it, or
/// a round may have become final meanwhile.
const TRIES: usize = 3;
/// Lamports of a token account's rent with extensions, and some.
const TOKEN_ACCOUNT_LENGTH: usize = 256;

/// What came of a claim.
#[derive(Clone, Debug)]
pub enum Payment {
    /// The contributor has no leaf.
    NotEarned,
    /// Everything was claimed before.
    NothingLeft(ContributorLeaf),
    /// The claim was paid.
    Paid {
        /// The leaf it was paid from.
        leaf: ContributorLeaf,
        /// The transaction.
        signature: Signature,
        /// What left the vault.
        due: u64,
        /// What arrived; `None` when the RPC does not say.
        arrived: Option<u64>,
    },
}

/// Claims for `contributor`; the command line's wallet pays fees and rents.
///
/// # Errors
/// When a step is refused again and again, or it is not known what became of one.
pub async fn pay(
    context: &Context,
    indexer: &Indexer,
    pool: &Pubkey,
    contributor: &Pubkey,
) -> anyhow::Result<Payment> {
    let mut tries = 1;
    loop {
        let error = match attempt(context, indexer, pool, contributor).await? {
            Ok(payment) => return Ok(payment),
            Err(error) => error,
        };
        // Refused for certain, so it may be looked at anew; anything else is for people to judge.
        if error.refusal().is_none() || tries == TRIES {
            return Err(error.into());
        }
        note(&format!("{error}; looking again"));
        tries += 1;
    }
}

/// One look and the steps that follow from it. The inner error is a step's, from the chain.
async fn attempt(
    context: &Context,
    indexer: &Indexer,
    pool: &Pubkey,
    contributor: &Pubkey,
) -> anyhow::Result<Result<Payment, sheaf_client::Error>> {
    let chain = context.chain();
    let Some(leaf) = proven(chain, indexer, pool, &contributor.to_bytes()).await? else {
        return Ok(Ok(Payment::NotEarned));
    };
    let accounts = PoolAccounts::from(&chain.pool(pool).await?);
    let (token_address, token_account_bump) =
        associated_token(contributor, &accounts.mint, &accounts.token_program);
    let page = chain.page(pool, leaf.page).await?;
    let token_account = chain.token_account(&token_address).await?;
    let (pool_key, contributor_key) = (pool.to_bytes(), contributor.to_bytes());
    let sight = Sight {
        pool: &pool_key,
        contributor: &contributor_key,
        page: page.as_ref(),
        token_account: token_account.as_ref(),
    };
    let steps = steps(&leaf, &sight)?;
    if steps.is_empty() {
        return Ok(Ok(Payment::NothingLeft(leaf)));
    }
    let due = leaf.cumulative.0.saturating_sub(claimed(&leaf, &sight)?);
    let rent = if steps.contains(&Step::CreateTokenAccount) {
        chain.rent(TOKEN_ACCOUNT_LENGTH).await?
    } else {
        0
    };
    let wallet = context.payer(rent).await?;
    let claim = Claim {
        context,
        wallet,
        leaf: &leaf,
        pool,
        accounts: ClaimAccounts {
            pool: accounts,
            contributor: *contributor,
        },
        token_account_bump,
    };
    let mut signature = Signature::default();
    for step in steps {
        match claim.perform(step).await? {
            Ok(landed) => signature = landed,
            Err(error) => return Ok(Err(error)),
        }
    }
    let arrived = chain
        .tokens_received(&signature, contributor, &accounts.mint)
        .await;
    Ok(Ok(Payment::Paid {
        leaf,
        signature,
        due,
        arrived,
    }))
}

/// Everything the steps of a claim need.
struct Claim<'a> {
    context: &'a Context,
    wallet: &'a Keypair,
    leaf: &'a ContributorLeaf,
    pool: &'a Pubkey,
    accounts: ClaimAccounts,
    token_account_bump: u8,
}

impl Claim<'_> {
    async fn perform(&self, step: Step) -> anyhow::Result<Result<Signature, sheaf_client::Error>> {
        let instruction = self.instruction(step)?;
        if step != Step::Claim {
            note(match step {
                Step::OpenPage => "opening the ledger page",
                Step::CreateTokenAccount => "creating the contributor's token account",
                _ => "bringing the ledger page to the active tree",
            });
        }
        let sent = self.context.send(&[instruction], &[self.wallet]).await;
        Ok(sent.map(|landed| landed.signature))
    }

    fn instruction(&self, step: Step) -> anyhow::Result<Instruction> {
        let at = self.context.chain().addresses();
        let leaf = self.leaf;
        Ok(match step {
            Step::OpenPage => instruction::open_page(at, self.pool, leaf.page),
            Step::CreateTokenAccount => instruction::create_associated_token(
                &self.wallet.pubkey(),
                &self.accounts.contributor,
                &self.accounts.pool.mint,
                &self.accounts.pool.token_program,
            ),
            Step::SyncPage => {
                let arguments = SyncPageArguments {
                    node: bytes(&Node::from(leaf.page_root)),
                    proof: leaf
                        .pool_proof()
                        .context("the indexer's proof cannot be used")?
                        .map(|node| bytes(&node)),
                };
                instruction::sync_page(at, self.pool, leaf.page, &arguments)
            }
            Step::Claim => {
                let arguments = ClaimArguments {
                    cumulative: leaf.cumulative.0,
                    index: leaf.index,
                    token_account_bump: self.token_account_bump,
                    _padding: [0; 3],
                    proof: leaf
                        .page_proof()
                        .context("the indexer's proof cannot be used")?
                        .map(|node| bytes(&node)),
                };
                instruction::claim(at, &self.accounts, &arguments)
            }
        })
    }
}

/// A node as instructions carry it.
fn bytes(node: &Node) -> [u8; 40] {
    bytemuck::cast(*node)
}
