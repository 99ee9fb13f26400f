// What this proves: a run's results are where the user says, never outside of its folder, and the project's
// file is read or refused.
#include "runner/outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/files.h"
#include "support/scratch.h"

namespace anabranch::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Outputs, AreArtifactsConfigAndWhatIsNamed) {
  const OutputPlaces places({parse_output("./checkpoints/").value(), parse_output("deep/model.pkl").value()});

  for (const char* path :
       {"artifacts/a", "config/b.toml", "checkpoints/1/x.pt", "checkpoints", "deep/model.pkl"})
    EXPECT_TRUE(places.contain(path)) << path;
  for (const char* path :
       {"artifacts2/a", "checkpoints2", "deep/model.pkl.tmp", "model.pkl", "x/artifacts/a"})
    EXPECT_FALSE(places.contain(path)) << path;
}

TEST(Outputs, ThatLeadOutOrAreTheRunnersOwnAreRefused) {
  for (const char* text :
       {"", ".", "/", "/tmp/x", "..", "a/../../b", "a//b", ".anabranch", ".anabranch/x", "\xe9"})
    EXPECT_EQ(parse_output(text).error().code, ErrorCode::invalid_argument) << text;
}

class ProjectFileTest : public testing::Test {
 protected:
  Result<ProjectFile> read(const std::string& text) {
    EXPECT_TRUE(write_file(scratch_.path("anabranch.toml"), text));
    return read_project_file(scratch_.path());
  }
  testing_support::ScratchDirectory scratch_;
};

TEST_F(ProjectFileTest, NamesOutputs) {
  EXPECT_THAT(read_project_file(scratch_.path())->outputs, IsEmpty());
  EXPECT_THAT(read("out = ['checkpoints/', \"model.pkl\"]\n")->outputs,
              ElementsAre("checkpoints", "model.pkl"));
}

TEST_F(ProjectFileTest, ThatIsWrongIsRefusedAndSaysWhy) {
  EXPECT_THAT(read("outs = ['a']\n").error().message, HasSubstr("unknown key 'outs'"));
  EXPECT_THAT(read("out = 'a'\n").error().message, HasSubstr("list of texts"));
  EXPECT_THAT(read("out = [1]\n").error().message, HasSubstr("list of texts"));
  EXPECT_THAT(read("out = ['../a']\n").error().message, HasSubstr("'../a'"));
  EXPECT_THAT(read("\nout = [\n").error().message, HasSubstr("anabranch.toml:"));
}

}  // namespace
}  // namespace anabranch::runner
