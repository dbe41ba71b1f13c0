#include "io/artifacts/model_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "io/artifacts/checksum.hpp"
#include "io/artifacts/id_mapping.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/npy.hpp"
#include "tests/io/artifacts/small_model.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::same_model;
using testing::small_als;
using testing::small_popularity;
using testing::temporary_directory;

class model_directory : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(save_model(at_, trained_)); }
  void write(const std::string& name, const std::string& text) { std::ofstream(at_ / name) << text; }
  std::string text(const std::string& name) { return *read_file(at_ / name); }
  std::string refusal() {
    const auto loaded = load_model(at_);
    return loaded ? "loaded" : loaded.failure().message;
  }
  /// What a program without this one's metadata would have written.
  void forget_metadata() { fs::remove(at_ / "als_metadata.json"); }

  temporary_directory directory_;
  fs::path at_ = directory_ / "als";
  loaded_model trained_ = small_als();
};

TEST_F(model_directory, loads_what_was_saved) {
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  trained_.metadata.model_type = "als";
  trained_.metadata.users = 30;
  trained_.metadata.items = 40;
  trained_.metadata.factors = 8;
  EXPECT_TRUE(same_model(*loaded, trained_));
  EXPECT_EQ(loaded->params, trained_.params);
}

TEST_F(model_directory, holds_every_family_that_is_served) {
  const auto at = directory_ / "popularity";
  ASSERT_TRUE(save_model(at, small_popularity()));
  const auto loaded = load_model(at);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->served->type(), "popularity");
  EXPECT_EQ(testing::flattened(loaded->served->scores()), testing::flattened(small_popularity().served->scores()));

  auto started_from_text = small_als();
  started_from_text.metadata.model_type = "bert_als";
  ASSERT_TRUE(save_model(directory_ / "bert", started_from_text));
  EXPECT_TRUE(fs::exists(directory_ / "bert" / "bert_als_V.npy"));
  EXPECT_EQ(load_model(directory_ / "bert")->metadata.model_type, "bert_als");
}

TEST_F(model_directory, saving_again_replaces_the_model_as_a_whole) {
  const auto other = small_als(99, 5, 6);
  ASSERT_TRUE(save_model(at_, other));
  EXPECT_EQ(load_model(at_)->item_ids, other.item_ids);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path()), {}), 1);
}

TEST_F(model_directory, saving_never_replaces_anything_but_a_model) {
  write("notes.txt", "mine");
  const auto refused = save_model(at_, trained_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.failure().message, HasSubstr("notes.txt"));
  write("registry.json", "{}");
  fs::remove(at_ / "notes.txt");
  EXPECT_FALSE(save_model(at_, trained_));
}

TEST_F(model_directory, names_a_checksum_that_other_tools_can_repeat) {
  // XXH3 with 64 bits of no bytes, from the specification.
  EXPECT_EQ(checksum_of(""), "xxh3:2d06800538d394c2");
  EXPECT_EQ(*checksum_of_file(at_ / "als_V.npy"), checksum_of(text("als_V.npy")));
  EXPECT_THAT(text("als_metadata.json"), HasSubstr("\"als_V.npy\": \"" + checksum_of(text("als_V.npy")) + "\""));
}

TEST_F(model_directory, serves_a_model_written_by_other_programs_without_metadata) {
  forget_metadata();
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->item_ids, trained_.item_ids);
  EXPECT_EQ(loaded->metadata.factors, 8u);
}

TEST_F(model_directory, takes_parameters_of_other_programs_and_keeps_to_its_own) {
  forget_metadata();
  write("als_params.json",
        R"({"factors": 8, "alpha": 40, "random_state": null, "dtype": ["float32"], "use_gpu": true})");
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(dynamic_cast<const als_model&>(*loaded->served).options().alpha, 40);
  write("als_params.json", R"({"alpha": "much"})");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("als_params.json"), HasSubstr("alpha")));
}

