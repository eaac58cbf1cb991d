// What an account has as a whole: alias, summary, password policy, reports, identity providers, simulations.
#pragma once

#include "services/iam/iam.h"
#include "services/iam/shared.h"

namespace orrery::iam {

// account.cc
Result<wire::Empty> create_account_alias(Call& call, Transaction& tx, const CreateAccountAliasRequest& input);
Result<wire::Empty> delete_account_alias(Call& call, Transaction& tx, const DeleteAccountAliasRequest& input);
Result<ListAccountAliasesResponse> list_account_aliases(Call& call, Reader& reader,
                                                        const ListAccountAliasesRequest& input);
Result<GetAccountSummaryResponse> get_account_summary(Call& call, Reader& reader, const wire::Empty& input);
Result<wire::Empty> update_password_policy(Call& call, Transaction& tx,
                                           const UpdateAccountPasswordPolicyRequest& input);
Result<GetAccountPasswordPolicyResponse> get_password_policy(Call& call, Reader& reader, const wire::Empty& input);
Result<wire::Empty> delete_password_policy(Call& call, Transaction& tx, const wire::Empty& input);

// details.cc
Result<GetAccountAuthorizationDetailsResponse> get_account_authorization_details(
    Iam& iam, Call& call, Reader& reader, const GetAccountAuthorizationDetailsRequest& input);

// credential_report.cc
Result<GenerateCredentialReportResponse> generate_credential_report(Iam& iam, Call& call, Transaction& tx,
                                                                    const wire::Empty& input);
Result<GetCredentialReportResponse> get_credential_report(Call& call, Reader& reader, const wire::Empty& input);

// providers.cc
Result<std::string> existing_oidc(Reader& reader, const Call& call, const std::string& arn);
Result<std::string> existing_saml(Reader& reader, const Call& call, const std::string& arn);
Result<CreateOpenIDConnectProviderResponse> create_oidc(Call& call, Transaction& tx,
                                                        const CreateOpenIDConnectProviderRequest& input);
Result<GetOpenIDConnectProviderResponse> get_oidc(Call& call, Reader& reader,
                                                  const GetOpenIDConnectProviderRequest& input);
Result<ListOpenIDConnectProvidersResponse> list_oidc(Call& call, Reader& reader,
                                                     const ListOpenIDConnectProvidersRequest& input);
Result<wire::Empty> delete_oidc(Call& call, Transaction& tx, const DeleteOpenIDConnectProviderRequest& input);
Result<wire::Empty> add_client_id(Call& call, Transaction& tx, const AddClientIDToOpenIDConnectProviderRequest& input);
Result<wire::Empty> remove_client_id(Call& call, Transaction& tx,
                                     const RemoveClientIDFromOpenIDConnectProviderRequest& input);
Result<wire::Empty> update_thumbprints(Call& call, Transaction& tx,
                                       const UpdateOpenIDConnectProviderThumbprintRequest& input);
Result<CreateSAMLProviderResponse> create_saml(Call& call, Transaction& tx, const CreateSAMLProviderRequest& input);
Result<GetSAMLProviderResponse> get_saml(Call& call, Reader& reader, const GetSAMLProviderRequest& input);
Result<ListSAMLProvidersResponse> list_saml(Call& call, Reader& reader, const ListSAMLProvidersRequest& input);
Result<UpdateSAMLProviderResponse> update_saml(Call& call, Transaction& tx, const UpdateSAMLProviderRequest& input);
Result<wire::Empty> delete_saml(Call& call, Transaction& tx, const DeleteSAMLProviderRequest& input);

}  // namespace orrery::iam
