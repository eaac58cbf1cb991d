// ImportTable, DescribeImport, ListImports. The work itself is import_job.cc's.
#include "base/encode.h"
#include "services/dynamodb/backups/handlers.h"
#include "services/dynamodb/backups/new_table.h"
#include "services/dynamodb/backups/operations.h"
#include "services/dynamodb/backups/transfers.h"
#include "services/paging.h"
#include "services/record.h"

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kImportsAPage = 25;
constexpr std::string_view kDelimiters = ",\t:;| ";

Error not_found_import(const std::string& arn) { return errors::ImportNotFoundException("Import not found: " + arn); }

Error absent(const std::string& what) {
  return api_error("NotImplemented", "Orrery does not implement dynamodb:ImportTable with " + what + ".", 501);
}

Result<> check_source(const ImportTableInput& input) {
  if (input.InputFormat == InputFormat::ION) return fail(absent("InputFormat ION"));
  if (input.InputCompressionType == InputCompressionType::ZSTD) return fail(absent("InputCompressionType ZSTD"));
  if (input.TableCreationParameters.VectorIndexes) return fail(absent("VectorIndexes"));
  const bool csv = input.InputFormat == InputFormat::CSV;
  if (!input.InputFormatOptions || !input.InputFormatOptions->Csv) return {};
  if (!csv) return fail(validation_error("InputFormatOptions.Csv can be specified only with InputFormat CSV"));
  const std::string delimiter = input.InputFormatOptions->Csv->Delimiter.value_or(",");
  if (delimiter.size() != 1 || kDelimiters.find(delimiter) == std::string_view::npos) {
    return fail(validation_error("Invalid Delimiter: it must be one of comma, tab, colon, semicolon, pipe and space"));
  }
  return {};
}

CreateTableInput table_input(const TableCreationParameters& wanted) {
  CreateTableInput input;
  input.TableName = wanted.TableName;
  input.AttributeDefinitions = wanted.AttributeDefinitions;
  input.KeySchema = wanted.KeySchema;
  input.BillingMode = wanted.BillingMode;
  input.ProvisionedThroughput = wanted.ProvisionedThroughput;
  input.OnDemandThroughput = wanted.OnDemandThroughput;
  input.SSESpecification = wanted.SSESpecification;
  input.GlobalSecondaryIndexes = wanted.GlobalSecondaryIndexes;
  return input;
}

ImportTableDescription describe(const Call& call, const ImportTableInput& input, const TableThing& thing,
                                const Table& table) {
  ImportTableDescription out;
  out.ImportArn = thing.arn();
  out.ImportStatus = ImportStatus::IN_PROGRESS;
  out.TableArn = thing.table.arn();
  out.TableId = table.description.TableId;
  out.ClientToken = input.ClientToken;
  out.S3BucketSource = input.S3BucketSource;
  out.ErrorCount = 0;
  out.CloudWatchLogGroupArn =
      "arn:aws:logs:" + call.region + ":" + call.account + ":log-group:" + std::string(kImportLogGroup) + ":*";
  out.InputFormat = input.InputFormat;
  out.InputFormatOptions = input.InputFormatOptions;
  out.InputCompressionType = input.InputCompressionType.value_or(std::string(InputCompressionType::NONE));
  out.TableCreationParameters = input.TableCreationParameters;
  out.StartTime = call.now;
  out.ProcessedSizeBytes = 0;
  out.ProcessedItemCount = 0;
  out.ImportedItemCount = 0;
  return out;
}

std::string digest_of(const ImportTableInput& input) {
  return hex(view(sha256(to_text(wire::to_document(wire::shape_for<ImportTableInput>(), &input)))));
}

