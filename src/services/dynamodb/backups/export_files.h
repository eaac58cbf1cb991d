// The files of an export in its bucket (developerguide/S3DataExport.Output.html), written as they fill, so that an
// export of any size takes the memory of one of them.
//
//   PREFIX/AWSDynamoDB/ID/_started
//   PREFIX/AWSDynamoDB/ID/data/RANDOM.json.gz       of a full export; an incremental one's are in
//   PREFIX/AWSDynamoDB/data/ PREFIX/AWSDynamoDB/ID/manifest-files.json, .md5
//   PREFIX/AWSDynamoDB/ID/manifest-summary.json, .md5
#pragma once

#include "blob/gzip.h"
#include "services/dynamodb/backups/past.h"
#include "services/dynamodb/backups/transfers.h"

namespace orrery::dynamodb {

class ExportFiles {
 public:
  ExportFiles(const ExportDescription& description, std::string export_id, Bucket& bucket);

  Result<> start();
  Result<> add(item::ItemView item);
  Result<> add(const Table& table, const NetChange& change);
  // The last data file and the manifests.
  Result<> finish(Instant end);
  std::int64_t items() const { return items_; }
  std::int64_t bytes() const { return bytes_; }

 private:
  Result<> add_line(std::size_t item_bytes);
  Result<> end_file();
  Result<> put_with_md5(const std::string& name, std::string_view content);
  std::string summary(Instant end) const;

  const ExportDescription& description_;
  std::string id_;
  Bucket& bucket_;
  bool ion_, incremental_;
  std::string folder_, data_folder_;
  GzipWriter file_;
  std::int64_t file_items_ = 0;
  int files_ = 0;
  std::string line_;
  std::string manifest_;  // of the files so far, a line each
  std::int64_t items_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace orrery::dynamodb
