// Identity providers: recorded; those of OpenID Connect are what AssumeRoleWithWebIdentity looks for.
#include "base/arn.h"
#include "services/iam/account.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::iam {
namespace {

constexpr std::size_t kClientIdsMost = 100;
constexpr std::size_t kThumbprintsMost = 5;

std::vector<std::string> texts_of(const json::value& document, std::string_view name) {
  std::vector<std::string> out;
  if (const json::value* list = find(document, name); list != nullptr && list->is_array()) {
    for (const auto& one : list->get_array()) out.emplace_back(one.get_string());
  }
  return out;
}

json::array list_of(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

Instant created_of(const json::value& provider) {
  return instant_from_ms(find_int(provider, "created_ms").value_or(0));
}

Result<json::value> oidc(Reader& reader, const Call& call, const std::string& arn) {
  auto provider = TRY(identity::get_item(reader, call.account, "oidc", arn));
  if (provider) return *std::move(provider);
  return fail(errors::NoSuchEntityException("OpenIDConnect Provider not found for arn " + arn));
}

Result<json::value> saml(Reader& reader, const Call& call, const std::string& arn) {
  auto provider = TRY(identity::get_item(reader, call.account, "saml", arn));
  if (provider) return *std::move(provider);
  return fail(errors::NoSuchEntityException("Manifest not found for arn " + arn));
}

Result<> check_thumbprints(const std::vector<std::string>& thumbprints) {
  if (thumbprints.size() > kThumbprintsMost) {
    return fail(errors::InvalidInputException("Thumbprint list must contain fewer than 5 entries."));
  }
  return {};
}

}  // namespace

Result<std::string> existing_oidc(Reader& reader, const Call& call, const std::string& arn) {
  TRY(oidc(reader, call, arn));
  return arn;
}
Result<std::string> existing_saml(Reader& reader, const Call& call, const std::string& arn) {
  TRY(saml(reader, call, arn));
  return arn;
}

Result<CreateOpenIDConnectProviderResponse> create_oidc(Call& call, Transaction& tx,
                                                        const CreateOpenIDConnectProviderRequest& input) {
  if (!input.Url.starts_with("https://") || input.Url.size() == 8) {
    return fail(api_error("ValidationError", "Invalid Open ID Connect Provider URL", 400));
  }
  const std::string host = input.Url.substr(8);
  const std::string arn = make_arn("iam", "", call.account, "oidc-provider/" + host);
  if (TRY(identity::get_item(tx, call.account, "oidc", arn))) {
    return fail(errors::EntityAlreadyExistsException("Provider with url " + input.Url + " already exists."));
  }
  const auto clients = input.ClientIDList.value_or(std::vector<std::string>());
  const auto thumbprints = input.ThumbprintList.value_or(std::vector<std::string>());
  if (clients.size() > kClientIdsMost) {
    return fail(errors::LimitExceededException("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"));
  }
  TRY(check_thumbprints(thumbprints));
  TRY(identity::put_item(tx, call.account, "oidc", arn,
                         json::object{{"url", host},
                                      {"clients", list_of(clients)},
                                      {"thumbprints", list_of(thumbprints)},
                                      {"created_ms", epoch_ms(whole_seconds(call.now))}}));
  CreateOpenIDConnectProviderResponse output;
  output.OpenIDConnectProviderArn = arn;
  if (input.Tags) {
    TRY(put_tags(tx, arn, *input.Tags));
    output.Tags = TRY(tag_list(tx, arn));
  }
  return output;
}

Result<GetOpenIDConnectProviderResponse> get_oidc(Call& call, Reader& reader,
                                                  const GetOpenIDConnectProviderRequest& input) {
  const auto provider = TRY(oidc(reader, call, input.OpenIDConnectProviderArn));
  GetOpenIDConnectProviderResponse output;
  output.Url = text_of(provider, "url");
  output.ClientIDList = texts_of(provider, "clients");
  output.ThumbprintList = texts_of(provider, "thumbprints");
  output.CreateDate = created_of(provider);
  output.Tags = TRY(tag_list(reader, input.OpenIDConnectProviderArn));
  return output;
}

Result<ListOpenIDConnectProvidersResponse> list_oidc(Call& call, Reader& reader,
                                                     const ListOpenIDConnectProvidersRequest&) {
  ListOpenIDConnectProvidersResponse output;
  output.OpenIDConnectProviderList.emplace();
  const auto cursor = reader.scan(prefix_range(identity::items_prefix(call.account, "oidc")));
  while (cursor->next()) output.OpenIDConnectProviderList->push_back({identity::last_part(cursor->key())});
  TRY(cursor->status());
  return output;
}

// "This operation is idempotent; it does not fail or return an error if you call the operation for a provider that does
// not exist."
Result<wire::Empty> delete_oidc(Call& call, Transaction& tx, const DeleteOpenIDConnectProviderRequest& input) {
  TRY(tx.erase(identity::item_key(call.account, "oidc", input.OpenIDConnectProviderArn)));
  TRY(erase_tags(tx, input.OpenIDConnectProviderArn));
  return wire::Empty{};
}

Result<wire::Empty> add_client_id(Call& call, Transaction& tx, const AddClientIDToOpenIDConnectProviderRequest& input) {
  auto provider = TRY(oidc(tx, call, input.OpenIDConnectProviderArn));
  auto clients = texts_of(provider, "clients");
  if (std::ranges::find(clients, input.ClientID) == clients.end()) clients.push_back(input.ClientID);
  if (clients.size() > kClientIdsMost) {
    return fail(errors::LimitExceededException("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"));
  }
  provider.as_object()["clients"] = list_of(clients);
  TRY(identity::put_item(tx, call.account, "oidc", input.OpenIDConnectProviderArn, provider));
  return wire::Empty{};
}

Result<wire::Empty> remove_client_id(Call& call, Transaction& tx,
                                     const RemoveClientIDFromOpenIDConnectProviderRequest& input) {
  auto provider = TRY(oidc(tx, call, input.OpenIDConnectProviderArn));
  auto clients = texts_of(provider, "clients");
  std::erase(clients, input.ClientID);
  provider.as_object()["clients"] = list_of(clients);
  TRY(identity::put_item(tx, call.account, "oidc", input.OpenIDConnectProviderArn, provider));
  return wire::Empty{};
}

Result<wire::Empty> update_thumbprints(Call& call, Transaction& tx,
                                       const UpdateOpenIDConnectProviderThumbprintRequest& input) {
  auto provider = TRY(oidc(tx, call, input.OpenIDConnectProviderArn));
  TRY(check_thumbprints(input.ThumbprintList));
  provider.as_object()["thumbprints"] = list_of(input.ThumbprintList);
  TRY(identity::put_item(tx, call.account, "oidc", input.OpenIDConnectProviderArn, provider));
  return wire::Empty{};
}

Result<CreateSAMLProviderResponse> create_saml(Call& call, Transaction& tx, const CreateSAMLProviderRequest& input) {
  const std::string arn = make_arn("iam", "", call.account, "saml-provider/" + input.Name);
  if (TRY(identity::get_item(tx, call.account, "saml", arn))) {
    return fail(errors::EntityAlreadyExistsException("SAMLProvider with name " + input.Name + " already exists."));
  }
  TRY(identity::put_item(tx, call.account, "saml", arn,
                         json::object{{"metadata", input.SAMLMetadataDocument},
                                      {"uuid", "ASPR" + call.random->token(17, kUpperAlphanumeric)},
                                      {"created_ms", epoch_ms(whole_seconds(call.now))}}));
  CreateSAMLProviderResponse output;
  output.SAMLProviderArn = arn;
  if (input.Tags) {
    TRY(put_tags(tx, arn, *input.Tags));
    output.Tags = TRY(tag_list(tx, arn));
  }
  return output;
}

Result<GetSAMLProviderResponse> get_saml(Call& call, Reader& reader, const GetSAMLProviderRequest& input) {
  const auto provider = TRY(saml(reader, call, input.SAMLProviderArn));
  GetSAMLProviderResponse output;
  output.SAMLProviderUUID = text_of(provider, "uuid");
  output.SAMLMetadataDocument = text_of(provider, "metadata");
  output.CreateDate = created_of(provider);
  output.Tags = TRY(tag_list(reader, input.SAMLProviderArn));
  return output;
}

Result<ListSAMLProvidersResponse> list_saml(Call& call, Reader& reader, const ListSAMLProvidersRequest&) {
  ListSAMLProvidersResponse output;
  output.SAMLProviderList.emplace();
  const auto cursor = reader.scan(prefix_range(identity::items_prefix(call.account, "saml")));
  while (cursor->next()) {
    SAMLProviderListEntry entry;
    entry.Arn = identity::last_part(cursor->key());
    entry.CreateDate = created_of(TRY(decode_record(cursor->value())));
    output.SAMLProviderList->push_back(std::move(entry));
  }
  TRY(cursor->status());
  return output;
}

Result<UpdateSAMLProviderResponse> update_saml(Call& call, Transaction& tx, const UpdateSAMLProviderRequest& input) {
  auto provider = TRY(saml(tx, call, input.SAMLProviderArn));
  if (input.SAMLMetadataDocument) provider.as_object()["metadata"] = *input.SAMLMetadataDocument;
  TRY(identity::put_item(tx, call.account, "saml", input.SAMLProviderArn, provider));
  return UpdateSAMLProviderResponse{input.SAMLProviderArn};
}

Result<wire::Empty> delete_saml(Call& call, Transaction& tx, const DeleteSAMLProviderRequest& input) {
  TRY(saml(tx, call, input.SAMLProviderArn));
  TRY(tx.erase(identity::item_key(call.account, "saml", input.SAMLProviderArn)));
  TRY(erase_tags(tx, input.SAMLProviderArn));
  return wire::Empty{};
}

}  // namespace orrery::iam
