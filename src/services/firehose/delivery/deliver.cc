#include "services/firehose/delivery/deliver.h"

#include "base/log.h"
#include "services/firehose/delivery/buffer.h"
#include "services/firehose/delivery/compress.h"
#include "services/firehose/delivery/prefix.h"
#include "services/firehose/delivery/transform.h"
#include "services/firehose/metrics.h"

#include <algorithm>

namespace orrery::firehose {
namespace {

// "If data delivery to your Amazon S3 bucket fails, Firehose retries … for up to 24 hours".
constexpr Millis kMostAge = std::chrono::hours(24);
constexpr std::int64_t kLongestPause_s = 300;

class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  Delivery(Firehose& firehose, Message message, std::function<void(Delivered)> done)
      : firehose_(firehose), message_(std::move(message)), done_(std::move(done)) {}

  void begin() {
    const auto reader = firehose_.store.snapshot();
    auto batch = open_batch(*reader, message_);
    if (!batch) return end(fail(std::move(batch).error()));
    batch_ = *std::move(batch);
    auto records = records_of(*reader, batch_);
    if (!records) return end(fail(std::move(records).error()));
    records_ = *std::move(records);
    processing_ = processing_of(batch_.stream.destination);
    if (records_.empty() || !processing_.function_arn.empty()) return next_chunk();
    for (const Waiting& record : records_) good_.append(record.data).append(processing_.delimiter);
    good_records_ = records_.size();
    end(write());
  }

 private:
  // Records for the function, as many as one invocation takes.
  void next_chunk() {
    if (chunk_end_ == records_.size()) return end(write());
    chunk_begin_ = chunk_end_;
    std::size_t bytes = 0;
    for (; chunk_end_ < records_.size(); ++chunk_end_) {
      bytes += records_[chunk_end_].data.size();
      if (bytes > processing_.most_bytes && chunk_end_ > chunk_begin_) break;
    }
    attempts_ = 0;
    invoke();
  }

  std::span<const Waiting> chunk() const {
    return std::span(records_).subspan(chunk_begin_, chunk_end_ - chunk_begin_);
  }

  void invoke() {
    ++attempts_;
    const Result<Caller> caller = permitted_caller();
    if (!caller) {
      if (caller.error().kind != Error::Kind::Api) return end(fail(caller.error()));
      return fail_chunk("Lambda.InvokeAccessDenied", caller.error().message);
    }
    firehose_.invoke(*caller, processing_.function_arn,
                     transformation_event(batch_.stream, firehose_.random.uuid(), chunk()),
                     [self = shared_from_this()](Result<std::string> answer) {
                       self->firehose_.worker.post([self, answer = std::move(answer)] { self->take(answer); });
                     });
  }

  Result<Caller> permitted_caller() {
    const Caller caller = TRY(firehose_.store.transact([&](Transaction& tx) {
      return as_role(firehose_, tx, batch_.stream.name, batch_.stream.destination.RoleARN);
    }));
    Call call;
    call.principal = &caller.principal;
    call.account = caller.account;
    call.region = caller.region;
    call.source_arn = caller.source_arn;
    call.now = firehose_.clock.now();
    if (firehose_.authorizer != nullptr) {
      TRY(firehose_.authorizer->check(*firehose_.store.snapshot(), call,
                                      {"lambda:InvokeFunction", processing_.function_arn, {}}));
    }
    return caller;
  }

  void take(const Result<std::string>& answer) {
    if (!answer) {
      if (attempts_ <= processing_.retries) return invoke();
      const std::string& code = answer.error().code;
      return fail_chunk(code == "ResourceNotFoundException" ? "Lambda.ResourceNotFound" : "Lambda.FunctionError",
                        answer.error().message);
    }
    const Transformed made = read_transformation(*answer, batch_.stream, chunk(), processing_.delimiter);
    good_ += made.good;
    good_records_ += made.good_records;
    processed_ += made.good_records + made.dropped;
    for (const std::size_t i : made.failed) give_up(chunk()[i], made.error_code, made.error_message);
    next_chunk();
  }

  void fail_chunk(const std::string& code, const std::string& message) {
    for (const Waiting& record : chunk()) give_up(record, code, message);
    next_chunk();
  }
  void give_up(const Waiting& record, const std::string& code, const std::string& message) {
    failed_ += failure_line(record, {attempts_, code, message, processing_.function_arn, firehose_.clock.now()});
    ++failed_records_;
  }

  PrefixFacts facts(std::string_view error_type) const {
    PrefixFacts out;
    out.at = records_.front().at;
    out.zone = batch_.stream.destination.CustomTimeZone.value_or("");
    out.error_type = error_type;
    out.random = firehose_.random.token(110, kBase62);
    return out;
  }

  // An object as it is to be written.
  struct Object {
    std::string role_arn, bucket_arn, key, content;
  };

