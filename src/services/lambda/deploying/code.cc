#include "base/log.h"
#include "functions/zip.h"
#include "services/lambda/operations.h"

#include <filesystem>

namespace orrery::lambda {
namespace {

// Folders of code_dir, by name, that functions refer to or that live environments have mounted.
Result<std::set<std::string>> used_code(Lambda& lambda) {
  std::set<std::string> used;
  const auto snapshot = lambda.store.snapshot();
  const auto cursor = snapshot->scan(prefix_range(all_functions_prefix()));
  const auto versions = snapshot->scan(prefix_range(all_versions_prefix()));
  for (const auto& from : {cursor.get(), versions.get()}) {
    while (from->next()) {
      const FunctionRecord record = TRY(decode_function(from->value()));
      used.insert(record.code_key);
      for (const LayerContent& layer : record.layers) used.insert(layer.code_key);
    }
    TRY(from->status());
  }
  const std::lock_guard lock(lambda.mutex);
  for (const auto& [key, one] : lambda.running) {
    for (const auto& folder : one.code_dirs) used.insert(std::filesystem::path(folder).filename().string());
  }
  return used;
}

Result<> sweep(Lambda& lambda, Sweep when) {
  const std::set<std::string> used = TRY(used_code(lambda));
  std::set<std::string> unused;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(lambda.code_dir, failed)) {
    const std::string name = entry.path().filename().string();
    // At the start an invocation may be unpacking already, into KEY.something.
    if (used.contains(when == Sweep::AtStart ? name.substr(0, name.find('.')) : name)) continue;
    if (when == Sweep::Later && !lambda.unused_code.contains(name)) {
      unused.insert(name);
      continue;
    }
    std::filesystem::remove_all(entry.path(), failed);
    if (failed) log::warning("unpacked code cannot be deleted", {{"folder", name}, {"reason", failed.message()}});
  }
  lambda.unused_code = std::move(unused);
  return {};
}

}  // namespace

void sweep_code(Lambda& lambda, Sweep when) {
  lambda.deployer.post([&lambda, when] {
    if (const auto swept = sweep(lambda, when); !swept) {
      log::warning("sweeping unpacked code failed", {{"reason", swept.error().message}});
    }
  });
}

// The cache is keyed by content, so a folder that is there is right. Unpacking goes to a name of its own and is
// renamed: whoever comes second finds the first one's work.
Result<std::string> unpacked(Lambda& lambda, const std::string& blob_id, const std::string& code_key) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(lambda.code_dir) / code_key;
  std::error_code ignored;
  if (fs::exists(folder, ignored)) return folder.string();
  const fs::path making = fs::path(lambda.code_dir) / (code_key + "." + lambda.random.token(8, kLowerHex));
  TRY(functions::unpack_zip_file(lambda.blobs.path_of(blob_id), making.string()));
  std::error_code failed;
  fs::rename(making, folder, failed);
  if (failed) {
    fs::remove_all(making, ignored);
    if (!fs::exists(folder, ignored)) return fail(internal_error("cannot keep unpacked code: " + failed.message()));
  }
  return folder.string();
}

Result<std::shared_ptr<const functions::FunctionSpec>> runnable(Lambda& lambda, const Resolved& resolved) {
  const FunctionRecord& record = resolved.record;
  if (record.configuration.State == "Pending" && record.ready_at && lambda.clock.now() < *record.ready_at) {
    return fail(errors::ResourceConflictException(
        "The operation cannot be performed at this time. The function is currently in the following state: Pending"));
  }
  functions::FunctionSpec spec = spec_of(resolved, TRY(unpacked(lambda, record.blob_id, record.code_key)));
  for (const LayerContent& layer : record.layers) {
    spec.layer_dirs.push_back(TRY(unpacked(lambda, layer.blob_id, layer.code_key)));
  }
  return std::shared_ptr<const functions::FunctionSpec>(std::make_shared<functions::FunctionSpec>(std::move(spec)));
}

}  // namespace orrery::lambda
