#include "services/firehose/delivery/compress.h"

#include "blob/gzip.h"
#include "shapes/firehose.h"

#include <memory>

#include <zip.h>

namespace orrery::firehose {
namespace {

Failure zip_failed(const char* what) {
  return fail(internal_error(std::string("a ZIP archive cannot be made: ") + what));
}

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

Result<> add_file(zip_t* archive, const std::string& content, const std::string& name, Instant at) {
  zip_source_t* file = zip_source_buffer(archive, content.data(), content.size(), 0);
  if (file == nullptr) return zip_failed("no memory");
  const zip_int64_t index = zip_file_add(archive, name.c_str(), file, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(file);
    return zip_failed("its file cannot be added");
  }
  const auto seconds = static_cast<time_t>(epoch_ms(at) / 1000);
  if (zip_file_set_mtime(archive, static_cast<zip_uint64_t>(index), seconds, 0) != 0) return zip_failed("its time");
  return {};
}

// The archive is made in memory: `target` keeps what closing it writes.
Result<std::string> zipped(const std::string& content, const std::string& name, Instant at) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (target == nullptr) return zip_failed("no memory");
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> owned(target, &zip_source_free);
  std::unique_ptr<zip_t, Discard> archive(zip_open_from_source(target, ZIP_TRUNCATE, &error));
  if (archive == nullptr) return zip_failed("it cannot be opened");
  zip_source_keep(target);  // the archive owns one reference, `owned` the other
  TRY(add_file(archive.get(), content, name, at));
  if (zip_close(archive.get()) != 0) return zip_failed("it cannot be written");
  static_cast<void>(archive.release());
  zip_stat_t about;
  if (zip_source_stat(target, &about) != 0 || zip_source_open(target) != 0) return zip_failed("it cannot be read");
  std::string out(about.size, '\0');
  const zip_int64_t read = zip_source_read(target, out.data(), out.size());
  zip_source_close(target);
  if (read != static_cast<zip_int64_t>(out.size())) return zip_failed("it cannot be read");
  return out;
}

}  // namespace

bool can_compress(std::string_view format) {
  return format == CompressionFormat::UNCOMPRESSED || format == CompressionFormat::GZIP ||
         format == CompressionFormat::ZIP;
}

std::string_view extension_of(std::string_view format) {
  if (format == CompressionFormat::GZIP) return ".gz";
  return format == CompressionFormat::ZIP ? ".zip" : "";
}

Result<std::string> compressed(std::string_view format, std::string content, const std::string& name, Instant at) {
  if (format == CompressionFormat::ZIP) return zipped(content, name, at);
  if (format != CompressionFormat::GZIP) return content;
  GzipWriter writer;
  writer.write(content);
  return writer.finish();
}

}  // namespace orrery::firehose
