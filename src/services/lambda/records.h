// What is stored of a function, its versions and its aliases.
#pragma once

#include "base/random.h"
#include "functions/invocation.h"
#include "services/lambda/names.h"
#include "shapes/lambda.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::lambda {

// What belongs to the function whatever its version; kept in the record of $LATEST.
struct FunctionSettings {
  std::uint64_t last_version = 0;  // the number given last: numbers are never given twice
  std::optional<std::int64_t> reserved_concurrency;
  std::string recursive_loop = "Terminate";               // or "Allow" (PutFunctionRecursionConfig)
  std::string code_signing_config;                        // ARN; empty: none
  functions::Network network = functions::Network::Host;  // by the tag kNetworkTag
};

// The content of one layer version, as a function refers to it: it stays when the layer version is deleted.
struct LayerContent {
  std::string blob_id;
  std::string code_key;  // lower-case hex of its SHA-256
  std::int64_t unzipped_bytes = 0;
};

struct FunctionRecord {
  FunctionConfiguration configuration;  // of $LATEST, or of a published version
  std::string blob_id;                  // the deployment package
  std::string code_key;                 // lower-case hex of its SHA-256
  std::int64_t unzipped_bytes = 0;      // of the package, without layers
  std::vector<LayerContent> layers;     // one for each of configuration.Layers, in their order
  // Changes with code and configuration only. (RevisionId changes with permissions and publishing, too.)
  std::string deployment;
  std::string update_runtime_on = "Auto";
  std::string runtime_version_arn;  // of PutRuntimeManagementConfig; empty: none
  // Until then what the configuration says holds (State Pending, or LastUpdateStatus InProgress), from then on
  // Active and Successful.
  std::optional<Instant> ready_at;
  FunctionSettings settings;  // of $LATEST only
};

// What a caller's name of a function means.
struct Resolved {
  FunctionName name;      // as asked for, its qualifier included
  FunctionRecord record;  // of the version that is meant: an alias means its FunctionVersion
  std::string version;    // "$LATEST" or "7"
  std::optional<AliasConfiguration> alias;
  FunctionSettings settings;
};

Result<std::optional<FunctionRecord>> get_function(Reader& reader, const FunctionName& name);  // $LATEST
Result<> put_function(Transaction& tx, const FunctionName& name, const FunctionRecord& record);
Result<std::optional<FunctionRecord>> get_version(Reader& reader, const FunctionName& name, std::uint64_t version);
Result<> put_version(Transaction& tx, const FunctionName& name, std::uint64_t version, const FunctionRecord& record);
Result<FunctionRecord> decode_function(std::string_view bytes);
Result<std::optional<AliasConfiguration>> get_alias(Reader& reader, const FunctionName& name);  // the qualifier's

// How it is shown at `now` to who asked for it by `name`: its ARN has the qualifier of `name`.
FunctionConfiguration describe(const FunctionName& name, const FunctionRecord& record, Instant now);
// As describe(), without what lists leave out (docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html).
FunctionConfiguration list_item(const FunctionName& name, const FunctionRecord& record, Instant now);
// Created or updated so lately that it cannot be changed: ResourceConflictException.
Result<> check_settled(const FunctionName& name, const FunctionRecord& record, Instant now);

// "Function not found: ARN", as Lambda answers for functions, versions and aliases alike.
Error function_not_found(const FunctionName& name);
// Error: ResourceNotFoundException.
Result<Resolved> resolve(Reader& reader, const FunctionName& name);
// As resolve(), but an alias with routing weights means one of its two versions, by chance
// (docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html). For invocations.
Result<Resolved> resolve_to_run(Reader& reader, const FunctionName& name, Random& random);
// The record of $LATEST. Error: ResourceNotFoundException, also for another qualifier.
Result<FunctionRecord> existing_function(Reader& reader, const FunctionName& name);

// What the pool needs to run it.
functions::FunctionSpec spec_of(const Resolved& resolved, std::string code_dir);
// FunctionSpec::key of it: environments are shared by equal keys.
std::string spec_key(const FunctionName& name, const FunctionRecord& record);

}  // namespace orrery::lambda
