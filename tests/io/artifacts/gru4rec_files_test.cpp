#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/npy.hpp"
#include "tests/io/artifacts/small_families.hpp"
#include "tests/support/small_sessions.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::temporary_directory;

const gru4rec_options shared{.hidden_size = 9};
const gru4rec_options two_layers{.hidden_size = 6, .layers = 2, .embedding_size = 4, .shared_embedding = false};

class gru4rec_files_of : public ::testing::TestWithParam<gru4rec_options> {
 protected:
  std::string refusal() {
    const auto loaded = load_model(at_);
    return loaded ? "loaded" : loaded.failure().message;
  }

  temporary_directory directory_;
  fs::path at_ = directory_ / "model";
  loaded_model trained_ = testing::small_gru4rec(GetParam());
};

TEST_P(gru4rec_files_of, a_model_answers_as_it_did_before) {
  ASSERT_TRUE(save_model(at_, trained_));
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->metadata.model_type, "gru4rec");
  EXPECT_EQ(loaded->metadata.factors, GetParam().hidden_size);
  const auto& before = *trained_.served;
  const auto& after = *loaded->served;
  const auto user = testing::user_of({3, 1, 4, 1, 5});
  EXPECT_EQ(std::get<dense_query>(after.fold_in(user)).factors, std::get<dense_query>(before.fold_in(user)).factors);
  EXPECT_EQ(testing::flattened(after.scores()), testing::flattened(before.scores()));
  EXPECT_EQ(dynamic_cast<const gru4rec_model&>(after).options(), GetParam());
}

TEST_P(gru4rec_files_of, a_model_are_each_needed) {
  ASSERT_TRUE(save_model(at_, trained_));
  for (const auto& entry : fs::directory_iterator(at_)) {
    const auto file = entry.path();
    if (file.extension() != ".npy" || file.filename() == "gru4rec_Wy.npy") continue;
    fs::rename(file, directory_ / "aside");
    EXPECT_THAT(refusal(), HasSubstr(file.filename().string()));
    fs::rename(directory_ / "aside", file);
  }
  EXPECT_EQ(refusal(), "loaded");
}

TEST_P(gru4rec_files_of, other_shapes_are_refused_by_name) {
  ASSERT_TRUE(save_model(at_, trained_));
  fs::remove(at_ / "gru4rec_metadata.json");
  const matrix<float> wrong(5, 7);
  for (const char* name : {"Wx", "Wh"}) {
    ASSERT_TRUE(save_model(directory_ / name, trained_));
    fs::remove(directory_ / name / "gru4rec_metadata.json");
    ASSERT_TRUE(write_npy(directory_ / name / (std::string("gru4rec_") + name + ".npy"), wrong.view()));
    const auto loaded = load_model(directory_ / name);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.failure().message, AllOf(HasSubstr(std::string(name) + " is [5 x 7]"), HasSubstr("expected")));
  }
  fs::remove(at_ / "gru4rec_params.json");
  EXPECT_THAT(refusal(), HasSubstr("gru4rec_params.json is missing"));
}

INSTANTIATE_TEST_SUITE_P(options, gru4rec_files_of, ::testing::Values(shared, two_layers),
                         [](const auto& instance) { return instance.index == 0 ? "shared" : "two_layers"; });

}  // namespace
}  // namespace freshet
