//! Files with receipts: what an indexer answered, or a node's journal.

use crate::node::journal::Entry;
use anyhow::{Context as _, bail};
use sheaf_protocol::{
    statement::{Receipt, Signed},
    text::HexHash,
};
use std::path::Path;

/// The receipt for a submission in a file.
///
/// # Errors
/// When there is none.
pub fn read(path: &Path, submission: HexHash) -> anyhow::Result<Signed<Receipt>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read --receipt {}", path.display()))?;
    find(&text, submission).with_context(|| format!("--receipt {}", path.display()))
}

fn find(text: &str, submission: HexHash) -> anyhow::Result<Signed<Receipt>> {
    if let Ok(receipt) = serde_json::from_str::<Signed<Receipt>>(text) {
        if receipt.body.submission == submission.0 {
            return Ok(receipt);
        }
        bail!(
            "it is the receipt for submission {}",
            HexHash(receipt.body.submission)
        );
    }
    let id = submission.to_string();
    let entries = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Entry>(line).ok());
    for entry in entries {
        if let Entry::Accepted {
            submission,
            receipt: Some(body),
            signature: Some(signature),
        } = entry
            && submission == id
        {
            return Ok(Signed::from_headers(&body, &signature)?);
        }
    }
    bail!(
        "it holds no receipt for submission {id}: give what the indexer answered, or the node's journal"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    fn receipt() -> Signed<Receipt> {
        let body = Receipt {
            genesis: [1; 32],
            program: [2; 32],
            job: [3; 32],
            submission: [4; 32],
            round: 5,
            received_slot: 6,
        };
        Signed::sign(body, &SigningKey::from_bytes(&[9; 32]))
    }

    #[test]
    fn a_receipt_is_found_as_an_answer_and_in_a_journal() -> anyhow::Result<()> {
        let receipt = receipt();
        let id = HexHash([4; 32]);
        assert_eq!(find(&serde_json::to_string(&receipt)?, id)?, receipt);
        let line = serde_json::to_string(&Entry::Accepted {
            submission: id.to_string(),
            receipt: Some(receipt.body_base64()),
            signature: Some(receipt.signature_base64()),
        })?;
        let journal = format!("{{\"event\":\"other\"}}\n{line}\n");
        assert_eq!(find(&journal, id)?, receipt);
        Ok(())
    }

    #[test]
    fn another_ones_receipt_is_no_proof() -> anyhow::Result<()> {
        let other = HexHash([5; 32]);
        let text = serde_json::to_string(&receipt())?;
        assert!(find(&text, other).is_err_and(|e| e.to_string().contains("is the receipt for")));
        assert!(find("", other).is_err_and(|e| e.to_string().contains("holds no receipt")));
        Ok(())
    }
}
