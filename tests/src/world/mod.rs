//! The program on LiteSVM with its real bytes and signature checks on, a network, a pool and people.
//!
//! After every transaction that lands, [`World::check_books`] compares the pool's totals with the
//! vault, the jobs, the batches and the pages, and the events' numbers with their series.

mod accounts;
mod books;
mod claims;
mod hostile;
mod keys;
mod people;
mod proofs;
mod rounds;

use crate::{
    instruction::Build,
    mint::MintKind,
    program_file,
    rpc::{feed::Feed, recorder::Recorder},
};
use hostile::Used;
use keys::Keys;
use litesvm::{LiteSVM, types::TransactionMetadata};
use sheaf_client::{
    address::{Addresses, SLOT_HASHES, TOKEN_2022_PROGRAM, TOKEN_PROGRAM},
    instruction::{compute_budget, create_associated_token},
    layout::NetworkParameters,
};
use sheaf_format::{LOCALNET_PROGRAM_ID, digest::RoundResult, error::describe};
use solana_sdk::{
    account::Account,
    clock::Clock,
    instruction::{AccountMeta, Instruction},
    pubkey::Pubkey,
    signature::Keypair,
    signer::Signer,
    transaction::Transaction,
};
use std::collections::{BTreeMap, BTreeSet};

/// Genesis hash of the test network.
pub const GENESIS: [u8; 32] = [42; 32];
/// Stake of each test validator, in base units.
pub const STAKE: u64 = 50_000;
/// Tokens each person starts with, in base units.
pub const PURSE: u64 = 1_000_000_000;
/// Unix time at which tests start.
pub const START_TIME: i64 = 1_700_000_000;
/// A legacy transaction's limit (invariant 12).
pub const PACKET_BYTES: usize = 1_232;
/// Compute units that each budget instruction takes.
const BUDGET_INSTRUCTION_UNITS: u64 = 150;

/// Parameters of the test network: the stages of a localnet.
pub const PARAMETERS: NetworkParameters = NetworkParameters {
    minimum_stake: 1_000,
    unbonding_seconds: 600,
    stall_seconds: 3_600,
    intake_slots: 160,
    commit_slots: 80,
    reveal_slots: 60,
    attest_slots: 60,
    window_slots: 40,
    settle_slots: 80,
    grace_slots: 20,
    quorum_bps: 6_667,
    treasury_bps: 500,
    validators_bps: 1_000,
    _padding: [0; 6],
};

/// A validator's keys.
pub struct ValidatorKeys {
    /// Wallet that staked.
    pub authority: Keypair,
    /// Key that votes.
    pub vote: Keypair,
}

/// What one instruction cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Name of the instruction.
    pub name: &'static str,
    /// Compute units without those of budget instructions.
    pub units: u64,
    /// Those of them that the token program took.
    pub token_units: u64,
    /// Bytes of the signed transaction, budget instructions included.
    pub bytes: usize,
}

/// The result of a round, and the earnings it stands for.
#[derive(Clone)]
pub struct Plan {
    /// What is attested to.
    pub result: RoundResult,
    /// Debits: job number and amount, ascending.
    pub debits: Vec<(u64, u64)>,
    /// Every contributor with lifetime earnings, by index.
    pub earnings: Vec<(Pubkey, u64)>,
}

/// The test network with its people.
pub struct World {
    /// The virtual machine.
    pub svm: LiteSVM,
    /// Builds instructions.
    pub build: Build,
    /// The program's upgrade authority and the network's admin.
    pub admin: Keypair,
    /// The aggregator.
    pub aggregator: Keypair,
    /// The requester.
    pub requester: Keypair,
    /// Somebody without any role; pays for transactions that need no signer.
    pub stranger: Keypair,
    /// Wallet of the treasury.
    pub treasury: Pubkey,
    /// The validators.
    pub validators: Vec<ValidatorKeys>,
    /// Leaves of the active tree.
    pub earnings: Vec<(Pubkey, u64)>,
    /// What instructions cost so far.
    pub costs: Vec<Cost>,
    /// Keys that nobody has yet.
    pub keys: Keys,
    mint_authority: Keypair,
    sequences: BTreeMap<Option<Pubkey>, u64>,
    /// What each instruction's first use takes.
    used: Used,
    /// The same of another pool: where it is known, variants are tried.
    elsewhere: Option<Used>,
    tried: BTreeSet<&'static str>,
    recorder: Option<Recorder>,
}

