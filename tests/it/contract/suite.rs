//! What a store brings to the contract, and the list of its cases.

use cqrs_es::persist::PersistedEventRepository;
use routix::system::System;
use routix_domain::log::EventFeed;

/// A store, and the place where it keeps its log.
pub(crate) trait StoreUnderTest: Sized + Send + Sync + 'static {
    type Store: PersistedEventRepository + EventFeed + Clone + 'static;

    /// Whether events are recorded at the time of the [`System`] that the store was opened with. Otherwise it is the clock of
    /// a server, which no test sets.
    const RECORDS_AT_SYSTEM_TIME: bool = true;

    /// A place with an empty log, gone when this is dropped.
    fn fresh() -> Self;

    /// Opens the log, once more if it is open already.
    fn open(&self, system: &System) -> Self::Store;

    /// A backup of the log at another place, taken while the log is in use.
    fn backup(&self) -> Self;
}

/// Runs the whole contract against one store: `store_contract!(module, Fixture)` makes a test of each case, and
/// `store_contract!(each of Fixture);` is a statement that runs them one after the other, without the one that needs a
/// backup.
macro_rules! store_contract {
    ($store:ident, $fixture:ident) => {
        $crate::contract::suite::store_contract!(@cases tests ($store, $fixture)
            reopen: [a_backup_holds_the_log_and_goes_on]
        );
    };
    (each of $fixture:ident) => {
        $crate::contract::suite::store_contract!(@cases calls ($fixture));
    };
    (@cases $use:ident $with:tt $($more:ident: [$one:ident])?) => {
        $crate::contract::suite::store_contract!(@$use $with
            append: [
                the_first_event_is_appended_at_1, events_follow_events, a_stale_sequence_is_a_conflict_and_writes_nothing,
                a_gap_in_the_sequence_is_refused, an_append_of_several_events_is_written_whole_or_not_at_all,
                two_appenders_race_and_one_wins, streams_of_different_types_with_one_id_are_different_streams,
                an_unknown_stream_is_empty, an_append_without_events_changes_nothing,
                snapshots_and_replays_are_refused, an_appender_that_gives_up_leaves_the_store_working,
            ]
            content: [
                ids_of_every_kind_come_back, payloads_come_back_as_they_were, metadata_comes_back_as_it_was,
                a_nul_is_refused_wherever_it_is, what_is_too_large_is_refused, what_is_just_not_too_large_is_stored,
                what_nobody_could_load_again_is_refused,
            ]
            feed: [
                an_empty_log_has_no_head_and_no_events, positions_grow_and_streams_keep_their_order,
                reading_begins_behind_the_position, pages_end_where_they_should, reading_resumes_at_every_position,
                the_head_moves_with_every_append, a_refused_append_leaves_no_trace, an_event_is_found_by_its_stream,
                a_stream_is_read_by_itself_and_is_what_the_feed_holds_of_it,
                recorded_at_never_goes_back, waiting_ends_with_an_append, waiting_for_nothing_ends_too,
                an_event_has_the_same_id_in_every_log,
            ]
            concurrency: [
                a_reader_beside_sixteen_writers_misses_nothing, two_stores_on_one_log_lose_nothing,
                a_log_that_is_opened_twice_at_once_is_whole,
            ]
            reopen: [a_reopened_log_goes_on $(, $one)?]
        );
    };
    (@tests ($store:ident, $fixture:ident) $($area:ident: [$($case:ident),+ $(,)?])+) => {
        mod $store {
            $(mod $area {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    $crate::contract::$area::$case::<super::super::$fixture>().await;
                })+
            })+
        }
    };
    (@calls ($fixture:ident) $($area:ident: [$($case:ident),+ $(,)?])+) => {
        $($($crate::contract::$area::$case::<$fixture>().await;)+)+
    };
}

pub(crate) use store_contract;
