// A folder of a test's own, removed with all its content at the end. For tests only.
#pragma once

#include "base/check.h"

#include <filesystem>
#include <string>
#include <system_error>

#include <stdlib.h>

namespace orrery {

class TempDir {
 public:
  TempDir() : path_((std::filesystem::temp_directory_path() / "orrery-test-XXXXXX").string()) {
    CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace orrery
