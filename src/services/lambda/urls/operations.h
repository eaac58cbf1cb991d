// Function URLs: configurations, as they are stored and as the API shows them
// (docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html).
//
//   FunctionUrl    text(account) text(region) text(function name) text(qualifier) -> record, FunctionUrl
//   FunctionUrlId  text(url id) -> record, {"function": ARN with qualifier}
#pragma once

#include "services/lambda/lambda.h"
#include "services/lambda/records.h"

namespace orrery::lambda {

struct FunctionUrl {
  FunctionName name;  // its qualifier is an alias, or empty
  std::string id;
  std::string auth_type;    // "NONE", "AWS_IAM"
  std::string invoke_mode;  // "BUFFERED", "RESPONSE_STREAM"
  std::optional<Cors> cors;
  Instant created, modified;

  // "ID.lambda-url.REGION.localhost"
  std::string domain() const { return id + ".lambda-url." + name.region + ".localhost"; }
};
Result<std::optional<FunctionUrl>> find_function_url(Reader& reader, std::string_view id);
// When the function goes (all of its URLs), or an alias of it.
Result<> erase_function_urls(Transaction& tx, const FunctionName& name);

Result<CreateFunctionUrlConfigResponse> create_function_url_config(Call& call, Transaction& tx,
                                                                   const CreateFunctionUrlConfigRequest& input);
Result<UpdateFunctionUrlConfigResponse> update_function_url_config(Call& call, Transaction& tx,
                                                                   const UpdateFunctionUrlConfigRequest& input);
Result<GetFunctionUrlConfigResponse> get_function_url_config(Call& call, Reader& reader,
                                                             const GetFunctionUrlConfigRequest& input);
Result<wire::Empty> delete_function_url_config(Call& call, Transaction& tx,
                                               const DeleteFunctionUrlConfigRequest& input);
Result<ListFunctionUrlConfigsResponse> list_function_url_configs(Call& call, Reader& reader,
                                                                 const ListFunctionUrlConfigsRequest& input);

}  // namespace orrery::lambda
