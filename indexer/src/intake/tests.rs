//! Submissions over HTTP: receipts, refusals, races.

use super::fixture::{CIPHERTEXT, Fixture, ROUND, body, delegation, key, public, submission};
use futures_util::future::join_all;
use sheaf_client::indexer::IndexerError;
use sheaf_protocol::{
    intake::Content,
    statement::{Receipt, Signed, Submission},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

type Answer = Result<Signed<Receipt>, IndexerError>;

/// The name of a refusal.
fn refused(answer: &Answer) -> &str {
    let error = answer.as_ref().expect_err("a refusal");
    &error.refusal().unwrap_or_else(|| panic!("{error}")).name
}

/// Status and waiting time of a refusal that passes.
fn asked_to_wait(answer: &Answer) -> (u16, Option<Duration>) {
    match answer {
        Err(IndexerError::Unable {
            status,
            retry_after,
            ..
        }) => (*status, *retry_after),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_receipt_is_given_for_what_is_on_disk_and_given_again() {
    let fixture = Fixture::start().await;
    fixture.delegate(&[10]).await;
    let submission = submission(10, 0, 1, CIPHERTEXT);
    let receipt = fixture.indexer.submit(&submission, CIPHERTEXT).await;
    let receipt = receipt.expect("it is taken");
    assert_eq!(receipt.verify(&fixture.app.aggregator()), Ok(()));
    assert_eq!(receipt.body.submission, submission.id());
    assert_eq!(receipt.body.round, ROUND);
    assert!(fixture.keeps(CIPHERTEXT).await);
    let stored = fixture.app.store.submission(&submission.id()).await;
    assert_eq!(
        stored.expect("read").expect("stored").submission,
        submission
    );

    // Later, expired, after the job's end: what was taken stays taken.
    let mut view = (*fixture.app.view()).clone();
    view.slot = 3_000;
    view.unix_time = 1_000_000;
    fixture.view.send_replace(Arc::new(view));
    let again = fixture.indexer.submit(&submission, CIPHERTEXT).await;
    assert_eq!(again, Ok(receipt));
    let late = submission_in_time(11);
    assert_eq!(
        refused(&fixture.indexer.submit(&late, CIPHERTEXT).await),
        "job_ended"
    );
}

/// Another submission of the same node.
fn submission_in_time(nonce: u64) -> Signed<Submission> {
    submission(10, 1, nonce, CIPHERTEXT)
}

#[tokio::test]
async fn each_broken_rule_is_refused_by_name_and_nothing_is_kept() {
    let fixture = Fixture::start().await;
    fixture.delegate(&[10]).await;
    let signed = |change: fn(&mut Submission), content: &[u8]| {
        let mut body = body(10, 0, 1, content);
        change(&mut body);
        Signed::sign(body, &key(11))
    };
    let content: &[u8] = b"refused";
    let mut forged = signed(|_| {}, content);
    forged.signature[0] ^= 1;
    let huge = vec![0; (2 << 20) + 1];
    let cases = [
        (
            "wrong_genesis",
            signed(|body| body.genesis = [9; 32], content),
            content,
        ),
        (
            "wrong_program",
            signed(|body| body.program = [9; 32], content),
            content,
        ),
        (
            "unknown_job",
            signed(|body| body.job = [9; 32], content),
            content,
        ),
        (
            "task_unknown",
            signed(|body| body.task = 99, content),
            content,
        ),
        (
            "wrong_units",
            signed(|body| body.units = 2, content),
            content,
        ),
        (
            "region_invalid",
            signed(|body| body.region = [0xff; 12], content),
            content,
        ),
        (
            "round_too_early",
            signed(|body| body.earliest_round = 5, content),
            content,
        ),
        (
            "expired",
            signed(|body| body.expiry_slot = 999, content),
            content,
        ),
        (
            "expiry_too_far",
            signed(|body| body.expiry_slot = 99_999, content),
            content,
        ),
        ("content_mismatch", signed(|_| {}, b"another"), content),
        ("content_mismatch", signed(|_| {}, b"shorter"), b"than this"),
        ("content_too_large", signed(|_| {}, &huge), &huge),
        ("signature_invalid", forged, content),
        ("delegation_missing", submission(20, 0, 1, content), content),
    ];
    for (name, submission, content) in cases {
        let answer = fixture.indexer.submit(&submission, content).await;
        assert_eq!(refused(&answer), name);
        assert!(!fixture.keeps(content).await, "{name}");
    }
    let taken = fixture
        .indexer
        .submit(&signed(|_| {}, content), content)
        .await;
    taken.expect("without any fault it is taken");
    let other: &[u8] = b"another content";
    for (name, submission) in [
        ("nonce_seen", submission(10, 1, 1, other)),
        ("task_taken", submission(10, 0, 2, other)),
    ] {
        let answer = fixture.indexer.submit(&submission, other).await;
        assert_eq!(refused(&answer), name);
        assert!(!fixture.keeps(other).await, "{name}");
    }
}

#[tokio::test]
async fn the_same_submission_at_once_gets_one_receipt() {
    let fixture = Fixture::start().await;
    fixture.delegate(&[10]).await;
    let submission = submission(10, 0, 1, CIPHERTEXT);
    let sends = (0..16).map(|_| fixture.indexer.submit(&submission, CIPHERTEXT));
    let receipts: Vec<_> = join_all(sends)
        .await
        .into_iter()
        .map(|answer| answer.expect("it is taken"))
        .collect();
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
}

#[tokio::test]
async fn one_nonce_at_once_is_used_once_and_so_is_a_task() {
    let fixture = Fixture::start().await;
    fixture.delegate(&[10]).await;
    for (name, different) in [("nonce_seen", false), ("task_taken", true)] {
        let length = if different { 30 } else { 20 };
        let contents: Vec<Vec<u8>> = (0..8).map(|number| vec![number; length]).collect();
        let sends = contents.iter().zip(100..).map(|(content, nonce)| {
            let fixture = &fixture;
            async move {
                let (task, nonce) = if different { (3, nonce) } else { (2, 7) };
                let submission = submission(10, task, nonce, content);
                fixture.indexer.submit(&submission, content).await
            }
        });
        let answers = join_all(sends).await;
        let (taken, rest): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.is_ok());
        assert_eq!(taken.len(), 1, "{name}");
        let mut kept = 0;
        for content in &contents {
            kept += usize::from(fixture.keeps(content).await);
        }
        assert_eq!(kept, 1, "{name}: only the content of the one is on disk");
        assert!(
            rest.iter().all(|answer| refused(answer) == name),
            "{rest:?}"
        );
    }
}

#[tokio::test]
async fn receipts_name_the_round_that_the_submission_is_in_while_rounds_move() {
    let fixture = Fixture::with(|settings| settings.address_rate = 0).await;
    let contributors: Vec<u8> = (10..130).step_by(2).collect();
    fixture.delegate(&contributors).await;
    let moving = async {
        for round in ROUND + 1..ROUND + 10 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let moved = fixture.app.store.set_intake_round(round).await;
            moved.expect("the round moves");
        }
    };
    let sends = contributors.iter().map(|who| {
        let fixture = &fixture;
        async move {
            let submission = submission(*who, 0, 1, CIPHERTEXT);
            (
                fixture.indexer.submit(&submission, CIPHERTEXT).await,
                submission,
            )
        }
    });
    let (answers, ()) = tokio::join!(join_all(sends), moving);
    let mut rounds = BTreeSet::new();
    for (answer, submission) in answers {
        let stored = fixture.app.store.submission(&submission.id()).await;
        let stored = stored.expect("read");
        match answer {
            Ok(receipt) => {
                let stored = stored.expect("a receipt is given for what is stored");
                assert_eq!(stored.intake_round, receipt.body.round);
                rounds.insert(receipt.body.round);
            }
            Err(error) => {
                // It moved again and again while this one was on its way.
                assert_eq!(asked_to_wait(&Err(error)).0, 503);
                assert!(stored.is_none());
            }
        }
    }
    assert!(!rounds.is_empty());
}

#[tokio::test]
async fn a_node_that_hands_in_too_much_is_told_when_to_come_again() {
    let fixture = Fixture::with(|settings| {
        (settings.node_rate, settings.node_burst) = (1, 2);
    })
    .await;
    fixture.delegate(&[10, 20]).await;
    // Whoever cannot sign for a node does not use up its rate.
    for nonce in 0..5 {
        let forged = Signed::sign(body(10, 0, nonce, CIPHERTEXT), &key(99));
        let answer = fixture.indexer.submit(&forged, CIPHERTEXT).await;
        assert_eq!(refused(&answer), "signature_invalid");
    }
    for task in 0..2 {
        let submission = submission(10, task, task.into(), CIPHERTEXT);
        let answer = fixture.indexer.submit(&submission, CIPHERTEXT).await;
        answer.expect("within its rate");
    }
    // One a second: even on a slow machine some of these come too early.
    let mut waits = BTreeSet::new();
    for nonce in 10..40 {
        let submission = submission(10, 0, nonce, CIPHERTEXT);
        let answer = fixture.indexer.submit(&submission, CIPHERTEXT).await;
        if answer
            .as_ref()
            .is_err_and(|error| error.refusal().is_none())
        {
            waits.insert(asked_to_wait(&answer));
        }
    }
    assert_eq!(waits, BTreeSet::from([(429, Some(Duration::from_secs(1)))]));
    let other = submission(20, 0, 1, CIPHERTEXT);
    let answer = fixture.indexer.submit(&other, CIPHERTEXT).await;
    answer.expect("another node has its own rate");
}

#[tokio::test]
async fn an_address_that_sends_too_much_is_told_when_to_come_again() {
    let fixture = Fixture::with(|settings| {
        (settings.address_rate, settings.address_burst) = (1, 2);
    })
    .await;
    let mut waits = BTreeSet::new();
    for nonce in 0..30 {
        let submission = submission(10, 0, nonce, CIPHERTEXT);
        let answer = fixture.indexer.submit(&submission, CIPHERTEXT).await;
        if answer
            .as_ref()
            .is_err_and(|error| error.refusal().is_none())
        {
            waits.insert(asked_to_wait(&answer));
        }
    }
    assert_eq!(waits, BTreeSet::from([(429, Some(Duration::from_secs(1)))]));
    let posted = fixture.indexer.delegate(&delegation(10)).await;
    assert!(
        matches!(posted, Err(IndexerError::Unable { status: 429, .. })),
        "delegations count, too"
    );
}

#[tokio::test]
async fn without_a_seat_a_submission_comes_again_later() {
    let fixture = Fixture::with(|settings| settings.intake_requests = 1).await;
    fixture.delegate(&[10]).await;
    let source = fixture.app.intake.source(None, &Default::default());
    let seat = fixture.app.intake.seat(source, 1).expect("the only seat");
    let submission = submission(10, 0, 1, CIPHERTEXT);
    let answer = fixture.indexer.submit(&submission, CIPHERTEXT).await;
    assert_eq!(asked_to_wait(&answer), (503, Some(Duration::from_secs(1))));
    drop(seat);
    let answer = fixture.indexer.submit(&submission, CIPHERTEXT).await;
    answer.expect("there is a seat again");
}

#[tokio::test]
async fn what_is_not_dealt_with_in_time_is_told_so() {
    let (fixture, _idle) = Fixture::without_workers(|settings| settings.intake_deadline = 1).await;
    let submission = submission(10, 0, 1, CIPHERTEXT);
    let answer = fixture.indexer.submit(&submission, CIPHERTEXT).await;
    assert_eq!(asked_to_wait(&answer), (503, Some(Duration::from_secs(1))));
}

#[tokio::test]
async fn work_that_nobody_does_is_unanswered() {
    let (fixture, workers) = Fixture::without_workers(|_| {}).await;
    drop(workers);
    let submission = submission(10, 0, 1, CIPHERTEXT);
    let answer = fixture.indexer.submit(&submission, CIPHERTEXT).await;
    assert_eq!(asked_to_wait(&answer), (503, Some(Duration::from_secs(1))));
}

#[tokio::test]
async fn a_content_that_does_not_arrive_gives_its_seat_back() {
    let fixture = Fixture::with(|settings| {
        (settings.intake_requests, settings.intake_deadline) = (1, 1);
    })
    .await;
    fixture.delegate(&[10]).await;
    let submission = submission(10, 0, 1, CIPHERTEXT);
    let request = format!(
        "POST /v1/submissions HTTP/1.1\r\nhost: h\r\nx-sheaf-submission: {}\r\n\
         x-sheaf-signature: {}\r\ncontent-length: {}\r\n\r\n",
        submission.body_base64(),
        submission.signature_base64(),
        CIPHERTEXT.len(),
    );
    let mut slow = TcpStream::connect(fixture.address)
        .await
        .expect("connected");
    slow.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).await.expect("an answer");
    let answer = String::from_utf8(answer).expect("text");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("request_timeout"), "{answer}");
    let again = fixture.indexer.submit(&submission, CIPHERTEXT).await;
    again.expect("the seat is free again");
}

#[tokio::test]
async fn a_delegation_is_verified_once_and_never_when_forged() {
    let fixture = Fixture::start().await;
    let mut forged = delegation(10);
    assert_eq!(fixture.app.intake.verify_delegation(&forged), Ok(()));
    assert_eq!(fixture.app.intake.verify_delegation(&forged), Ok(()));
    forged.signature[0] ^= 1;
    assert!(fixture.app.intake.verify_delegation(&forged).is_err());
    assert_eq!(forged.body.contributor, public(10));
    assert_ne!(
        Content::of(&forged.to_bytes()),
        Content::of(&delegation(10).to_bytes())
    );
}