impl World {
    /// A world with network, pool and three validators.
    pub fn new(kind: &MintKind) -> Self {
        let mut world = Self::without_network(kind);
        world.create_network();
        world.create_pool();
        for _ in 0..3 {
            world.register_validator(STAKE);
        }
        world
    }

    /// A world in which the program is deployed, and nothing created.
    ///
    /// # Panics
    /// When the program's bytes are missing or do not load.
    pub fn without_network(kind: &MintKind) -> Self {
        Self::of(kind, Keys::new(), keys::mint())
    }

    /// Likewise, with other people and another mint.
    ///
    /// # Panics
    /// When the program's bytes are missing or do not load.
    pub fn elsewhere(kind: &MintKind) -> Self {
        let mut keys = Keys::elsewhere();
        let mint = keys.address();
        Self::of(kind, keys, mint)
    }

    fn of(kind: &MintKind, mut keys: Keys, mint: Pubkey) -> Self {
        let mut svm = LiteSVM::new().with_sigverify(true);
        let at = Addresses::new(Pubkey::new_from_array(LOCALNET_PROGRAM_ID));
        svm.add_program(at.program, &program_file("SHEAF_PROGRAM", "sheaf.so"))
            .expect("the program loads");
        let admin = keys.key();
        let mut loader = svm
            .get_account(&at.program_data())
            .expect("the loader's account");
        loader.data[12] = 1;
        loader.data[13..45].copy_from_slice(&admin.pubkey().to_bytes());
        svm.set_account(at.program_data(), loader)
            .expect("an upgrade authority");

        let mint_authority = keys.key();
        let stake_mint = keys.address();
        for mint in [&mint, &stake_mint] {
            kind.create_at(&mut svm, mint, &mint_authority.pubkey());
        }
        let build = Build {
            at,
            mint,
            token_program: kind.program(),
            pool: at.pool(&mint),
            stake_mint,
            stake_token_program: kind.program(),
        };
        let mut world = Self {
            svm,
            build,
            admin,
            aggregator: keys.key(),
            requester: keys.key(),
            stranger: keys.key(),
            treasury: keys.address(),
            validators: Vec::new(),
            earnings: Vec::new(),
            costs: Vec::new(),
            keys,
            mint_authority,
            sequences: BTreeMap::new(),
            used: Used::new(),
            elsewhere: None,
            tried: BTreeSet::new(),
            recorder: None,
        };
        for person in [
            &world.admin,
            &world.aggregator,
            &world.requester,
            &world.stranger,
        ] {
            world
                .svm
                .airdrop(&person.pubkey(), 1_000_000_000_000)
                .expect("lamports");
        }
        world
            .svm
            .airdrop(&world.mint_authority.pubkey(), 1_000_000_000_000)
            .expect("lamports");
        world.set_time(1_000, START_TIME);
        let (requester, stranger) = (world.requester.pubkey(), world.stranger.pubkey());
        world.give_tokens(&requester, PURSE);
        world.give_tokens(&stranger, PURSE);
        world
    }

    /// The chain's slot.
    pub fn slot(&self) -> u64 {
        self.svm.get_sysvar::<Clock>().slot
    }

    /// The chain's unix time.
    pub fn unix_time(&self) -> i64 {
        self.svm.get_sysvar::<Clock>().unix_timestamp
    }

    /// Sets slot and unix time.
    pub fn set_time(&mut self, slot: u64, unix_timestamp: i64) {
        let clock = Clock {
            slot,
            unix_timestamp,
            ..self.svm.get_sysvar::<Clock>()
        };
        self.svm.set_sysvar(&clock);
    }

