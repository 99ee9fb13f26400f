// What this proves: an archive is the same bytes for the same files, gives them back, and cannot write
// elsewhere.
#include "runner/archive.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>

#include "runner/files.h"
#include "support/scratch.h"

namespace anabranch::runner {
namespace {

class Archive : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file(scratch_.path("code/train.py"), "print(1)\n"));
    ASSERT_TRUE(write_file(scratch_.path("code/deep/run.sh"), "#!/bin/sh\n"));
    chmod(scratch_.path("code/deep/run.sh").c_str(), 0755);
    std::filesystem::create_symlink("deep/run.sh", scratch_.path("code/run"));
  }
  std::string packed(const std::string& name) {
    const auto files = list_source(scratch_.path("code")).value();
    EXPECT_TRUE(pack(scratch_.path("code"), files, scratch_.path(name)));
    return read_file(scratch_.path(name), 1'000'000).value();
  }
  /// An archive with one entry of that name, made by hand: pack() would not make it.
  void write_tar(const std::string& name, char type, const std::string& link, const std::string& content) {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    header.replace(100, 7, "0000644");
    header.replace(108, 7, "0000000");
    header.replace(116, 7, "0000000");
    char size[12];
    std::snprintf(size, sizeof size, "%011o", static_cast<unsigned>(content.size()));
    header.replace(124, 11, size, 11);
    header.replace(136, 11, "00000000000");
    header.replace(148, 8, "        ");
    header[156] = type;
    header.replace(157, link.size(), link);
    header.replace(257, 6, std::string("ustar\0", 6));
    header.replace(263, 2, "00");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    char checksum[8];
    std::snprintf(checksum, sizeof checksum, "%06o", sum);
    header.replace(148, 7, std::string(checksum, 7));
    tar_ += header;
    if (!content.empty()) tar_ += content + std::string(512 - content.size(), '\0');
  }
  Result<void> unpack_tar() {
    EXPECT_TRUE(write_file(scratch_.path("evil.tar"), tar_ + std::string(1024, '\0')));
    return unpack(scratch_.path("evil.tar"), scratch_.path("into"));
  }

  testing_support::ScratchDirectory scratch_;
  std::string tar_;
};

TEST_F(Archive, GivesBackFilesLinksAndModes) {
  packed("code.tar");

  ASSERT_TRUE(unpack(scratch_.path("code.tar"), scratch_.path("copy")));

  const auto before = list_source(scratch_.path("code")).value();
  const auto after = list_source(scratch_.path("copy")).value();
  EXPECT_EQ(content_id(scratch_.path("code"), before).value(),
            content_id(scratch_.path("copy"), after).value());
}

TEST_F(Archive, IsTheSameBytesWhateverTheTimes) {
  const std::string first = packed("a.tar");
  const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  utimensat(AT_FDCWD, scratch_.path("code/train.py").c_str(), times, 0);

  EXPECT_EQ(packed("b.tar"), first);
}

TEST_F(Archive, KeepsNamesThatAreNotAsciiAndNamesThatAreNoText) {
  const std::string long_name(150, 'n');
  for (const std::string name : {"na\xc3\xafve.txt", "\xe6\x97\xa5/\xf0\x9f\x98\x80.md", "latin-\xe9.txt",
                                 "new\nline", "deep/\xff\xfe/x", "\xe9/"}) {
    ASSERT_TRUE(write_file(scratch_.path("code/" + name + long_name), name));
  }
  std::filesystem::create_symlink("latin-\xe9.txt", scratch_.path("code/link-\xe9"));
  const auto before = list_source(scratch_.path("code")).value();
  packed("code.tar");

  const auto unpacked = unpack(scratch_.path("code.tar"), scratch_.path("copy"));

  ASSERT_TRUE(unpacked) << unpacked.error().message;
  const auto after = list_source(scratch_.path("copy")).value();
  EXPECT_EQ(before.size(), after.size());
  EXPECT_EQ(content_id(scratch_.path("code"), before).value(),
            content_id(scratch_.path("copy"), after).value());
}

TEST_F(Archive, OfAnotherToolMaySayNamesInUtf8) {
  write_tar("PaxHeaders/x", 'x', "", "15 path=na\xc3\xafve\n");  // as Python's tarfile writes it
  write_tar("nave", '0', "", "x");

  const auto unpacked = unpack_tar();

  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_TRUE(std::filesystem::exists(scratch_.path("into/na\xc3\xafve")));
}

TEST_F(Archive, IsUnpackedBelowALinkOfTheUsersOwn) {
  packed("code.tar");
  std::filesystem::create_directory(scratch_.path("scratch"));
  std::filesystem::create_directory_symlink(scratch_.path("scratch"), scratch_.path("home"));

  const auto unpacked = unpack(scratch_.path("code.tar"), scratch_.path("home/copy"));

  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_TRUE(std::filesystem::exists(scratch_.path("scratch/copy/deep/run.sh")));
}

TEST_F(Archive, WithAPathThatLeadsOutIsRefused) {
  write_tar("../outside", '0', "", "x");

  const auto unpacked = unpack_tar();

  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().code, ErrorCode::malformed);
  EXPECT_FALSE(std::filesystem::exists(scratch_.path("outside")));
}

TEST_F(Archive, WithAnAbsolutePathIsRefused) {
  write_tar(scratch_.path("outside"), '0', "", "x");

  EXPECT_FALSE(unpack_tar());
  EXPECT_FALSE(std::filesystem::exists(scratch_.path("outside")));
}

TEST_F(Archive, DoesNotWriteThroughALinkOfItsOwn) {
  std::filesystem::create_directory(scratch_.path("outside"));
  write_tar("door", '2', scratch_.path("outside"), "");
  write_tar("door/file", '0', "", "x");

  EXPECT_FALSE(unpack_tar());
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path("outside")));
}

TEST_F(Archive, ThatIsBrokenIsMalformed) {
  ASSERT_TRUE(write_file(scratch_.path("broken.tar"), std::string(2000, 'x')));

  EXPECT_FALSE(unpack(scratch_.path("broken.tar"), scratch_.path("into")));
}

}  // namespace
}  // namespace anabranch::runner
