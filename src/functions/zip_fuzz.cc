#include "functions/zip.h"

#include <cstdint>
#include <filesystem>

#include <unistd.h>

// No archive writes outside of its directory, whatever it says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string root =
      (std::filesystem::temp_directory_path() / ("orrery-zip-fuzz-" + std::to_string(::getpid()))).string();
  (void)orrery::functions::unpack_zip({reinterpret_cast<const char*>(data), size}, root + "/out");
  std::error_code ignored;
  std::size_t beside = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root, ignored))
    beside += entry.path().filename() != "out";
  if (beside > 0) __builtin_trap();
  std::filesystem::remove_all(root, ignored);
  return 0;
}
