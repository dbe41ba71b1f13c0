// Every setting has a test that shows what it does. This one only holds the list of them against the settings and
// against the tests that there are; a new setting needs a row, and the test it names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "config/settings.hpp"

namespace freshet {
namespace {

struct effect {
  /// A key, or the beginning of several that one test shows, ending in a dot.
  const char* setting;
  /// "suite.name" of the test.
  const char* test;
};

constexpr effect effects[] = {
    {"profile", "setting_effect.of_the_profile_and_the_model_type_is_seen_in_health_before_a_model_exists"},
    {"server.host", "server_lifecycle.host_names_are_understood"},
    {"server.port", "server_lifecycle.a_taken_port_is_named"},
    {"server.workers", "setting_effect.of_workers_and_updaters_is_another_number_of_threads"},
    {"server.header_bytes_max", "setting_effect.of_the_limits_of_a_request_is_a_refusal"},
    {"server.target_bytes_max", "setting_effect.of_the_limits_of_a_request_is_a_refusal"},
    {"server.body_bytes_max", "setting_effect.of_the_limits_of_a_request_is_a_refusal"},
    {"server.bulk_body_bytes_max", "setting_effect.of_the_limits_of_a_request_is_a_refusal"},
    {"server.connections_max", "setting_effect.of_the_request_limits_is_503_for_what_is_too_much"},
    {"server.header_deadline_ms", "server_deadlines.a_header_that_trickles_in_is_408"},
    {"server.body_deadline_ms", "server_deadlines.a_body_that_trickles_in_is_408"},
    {"server.write_deadline_ms", "server_deadlines.a_client_that_does_not_read_its_answer_is_closed"},
    {"server.idle_deadline_ms", "server_deadlines.a_connection_that_falls_silent_is_closed_without_an_answer"},
    {"server.request_deadline_ms",
     "admission.answers_503_to_a_request_that_takes_too_long_and_ignores_the_late_answer"},
    {"server.requests_in_flight_max", "admission.lets_requests_in_up_to_the_limit"},
    {"server.drain_deadline_ms", "server_lifecycle.drain_gives_up_at_its_deadline_and_says_so"},
    {"server.admin_port", "access.control_routes_move_to_the_admin_port"},
    {"rate_limit.", "access.is_limited_and_told_so"},
    {"cors.allowed_origins", "access.of_pages_is_for_the_configured_origins"},
    {"security.allow_anonymous", "setting_effect.of_allowing_anonymity_is_that_an_open_address_is_served"},
    {"api.", "setting_effect.of_the_api_section_is_another_word_and_a_smaller_limit"},
    {"model.dir", "setting_effect.of_hot_reload_is_that_a_new_model_is_taken_up_or_not"},
    {"model.type", "setting_effect.of_the_profile_and_the_model_type_is_seen_in_health_before_a_model_exists"},
    // How much memory and how many slices there are is not to be seen in an answer.
    {"model.scorers", "setting_effect.of_more_scorers_is_the_same_answer"},
    {"store.block_cache_mb", "setting_effect.of_more_scorers_is_the_same_answer"},
    {"model.updaters", "setting_effect.of_workers_and_updaters_is_another_number_of_threads"},
    {"model.min_new_item_events", "live_items.of_which_nothing_is_said_are_placed_by_those_who_touched_them"},
    {"store.path", "recovery.a_second_owner_is_refused_with_a_sentence"},
    {"retention.days", "privacy.retention_hides_what_is_too_old_at_once_and_removes_it"},
    {"events.half_life_days", "setting_effect.of_the_half_life_is_that_old_events_fade"},
    {"content.embeddings", "setting_effect.of_content_embeddings_is_named_in_stats_and_its_vectors_are_used"},
    {"content.dimensions", "text_vectors.keep_the_cosines_of_tf_idf"},
    {"reranking.", "the_recommender.reranks_with_every_weight_and_limit_of_the_settings"},
    {"fallback.", "setting_effect.of_the_fallback_section_is_another_list_for_a_newcomer"},
    {"hot_reload.enabled", "setting_effect.of_hot_reload_is_that_a_new_model_is_taken_up_or_not"},
    {"hot_reload.check_interval_seconds", "hot_reload.looks_at_intervals_for_what_nobody_tells"},
    {"hot_reload.on_update.re_warmup", "the_warmer.begins_by_itself_as_configured"},
    {"hot_reload.on_update.clear_item_similarity_cache", "the_warmer.a_swap_empties_what_the_configuration_says"},
    {"hot_reload.on_update.clear_user_profile_cache", "the_warmer.a_swap_empties_what_the_configuration_says"},
    {"warmup.enabled", "the_warmer.begins_by_itself_as_configured"},
    {"warmup.warmup_on_startup", "the_warmer.begins_by_itself_as_configured"},
    {"warmup.num_popular_items", "the_warmer.keeps_to_the_numbers_and_switches_of_the_configuration"},
    {"warmup.num_user_profiles", "the_warmer.keeps_to_the_numbers_and_switches_of_the_configuration"},
    {"warmup.precompute_similarities", "the_warmer.keeps_to_the_numbers_and_switches_of_the_configuration"},
    {"cache.enabled", "caches.the_configuration_switches_all_of_them_and_sets_their_limits"},
    {"cache.user_profile.", "user_query_table.takes_over_other_limits_while_it_is_used"},
    {"cache.item_similarity.", "caches.the_configuration_switches_all_of_them_and_sets_their_limits"},
    {"cache.fallback.", "caches.the_configuration_switches_all_of_them_and_sets_their_limits"},
    {"cache.response.", "settings.that_are_read_again_on_a_signal_hold_at_once"},
    {"faiss.", "approximate_index_seeded.finds_most_of_the_best_rows"},
    {"logging.level", "setting_effect.of_a_low_threshold_is_that_slow_requests_are_warnings"},
    {"logging.format", "setting_effect.of_the_logging_section_is_where_and_how_lines_are_written"},
    {"logging.dir", "setting_effect.of_the_logging_section_is_where_and_how_lines_are_written"},
    {"logging.user_ids", "logging.names_users_as_configured"},
    {"logging.slow_request_threshold_ms", "setting_effect.of_a_low_threshold_is_that_slow_requests_are_warnings"},
    {"kafka.brokers", "kafka_privacy.a_replay_of_the_topic_brings_no_erased_user_back"},
    {"kafka.topic", "kafka_privacy.a_replay_of_the_topic_brings_no_erased_user_back"},
    {"kafka.group", "kafka_rebalance.moves_partitions_without_a_gap_or_a_repetition"},
    {"kafka.start", "kafka_source.starts_a_partition_that_was_never_consumed_where_it_is_told"},
    {"kafka.on_data_loss", "kafka_data_loss.earliest_goes_on_with_the_first_record_there_is"},
    {"kafka.batch_records_max", "the_ingestor.takes_no_more_at_once_than_it_is_told"},
    {"retrain.schedule", "a_retrain_plan.by_crontab_is_due_once_each_time"},
    {"retrain.min_new_events", "retraining.begins_by_itself_after_so_many_new_events"},
    {"retrain.model", "retraining.makes_the_first_model_and_then_a_successor_of_it"},
    {"retrain.keep_models", "retraining.makes_the_first_model_and_then_a_successor_of_it"},
    {"retrain.quality_gate.", "retraining.refuses_a_candidate_that_ranks_worse_and_keeps_both_figures"},
    {"retrain.warm_start", "retraining.begins_with_the_factors_of_the_model_in_service"},
    {"retrain.memory_limit_mb", "retraining.is_ended_when_it_takes_too_much_time_or_memory"},
    {"retrain.time_limit_seconds", "retraining.is_ended_when_it_takes_too_much_time_or_memory"},
    {"retrain.nice", "retraining.that_is_cancelled_killed_or_out_of_bounds_changes_nothing"},
    {"rollout.stage", "lifecycle.of_models_under_load_never_fails_a_request_nor_mixes_two_models"},
    {"rollout.", "a_trial.is_promoted_when_it_was_in_bounds_for_long_enough"},
    {"live_guard.window_seconds", "lifecycle.of_models_under_load_never_fails_a_request_nor_mixes_two_models"},
    {"live_guard.", "a_live_guard.names_the_figure_that_is_out_of_bounds"},
    {"kafka.control_topic", "kafka_control.does_what_the_routes_do_for_who_has_the_key"},
    {"kafka.control_expiry_seconds", "kafka_control.does_nothing_twice_not_even_over_a_restart_and_counts_garbage"},
    {"supervisor.restarts_max", "fault_injection.beyond_the_budget_of_restarts_ends_the_process_which_says_why"},
    {"supervisor.restart_window_seconds", "fault_injection.outside_the_window_counts_anew"},
    {"supervisor.backoff_min_ms", "fault_injection.beyond_the_budget_of_restarts_ends_the_process_which_says_why"},
    {"supervisor.backoff_max_ms", "fault_injection.beyond_the_budget_of_restarts_ends_the_process_which_says_why"},
    {"debug.fault_injection", "fault_injection.is_refused_unless_it_is_switched_on_and_for_actors_that_there_are_not"},
    {"worker.interval_seconds", "worker.looks_at_the_interval_for_a_directory_that_nobody_tells_of"},
    {"worker.threads", "worker.has_as_many_threads_as_it_is_told"},
    {"worker.incremental_dir", "worker.looks_at_the_interval_for_a_directory_that_nobody_tells_of"},
    {"worker.incremental_keep_days", "worker.removes_files_that_were_taken_so_many_days_after_their_last_change"},
    {"targets.", "analyze.holds_a_service_against_every_target"},
};

/// "suite.name" of every test in the tree.
std::set<std::string> all_tests() {
  std::set<std::string> found;
  const std::regex declared(R"(TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\))");
  for (const auto& each :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(FRESHET_SOURCE_DIR) / "tests")) {
    if (!each.path().string().ends_with("_test.cpp")) continue;
    std::ostringstream read;
    read << std::ifstream(each.path()).rdbuf();
    const std::string text = read.str();
    for (auto match = std::sregex_iterator(text.begin(), text.end(), declared); match != std::sregex_iterator();
         ++match) {
      found.insert((*match)[1].str() + "." + (*match)[2].str());
    }
  }
  return found;
}

const effect* effect_of(const std::string& key) {
  for (const auto& each : effects) {
    const std::string_view setting = each.setting;
    if (setting.ends_with('.') ? key.starts_with(setting) : key == setting) return &each;
  }
  return nullptr;
}

TEST(settings_effects, every_setting_names_a_test_that_shows_what_it_does) {
  const auto tests = all_tests();
  ASSERT_GT(tests.size(), 1'000U);
  for (const auto& declared : all_settings()) {
    const auto* shown = effect_of(declared.key);
    ASSERT_NE(shown, nullptr) << declared.key << " has no row in the list above";
    EXPECT_TRUE(tests.contains(shown->test)) << declared.key << ": there is no test " << shown->test;
  }
}

TEST(settings_effects, every_row_is_about_a_setting) {
  std::set<std::string_view> used;
  for (const auto& declared : all_settings()) {
    if (const auto* shown = effect_of(declared.key)) used.insert(shown->setting);
  }
  for (const auto& each : effects) EXPECT_TRUE(used.contains(each.setting)) << each.setting;
}

}  // namespace
}  // namespace freshet
