use super::*;
use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use std::net::Ipv4Addr;

const LAST_VALID: u64 = 100;

#[test]
fn the_compute_limit_leaves_room_and_has_an_end() {
    assert_eq!(limit_for(10_000), 14_000);
    assert_eq!(limit_for(u64::MAX), MAX_COMPUTE_UNITS);
}

#[test]
fn the_wire_size_counts_signatures_and_message() {
    let payer = Keypair::new();
    let transaction = Transaction::new_with_payer(&[], Some(&payer.pubkey()));
    // header 3, key count 1, one key 32, blockhash 32, instruction count 1
    assert_eq!(wire_size(&transaction), 1 + 64 + 3 + 1 + 32 + 32 + 1);
}

/// What an RPC says that refuses to forward a transaction whose blockhash it does not know (any
/// more), and for which the transaction's status is `status`.
fn answer(request: &Value, status: &Value) -> Value {
    let context = json!({"slot": 200});
    let answered = match request["method"].as_str() {
        Some("sendTransaction") => {
            let reason = json!({
                "code": -32002, "message": "Transaction simulation failed: Blockhash not found",
                "data": {"err": "BlockhashNotFound", "logs": [], "accounts": null, "unitsConsumed": 0},
            });
            return json!({"jsonrpc": "2.0", "id": request["id"], "error": reason});
        }
        Some("getSignatureStatuses") => json!({"context": context, "value": [status]}),
        Some("getBlockHeight") => json!(LAST_VALID + 1),
        Some("getSlot") => json!(150),
        other => panic!("nobody asks for {other:?}"),
    };
    json!({"jsonrpc": "2.0", "id": request["id"], "result": answered})
}

/// Sends a transaction through such an RPC.
async fn send_through(status: Value) -> Result<Landed, Error> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let routes = Router::new().route(
        "/",
        post(
            |State(status): State<Value>, Json(request): Json<Value>| async move {
                Json(answer(&request, &status))
            },
        ),
    );
    let serving = axum::serve(listener, routes.with_state(status)).into_future();
    let serving = tokio::spawn(serving);
    let chain = Chain::new(
        &format!("http://{address}"),
        Pubkey::new_unique(),
        CommitmentConfig::confirmed(),
    );
    let payer = Keypair::new();
    let mut transaction = Transaction::new_with_payer(&[], Some(&payer.pubkey()));
    transaction.sign(&[&payer], solana_sdk::hash::Hash::default());
    let signed = Signed {
        signature: transaction.signatures[0],
        transaction,
        last_valid_block_height: LAST_VALID,
    };
    let outcome = chain.submit_and_confirm(&signed).await;
    serving.abort();
    outcome
}

#[tokio::test]
async fn a_transaction_that_the_rpc_does_not_forward_is_waited_for_until_it_is_dead() {
    let outcome = send_through(Value::Null).await;
    assert!(matches!(outcome, Err(Error::Expired { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_transaction_that_landed_before_the_rpc_refused_it_has_landed() {
    let status = json!({
        "slot": 120, "confirmations": null, "err": null, "status": {"Ok": null},
        "confirmationStatus": "finalized",
    });
    let outcome = send_through(status).await;
    assert!(
        matches!(outcome, Ok(Landed { slot: 120, .. })),
        "{outcome:?}"
    );
}