  Result<> put(Transaction& tx, const Object& object) {
    const Caller caller = TRY(as_role(firehose_, tx, batch_.stream.name, object.role_arn));
    const json::object input{{"Bucket", object.bucket_arn.substr(object.bucket_arn.rfind(':') + 1)},
                             {"Key", object.key},
                             {"ContentType", "application/octet-stream"}};
    TRY(firehose_.dispatcher.upload(tx, caller, "s3", "PutObject", input, object.content));
    return {};
  }

  template <class Destination>
  Result<Object> object_of(const Destination& to, const PrefixFacts& about, const std::string& prefix,
                           std::string_view extension, std::string content) {
    const std::string suffix =
        object_suffix(batch_.stream.name.name, batch_.stream.version, about, firehose_.random.uuid(), extension);
    return Object{to.RoleARN, to.BucketARN, prefix + suffix,
                  TRY(compressed(to.CompressionFormat, std::move(content), suffix, about.at))};
  }

  // Good records, failed ones, and the source records where they are backed up.
  Result<std::vector<Object>> objects() {
    const ExtendedS3DestinationDescription& to = batch_.stream.destination;
    std::vector<Object> out;
    if (good_records_ > 0) {
      const PrefixFacts about = facts("");
      const std::string extension = to.FileExtension && !to.FileExtension->empty()
                                        ? *to.FileExtension
                                        : std::string(extension_of(to.CompressionFormat));
      out.push_back(TRY(object_of(to, about, evaluated_prefix(to.Prefix, about), extension, std::move(good_))));
      delivered_bytes_ = out.back().content.size();
    }
    if (failed_records_ > 0) {
      const PrefixFacts about = facts(kProcessingFailed);
      ExtendedS3DestinationDescription plain_text = to;
      plain_text.CompressionFormat = CompressionFormat::UNCOMPRESSED;
      out.push_back(TRY(object_of(plain_text, about, evaluated_error_prefix(to.Prefix, to.ErrorOutputPrefix, about), "",
                                  std::move(failed_))));
    }
    if (to.S3BackupMode == S3BackupMode::Enabled && to.S3BackupDescription) {
      const S3DestinationDescription& backup = *to.S3BackupDescription;
      const PrefixFacts about = facts("");
      std::string source;
      for (const Waiting& record : records_) source.append(record.data);
      out.push_back(TRY(object_of(backup, about, evaluated_prefix(backup.Prefix, about),
                                  extension_of(backup.CompressionFormat), std::move(source))));
    }
    return out;
  }

  Result<> write() {
    if (records_.empty()) return {};
    const std::vector<Object> made = TRY(objects());
    return firehose_.store.transact([&](Transaction& tx) -> Result<> {
      for (const Object& object : made) TRY(put(tx, object));
      return erase_records(tx, batch_);
    });
  }

  void end(const Result<>& outcome) {
    const Instant now = firehose_.clock.now();
    Delivered delivered;
    delivered.summary =
        "delivery stream " + batch_.stream.name.name + " -> " + batch_.stream.destination.BucketARN + ": ";
    const std::int64_t age_ms = records_.empty() ? 0 : epoch_ms(now) - epoch_ms(records_.front().at);
    if (firehose_.metrics != nullptr && !records_.empty()) {
      count_delivery(*firehose_.metrics, batch_.stream.name, outcome.ok(), good_records_, delivered_bytes_, age_ms);
      if (!processing_.function_arn.empty()) {
        count_processing(*firehose_.metrics, batch_.stream.name, processed_, failed_records_);
      }
    }
    if (outcome) {
      delivered.summary += std::to_string(good_records_) + " records";
      if (failed_records_ > 0) delivered.summary += ", " + std::to_string(failed_records_) + " failed";
      return done_(std::move(delivered));
    }
    delivered.ok = false;
    const std::string why = outcome.error().code + ": " + outcome.error().message;
    const int doublings = std::min(message_.attempts, 8);
    const Instant again = now + std::chrono::seconds(std::min(kLongestPause_s, std::int64_t{5} << doublings));
    if (again - message_.created <= kMostAge) {
      delivered.retry_at = again;
      delivered.summary += "put off, " + why;
      return done_(std::move(delivered));
    }
    const auto dropped = firehose_.store.transact([&](Transaction& tx) { return erase_records(tx, batch_); });
    if (!dropped) log::error("records could not be erased", {{"reason", dropped.error().message}});
    delivered.summary += "dropped after 24 hours, " + why;
    done_(std::move(delivered));
  }

  Firehose& firehose_;
  const Message message_;
  const std::function<void(Delivered)> done_;
  Batch batch_;
  std::vector<Waiting> records_;
  Processing processing_;
  std::size_t chunk_begin_ = 0, chunk_end_ = 0;
  int attempts_ = 0;
  std::string good_, failed_;
  std::size_t good_records_ = 0, failed_records_ = 0, processed_ = 0, delivered_bytes_ = 0;
};

}  // namespace

void deliver(Firehose& firehose, const Message& message, std::function<void(Delivered)> done) {
  auto delivery = std::make_shared<Delivery>(firehose, message, std::move(done));
  firehose.worker.post([delivery] { delivery->begin(); });
}

}  // namespace orrery::firehose