TEST_F(model_directory, accepts_the_guides_bare_names) {
  for (const char* name : {"U.npy", "V.npy", "params.json"}) fs::rename(at_ / (std::string("als_") + name), at_ / name);
  forget_metadata();
  write("metadata.json",
        R"({"model_type": "bert_als", "num_users": 30, "num_items": 40, "created_at": "2025-11-08T15:30:00",
                            "score_range": {"min": 0, "max": 1.5, "p01": 0.01, "p99": 1.4}})");
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->metadata.model_type, "bert_als");
  EXPECT_EQ(loaded->metadata.scores.p99, 1.4);
  EXPECT_EQ(loaded->metadata.created_at, 1'762'615'800);
}

TEST_F(model_directory, refuses_what_is_missing_naming_the_file) {
  forget_metadata();
  for (const char* name : {"als_U.npy", "als_params.json", "item_mapping.json", "user_mapping.json"}) {
    fs::rename(at_ / name, directory_ / "away");
    EXPECT_THAT(refusal(), HasSubstr(name));
    fs::rename(directory_ / "away", at_ / name);
  }
  EXPECT_EQ(refusal(), "loaded");
}

TEST_F(model_directory, refuses_shapes_that_do_not_fit_together) {
  const auto claims = [this](const char* json) {
    write("als_metadata.json", json);
    return refusal();
  };
  EXPECT_THAT(claims(R"({"items": 41})"), AllOf(HasSubstr("als_metadata.json"), HasSubstr("41 items")));
  EXPECT_THAT(claims(R"({"users": 29})"), HasSubstr("29 users"));
  EXPECT_THAT(claims(R"({"factors": 9})"), HasSubstr("9 factors"));
  EXPECT_THAT(claims(R"({"items": "many"})"), AllOf(HasSubstr("als_metadata.json"), HasSubstr("a whole number")));
  EXPECT_THAT(claims(R"({"schema_version": 2})"), HasSubstr("update it"));
  EXPECT_THAT(claims("{"), HasSubstr("als_metadata.json"));
  forget_metadata();
  ASSERT_TRUE(write_npy(at_ / "als_U.npy", matrix<float>(30, 7).view()));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("als_U.npy"), HasSubstr("7 factors")));
  matrix<float> users(31, 8);
  for (float& value : users.values()) value = 1;
  ASSERT_TRUE(write_npy(at_ / "als_U.npy", users.view()));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("user_mapping.json"), HasSubstr("31")));
}

TEST_F(model_directory, refuses_values_that_are_not_finite) {
  forget_metadata();
  matrix<float> items(40, 8);
  items.values()[17] = std::numeric_limits<float>::quiet_NaN();
  ASSERT_TRUE(write_npy(at_ / "als_V.npy", items.view()));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("als_V.npy"), HasSubstr("element 17")));
}

TEST_F(model_directory, refuses_a_torn_copy_until_it_is_complete) {
  const auto other = directory_ / "other";
  ASSERT_TRUE(save_model(other, small_als(99)));
  const auto copy = [&](const char* name) {
    fs::copy_file(other / name, at_ / name, fs::copy_options::overwrite_existing);
  };
  for (const char* name : {"als_U.npy", "als_V.npy", "item_mapping.json", "als_metadata.json"}) {
    copy(name);
    EXPECT_EQ(refusal() == "loaded", std::string(name) == "als_metadata.json") << name;
  }
}

TEST_F(model_directory, refuses_a_file_that_the_checksums_do_not_know) {
  write("als_item_bias.npy", "from somewhere else");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("als_item_bias.npy"), HasSubstr("no checksum")));
}

TEST_F(model_directory, says_what_a_directory_without_a_model_is) {
  EXPECT_EQ(load_model(directory_ / "absent").failure().code, error_code::not_found);
  EXPECT_EQ(load_model(directory_.path()).failure().code, error_code::not_found);
  fs::create_directory(directory_ / "svdpp");
  std::ofstream(directory_ / "svdpp" / "svdpp_params.json") << "{}";
  EXPECT_THAT(load_model(directory_ / "svdpp").failure().message, HasSubstr("this version serves als"));
  ASSERT_TRUE(write_npy(at_ / "bert_als_V.npy", matrix<float>(1, 1).view()));
  EXPECT_THAT(refusal(), HasSubstr("files of als and bert_als"));
}

}  // namespace
}  // namespace freshet
