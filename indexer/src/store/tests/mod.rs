//! The store's promises, kept by an SQLite file and by a PostgreSQL server alike: each is tried on both.

mod chain;
mod digest;
mod fixture;
mod intake;
mod place;
mod races;
mod read;
mod rounds;

/// A test on each database, for each promise.
macro_rules! promises {
    ($($group:ident::$promise:ident,)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                super::$group::$promise(super::fixture::sqlite().await).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                super::$group::$promise(super::fixture::postgres().await).await;
            })*
        }
    };
}

promises! {
    place::a_database_belongs_to_one_pool,
    place::a_schema_is_brought_up_to_date_once,
    intake::a_submission_sent_again_gets_the_same_receipt,
    intake::a_nonce_a_task_and_a_round_are_taken_once,
    intake::admissions_of_one_transaction_meet_each_other,
    intake::many_admissions_are_answered_in_their_order,
    intake::what_is_known_is_told_of_many_at_once,
    intake::the_delegation_that_holds_longest_is_kept,
    intake::a_content_is_bought_only_by_who_paid_for_it,
    intake::specifications_are_found_by_job,
    rounds::what_waits_is_frozen_once_and_the_next_round_takes_over,
    rounds::a_batch_that_stands_is_not_made_again,
    rounds::of_one_task_done_twice_the_earlier_goes_first,
    rounds::what_waited_too_long_is_not_batched,
    rounds::the_first_outcome_of_a_round_stays,
    rounds::score_files_and_outcome_agree_about_which_came_in_time,
    chain::the_frontier_never_jumps_a_gap,
    chain::a_final_round_pays_only_the_outcome_that_became_active,
    chain::a_void_round_lets_its_submissions_wait_again,
    chain::an_action_has_one_open_transaction,
    chain::how_far_events_are_read_is_told,
    read::submissions_are_listed_by_what_is_asked,
    read::events_are_listed_as_far_as_they_were_acted_upon,
    read::rounds_are_remembered,
    read::a_database_that_takes_writes_says_so_and_counts,
    races::a_submission_is_stored_once_however_many_bring_it,
    races::who_is_stored_before_the_freeze_is_in_the_batch,
    races::a_score_file_is_in_time_for_the_outcome_or_is_told_so,
    races::an_action_is_written_down_by_one,
    races::an_event_is_acted_upon_by_one,
    digest::every_change_changes_the_digest,
    digest::nothing_is_left_out,
}
