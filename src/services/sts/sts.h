// Security Token Service: who am I, and temporary credentials of roles, users and federated users.
#pragma once

#include "background/background.h"
#include "services/decoded.h"
#include "services/identity/records.h"
#include "services/operation.h"

#include <map>
#include <string>

namespace orrery::sts {

// An OpenID Connect issuer that the server's configuration knows the keys of.
struct Issuer {
  std::string jwks;  // the JSON Web Key Set (RFC 7517), as text
};

// Injected by the composition root; outlives every call.
struct Sts {
  Background& background;                   // forgets sessions once they have expired
  std::map<std::string, Issuer> issuers{};  // by URL without "https://" and a slash at the end
  Decoded<identity::RoleRecord> roles{256};
};

Service sts_service(Sts& sts);
// Registers the timer handler; before background.start().
void register_background(Background& background);

// "https://issuer.example/path/" -> "issuer.example/path", as ARNs of providers and `iss` claims are compared.
std::string issuer_name(std::string_view url);

}  // namespace orrery::sts