    /// Moves to a slot; time goes with it at 50 ms a slot.
    pub fn warp_to(&mut self, slot: u64) {
        let passed = slot.saturating_sub(self.slot()) as i64 / 20;
        self.set_time(slot, self.unix_time() + passed);
    }

    /// Moves some slots on.
    pub fn warp_by(&mut self, slots: u64) {
        self.warp_to(self.slot() + slots);
    }

    /// Fills the sysvar of slot hashes with these slots, newest first. The hash of a slot is its low
    /// byte, 32 times.
    pub fn set_slot_hashes(&mut self, slots: impl ExactSizeIterator<Item = u64>) {
        let mut data = (slots.len() as u64).to_le_bytes().to_vec();
        for slot in slots {
            data.extend(slot.to_le_bytes());
            data.extend([slot as u8; 32]);
        }
        let account = self.svm.get_account(&SLOT_HASHES).unwrap_or(Account {
            lamports: 1_000_000_000,
            ..Account::default()
        });
        self.svm
            .set_account(SLOT_HASHES, Account { data, ..account })
            .expect("slot hashes");
    }

    /// Sends one instruction; the first signer pays, or the stranger when there is none. Books are
    /// checked after it.
    ///
    /// # Errors
    /// The name of the program's error, or the runtime's words for another.
    pub fn send(
        &mut self,
        name: &'static str,
        instruction: Instruction,
        signers: &[&Keypair],
    ) -> Result<TransactionMetadata, String> {
        let mut instructions = compute_budget(1_400_000, 1);
        let budget = instructions.len() as u64 * BUDGET_INSTRUCTION_UNITS;
        instructions.push(instruction);
        let mut keys: Vec<Keypair> = signers.iter().map(|key| key.insecure_clone()).collect();
        if keys.is_empty() {
            keys.push(self.stranger.insecure_clone());
        }
        let keys: Vec<&Keypair> = keys.iter().collect();
        let transaction = Transaction::new_signed_with_payer(
            &instructions,
            Some(&keys[0].pubkey()),
            &keys,
            self.svm.latest_blockhash(),
        );
        let bytes = 1 + 64 * transaction.signatures.len() + transaction.message_data().len();
        let sent = match &mut self.recorder {
            None => self.svm.send_transaction(transaction),
            Some(recorder) => {
                let formed = recorder.form(&mut self.svm, transaction, &instructions, &keys);
                let sent = self.svm.send_transaction(formed.clone());
                recorder.keep(&self.svm, formed, &sent);
                sent
            }
        };
        self.svm.expire_blockhash();
        match sent {
            Ok(metadata) => {
                let units = metadata.compute_units_consumed - budget;
                assert!(bytes <= PACKET_BYTES, "{name} does not fit a transaction");
                self.costs.push(Cost {
                    name,
                    units,
                    token_units: token_units(&metadata.logs),
                    bytes,
                });
                self.count_events(&metadata);
                self.check_books();
                Ok(metadata)
            }
            Err(failed) => {
                let words = format!("{:?}", failed.err);
                let code = words
                    .split_once("Custom(")
                    .and_then(|(_, rest)| rest.split_once(')'))
                    .and_then(|(code, _)| code.parse().ok());
                Err(code
                    .and_then(describe)
                    .map_or(words, |(name, _)| name.to_owned()))
            }
        }
    }

    /// Records from here on what [`Self::send`] sends.
    pub fn record(&mut self) {
        let (network, table) = (self.build.at.network(), self.keys.address());
        let recorder = Recorder::new(&self.svm, network, self.build.pool, table);
        self.recorder = Some(recorder);
    }

    /// Ends recording.
    ///
    /// # Panics
    /// When nothing was recorded.
    pub fn recorded(&mut self) -> Feed {
        let recorder = self.recorder.take();
        recorder.expect("a recorder").into_feed()
    }

