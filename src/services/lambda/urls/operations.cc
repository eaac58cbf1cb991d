#include "services/lambda/urls/operations.h"

#include "services/paging.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::int64_t kListMost = 50;

std::string prefix_of(const FunctionName& name) {
  return KeyWriter(KeyKind::FunctionUrl).text(name.account).text(name.region).text(name.name).take();
}
std::string key_of(const FunctionName& name) {
  return KeyWriter(KeyKind::FunctionUrl)
      .text(name.account)
      .text(name.region)
      .text(name.name)
      .text(name.qualifier)
      .take();
}
std::string id_key(std::string_view id) { return KeyWriter(KeyKind::FunctionUrlId).text(id).take(); }

Result<> put_url(Transaction& tx, const FunctionUrl& url) {
  json::object document{{"function", url.name.qualified_arn()},
                        {"id", url.id},
                        {"auth", url.auth_type},
                        {"mode", url.invoke_mode},
                        {"created", epoch_ms(url.created)},
                        {"modified", epoch_ms(url.modified)}};
  if (url.cors) document["cors"] = wire::to_document(wire::shape_for<Cors>(), &*url.cors);
  TRY(put_record(tx, key_of(url.name), document));
  return put_record(tx, id_key(url.id), json::object{{"function", url.name.qualified_arn()}});
}

Result<FunctionUrl> decode(const json::value& document) {
  const auto text = [&](std::string_view member) { return std::string(find_string(document, member).value_or("")); };
  FunctionUrl url;
  auto name = parse_function_arn(text("function"));
  if (!name) return fail(internal_error("corrupt record: function URL"));
  url.name = *std::move(name);
  url.id = text("id");
  url.auth_type = text("auth");
  url.invoke_mode = text("mode");
  url.created = instant_from_ms(find_int(document, "created").value_or(0));
  url.modified = instant_from_ms(find_int(document, "modified").value_or(0));
  if (const json::value* cors = find(document, "cors")) {
    TRY(wire::from_document(wire::shape_for<Cors>(), *cors, &url.cors.emplace(), false));
  }
  return url;
}

Result<std::optional<FunctionUrl>> get_url(Reader& reader, const FunctionName& name) {
  const auto document = TRY(get_record(reader, key_of(name)));
  if (!document) return std::optional<FunctionUrl>();
  return std::optional<FunctionUrl>(TRY(decode(*document)));
}

Result<FunctionUrl> existing_url(Reader& reader, const FunctionName& name) {
  auto url = TRY(get_url(reader, name));
  if (!url) return fail(errors::ResourceNotFoundException("The resource you requested does not exist."));
  return *std::move(url);
}

// "http://127.0.0.1:4566" and a domain -> "http://DOMAIN:4566/"
std::string address_of(const Call& call, const FunctionUrl& url) {
  const auto scheme_end = call.endpoint.find("://");
  const std::string scheme = scheme_end == std::string::npos ? "http" : call.endpoint.substr(0, scheme_end);
  const auto colon = call.endpoint.rfind(':');
  const bool has_port = colon != std::string::npos && colon != scheme_end &&
                        call.endpoint.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  return scheme + "://" + url.domain() + (has_port ? call.endpoint.substr(colon) : "") + "/";
}

template <class Output>
Output describe(const Call& call, const FunctionUrl& url) {
  Output out;
  out.FunctionUrl = address_of(call, url);
  out.FunctionArn = url.name.qualified_arn();
  out.AuthType = url.auth_type;
  out.Cors = url.cors;
  out.CreationTime = iso8601_millis(url.created);
  out.InvokeMode = url.invoke_mode;
  if constexpr (requires { out.LastModifiedTime; }) out.LastModifiedTime = iso8601_millis(url.modified);
  return out;
}

Result<> check_cors(const std::optional<Cors>& cors) {
  if (!cors || !cors->AllowCredentials.value_or(false) || !cors->AllowOrigins) return {};
  if (std::ranges::find(*cors->AllowOrigins, "*") == cors->AllowOrigins->end()) return {};
  return fail(errors::InvalidParameterValueException(
      "AllowCredentials cannot be true when AllowOrigins contains the wildcard *."));
}

}  // namespace

