#include "functions/zip.h"

#include "functions/testing/scratch.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <zip.h>

namespace orrery::functions {
namespace {

using ::testing::HasSubstr;

constexpr const char* kNoZip = "Could not unzip uploaded file. Please check your file, then try to upload again.";

struct Entry {
  std::string name, content;
  unsigned mode = 0100644;
};

class ZipTest : public ::testing::Test {
 protected:
  std::string archive(const std::vector<Entry>& entries) {
    const std::string path = scratch_.path() + "/archive" + std::to_string(number_++) + ".zip";
    zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    for (const Entry& entry : entries) {
      zip_source_t* source = zip_source_buffer(zip, entry.content.data(), entry.content.size(), 0);
      const zip_int64_t index = zip_file_add(zip, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
      zip_file_set_external_attributes(zip, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX, entry.mode << 16);
    }
    EXPECT_EQ(zip_close(zip), 0);
    std::ifstream in(path, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }
  Result<Unpacked> unpack(const std::string& bytes) { return unpack_zip(bytes, out()); }
  std::string out() const { return scratch_.path() + "/out"; }
  unsigned mode(const std::string& name) const {
    struct stat st = {};
    return ::lstat((out() + "/" + name).c_str(), &st) == 0 ? st.st_mode & 07777 : 0;
  }
  std::string error(const std::string& bytes) {
    const auto result = unpack(bytes);
    EXPECT_FALSE(std::filesystem::exists(out()) && !result.ok());
    return result ? "no error" : result.error().message;
  }

  Scratch scratch_;
  int number_ = 0;
};

TEST_F(ZipTest, UnpacksFilesFoldersAndBits) {
  const auto result = unpack(archive({{"app.py", "print()", 0100600},
                                      {"bin/tool", "#!/bin/sh", 0100700},
                                      {"a/b/", "", 040700},
                                      {"a/b/c", ""},
                                      {"bin/link", "../app.py", 0120777}}));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->files, 4);
  EXPECT_EQ(mode("app.py"), 0644U);
  EXPECT_EQ(mode("bin/tool"), 0755U);
  EXPECT_EQ(mode("bin"), 0755U);
  EXPECT_EQ(mode("a/b"), 0755U);
  EXPECT_EQ(std::filesystem::read_symlink(out() + "/bin/link"), "../app.py");
}

TEST_F(ZipTest, RefusesWhatIsNoZip) {
  EXPECT_EQ(error("not a zip"), kNoZip);
  const std::string good = archive({{"app.py", std::string(10'000, 'x')}});
  EXPECT_EQ(error(good.substr(0, good.size() / 2)), kNoZip);
  std::string broken = good;
  broken[40] = static_cast<char>(broken[40] ^ 0x55);  // within the compressed data
  EXPECT_EQ(error(broken), kNoZip);
  EXPECT_EQ(error(archive({{"a", "file"}, {"a/b", "and folder"}})), kNoZip);
}

TEST_F(ZipTest, RefusesEntriesOutside) {
  for (const char* name : {"../evil", "/etc/evil", "a/../../evil", ".."}) {
    EXPECT_THAT(error(archive({{name, "x"}})), HasSubstr("outside of its root")) << name;
  }
  EXPECT_THAT(error(archive({{"link", "/etc/passwd", 0120777}})), HasSubstr("symbolic link"));
  EXPECT_THAT(error(archive({{"a/link", "../../x", 0120777}})), HasSubstr("symbolic link"));
  EXPECT_EQ(error(archive({{"link", "sub", 0120777}, {"link/file", "through a link"}})), kNoZip);
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() + "/evil"));
}

TEST_F(ZipTest, FoldersInFolders) {
  const auto nested = [](int depth) {
    std::string name;
    for (int i = 0; i < depth; ++i) name += "d/";
    return name + "file";
  };
  EXPECT_EQ(error(archive({{nested(32'000), "x"}})), kNoZip);
  EXPECT_EQ(error(archive({{nested(257), "x"}})), kNoZip);
  EXPECT_EQ(error(archive({{std::string(60'000, 'n'), "x"}})), kNoZip);
  EXPECT_EQ(error(archive({{"a", "file"}, {"a/", "", 040700}})), kNoZip);
  const auto result = unpack(archive({{nested(200), "x"}, {"d/d/other", "y"}, {nested(3), "z"}}));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->files, 3);
}

TEST_F(ZipTest, RefusesBombs) {
  const std::string zeros(40 << 20, '\0');
  const std::string bomb =
      archive({{"a", zeros}, {"b", zeros}, {"c", zeros}, {"d", zeros}, {"e", zeros}, {"f", zeros}, {"g", zeros}});
  EXPECT_LT(bomb.size(), 1U << 20);
  EXPECT_EQ(error(bomb), "Unzipped size must be smaller than 262144000 bytes");
}

}  // namespace
}  // namespace orrery::functions
