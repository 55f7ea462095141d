//! Sending a transaction so that it happens at most once, and so that one knows whether it did.
//!
//! Simulate; sign; send; poll the signature until it stands or can no longer land; repeat the
//! *same bytes* meanwhile. Something new is signed only when the old transaction is dead: its
//! last valid block height is finalised and the chain does not know it.

mod arrival;
mod standing;

pub use standing::{Firmness, Lifetime, Seen, Sight, Standing, judge};

use crate::{
    chain::Chain,
    error::{Error, Refusal, describe_transaction_error},
    instruction::compute_budget,
};
use solana_client::{
    client_error::ClientErrorKind,
    rpc_config::{RpcSendTransactionConfig, RpcSimulateTransactionConfig},
    rpc_request::RpcError,
};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{
    instruction::Instruction,
    pubkey::Pubkey,
    signature::{Keypair, Signature, Signer},
    transaction::{Transaction, TransactionError},
};
use std::time::{Duration, Instant};

/// Most bytes a transaction may have on the wire.
pub const PACKET_DATA_SIZE: usize = 1232;

/// Most compute units a transaction can ask for.
const MAX_COMPUTE_UNITS: u32 = 1_400_000;
/// How often a signature's status is asked for.
const POLL: Duration = Duration::from_millis(150);
/// How often the same bytes are sent again.
const REBROADCAST: Duration = Duration::from_secs(2);
/// How often it is asked whether the transaction can still land.
const CHECK_EXPIRY: Duration = Duration::from_secs(1);
/// How long the RPC may stay silent before the outcome is called uncertain.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often [`Chain::send`] signs anew after a transaction died.
const ATTEMPTS: usize = 3;

/// How a transaction is paid for and checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Priority fee in micro-lamports per compute unit; 0 for none.
    pub compute_unit_price: u64,
    /// Most compute units to ask for; `None` takes what the simulation used, and some.
    pub compute_unit_limit: Option<u32>,
    /// Whether to simulate first, so that a refusal costs nothing.
    pub simulate: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            compute_unit_price: 0,
            compute_unit_limit: None,
            simulate: true,
        }
    }
}

/// A signed transaction. Write down signature and last valid block height before you send it:
/// after a crash they tell what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The transaction.
    pub transaction: Transaction,
    /// Its first signature: what it is known by.
    pub signature: Signature,
    /// Last block height at which it can land.
    pub last_valid_block_height: u64,
}

/// A transaction that stands at the commitment of the [`Chain`] that sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    /// Its signature.
    pub signature: Signature,
    /// Slot it stands in.
    pub slot: u64,
}

/// What a simulation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Compute units used.
    pub units: u64,
    /// Why it would be refused, if it would.
    pub refusal: Option<Refusal>,
    /// What the programs logged.
    pub logs: Vec<String>,
}