Result<std::optional<FunctionUrl>> find_function_url(Reader& reader, std::string_view id) {
  const auto document = TRY(get_record(reader, id_key(id)));
  const auto name = document ? parse_function_arn(find_string(*document, "function").value_or("")) : std::nullopt;
  if (!name) return std::optional<FunctionUrl>();
  return get_url(reader, *name);
}

Result<> erase_function_urls(Transaction& tx, const FunctionName& name) {
  std::vector<FunctionUrl> urls;
  if (name.qualifier.empty()) {
    const auto cursor = tx.scan(prefix_range(prefix_of(name)));
    while (cursor->next()) urls.push_back(TRY(decode(TRY(decode_record(cursor->value())))));
    TRY(cursor->status());
  } else if (auto url = TRY(get_url(tx, name))) {
    urls.push_back(*std::move(url));
  }
  for (const FunctionUrl& url : urls) {
    TRY(tx.erase(key_of(url.name)));
    TRY(tx.erase(id_key(url.id)));
  }
  return {};
}

Result<CreateFunctionUrlConfigResponse> create_function_url_config(Call& call, Transaction& tx,
                                                                   const CreateFunctionUrlConfigRequest& input) {
  FunctionUrl url;
  url.name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(resolve(tx, url.name));
  TRY(check_cors(input.Cors));
  if (TRY(get_url(tx, url.name))) {
    return fail(errors::ResourceConflictException(
        "Failed to create function url config for [functionArn = " + url.name.qualified_arn() +
        "]. Error message:  FunctionUrlConfig exists for this Lambda function"));
  }
  url.id = call.random->token(32, "abcdefghijklmnopqrstuvwxyz234567");
  url.auth_type = input.AuthType;
  url.invoke_mode = input.InvokeMode.value_or("BUFFERED");
  url.cors = input.Cors;
  url.created = url.modified = call.now;
  TRY(put_url(tx, url));
  return describe<CreateFunctionUrlConfigResponse>(call, url);
}

Result<UpdateFunctionUrlConfigResponse> update_function_url_config(Call& call, Transaction& tx,
                                                                   const UpdateFunctionUrlConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(resolve(tx, name));
  TRY(check_cors(input.Cors));
  FunctionUrl url = TRY(existing_url(tx, name));
  if (input.AuthType) url.auth_type = *input.AuthType;
  if (input.InvokeMode) url.invoke_mode = *input.InvokeMode;
  if (input.Cors) url.cors = input.Cors;
  url.modified = call.now;
  TRY(put_url(tx, url));
  return describe<UpdateFunctionUrlConfigResponse>(call, url);
}

Result<GetFunctionUrlConfigResponse> get_function_url_config(Call& call, Reader& reader,
                                                             const GetFunctionUrlConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  return describe<GetFunctionUrlConfigResponse>(call, TRY(existing_url(reader, name)));
}

Result<wire::Empty> delete_function_url_config(Call& call, Transaction& tx,
                                               const DeleteFunctionUrlConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  const FunctionUrl url = TRY(existing_url(tx, name));
  TRY(tx.erase(key_of(name)));
  TRY(tx.erase(id_key(url.id)));
  return wire::Empty{};
}

Result<ListFunctionUrlConfigsResponse> list_function_url_configs(Call& call, Reader& reader,
                                                                 const ListFunctionUrlConfigsRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName));
  TRY(resolve(reader, name));
  ListFunctionUrlConfigsResponse output;
  const std::string prefix = prefix_of(name);
  KeyRange range = prefix_range(prefix);
  if (input.Marker) {
    const auto position = page_position(*input.Marker);
    if (!position || !position->starts_with(prefix)) {
      return fail(errors::InvalidParameterValueException("Invalid value for marker parameter: " + *input.Marker));
    }
    range.begin = *position;
  }
  const auto most = static_cast<std::size_t>(std::min(input.MaxItems.value_or(kListMost), kListMost));
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (output.FunctionUrlConfigs.size() == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    const FunctionUrl url = TRY(decode(TRY(decode_record(cursor->value()))));
    output.FunctionUrlConfigs.push_back(describe<FunctionUrlConfig>(call, url));
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::lambda