// A request with the client token that was served lately.
Result<std::optional<Import>> former(Reader& reader, const Call& call, const std::string& token) {
  const auto cursor = reader.scan(prefix_range(imports_prefix(call.account, call.region)), Direction::Reverse);
  while (cursor->next()) {
    Import found = TRY(decode_import(cursor->value()));
    if (found.description.StartTime && call.now - *found.description.StartTime > kTokenLives) break;
    if (found.description.ClientToken == token) return std::optional<Import>(std::move(found));
  }
  TRY(cursor->status());
  return std::optional<Import>();
}

Result<Table> new_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const TableName& name,
                        const TableCreationParameters& wanted) {
  TRY(make_table(dynamodb, call, tx, table_input(wanted)));
  Table table = *TRY(find_table(tx, name));
  hide_table(table);
  TRY(put_table(tx, name, table));
  return table;
}

}  // namespace

Result<ImportTableOutput> import_table(DynamoDb& dynamodb, Call& call, Transaction& tx, const ImportTableInput& input) {
  TRY(check_source(input));
  const TableName name = TRY(parse_own_table_name(call, input.TableCreationParameters.TableName));
  const std::string digest = digest_of(input);
  if (input.ClientToken) {
    if (const auto found = TRY(former(tx, call, *input.ClientToken))) {
      if (found->digest == digest) return ImportTableOutput{found->description};
      return fail(errors::ImportConflictException("There was a conflict: the client token " + *input.ClientToken +
                                                  " was used with other parameters"));
    }
  }
  const std::string& bucket = input.S3BucketSource.S3Bucket;
  const std::string prefix = input.S3BucketSource.S3KeyPrefix.value_or("");
  TRY(check_bucket_access(call, tx, bucket, "s3:ListBucket", ""));
  TRY(check_bucket_access(call, tx, bucket, "s3:GetObject", prefix + "*"));

  const Table table = TRY(new_table(dynamodb, call, tx, name, input.TableCreationParameters));
  const TableThing thing{name, "import", timed_id(call.now, *call.random)};
  Import made{describe(call, input, thing, table), *call.principal, digest};
  TRY(tx.put(import_key(name.account, name.region, thing.id), encode(made)));
  TRY(dynamodb.background.post(tx, transfer_message(kImportMessage, thing, table.number, call.now)));
  return ImportTableOutput{made.description};
}

Result<DescribeImportOutput> describe_import(Call& call, Reader& reader, const DescribeImportInput& input) {
  const auto thing = parse_thing("import", input.ImportArn);
  if (!thing || thing->table.account != call.account) return fail(not_found_import(input.ImportArn));
  const auto bytes = TRY(reader.get(import_key(thing->table.account, thing->table.region, thing->id)));
  if (!bytes) return fail(not_found_import(input.ImportArn));
  const Import found = TRY(decode_import(*bytes));
  return DescribeImportOutput{found.description};
}

Result<ListImportsOutput> list_imports(Call& call, Reader& reader, const ListImportsInput& input) {
  const auto limit = static_cast<std::size_t>(input.PageSize.value_or(kImportsAPage));
  KeyRange range = prefix_range(imports_prefix(call.account, call.region));
  if (input.NextToken) {
    const auto position = page_position(*input.NextToken);
    if (!position) return fail(validation_error("Invalid NextToken"));
    range.begin = std::max(range.begin, *position);
  }
  ListImportsOutput output;
  auto& summaries = output.ImportSummaryList.emplace();
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const ImportTableDescription of = TRY(decode_import(cursor->value())).description;
    if (input.TableArn && input.TableArn != of.TableArn) continue;
    if (summaries.size() == limit) {
      output.NextToken = page_token(cursor->key());
      break;
    }
    ImportSummary& summary = summaries.emplace_back();
    summary.ImportArn = of.ImportArn;
    summary.ImportStatus = of.ImportStatus;
    summary.TableArn = of.TableArn;
    summary.S3BucketSource = of.S3BucketSource;
    summary.CloudWatchLogGroupArn = of.CloudWatchLogGroupArn;
    summary.InputFormat = of.InputFormat;
    summary.StartTime = of.StartTime;
    summary.EndTime = of.EndTime;
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::dynamodb