impl Chain {
    /// Signs, sends and confirms `instructions` as one transaction; the first of `signers` pays.
    /// Signs anew only after the chain can no longer take the earlier transaction.
    ///
    /// # Errors
    /// [`Error::Refused`] when the chain refuses; [`Error::Expired`] when it kept expiring;
    /// [`Error::Uncertain`] when it is not known what became of it.
    pub async fn send(
        &self,
        instructions: &[Instruction],
        signers: &[&Keypair],
        terms: &Terms,
    ) -> Result<Landed, Error> {
        let mut attempt = 1;
        loop {
            let signed = self.sign(instructions, signers, terms).await?;
            match self.submit_and_confirm(&signed).await {
                Err(Error::Expired { signature }) if attempt < ATTEMPTS => {
                    tracing::debug!(%signature, attempt, "expired unseen, signing anew");
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Simulates and signs `instructions` with a compute budget in front; the first of `signers`
    /// pays. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Refused`] when the simulation is refused.
    pub async fn sign(
        &self,
        instructions: &[Instruction],
        signers: &[&Keypair],
        terms: &Terms,
    ) -> Result<Signed, Error> {
        let payer = signers
            .first()
            .map(|payer| payer.pubkey())
            .ok_or_else(|| Error::Signing("no wallet pays the fee".to_owned()))?;
        let limit = match terms.compute_unit_limit {
            Some(limit) if !terms.simulate => limit,
            None if !terms.simulate => MAX_COMPUTE_UNITS,
            limit => {
                let budgeted =
                    with_budget(instructions, MAX_COMPUTE_UNITS, terms.compute_unit_price);
                let simulation = self.simulate(&budgeted, &payer).await?;
                if let Some(refusal) = simulation.refusal {
                    return Err(Error::Refused(Box::new(refusal)));
                }
                limit.unwrap_or_else(|| limit_for(simulation.units))
            }
        };
        let budgeted = with_budget(instructions, limit, terms.compute_unit_price);
        let (blockhash, last_valid_block_height) = self
            .rpc()
            .get_latest_blockhash_with_commitment(self.blockhash_commitment())
            .await
            .map_err(|error| self.failed("a blockhash", &error))?;
        let mut transaction = Transaction::new_with_payer(&budgeted, Some(&payer));
        transaction
            .try_sign(signers, blockhash)
            .map_err(|error| Error::Signing(error.to_string()))?;
        let size = wire_size(&transaction);
        if size > PACKET_DATA_SIZE {
            return Err(Error::TooLarge { size });
        }
        Ok(Signed {
            signature: transaction.signatures[0],
            transaction,
            last_valid_block_height,
        })
    }

    /// Simulates `instructions` as they are. The payer need not sign.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn simulate(
        &self,
        instructions: &[Instruction],
        payer: &Pubkey,
    ) -> Result<Simulation, Error> {
        let transaction = Transaction::new_with_payer(instructions, Some(payer));
        let config = RpcSimulateTransactionConfig {
            sig_verify: false,
            replace_recent_blockhash: true,
            commitment: Some(self.blockhash_commitment()),
            ..RpcSimulateTransactionConfig::default()
        };
        let answer = self
            .rpc()
            .simulate_transaction_with_config(&transaction, config)
            .await
            .map_err(|error| self.failed("a simulation", &error))?
            .value;
        let logs = answer.logs.unwrap_or_default();
        let refusal = answer
            .err
            .map(|error| self.describe(&TransactionError::from(error), instructions, &logs));
        Ok(Simulation {
            units: answer.units_consumed.unwrap_or_default(),
            refusal,
            logs,
        })
    }

    /// Hands a signed transaction to the RPC, once.
    ///
    /// # Errors
    /// [`Error::Rpc`] when the RPC will not take it; when the connection fails it may have been
    /// taken all the same.
    pub async fn submit(&self, signed: &Signed) -> Result<(), Error> {
        let config = RpcSendTransactionConfig {
            skip_preflight: true,
            max_retries: Some(0),
            preflight_commitment: Some(self.blockhash_commitment().commitment),
            ..RpcSendTransactionConfig::default()
        };
        self.rpc()
            .send_transaction_with_config(&signed.transaction, config)
            .await
            .map(|_| ())
            .map_err(|error| match error.kind() {
                ClientErrorKind::RpcError(RpcError::RpcResponseError { .. }) => {
                    match error.get_transaction_error() {
                        Some(TransactionError::AlreadyProcessed) | None => {
                            self.failed("the transaction", &error)
                        }
                        Some(refused) => {
                            Error::Refused(Box::new(self.describe_signed(&refused, signed, &[])))
                        }
                    }
                }
                _ => self.failed("the transaction", &error),
            })
    }

    /// Sends a signed transaction and waits until it stands at this handle's commitment or can
    /// no longer land, sending the same bytes again meanwhile.
    ///
    /// # Errors
    /// [`Error::Refused`] when it landed and failed, [`Error::Expired`] when it is dead,
    /// [`Error::Uncertain`] when the RPC cannot say.
    pub async fn submit_and_confirm(&self, signed: &Signed) -> Result<Landed, Error> {
        if let Err(error) = self.submit(signed).await {
            // A connection that broke may have delivered it, and an RPC may check beforehand what it
            // was told not to: only polling can tell.
            tracing::debug!(signature = %signed.signature, %error, "first send failed");
        }
        self.confirm(signed).await
    }

    /// Waits for a transaction that was sent: the second half of
    /// [`submit_and_confirm`](Self::submit_and_confirm), also for use after a crash.
    ///
    /// # Errors
    /// As [`submit_and_confirm`](Self::submit_and_confirm).
    pub async fn confirm(&self, signed: &Signed) -> Result<Landed, Error> {
        let mut answered = Instant::now();
        let mut sent = Instant::now();
        let mut checked = Instant::now();
        loop {
            let may_be_dead = checked.elapsed() >= CHECK_EXPIRY;
            let standing = if may_be_dead {
                checked = Instant::now();
                self.standing(
                    &signed.signature,
                    &Lifetime::until(signed.last_valid_block_height),
                )
                .await
            } else {
                self.glance(&signed.signature).await
            };
            match standing {
                Standing::Landed { slot, error: None } => {
                    return Ok(Landed {
                        signature: signed.signature,
                        slot,
                    });
                }
                Standing::Landed {
                    error: Some(error), ..
                } => {
                    let refusal = self.landed_refusal(signed, &error).await;
                    return Err(Error::Refused(Box::new(refusal)));
                }
                Standing::Dead => {
                    return Err(Error::Expired {
                        signature: signed.signature,
                    });
                }
                Standing::Live => answered = Instant::now(),
                Standing::Uncertain { reason } => {
                    if answered.elapsed() >= PATIENCE {
                        return Err(Error::Uncertain {
                            signature: signed.signature,
                            reason,
                        });
                    }
                }
            }
            if sent.elapsed() >= REBROADCAST {
                sent = Instant::now();
                if let Err(error) = self.submit(signed).await {
                    tracing::debug!(signature = %signed.signature, %error, "sending again failed");
                }
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// A refusal with its logs, for a transaction that landed and failed with `error`.
    pub async fn landed_refusal(&self, signed: &Signed, error: &TransactionError) -> Refusal {
        let logs = self.logs_of(&signed.signature).await.unwrap_or_default();
        let mut refusal = self.describe_signed(error, signed, &logs);
        refusal.signature = Some(signed.signature);
        refusal
    }

    /// What was paid lately for a place in blocks that write one of `accounts`, in micro-lamports
    /// per compute unit: one number for each of the last blocks.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn recent_priority_fees(&self, accounts: &[Pubkey]) -> Result<Vec<u64>, Error> {
        let asked = self.rpc().get_recent_prioritization_fees(accounts).await;
        let fees = asked.map_err(|error| self.failed("recent priority fees", &error))?;
        Ok(fees.iter().map(|fee| fee.prioritization_fee).collect())
    }

    fn describe_signed(
        &self,
        error: &TransactionError,
        signed: &Signed,
        logs: &[String],
    ) -> Refusal {
        let message = &signed.transaction.message;
        let programs: Vec<Pubkey> = message
            .instructions
            .iter()
            .filter_map(|instruction| {
                message
                    .account_keys
                    .get(usize::from(instruction.program_id_index))
                    .copied()
            })
            .collect();
        describe_transaction_error(error, &programs, &self.program(), logs)
    }

    fn describe(
        &self,
        error: &TransactionError,
        instructions: &[Instruction],
        logs: &[String],
    ) -> Refusal {
        let programs: Vec<Pubkey> = instructions
            .iter()
            .map(|instruction| instruction.program_id)
            .collect();
        describe_transaction_error(error, &programs, &self.program(), logs)
    }

    /// Blockhashes are taken no later than at `confirmed`: at `finalized` a good part of their
    /// life is over already.
    fn blockhash_commitment(&self) -> CommitmentConfig {
        if self.commitment().is_finalized() {
            CommitmentConfig::confirmed()
        } else {
            self.commitment()
        }
    }
}

fn with_budget(instructions: &[Instruction], limit: u32, price: u64) -> Vec<Instruction> {
    let mut all = compute_budget(limit, price);
    all.extend_from_slice(instructions);
    all
}

/// What was used, a tenth more, and some for accounts that change between simulation and landing.
fn limit_for(units: u64) -> u32 {
    let wanted = units.saturating_add(units / 10).saturating_add(3_000);
    u32::try_from(wanted).map_or(MAX_COMPUTE_UNITS, |wanted| wanted.min(MAX_COMPUTE_UNITS))
}

/// Bytes of a transaction on the wire: its signatures with their count, and the message.
pub fn wire_size(transaction: &Transaction) -> usize {
    1 + 64 * transaction.signatures.len() + transaction.message_data().len()
}

#[cfg(test)]
mod tests;
