#include "base/json.h"
#include "cli/commands.h"

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

namespace orrery::cli {
namespace {

std::string credential_path(const std::string& data_dir) { return data_dir + "/root-credential.json"; }

// Readable by its owner only; never overwrites.
Result<> write_new_file(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return fail(internal_error("cannot write " + path + ": " + std::strerror(errno)));
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!written) return fail(internal_error("cannot write " + path));
  return {};
}

}  // namespace

Result<> load_root_credential(server::Config& config) {
  const std::string path = credential_path(config.data_dir);
  if (!std::filesystem::exists(path)) return {};
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const auto document = parse_json(text.str());
  const auto key = document ? find_string(*document, "AccessKeyId") : std::nullopt;
  const auto secret = document ? find_string(*document, "SecretAccessKey") : std::nullopt;
  if (!file || !key || !secret) return fail(internal_error(path + " is not readable as a credential"));
  config.root = {std::string(*key), std::string(*secret)};
  config.root_is_default = false;
  return {};
}

int init(const Surroundings& given) {
  const auto options = parse_serve_options(given.arguments, given.environment);
  if (!options) return complain(options.error());
  const std::string& data = options->config.data_dir;
  std::error_code failed;
  std::filesystem::create_directories(data, failed);
  const std::string key = "AKIA" + given.random.token(16, kUpperAlphanumeric);
  const std::string secret = given.random.token(40, kBase62);
  const json::object document{{"AccessKeyId", key}, {"SecretAccessKey", secret}};
  if (const auto written = write_new_file(credential_path(data), json::serialize(document) + "\n"); !written) {
    return complain(written.error());
  }
  std::printf("export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", key.c_str(), secret.c_str());
  std::fprintf(stderr, "orrery: the root credential of %s is kept in %s\n", data.c_str(),
               credential_path(data).c_str());
  return 0;
}

}  // namespace orrery::cli
