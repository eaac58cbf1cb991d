#include "functions/zip.h"
#include "services/lambda/operations.h"

#include <filesystem>

namespace orrery::lambda {

// The cache is keyed by content, so a folder that is there is right. Unpacking goes to a name of its own and is
// renamed: whoever comes second finds the first one's work.
Result<std::string> unpacked_code(Lambda& lambda, const FunctionRecord& record) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(lambda.code_dir) / record.code_key;
  std::error_code ignored;
  if (fs::exists(folder, ignored)) return folder.string();
  const fs::path making = fs::path(lambda.code_dir) / (record.code_key + "." + lambda.random.token(8, kLowerHex));
  TRY(functions::unpack_zip_file(lambda.blobs.path_of(record.blob_id), making.string()));
  std::error_code failed;
  fs::rename(making, folder, failed);
  if (failed) {
    fs::remove_all(making, ignored);
    if (!fs::exists(folder, ignored)) return fail(internal_error("cannot keep unpacked code: " + failed.message()));
  }
  return folder.string();
}

}  // namespace orrery::lambda