    /// Compute units that data take which are no instruction of the program.
    ///
    /// # Panics
    /// When they land.
    pub fn units_of_refusal(&mut self) -> u64 {
        let nothing = Instruction::new_with_bytes(self.build.at.program, &[0; 8], vec![]);
        let payer = self.stranger.insecure_clone();
        let transaction = Transaction::new_signed_with_payer(
            &[nothing],
            Some(&payer.pubkey()),
            &[&payer],
            self.svm.latest_blockhash(),
        );
        let refused = self.svm.send_transaction(transaction);
        refused
            .expect_err("data without a meaning")
            .meta
            .compute_units_consumed
    }

    /// Sends an instruction that has to land.
    ///
    /// # Panics
    /// When it is refused.
    #[track_caller]
    pub fn must(&mut self, name: &'static str, instruction: Instruction, signers: &[&Keypair]) {
        self.remember_use(name, &instruction);
        self.try_hostile_variants(name, &instruction, signers);
        if let Err(error) = self.send(name, instruction, signers) {
            panic!("{name} was refused: {error}");
        }
    }

    /// Sends an instruction that has to be refused by name, and change nothing.
    ///
    /// # Panics
    /// When it lands, or is refused with another error.
    #[track_caller]
    pub fn must_refuse(&mut self, error: &str, instruction: Instruction, signers: &[&Keypair]) {
        match self.send("refused", instruction, signers) {
            Ok(_) => panic!("not refused; expected {error}"),
            Err(found) => assert_eq!(found, error),
        }
    }

    /// Prints what each instruction cost at most: compute units, bytes.
    pub fn print_costs(&self, title: &str) {
        let mut worst: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
        for cost in &self.costs {
            let entry = worst.entry(cost.name).or_default();
            *entry = (entry.0.max(cost.units), entry.1.max(cost.bytes));
        }
        println!("{title}: instruction, compute units, bytes");
        for (instruction, (units, bytes)) in worst {
            println!("  {instruction:<20} {units:>7} {bytes:>6}");
        }
    }

    fn send_token(&mut self, instruction: Instruction) {
        let payer = self.mint_authority.insecure_clone();
        let transaction = Transaction::new_signed_with_payer(
            &[instruction],
            Some(&payer.pubkey()),
            &[&payer],
            self.svm.latest_blockhash(),
        );
        self.svm
            .send_transaction(transaction)
            .expect("a token instruction");
        self.svm.expire_blockhash();
    }

    /// Creates a wallet's canonical token accounts in both mints.
    pub fn create_token_accounts(&mut self, wallet: &Pubkey) {
        let Build {
            mint,
            token_program,
            stake_mint,
            stake_token_program,
            ..
        } = self.build;
        let payer = self.mint_authority.pubkey();
        self.send_token(create_associated_token(
            &payer,
            wallet,
            &mint,
            &token_program,
        ));
        self.send_token(create_associated_token(
            &payer,
            wallet,
            &stake_mint,
            &stake_token_program,
        ));
    }

    /// Mints tokens of both mints to a wallet.
    pub fn give_tokens(&mut self, wallet: &Pubkey, amount: u64) {
        self.create_token_accounts(wallet);
        let build = self.build;
        let accounts = [
            (build.token_program, build.mint, build.token_account(wallet)),
            (
                build.stake_token_program,
                build.stake_mint,
                build.stake_account(wallet),
            ),
        ];
        for (program, mint, account) in accounts {
            let mint_to = [&[7], &amount.to_le_bytes()[..]].concat();
            let accounts = vec![
                AccountMeta::new(mint, false),
                AccountMeta::new(account, false),
                AccountMeta::new_readonly(self.mint_authority.pubkey(), true),
            ];
            self.send_token(Instruction::new_with_bytes(program, &mint_to, accounts));
        }
    }
}

/// What calls of the token programs took, as the runtime logs it.
fn token_units(logs: &[String]) -> u64 {
    let taken = |line: &String| {
        let (program, rest) = line.strip_prefix("Program ")?.split_once(" consumed ")?;
        let is_token = [TOKEN_PROGRAM, TOKEN_2022_PROGRAM].contains(&program.parse().ok()?);
        let units: u64 = rest.split_once(" of ")?.0.parse().ok()?;
        is_token.then_some(units)
    };
    logs.iter().filter_map(taken).sum()
}
