#include "services/identity/authorization_message.h"
#include "services/identity/entities.h"
#include "services/sts/operations.h"

namespace orrery::sts {

Result<GetCallerIdentityResponse> get_caller_identity(Call& call, Reader&, const GetCallerIdentityRequest&) {
  GetCallerIdentityResponse output;
  output.UserId = call.principal->user_id;
  output.Account = call.principal->account;
  output.Arn = call.principal->arn;
  return output;
}

Result<GetAccessKeyInfoResponse> get_access_key_info(Call& call, Reader& reader, const GetAccessKeyInfoRequest& input) {
  GetAccessKeyInfoResponse output;
  if (const auto key = TRY(identity::get_access_key(reader, input.AccessKeyId))) output.Account = key->account;
  if (const auto session = TRY(identity::get_session(reader, input.AccessKeyId))) output.Account = session->account;
  if (output.Account) return output;
  // The root's keys are in no table; the caller knows at least his own.
  if (call.principal->kind == auth::Principal::Kind::Root && !call.principal->token_issued) {
    output.Account = call.account;
    return output;
  }
  return fail(api_error("ValidationError", "Invalid Access Key ID: " + input.AccessKeyId, 400));
}

Result<DecodeAuthorizationMessageResponse> decode_authorization_message(
    Call&, Reader&, const DecodeAuthorizationMessageRequest& input) {
  auto message = identity::decode_authorization_message(input.EncodedMessage);
  if (!message) {
    return fail(errors::InvalidAuthorizationMessageException("Message is not valid"));
  }
  return DecodeAuthorizationMessageResponse{*std::move(message)};
}

}  // namespace orrery::sts
