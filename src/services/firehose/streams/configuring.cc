// Destinations as requests give them.
#include "services/firehose/delivery/compress.h"
#include "services/firehose/delivery/prefix.h"
#include "services/firehose/delivery/transform.h"
#include "services/firehose/operations.h"
#include "services/record.h"
#include "services/role_session.h"

#include <array>

namespace orrery::firehose {
namespace {

template <class T>
json::object document_of(const T& value) {
  return wire::to_document(wire::shape_for<T>(), &value).as_object();
}

Result<> check_compression(const std::string& format) {
  if (can_compress(format)) return {};
  return fail(not_there("CompressionFormat " + format + " (there are UNCOMPRESSED, GZIP and ZIP)"));
}

Result<> check(const ExtendedS3DestinationDescription& destination) {
  TRY(check_compression(destination.CompressionFormat));
  TRY(check_prefixes(destination.Prefix, destination.ErrorOutputPrefix, destination.CustomTimeZone.value_or("")));
  if (destination.EncryptionConfiguration.KMSEncryptionConfig) {
    return fail(not_there("KMSEncryptionConfig: it has no key service"));
  }
  if (destination.DynamicPartitioningConfiguration &&
      destination.DynamicPartitioningConfiguration->Enabled.value_or(false)) {
    return fail(not_there("dynamic partitioning"));
  }
  if (destination.DataFormatConversionConfiguration &&
      destination.DataFormatConversionConfiguration->Enabled.value_or(true)) {
    return fail(not_there("data format conversion"));
  }
  if (destination.S3BackupMode == S3BackupMode::Enabled) {
    if (!destination.S3BackupDescription) {
      return fail(invalid("S3BackupConfiguration is required when S3BackupMode is Enabled."));
    }
    const S3DestinationDescription& backup = *destination.S3BackupDescription;
    // An update may give any part of it. Without these nothing could be delivered: all objects are written together.
    if (backup.RoleARN.empty() || backup.BucketARN.empty()) {
      return fail(invalid("S3BackupConfiguration must have both RoleARN and BucketARN."));
    }
    TRY(check_compression(backup.CompressionFormat));
    TRY(check_prefixes(backup.Prefix, backup.ErrorOutputPrefix, ""));
    if (backup.EncryptionConfiguration.KMSEncryptionConfig) {
      return fail(not_there("KMSEncryptionConfig: it has no key service"));
    }
  }
  return check_processing(destination.ProcessingConfiguration);
}

// The members of a document replace those of another one.
void overlay(const json::object& from, json::object& onto) {
  for (const auto& [name, value] : from) {
    if (value.is_object() && name == "BufferingHints" && onto.contains(name)) {
      overlay(value.get_object(), onto[name].as_object());
    } else {
      onto[name] = value;
    }
  }
}

// Where source records are backed up, under the name that descriptions have for it, with its defaults.
void describe_backup(json::object& document) {
  for (const char* name : {"S3BackupConfiguration", "S3BackupUpdate"}) {
    const auto given = document.find(name);
    if (given == document.end()) continue;
    json::object& backup = document.emplace("S3BackupDescription", json::object()).first->value().as_object();
    if (given->value().is_object()) overlay(given->value().get_object(), backup);
    document.erase(name);
  }
  json::value* backup = document.if_contains("S3BackupDescription");
  if (backup == nullptr || !backup->is_object()) return;
  json::object& members = backup->get_object();
  members.emplace("BufferingHints", json::object{{"SizeInMBs", 5}, {"IntervalInSeconds", 300}});
  members.emplace("CompressionFormat", CompressionFormat::UNCOMPRESSED);
  members.emplace("EncryptionConfiguration", json::object{{"NoEncryptionConfig", NoEncryptionConfig::NoEncryption}});
}

Result<ExtendedS3DestinationDescription> described(json::object document) {
  describe_backup(document);
  ExtendedS3DestinationDescription out;
  out.CompressionFormat = CompressionFormat::UNCOMPRESSED;
  out.EncryptionConfiguration.NoEncryptionConfig = std::string(NoEncryptionConfig::NoEncryption);
  TRY(wire::from_document(wire::shape_for<ExtendedS3DestinationDescription>(), document, &out, false));
  // "If you specify a value for one of them, you must also provide a value for the other."
  if (out.BufferingHints.SizeInMBs.has_value() != out.BufferingHints.IntervalInSeconds.has_value()) {
    return fail(invalid("BufferingHints must have both SizeInMBs and IntervalInSeconds."));
  }
  if (!out.BufferingHints.SizeInMBs) {
    out.BufferingHints.SizeInMBs = 5;
    out.BufferingHints.IntervalInSeconds = 300;
  }
  if (!out.S3BackupMode) out.S3BackupMode = std::string(S3BackupMode::Disabled);
  TRY(check(out));
  return out;
}

Result<> check_other_destinations(const CreateDeliveryStreamInput& input) {
  const std::array<std::pair<bool, const char*>, 8> others = {{
      {input.RedshiftDestinationConfiguration.has_value(), "Amazon Redshift as a destination"},
      {input.ElasticsearchDestinationConfiguration.has_value(), "Amazon Elasticsearch Service as a destination"},
      {input.AmazonopensearchserviceDestinationConfiguration.has_value(), "Amazon OpenSearch Service as a destination"},
      {input.AmazonOpenSearchServerlessDestinationConfiguration.has_value(),
       "Amazon OpenSearch Serverless as a destination"},
      {input.SplunkDestinationConfiguration.has_value(), "Splunk as a destination"},
      {input.SnowflakeDestinationConfiguration.has_value(), "Snowflake as a destination"},
      {input.IcebergDestinationConfiguration.has_value(), "Apache Iceberg as a destination"},
      {input.HttpEndpointDestinationConfiguration.has_value(), "an HTTP endpoint as a destination"},
  }};
  for (const auto& [given, what] : others) {
    if (given) return fail(not_there(what));
  }
  if (input.MSKSourceConfiguration) return fail(not_there("Amazon MSK as a source"));
  if (input.DatabaseSourceConfiguration) return fail(not_there("a database as a source"));
  return {};
}

}  // namespace

Error invalid(std::string message) { return errors::InvalidArgumentException(std::move(message)); }
Error not_there(std::string_view what) {
  return api_error("NotImplemented",
                   "Orrery does not implement firehose:CreateDeliveryStream with " + std::string(what) + ".", 501);
}

Result<ExtendedS3DestinationDescription> described(const CreateDeliveryStreamInput& input) {
  TRY(check_other_destinations(input));
  if (input.S3DestinationConfiguration.has_value() == input.ExtendedS3DestinationConfiguration.has_value()) {
    return fail(invalid("Exactly one destination configuration is supported for a Firehose"));
  }
  if (input.ExtendedS3DestinationConfiguration)
    return described(document_of(*input.ExtendedS3DestinationConfiguration));
  return described(document_of(*input.S3DestinationConfiguration));
}

Result<> apply_update(const UpdateDestinationInput& input, ExtendedS3DestinationDescription& destination) {
  if (input.S3DestinationUpdate.has_value() == input.ExtendedS3DestinationUpdate.has_value()) {
    return fail(invalid("Exactly one destination update is supported for a Firehose: ExtendedS3DestinationUpdate."));
  }
  const bool backs_up = destination.S3BackupMode == S3BackupMode::Enabled;
  json::object document = document_of(destination);
  overlay(input.ExtendedS3DestinationUpdate ? document_of(*input.ExtendedS3DestinationUpdate)
                                            : document_of(*input.S3DestinationUpdate),
          document);
  destination = TRY(described(std::move(document)));
  // docs.aws.amazon.com/firehose/latest/dev/data-transformation-source-record-backup.html
  if (backs_up && destination.S3BackupMode != S3BackupMode::Enabled) {
    return fail(invalid("S3BackupMode cannot be disabled once it is enabled."));
  }
  return {};
}

Result<Caller> as_role(Firehose& firehose, Transaction& tx, const StreamName& stream, const std::string& role_arn) {
  Caller caller = service_caller("firehose.amazonaws.com", stream.account, stream.region, stream.arn());
  caller.principal = TRY(assume_role(firehose.dispatcher, tx, caller, role_arn, "AWSFirehoseToS3"));
  return caller;
}

Result<> check_role(Firehose& firehose, const Call& call, Transaction& tx, const StreamName& stream,
                    const std::string& role_arn) {
  if (call.authorizer == nullptr) return {};  // in unit tests
  const auto caller = as_role(firehose, tx, stream, role_arn);
  if (caller) return {};
  if (caller.error().kind != Error::Kind::Api) return fail(caller.error());
  return fail(invalid("Firehose is unable to assume role " + role_arn + ". Please check the role provided."));
}

S3DestinationDescription plain(const ExtendedS3DestinationDescription& destination) {
  S3DestinationDescription out;
  out.RoleARN = destination.RoleARN;
  out.BucketARN = destination.BucketARN;
  out.Prefix = destination.Prefix;
  out.ErrorOutputPrefix = destination.ErrorOutputPrefix;
  out.BufferingHints = destination.BufferingHints;
  out.CompressionFormat = destination.CompressionFormat;
  out.EncryptionConfiguration = destination.EncryptionConfiguration;
  out.CloudWatchLoggingOptions = destination.CloudWatchLoggingOptions;
  return out;
}

}  // namespace orrery::firehose
